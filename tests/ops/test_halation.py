"""Halation: the glow around highlights."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from degrade.ops.halation import Halation

SIDE = 400


def glow(channels: int = 3, **fields: Any) -> np.ndarray:
    """Linear light that a bright disc of 8 px throws on black around it."""
    rows, columns = np.indices((SIDE, SIDE))
    image = np.zeros((SIDE, SIDE, channels), np.float32)
    image[np.hypot(rows - 200, columns - 200) < 8] = 1
    out = Halation(**{"amount": 0.2, "length_frac": 0.05, "highlights": 2, **fields})(image)
    assert (out[image > 0] == 1).all()
    v = out.astype(np.float64)
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def test_it_falls_off_exponentially() -> None:
    out = glow(channels=1)[200, :, 0]
    light = [out[200 + away] for away in (30, 50, 70)]
    length = 20.0
    for near, far in pairwise(light):
        assert near / far == pytest.approx(np.exp(20 / length), rel=0.25)


def test_it_is_red_on_colour_film_and_neutral_on_plates() -> None:
    red, green, blue = glow()[200, 225]
    assert red > 2 * green > 2 * blue > 0
    plain = glow(redness=0)[200, 225]
    assert np.ptp(plain) < 1e-6


def test_it_grows_with_amount_and_highlights() -> None:
    at = (200, 225, 0)
    assert glow(amount=0.05)[at] < glow(amount=0.2)[at] < glow(amount=0.2, highlights=6)[at]


def test_shadows_without_light_near_them_stay_black() -> None:
    assert glow()[5, 5].max() < 1e-3
    black = np.zeros((50, 60, 1), np.float32)
    assert np.abs(Halation(amount=0.3)(black)).max() < 1e-6


def test_amount_0_is_the_identity() -> None:
    rubble = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    assert np.array_equal(Halation(amount=0)(rubble), rubble)
