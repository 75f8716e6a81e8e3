"""Recipes that imitate others' pipelines draw what these published."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from degrade.recipes import load_recipe

IMAGE = np.tile(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (64, 1, 3))
PAIRS = 400
Steps = dict[str, dict[str, Any]]


def drawn(name: str, pairs: int = PAIRS) -> list[Steps]:
    """The steps of many pairs by label."""
    recipe = dataclasses.replace(load_recipe(name), frame=None)
    recipe = dataclasses.replace(recipe, output=dataclasses.replace(recipe.output, scale=1))
    records = (recipe(IMAGE, key=str(key)).record["steps"] for key in range(pairs))
    return [{step["label"]: step for step in record} for record in records]


def share(found: list[Steps], happens: Callable[[Steps], bool]) -> float:
    return float(np.mean([happens(steps) for steps in found]))


def within(measured: float, expected: float, pairs: int = PAIRS) -> bool:
    """Within four standard errors of a share."""
    return abs(measured - expected) <= 4 * (max(expected * (1 - expected), 1e-4) / pairs) ** 0.5


def test_bringing_old_photos_back_to_life() -> None:
    """Four stages with probability 0.7 each, 2.8 on average; kernels of 3, 5 or 7; JPEG 40 to 100; one in ten gray."""
    found = drawn("bopbtl_v2")
    noises = ("gaussian_noise", "speckle", "salt_and_pepper")
    stages: list[Callable[[Steps], bool]] = [
        lambda s: s["kernel_blur"]["fired"],
        lambda s: any(s[noise]["fired"] for noise in noises),
        lambda s: s["resample"]["fired"],
        lambda s: s["jpeg"]["fired"],
    ]
    for stage in stages:
        assert within(share(found, stage), 0.7)
    assert abs(np.mean([sum(stage(s) for stage in stages) for s in found]) - 2.8) < 0.2
    assert within(share(found, lambda s: s["grayscale"]["fired"]), 0.1)
    for noise in noises:
        assert within(share(found, lambda s, noise=noise: s[noise]["fired"]), 0.7 / 3)  # type: ignore[misc]
    assert {s["kernel_blur"]["drawn"]["size_px"] for s in found} == {3, 5, 7}
    quality = [s["jpeg"]["drawn"]["quality"] for s in found]
    assert (min(quality) >= 40, max(quality) <= 100, max(quality) - min(quality) > 50) == (True, True, True)
    sigma = np.array([s["gaussian_noise"]["drawn"]["sigma"] for s in found]) * 255
    assert (sigma.min() > 4.9, sigma.max() < 50.1, abs(sigma.mean() - 27.5) < 3) == (True, True, True)
    assert drawn("bopbtl_v2@white", 1)[0].popitem()[0] == "hole", "painted last"


def test_real_esrgan() -> None:
    """Blur kinds .45 .25 .12 .03 .12 .03 of the nine tenths that are no sinc; the second blur in 0.8 of the pictures;
    resampling up .2, down .7, kept .1, then .3, .4, .3; the last sinc in 0.8. Cutoffs are at least π/3, from kernels of
    13 px on π/5, and at least π/3 of the small picture's pixels for the last one."""
    found = drawn("realesrgan_x4plus", 200)
    kinds = {
        "first isotropic": 0.405, "first anisotropic": 0.225, "first generalised": 0.108, "first plateau": 0.108,
        "first up": 0.2, "first down": 0.7, "second up": 0.3, "second down": 0.4, "second keep": 0.3, "last sinc": 0.8,
        "first gaussian": 0.5, "second poisson": 0.5,
    }  # fmt: skip
    for label, expected in kinds.items():
        assert within(share(found, lambda s, label=label: s[label]["fired"]), expected, 200), label  # type: ignore[misc]

    def blurred_again(s: Steps) -> bool:
        blurs = (step for label, step in s.items() if label.startswith("second "))
        return any(step["fired"] for step in blurs if step["op"] in ("kernel_blur", "sinc"))

    def ringing(s: Steps) -> bool:
        return bool(s["first sinc"]["fired"] or s["first wide sinc"]["fired"])

    assert within(share(found, blurred_again), 0.8, 200)
    assert within(share(found, ringing), 0.1, 200)
    for s in found:
        for name, least in {"first sinc": 1.047, "first wide sinc": 0.628, "last sinc": 1.047 / 4}.items():
            assert s[name]["drawn"]["cutoff"] >= least
        assert s["first sinc"]["drawn"]["size_px"] < 13 <= s["first wide sinc"]["drawn"]["size_px"] <= 21
        assert s["first poisson"]["drawn"]["photons"] == 256
        assert 0.15 <= s["first down"]["drawn"]["ratio"] <= 1 <= s["first up"]["drawn"]["ratio"] <= 1.5
        assert 0.3 / 4 <= s["second down"]["drawn"]["ratio"] <= 1 / 4 <= s["second up"]["drawn"]["ratio"] <= 1.2 / 4
        assert 0.2 <= s["first isotropic"]["drawn"]["sigma_x_px"] <= 3
        assert 0.2 <= s["second isotropic"]["drawn"]["sigma_x_px"] <= 1.5
        assert 30 <= s["first jpeg"]["drawn"]["quality"] <= 95
    assert load_recipe("realesrgan_x4plus").output.scale == 4


def test_bsrgan() -> None:
    found = drawn("bsrgan", 200)
    for label, expected in {"colour noise": 0.4, "gray noise": 0.4, "correlated noise": 0.2}.items():
        assert within(share(found, lambda s, label=label: s[label]["fired"]), expected, 200)  # type: ignore[misc]
    sigma = np.array([s["colour noise"]["drawn"]["sigma"] for s in found]) * 255
    assert (sigma.min() > 1.9, sigma.max() < 25.1) == (True, True)
    variance = np.array([s["anisotropic"]["drawn"]["sigma_x_px"] for s in found]) ** 2
    assert (variance.min() >= 0.49, 7 < variance.max() <= 8.01) == (True, True)
    assert max(s["isotropic"]["drawn"]["sigma_x_px"] for s in found) <= 2.8
    assert max(s["smaller"]["drawn"]["factor"] for s in found) <= 8
    for label, expected in {"smaller": 0.75, "camera": 0.25, "first jpeg": 0.9}.items():
        assert within(share(found, lambda s, label=label: s[label]["fired"]), expected, 200)  # type: ignore[misc]
    assert load_recipe("bsrgan").output.scale == 4


def test_noise_that_bsrgan_correlates() -> None:
    """Normal with the covariance |UᵀDU|·(25/255)², U a random rotation, D three uniforms: 0.5 a channel on average, and
    0.11 between two."""
    steps = load_recipe("bsrgan").steps[0].flattened()
    own, common = (
        np.mean([step.sigma.at(u) ** 2 for u in np.linspace(0.01, 0.99, 50)])  # type: ignore[attr-defined]
        for step in steps
        if step.label in ("correlated noise", "common noise")
    )
    assert (own + common) * 10.2**2 == pytest.approx(0.5, rel=0.1)
    assert common * 10.2**2 == pytest.approx(0.115, rel=0.1)


@pytest.mark.parametrize(
    ("ranges", "sigma", "factor", "noise", "quality"),
    [("diffbir", (0.1, 12), (1, 12), 15, (30, 100)), ("small", (0.1, 10), (1, 12), 15, (60, 100)),
     ("large", (1, 15), (4, 30), 20, (30, 80))],
)  # fmt: skip
def test_codeformer(
    ranges: str, sigma: tuple[float, float], factor: tuple[float, float], noise: float, quality: tuple[int, int]
) -> None:
    found = drawn(f"codeformer@{ranges}", 100)
    assert within(share(found, lambda s: s["kernel_blur"]["drawn"]["isotropic"]), 0.5, 100)
    for s in found:
        assert s["kernel_blur"]["drawn"]["size_px"] == 41
        assert sigma[0] <= s["kernel_blur"]["drawn"]["sigma_x_px"] <= sigma[1]
        assert factor[0] <= s["downscale"]["drawn"]["factor"] <= factor[1]
        assert s["gaussian_noise"]["drawn"]["sigma"] * 255 <= noise
        assert quality[0] <= s["jpeg"]["drawn"]["quality"] <= quality[1]


def test_bringing_old_films_back_to_life() -> None:
    """A texture, a blur, noise and JPEG on every frame; size larger .2, smaller .7, kept .1; exposure in a half."""
    found = drawn("rtn_texture", 200)
    kinds = {
        **dict.fromkeys(("added", "subtracted", "multiplied"), 1 / 3), "isotropic": 0.5, "gaussian_noise": 0.5,
        "larger": 0.2, "smaller": 0.7, "brightness": 0.5, "jpeg": 1,
    }  # fmt: skip
    for label, expected in kinds.items():
        assert within(share(found, lambda s, label=label: s[label]["fired"]), expected, 200), label  # type: ignore[misc]
    for s in found:
        assert 0.6 <= s["added"]["drawn"]["strength"] <= 1
        assert 4.9 <= s["speckle"]["drawn"]["sigma"] * 255 <= 10
        assert 40 <= s["jpeg"]["drawn"]["quality"] <= 100
        assert s["brightness"]["fired"] == s["contrast"]["fired"]


def test_pik_fix() -> None:
    """All of it on every picture, which ends gray."""
    for s in drawn("pik_fix", 20):
        assert all(step["fired"] for step in s.values())
    assert list(s) == ["downscale", "crack_network", "texture", "missing_corners", "grayscale", "jpeg"]


IMAGENET_C: dict[str, dict[str, tuple[float, ...]]] = {
    "gaussian_noise": {"sigma": (0.08, 0.12, 0.18, 0.26, 0.38)},
    "shot_noise": {"photons": (60, 25, 12, 5, 3)},
    "impulse_noise": {"amount": (0.03, 0.06, 0.09, 0.17, 0.27)},
    "speckle_noise": {"sigma": (0.15, 0.2, 0.35, 0.45, 0.6)},
    "gaussian_blur": {"sigma_px": (1, 2, 3, 4, 6)},
    "defocus_blur": {"radius_px": (3, 4, 6, 8, 10), "alias_px": (0.1, 0.5, 0.5, 0.5, 0.5)},
    "glass_blur": {
        "sigma_px": (0.7, 0.9, 1, 1.1, 1.5), "distance_px": (1, 2, 2, 3, 4), "iterations": (2, 1, 3, 2, 2),
    },
    "zoom_blur": {"zoom": (1.11, 1.15, 1.2, 1.24, 1.3)},
    "brightness": {"offset": (0.1, 0.2, 0.3, 0.4, 0.5)},
    "contrast": {"factor": (0.4, 0.3, 0.2, 0.1, 0.05)},
    "saturate": {"factor": (0.3, 0.1, 2, 5, 20)},
    "pixelate": {"factor": (1.6667, 2, 2.5, 3.3333, 4)},
    "jpeg_compression": {"quality": (25, 18, 15, 10, 7)},
}  # fmt: skip


@pytest.mark.parametrize("severity", range(1, 6))
def test_imagenet_c(severity: int) -> None:
    found = drawn(f"imagenet_c@{severity}", 30)
    assert set(found[0]) == {*IMAGENET_C, "motion_blur", "elastic"}
    for s in found:
        assert sum(step["fired"] for step in s.values()) == 1
        for label, fields in IMAGENET_C.items():
            assert {name: s[label]["drawn"][name] for name in fields} == {
                name: values[severity - 1] for name, values in fields.items()
            }


def test_motion_of_imagenet_c() -> None:
    """An even line with the deviation of ImageMagick's kernel of a radius and a sigma: one half of a Gaussian."""
    for severity, (radius, sigma) in enumerate([(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)], 1):
        x = np.arange(2 * radius + 1)
        weights = np.exp(-(x**2) / (2 * sigma**2))
        deviation = np.cov(x, aweights=weights, ddof=0) ** 0.5
        length = drawn(f"imagenet_c@{severity}", 1)[0]["motion_blur"]["drawn"]["length_px"]
        assert length / 12**0.5 == pytest.approx(deviation, rel=0.01)


def test_film_damage_comes_in_the_annotated_numbers() -> None:
    """763 specks of dust, 270 of dirt, 134 short and 40 long hairs, 6.5 scratches a frame at the full rate."""
    found = drawn("ivanova_film", 600)
    means = {
        "dust": np.mean([s["dust_on_negative"]["drawn"]["dust"] for s in found]),
        "dirt": np.mean([s["dust_on_negative"]["drawn"]["dirt"] for s in found]),
        "short": np.mean([s["hair"]["drawn"]["short"] for s in found]),
        "scratches": np.mean([s["negative_scratches"]["drawn"]["arcs"] for s in found]),
    }
    for kind, expected in {"dust": 763, "dirt": 270, "short": 134, "scratches": 6.5}.items():
        assert means[kind] == pytest.approx(expected, rel=0.16), kind


def test_old_photos_come_in_their_shares() -> None:
    found = drawn("old_photos", 120)
    for kind, expected in {
        "press_print": 0.241,
        "album_snapshot": 0.155,
        "handled_snapshot": 0.074,
        "glass_negative": 0.037,
        "cine_frame": 0.074,
        "separations": 0.182,
        "two": 0.2,
    }.items():
        assert within(share(found, lambda s, kind=kind: s[f"{kind}.scan"]["fired"]), expected, 120)  # type: ignore[misc]
