"""Light leaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.damage import DamageClass
from degrade.engine.pair import Pair
from degrade.ops.light_leak import LightLeak

SIDE = 320


def pair(key: str = "a", side: int = SIDE, channels: int = 3, value: float = 0.3, **fields: Any) -> Pair:
    image = np.full((side, side, channels), value, np.float32)
    return LightLeak(**{"count": 1, "length_frac": 0.1, "amount": 1.0, **fields}).pair(image, key=key)


@pytest.mark.parametrize("kind", ["edge", "corner", "streak"])
def test_it_is_light_and_strongest_at_the_rim(kind: str) -> None:
    for key in "abcd":
        p = pair(key, kind=kind)
        assert (p.degraded >= p.clean).all()
        assert not p.loss.any()
        assert set(np.unique(p.classes)) <= {0, DamageClass.LIGHT_LEAK}
        row, column = np.unravel_index(np.argmax(p.degraded.sum(axis=2)), (SIDE, SIDE))
        assert min(row, column, SIDE - 1 - row, SIDE - 1 - column) < 0.12 * SIDE


def test_an_edge_leak_falls_off_exponentially() -> None:
    """In linear light, over black; the fall's length wavers along the edge."""
    ratios = []
    for key in "abcdefgh":
        light = (pair(key, channels=1, value=0, kind="edge").degraded[:, :, 0].astype(np.float64) + 0.055) ** 2.4
        for turned in (light, light.T, light[::-1], light.T[::-1]):
            column = np.argmax(turned[0])
            if turned[0].max() == light.max():
                near, middle, far = turned[4, column], turned[20, column], turned[36, column]
                ratios.append((near / middle) / (middle / far))
    assert np.median(ratios) == pytest.approx(1, abs=0.35)


def test_it_is_warm_on_colour_film_and_neutral_otherwise() -> None:
    p = pair(warmth=1.0, kind="corner", key="c")
    gain = (p.degraded - p.clean)[(p.mask > 5) & (p.mask < 200)]
    red, green, blue = gain.mean(axis=0)
    assert red > green > blue
    neutral = pair(warmth=0, kind="corner", key="c").degraded
    assert np.abs(neutral - neutral[:, :, :1]).max() < 1e-6


def test_it_goes_farther_with_its_length() -> None:
    short, long = (sum(pair(key, length_frac=length).mask.sum(dtype=float) for key in "abcd") for length in (0.05, 0.2))
    assert long > 2 * short


def test_no_leak_is_the_identity() -> None:
    for nothing in ({"count": 0}, {"amount": 0}):
        p = pair(**nothing)
        assert np.array_equal(p.degraded, p.clean)
        assert not p.mask.any()


def test_it_is_the_same_at_twice_the_resolution() -> None:
    for key in "abc":
        small = pair(key, channels=1).mask.astype(float)
        large = pair(key, channels=1, side=2 * SIDE).mask.astype(float).reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        assert np.minimum(small, large).sum() / np.maximum(small, large).sum() > 0.95
