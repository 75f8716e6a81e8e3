"""The mosaic of an autochrome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.ops.autochrome import Autochrome

SIDE = 256


def linear(value: float = 0.6, **fields: Any) -> np.ndarray:
    """Linear light of an even gray plate."""
    image = np.full((SIDE, SIDE, 3), value, np.float32)
    out = Autochrome(**{"saturation": 1.0, **fields})(image, key="a").astype(np.float64)
    return ((out + 0.055) / 1.055) ** 2.4


def test_gray_stays_gray_from_afar() -> None:
    gray = ((0.6 + 0.055) / 1.055) ** 2.4
    assert np.allclose(linear().mean(axis=(0, 1)), gray, rtol=0.03)


def test_shares_are_multinomial() -> None:
    """Over n clumps a third's share deviates by √(2/n) of itself; the three filters overlap."""
    pitch_um = 180_000 / np.hypot(SIDE, SIDE)
    light = linear(grain_um=12, clumping=4)
    red = light[:, :, 0].std() / light[:, :, 0].mean()
    weights = np.array([0.78, 0.17, 0.05])
    expected = np.sqrt(3 / (pitch_um / 48) ** 2) * np.sqrt(((weights - 1 / 3) ** 2).sum())
    assert red == pytest.approx(expected, rel=0.15)


def test_coarser_grains_make_more_noise() -> None:
    noise = [linear(clumping=clumping).std(axis=(0, 1)).min() for clumping in (1, 3, 10)]
    assert noise[0] < noise[1] < noise[2]


def test_resolved_grains_are_patches_of_three_colours() -> None:
    light = linear(grain_um=2000, clumping=4)
    assert np.bincount(light.argmax(axis=2).ravel(), minlength=3).min() > 0.2 * SIDE * SIDE
    same = (light.argmax(axis=2)[:, 1:] == light.argmax(axis=2)[:, :-1]).mean()
    assert same > 0.7


def test_colours_are_duller_and_black_stays_black() -> None:
    image = np.tile(np.array([0.8, 0.3, 0.2], np.float32), (64, 64, 1))
    out = Autochrome(saturation=0.7)(image, key="a").mean(axis=(0, 1))
    assert out[0] > out[1] > out[2]
    assert out[0] - out[2] < 0.55
    assert Autochrome()(np.zeros((20, 20, 3), np.float32)).max() < 1e-4


def test_strength_0_leaves_the_picture() -> None:
    rubble = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    assert np.array_equal(Autochrome(strength=0)(rubble), rubble)
