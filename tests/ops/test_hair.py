"""Hair and lint on the negative."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from degrade.engine.damage import DamageClass
from degrade.engine.kernels import film_fibres
from degrade.engine.pair import Pair
from degrade.ops.hair import Hair


def pair(key: str = "a", side: int = 512, **fields: Any) -> Pair:
    image = np.full((side, side, 1), 0.5, np.float32)
    return Hair(**{"rate": 0.5, "short": 60, "long": 30, **fields}).pair(image, key=key)


@pytest.mark.parametrize(("medium", "sign"), [("print", 1), ("negative", 1), ("positive", -1)])
def test_it_is_light_from_a_negative_and_dark_in_a_slide(medium: str, sign: int) -> None:
    p = pair(medium=medium)
    change = sign * (p.degraded - p.clean)
    assert change.min() >= 0
    assert change.max() > 0.1
    assert set(np.unique(p.classes)) == {0, DamageClass.HAIR}


def test_long_ones_are_longer() -> None:
    def extent(**fields: Any) -> float:
        spans = []
        for key in range(12):
            rows, columns = np.nonzero(pair(str(key), **{"short": 0, "long": 0, "rate": 1, **fields}).mask)
            if len(rows):
                spans.append(max(np.ptp(rows), np.ptp(columns)))
        return float(np.median(spans))

    assert extent(long=1) > 2 * extent(short=1)


def one(key: int, length: float = 150.0) -> np.ndarray:
    """One opaque fibre of even length, 1 px a unit, in the middle of a canvas."""
    canvas = np.zeros((512, 512), np.uint8)
    film_fibres.draw_fibres(canvas, 512, 512, 1.0, 256.0, 256.0, 1.0, 1.0, 1, length, 0, 3.0, 0, 1e6, 0.0, 0.0, key, 9)
    return canvas


def test_some_loop() -> None:
    """A loop encloses ground: the canvas without the fibre falls into several parts."""
    looped = 0
    for key in range(200):
        _, _, stats, _ = cv2.connectedComponentsWithStats((one(key) == 0).astype(np.uint8), connectivity=4)
        looped += int((stats[1:, cv2.CC_STAT_AREA] > 12).sum() > 1)
    assert 0.1 < looped / 200 < 0.5


def test_the_area_is_length_times_width() -> None:
    areas = [one(key).sum() / 255 for key in range(100)]
    assert np.median(areas) == pytest.approx(450, rel=0.05)


def test_none_there_is_the_identity() -> None:
    for nothing in ({"rate": 0}, {"density": 0}, {"short": 0, "long": 0}):
        p = pair(**nothing)
        assert np.array_equal(p.degraded, p.clean)
        assert not p.mask.any()


def test_it_is_the_same_at_twice_the_resolution() -> None:
    least = most = 0.0
    for key in "abc":
        small = pair(key).mask.astype(float)
        large = pair(key, side=1024).mask.astype(float).reshape(512, 2, 512, 2).mean(axis=(1, 3))
        least, most = least + np.minimum(small, large).sum(), most + np.maximum(small, large).sum()
    assert least / most > 0.9
