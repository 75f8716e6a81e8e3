"""Transforms of other libraries, and what a transform may promise besides."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.testing import (
    CheckFailed,
    Takes,
    check_degradation,
    commutes,
    evenly,
    from_albumentations,
    from_torch,
    globally_seeded,
    grows,
    heavier,
    plain_function,
    scales,
)
from tests.testing import mutants as m

Array = npt.NDArray[Any]


def noisy(image: Array) -> Array:
    return np.where(np.random.rand(*image.shape) < 0.5, image, 0).astype(image.dtype)  # noqa: NPY002 - what is adapted


class Inverted:
    """Like a transform of tensors."""

    def __init__(self, in_place: bool = False) -> None:
        self.in_place = in_place

    def __call__(self, tensor: Any) -> Any:
        return tensor.mul_(-1).add_(1) if self.in_place else 1 - tensor


def dimmed(tensor: Any) -> Any:
    import torch

    assert tensor.ndim == 4
    return tensor * torch.rand(1)


def test_a_plain_function() -> None:
    checked = check_degradation(plain_function(m.plain), examples=10)
    assert "it promises no chance" in checked.skipped["varied"]
    assert "worker" in checked.passed


def test_what_draws_from_a_global_generator_is_seeded() -> None:
    checked = check_degradation(globally_seeded(noisy), examples=10)
    assert {"repeatable", "varied", "order", "worker"} <= set(checked.passed)
    with pytest.raises(CheckFailed, match="global generator"):
        check_degradation(m.global_generator, only="repeatable", examples=10)


def test_what_is_seeded_globally_leaves_the_callers_numbers_alone() -> None:
    adapted = globally_seeded(noisy)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002 - the caller's own
    expected = random.random(), np.random.rand()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    adapted.outcome(np.full((8, 8), 0.5, np.float32), "a")
    assert (random.random(), np.random.rand()) == expected  # noqa: NPY002


@pytest.mark.slow
def test_a_transform_of_albumentations() -> None:
    albumentations = pytest.importorskip("albumentations")
    checked = check_degradation(from_albumentations(albumentations.GaussNoise(p=1)), examples=8)
    assert {"contract", "untouched", "repeatable", "varied", "order", "worker"} <= set(checked.passed)
    with pytest.raises(CheckFailed) as failure:
        check_degradation(from_albumentations(albumentations.NoOp()), only="visible")
    assert "from_albumentations(albumentations.NoOp(" in failure.value.line


@pytest.mark.slow
def test_a_transform_of_tensors() -> None:
    pytest.importorskip("torch")
    assert "contract" in check_degradation(from_torch(Inverted()), skip=["varied"], examples=8).passed
    assert "varied" in check_degradation(from_torch(dimmed, batched=True), examples=8).passed
    with pytest.raises(CheckFailed, match="changed the picture that went in"):
        check_degradation(from_torch(Inverted(in_place=True)), only="untouched", examples=20)


# --- claims -----------------------------------------------------------------------------------------------------------


def test_what_treats_pixels_by_themselves_commutes_with_flips() -> None:
    claims = [commutes("left-right"), commutes("top-bottom")]
    names = [claim.name for claim in claims]
    assert check_degradation(degrade.Fade(), only=names, claims=claims, examples=10).passed == names
    assert check_degradation(m.plain, only=names, claims=claims, examples=10).passed == names
    with pytest.raises(CheckFailed, match="flipped left-right came out otherwise"):
        check_degradation(degrade.GaussianNoise(), only=names, claims=claims, examples=10)


def test_neither_side_is_preferred_or_one_is() -> None:
    even, left = evenly("left-right"), heavier("left")
    assert check_degradation(degrade.Scratches(count=3), only=even.name, claims=[even]).passed
    assert check_degradation(m.lit_from_the_left, only=left.name, claims=[left]).passed
    with pytest.raises(CheckFailed, match="40 change the first half more"):
        check_degradation(m.lit_from_the_left, only=even.name, claims=[even])
    with pytest.raises(CheckFailed, match="the left half changes more at 0 of 40 keys"):
        check_degradation(m.lit_from_the_right, only=left.name, claims=[left])


def per_pixel(image: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    return m.good_with_mask(image, rng)


@pytest.mark.slow
def test_damage_in_millimetres_scales_and_damage_in_pixels_does_not() -> None:
    claim = scales(keys=2, side=128)
    assert check_degradation(degrade.Tape(), only="scales", claims=[claim]).passed
    with pytest.raises(CheckFailed, match="agree to 0"):
        check_degradation(per_pixel, only="scales", claims=[claim], takes=Takes(("uint8",), (3,)))


def darker(strength: float) -> Any:
    def darkened(image: Array) -> Array:
        return (image * (1 - strength)).astype(image.dtype)

    return darkened


def lighter(strength: float) -> Any:
    return darker(1 - strength)


def test_more_is_more_damage() -> None:
    claim = grows("sigma", (0.02, 0.05, 0.2))
    assert check_degradation(degrade.GaussianNoise(), only=claim.name, claims=[claim]).passed == ["grows sigma"]
    claim = grows(darker, (0.1, 0.3))
    assert check_degradation(darker(0.1), only=claim.name, claims=[claim]).passed
    claim = grows(lighter, (0.1, 0.3))
    with pytest.raises(CheckFailed, match=r"lighter 0.3 changes less"):
        check_degradation(lighter(0.1), only=claim.name, claims=[claim])
