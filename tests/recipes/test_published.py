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


def test_real_esrgan() -> None:
    """Blur kinds .45 .25 .12 .03 .12 .03 of the nine tenths that are no sinc; the second blur in 0.8 of the pictures;
    resampling up .2, down .7, kept .1, then .3, .4, .3; the last sinc in 0.8."""
    found = drawn("realesrgan_x4plus", 200)
    kinds = {
        "first isotropic": 0.405, "first anisotropic": 0.225, "first generalised": 0.108, "first plateau": 0.108,
        "first sinc": 0.1, "first up": 0.2, "first down": 0.7, "second up": 0.3, "second down": 0.4, "last sinc": 0.8,
        "first gaussian": 0.5, "second poisson": 0.5,
    }  # fmt: skip
    for label, expected in kinds.items():
        assert within(share(found, lambda s, label=label: s[label]["fired"]), expected, 200), label  # type: ignore[misc]

    def blurred_again(s: Steps) -> bool:
        blurs = (step for label, step in s.items() if label.startswith("second"))
        return any(step["fired"] for step in blurs if step["op"] in ("kernel_blur", "sinc"))

    assert within(share(found, blurred_again), 0.8, 200)
    for s in found:
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
    assert load_recipe("bsrgan").output.scale == 4


def test_codeformer() -> None:
    for s in drawn("codeformer", 60):
        assert s["kernel_blur"]["drawn"]["size_px"] == 41
        assert 0.1 <= s["kernel_blur"]["drawn"]["sigma_x_px"] <= 12
        assert 1 / 12.1 <= s["resample"]["drawn"]["ratio"] <= 1
        assert s["gaussian_noise"]["drawn"]["sigma"] * 255 <= 15
        assert 30 <= s["jpeg"]["drawn"]["quality"] <= 100


@pytest.mark.parametrize(
    ("severity", "gaussian", "impulse", "speckle", "jpeg"),
    [(1, 0.08, 0.03, 0.15, 25), (2, 0.12, 0.06, 0.2, 18), (3, 0.18, 0.09, 0.35, 15), (4, 0.26, 0.17, 0.45, 10),
     (5, 0.38, 0.27, 0.6, 7)],
)  # fmt: skip
def test_imagenet_c(severity: int, gaussian: float, impulse: float, speckle: float, jpeg: int) -> None:
    found = drawn(f"imagenet_c@{severity}", 30)
    assert len(found[0]) == 15
    for s in found:
        assert sum(step["fired"] for step in s.values()) == 1
        assert s["gaussian_noise"]["drawn"]["sigma"] == gaussian
        assert s["impulse_noise"]["drawn"]["amount"] == impulse
        assert s["speckle_noise"]["drawn"]["sigma"] == speckle
        assert s["jpeg_compression"]["drawn"]["quality"] == jpeg


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
    for kind, expected in {"press_print": 0.55, "album_snapshot": 0.25, "handled_snapshot": 0.12}.items():
        assert within(share(found, lambda s, kind=kind: s[f"{kind}.scan"]["fired"]), expected, 120)  # type: ignore[misc]
