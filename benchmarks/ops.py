"""Every op, against its fastest installed peer where it has one: microseconds and quotients.

    python benchmarks/ops.py [--side 512] [--rounds 15] [--json]

Ours stands three times. "step" is what the op adds to a recipe: draws, damage, masks and record, on a colour photo at
work, and "gray" the same on a gray one. "alone" is the op called on an image by itself, which also pays for the way
from bytes to the working picture and back; a recipe pays for that once. A peer's figure is its call in a pipeline of
its own, on the same picture of three channels. Each figure is the median of single calls, over 32 draws and all rounds,
in which all take turns; a quotient is the median of the rounds'. Where no installed library has the operation, the
figure that another's code reached on our machine is quoted. The peer of the bridge `albumentations` is the transform
within it, called directly. At the end stand the slowest op, and `old_photos` as a whole: the mean of many photographs
from pixels to pixels, its JPEG included, for as many pixels as one of them has, since plates are larger.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import Any

import albumentations as A
import numpy as np
import peers
from photographs import crops
from skimage.color import rgb2gray
from skimage.filters import gaussian
from skimage.util import random_noise
from timing import once, ratio

import degrade
from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.process import keep_freed_memory
from degrade.engine.workspace import Workspace

QUOTED_MICROSECONDS = {
    "scratches": ("Augraphy 8.2.6 LinesDegradation", 12450.0),
    "folds": ("Augraphy 8.2.6 Folding", 3317.0),
}
"""At 512 px on a Zen 4 core, the same picture. Augraphy is not among the requirements: it brings a second OpenCV, which
breaks ours. Where it is installed all the same, it is measured."""
MOST_MILLISECONDS = {"an op": 3.0, "old_photos": 8.0}
"""Limits at 512 px; that of an op is for its step in colour. The bridge has that of its transform besides."""
KEYS = 32
"""Different draws that take turns."""


def peers_of(side: int) -> dict[str, dict[str, Callable[[Any], Any]]]:
    """The peers' calls by op."""

    def alb(transform: Any) -> Callable[[Any], Any]:
        composed = A.Compose([transform])
        return lambda image: composed(image=image)["image"]

    def bare(transform: Any) -> Callable[[Any], Any]:
        working = np.full((side, side, 3), 0.5, np.float32)  # as a step has it
        composed = A.Compose([transform])
        return lambda _: composed(image=working)["image"]

    holes = {"num_holes_range": (8, 8), "hole_height_range": (0.1, 0.1), "hole_width_range": (0.1, 0.1), "p": 1}
    overlay = A.Compose([A.OverlayElements(p=1)])
    alpha = peers.texture(side)
    sheet = {"image": np.full((side, side, 3), 255, np.uint8), "mask": alpha, "bbox": (0, 0, 1, 1)}
    return {
        "grayscale": {"albumentations": alb(A.ToGray(p=1)), "scikit-image": rgb2gray},
        "grain": {
            "albumentations GaussNoise": alb(A.GaussNoise(std_range=(0.03, 0.03), p=1)),
            "albumentations ISONoise": alb(A.ISONoise(p=1)),
            "scikit-image": lambda i: random_noise(i, "gaussian", rng=1, var=0.0009),
        },
        "gaussian_noise": {
            "albumentations": alb(A.GaussNoise(std_range=(0.1, 0.1), p=1)),
            "scikit-image": lambda i: random_noise(i, "gaussian", rng=1),
        },
        "salt_and_pepper": {
            "albumentations": alb(A.SaltAndPepper(amount=(0.02, 0.02), p=1)),
            "scikit-image": lambda i: random_noise(i, "s&p", rng=1, amount=0.02),
        },
        "coarse_dropout": {"albumentations": alb(A.CoarseDropout(**holes))},
        "texture": {
            "albumentations OverlayElements": lambda image: overlay(image=image, overlay_metadata=sheet)["image"]
        },
        "blur": {
            "albumentations": alb(A.GaussianBlur(blur_limit=0, sigma_limit=(1.5, 1.5), p=1)),
            "scikit-image": lambda i: gaussian(i, 1.5, channel_axis=-1),
        },
        "motion_blur": {"albumentations": alb(A.MotionBlur(blur_limit=(9, 9), p=1))},
        "defocus": {"albumentations": alb(A.Defocus(radius=(3, 3), p=1))},
        "zoom_blur": {"albumentations": alb(A.ZoomBlur(max_factor=(1.1, 1.1), p=1))},
        "glass_blur": {"albumentations": alb(A.GlassBlur(sigma=0.7, max_delta=2, iterations=1, p=1))},
        "kernel_blur": {"albumentations AdvancedBlur": alb(A.AdvancedBlur(blur_limit=(13, 13), p=1))},
        "shot_noise": {"albumentations": alb(A.ShotNoise(p=1))},
        "elastic": {"albumentations": alb(A.ElasticTransform(p=1))},
        "rotate": {"albumentations": alb(A.Rotate(p=1))},
        "flip": {"albumentations": alb(A.HorizontalFlip(p=1))},
        "downscale": {"albumentations": alb(A.Downscale(scale_range=(0.5, 0.5), p=1))},
        "webp": {"albumentations": alb(A.ImageCompression(compression_type="webp", quality_range=(65, 65), p=1))},
        "scratches": augraphy("LinesDegradation"),
        "folds": augraphy("Folding"),
        "fade": {"albumentations RandomToneCurve": alb(A.RandomToneCurve(scale=0.1, p=1))},
        "vignette": {"albumentations Illumination": alb(A.Illumination(mode="corner", p=1))},
        "jpeg": {"albumentations": alb(A.ImageCompression(quality_range=(75, 75), p=1))},
        "albumentations": {"the transform itself": bare(A.Sharpen(p=1))},
    }


def augraphy(name: str) -> dict[str, Callable[[Any], Any]]:
    """The augmentation of that library, if it is installed."""
    if find_spec("augraphy") is None:
        return {}
    call = getattr(import_module("augraphy"), name)(p=1)
    return {f"Augraphy {name}": lambda image: call(image.copy())}


def ours() -> dict[str, Degradation]:
    """Every op: with the peer's parameters where one has them, else by its defaults."""
    tuned = {
        "grayscale": degrade.Grayscale(),
        "grain": degrade.Grain(strength=0.03),
        "gaussian_noise": degrade.GaussianNoise(sigma=0.1),
        "salt_and_pepper": degrade.SaltAndPepper(amount=0.02),
        "coarse_dropout": degrade.CoarseDropout(holes=8, size_frac=0.1, variation=0),
        "texture": degrade.Texture(source="paper", blend="multiply", strength=0.3),
        "blur": degrade.Blur(sigma_px=1.5),
        "scratches": degrade.Scratches(),
        "folds": degrade.Folds(count=1),
        "fade": degrade.Fade(),
        "vignette": degrade.Vignette(),
        "jpeg": degrade.Jpeg(quality=75),
    }
    return tuned | {name: op() for name, op in degrade.degradations().items() if name not in tuned}


def as_step(op: Degradation, image: Any) -> Callable[[], None]:
    """The op as a step on a photo at work; gray and files start from a fresh picture."""
    workspace, numbers = Workspace(), iter(range(10**9))
    if op.name in ("grayscale", "jpeg", "jpeg_twice", "webp"):
        return lambda: op.run(Photo(image, workspace), Key(0, str(next(numbers) % KEYS)))
    photo = Photo(image, workspace)

    def run() -> None:
        op.run(photo, Key(0, str(next(numbers) % KEYS)))
        photo.record.clear()

    return run


def alone(op: Degradation, image: Any) -> Callable[[], Any]:
    """The op called on an image."""
    numbers = iter(range(10**9))
    return lambda: op(image, key=str(next(numbers) % KEYS))


def single_calls(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[list[float]]]:
    """Seconds of KEYS calls of each contender, each timed by itself, a round; a first round is not counted."""
    times: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, work in contenders.items():
            times[name].append([once(work, 1) for _ in range(KEYS)])
    return {name: seconds[1:] for name, seconds in times.items()}


def row_of(op: Degradation, others: dict[str, Callable[[Any], Any]], image: Any, rounds: int) -> dict[str, Any]:
    """The figures of one op."""
    work = {"step": as_step(op, image), "gray": as_step(op, image[:, :, :1].copy()), "alone": alone(op, image)}
    calls = single_calls({**work, **{name: partial(call, image) for name, call in others.items()}}, rounds)
    medians = {name: statistics.median(chain.from_iterable(times)) * 1e6 for name, times in calls.items()}
    own = {name: medians[name] for name in work}
    if others:
        best = min(others, key=lambda name: medians[name])
        theirs = medians[best]
        of_rounds = {name: [statistics.median(times) for times in calls[name]] for name in (*work, best)}
        quotients = {name: ratio(of_rounds[best], of_rounds[name]) for name in work}
    elif op.name not in QUOTED_MICROSECONDS:
        best, theirs, quotients = "", 0.0, dict.fromkeys(work, 0.0)
    else:
        name, theirs = QUOTED_MICROSECONDS[op.name]
        best, quotients = f"{name} (quoted)", {name: theirs / own[name] for name in work}
    return {
        "op": op.name, "step_us": round(own["step"], 1), "gray_us": round(own["gray"], 1),
        "alone_us": round(own["alone"], 1),
        "peer_us": round(theirs, 1), "ratio_step": round(quotients["step"], 2),
        "ratio_alone": round(quotients["alone"], 2), "peer": best,
    }  # fmt: skip


def mean_of(name: str, side: int, photos: int = 400) -> float:
    """Milliseconds that a recipe takes on average for as many pixels as a photograph has: a plate has more."""
    recipe = dataclasses.replace(degrade.load_recipe(name), frame=None)
    images = crops(8, side)
    for key in range(photos // 4):  # kernels, textures and buffers are then at hand
        recipe.make(images[key % 8].copy(), key=f"first {key}", dtype=np.uint8, layers=("mask",))
    seconds, pixels = 0.0, 0
    for key in range(photos):
        start = time.perf_counter()
        pair = recipe.make(images[key % 8].copy(), key=str(key), dtype=np.uint8, layers=("mask",))
        seconds += time.perf_counter() - start
        pixels += pair.mask.size
    return seconds / (pixels / side**2) * 1e3


def main() -> None:
    """Print one row an op."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    keep_freed_memory()  # as builds and streams do
    image = crops(1, chosen.side)[0]
    others = peers_of(chosen.side)
    if not chosen.json:
        print(
            f"{chosen.side} px RGB, one thread; microseconds (median of single calls, {chosen.rounds} rounds in turns)"
        )
        print(f"{'op':18}{'step':>8}{'gray':>8}{'alone':>8}{'peer':>8}{'ratio':>8}{'alone':>8}  fastest peer")
    slowest = (0.0, "")
    for name, op in ours().items():
        row = row_of(op, others.get(name, {}), image, chosen.rounds)
        figures = "{step_us:8.0f}{gray_us:8.0f}{alone_us:8.0f}"
        if row["peer"]:
            figures += "{peer_us:8.0f}{ratio_step:8.1f}{ratio_alone:8.1f}  {peer}"
        print(json.dumps(row) if chosen.json else f"{name:18}" + figures.format(**row), flush=True)
        slowest = max(slowest, (row["step_us"] / 1e3, name))
    worst = {"op": slowest[1], "slowest_ms": round(slowest[0], 2), "limit_ms": MOST_MILLISECONDS["an op"]}
    mean = round(mean_of("old_photos", chosen.side), 2)
    whole = {"recipe": "old_photos", "mean_ms": mean, "limit_ms": MOST_MILLISECONDS["old_photos"]}
    if chosen.json:
        print(json.dumps(worst), json.dumps(whole), sep="\n")
    else:
        print(f"the slowest op: {worst['op']}, {worst['slowest_ms']} ms (limit {worst['limit_ms']:g})")
        print(f"old_photos as a whole: {mean} ms for {chosen.side}×{chosen.side} px (limit {whole['limit_ms']:g})")


if __name__ == "__main__":
    main()
