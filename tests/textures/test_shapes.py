"""What a patch of damage is by its form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.damage import DamageClass
from degrade.textures.shapes import class_of, patches, shape_of

Array = npt.NDArray[Any]


def drawn(*points: tuple[float, float], width: int = 3, side: int = 160) -> Array:
    """(h, w) bool: lines through points (x, y), cut to what they cover."""
    import cv2

    canvas = np.zeros((side, side), np.uint8)
    cv2.polylines(canvas, [np.array(points, np.int32)], False, 1, width)
    rows, columns = np.nonzero(canvas)
    return canvas[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] > 0


def disc(radius: float) -> Array:
    at = np.arange(-int(radius) - 1, int(radius) + 2)
    inside = np.hypot(*np.meshgrid(at, at)) <= radius
    return inside[inside.any(1)][:, inside.any(0)]


@pytest.mark.parametrize("end", [(140, 10), (140, 60), (100, 100), (10, 140)])
def test_a_straight_line_is_a_scratch_at_every_angle(end: tuple[int, int]) -> None:
    own, length = drawn((10, 10), end), np.hypot(end[0] - 10, end[1] - 10)
    shape = shape_of(own)
    assert shape.line
    assert shape.length == pytest.approx(length, rel=0.12)
    assert shape.width == pytest.approx(own.sum() / length, rel=0.15)
    assert class_of(shape, 1.0) is DamageClass.SCRATCH


def test_a_curl_is_a_hair_and_a_short_line_is_lint() -> None:
    turns = np.linspace(0, 1.4 * np.pi, 40)
    curl = drawn(*[(80 + 40 * np.cos(t), 80 + 40 * np.sin(t)) for t in turns], width=2)
    assert class_of(shape_of(curl), 1.0) is DamageClass.HAIR
    short = shape_of(drawn((10, 10), (40, 10), width=2))
    assert class_of(short, 4.0) is DamageClass.HAIR
    assert class_of(short, 1.0) is DamageClass.SCRATCH


def test_a_long_line_that_branches_is_a_crack() -> None:
    canvas = np.zeros((160, 160), np.bool_)
    for points in ([(5, 80), (150, 85)], [(40, 81), (60, 140)], [(80, 82), (95, 20)], [(110, 84), (125, 145)]):
        one = np.zeros((160, 160), np.uint8)
        import cv2

        cv2.polylines(one, [np.array(points, np.int32)], False, 1, 2)
        canvas |= one > 0
    [(_, own)] = patches(canvas, 1)
    shape = shape_of(own)
    assert shape.branches >= 3
    assert class_of(shape, 1.0) is DamageClass.CRACK


def test_what_is_round_is_dust_or_a_stain() -> None:
    small, large = shape_of(disc(4)), shape_of(disc(15))
    assert not small.line
    assert small.length == pytest.approx(8, rel=0.15)
    assert small.length / small.width == pytest.approx(1, abs=0.05)
    assert class_of(small, 1.0) is DamageClass.DUST
    assert class_of(large, 1.0) is DamageClass.STAIN


def test_patches_are_what_hangs_together() -> None:
    covered = np.zeros((20, 20), np.bool_)
    covered[2:5, 2:5] = covered[5, 5] = covered[10:12, 10:12] = covered[18, 18] = True
    found = list(patches(covered, 2))
    assert [np.count_nonzero(own) for _, own in found] == [10, 4]
    assert found[0][0] == (slice(2, 6), slice(2, 6))
