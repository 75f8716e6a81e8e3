"""Each op against its fastest installed peer: microseconds and the quotient.

    python benchmarks/ops.py [--side 512] [--rounds 15] [--json]

Ours is `op.pair`, everything included: draws, masks, the record and the rounding to bytes. A peer's figure is its plain
call. Where no installed library has the operation, the figure that its authors' code reached on our reference machine
is quoted and marked so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import albumentations as A
import cv2
import numpy as np
import peers
from photographs import crops
from timing import in_turns, ratio

import degrade

QUOTED_MICROSECONDS = {"scratches": ("Augraphy 8.2.6, lines", 7200.0), "folds": ("Augraphy 8.2.6, folding", 17800.0)}
"""At 512 px, one Zen 5 core; Augraphy is not installed here because it pulls in a second OpenCV."""


def contenders(side: int) -> dict[str, tuple[Callable[[Any], Any], dict[str, Callable[[Any], Any]], bool]]:
    """Op: (our call, the peers' calls, whether the picture is gray)."""

    def alb(transform: Any) -> Callable[[Any], Any]:
        composed = A.Compose([transform])
        return lambda image: composed(image=image)["image"]

    def ours(op: Any) -> Callable[[Any], Any]:
        return lambda image: op.pair(image, key="a")

    kernel = (9, 9)
    holes = {"num_holes_range": (8, 8), "hole_height_range": (0.1, 0.1), "hole_width_range": (0.1, 0.1), "p": 1}
    texture = peers.texture(2 * side)
    return {
        "grayscale": (
            ours(degrade.Grayscale()),
            {"albumentations": alb(A.ToGray(p=1)), "OpenCV": lambda i: cv2.cvtColor(i, cv2.COLOR_RGB2GRAY)[:, :, None]},
            False,
        ),
        "grain": (
            ours(degrade.Grain(strength=0.03)),
            {"albumentations GaussNoise": alb(A.GaussNoise(std_range=(0.03, 0.03), p=1))},
            True,
        ),
        "gaussian_noise": (
            ours(degrade.GaussianNoise(sigma=0.1)),
            {"albumentations": alb(A.GaussNoise(std_range=(0.1, 0.1), p=1))},
            True,
        ),
        "salt_and_pepper": (
            ours(degrade.SaltAndPepper(amount=0.02)),
            {"albumentations": alb(A.SaltAndPepper(amount=(0.02, 0.02), p=1))},
            True,
        ),
        "coarse_dropout": (
            ours(degrade.CoarseDropout(holes=8, size_frac=0.1)),
            {"albumentations": alb(A.CoarseDropout(**holes))},
            False,
        ),
        "texture": (
            ours(degrade.Texture(source="paper", blend="multiply", strength=0.3)),
            {"albumentations OverlayElements-like": alb(peers.Overlay(texture, 0.3))},
            True,
        ),
        "blur": (
            ours(degrade.Blur(sigma_px=1.5)),
            {
                "albumentations": alb(A.GaussianBlur(blur_limit=0, sigma_limit=(1.5, 1.5), p=1)),
                "OpenCV float32": lambda i: cv2.GaussianBlur(i.astype(np.float32), kernel, 1.5),
            },
            True,
        ),
        "scratches": (ours(degrade.Scratches()), {}, True),
        "folds": (ours(degrade.Folds(count=1)), {}, True),
        "fade": (ours(degrade.Fade()), {"albumentations": alb(A.RandomToneCurve(scale=0.1, p=1))}, True),
        "vignette": (ours(degrade.Vignette()), {"albumentations": alb(A.Illumination(mode="corner", p=1))}, True),
        "jpeg": (
            ours(degrade.Jpeg(quality=75)),
            {"albumentations": alb(A.ImageCompression(quality_range=(75, 75), p=1))},
            False,
        ),
    }


def main() -> None:
    """Print one row an op."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    colour = crops(1, chosen.side)[0]
    gray = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)[:, :, None]
    if not chosen.json:
        print(f"{chosen.side} px, one thread; microseconds (median of {chosen.rounds} rounds in turns)")
        print(f"{'op':16}{'ours':>9}{'peer':>9}{'ratio':>8}  fastest peer")
    for op, (ours, others, is_gray) in contenders(chosen.side).items():
        image = gray if is_gray else colour
        work = {name: partial(call, image) for name, call in {"": ours, **others}.items()}
        times = in_turns(work, chosen.rounds, 0.03)
        own = statistics.median(times[""]) * 1e6
        if others:
            best = min(others, key=lambda name: statistics.median(times[name]))
            theirs, quotient = statistics.median(times[best]) * 1e6, ratio(times[best], times[""])
        else:
            best, theirs = QUOTED_MICROSECONDS[op]
            best, quotient = f"{best} (quoted, 512 px)", theirs / own
        row = {
            "op": op,
            "ours_us": round(own, 1),
            "peer_us": round(theirs, 1),
            "ratio": round(quotient, 2),
            "peer": best,
        }
        print(json.dumps(row) if chosen.json else f"{op:16}{own:9.0f}{theirs:9.0f}{quotient:8.1f}  {best}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
