from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade

SIDE = 512
GRAY = np.full((SIDE, SIDE, 3), 0.3, np.float32)
PX_PER_MM = np.hypot(SIDE, SIDE) / 180


def pair(key: str, **fields: Any) -> degrade.Pair:
    return degrade.MissingCorners(**fields).pair(GRAY, key=key)


def corners(layer: np.ndarray) -> list[np.ndarray]:
    """The four quarters of a layer, each turned so that its corner comes first."""
    half = SIDE // 2
    return [
        layer[:half, :half],
        layer[:half, half:][:, ::-1],
        layer[half:, half:][::-1, ::-1],
        layer[half:][::-1, :half],
    ]


def test_share_is_the_chance_of_each_corner() -> None:
    missing = [corner[0, 0] == 255 for index in range(40) for corner in corners(pair(str(index), share=0.3).loss)]
    assert 0.18 < np.mean(missing) < 0.42


def test_the_middle_of_the_edges_stays() -> None:
    for index in range(6):
        mask = pair(str(index), share=1).mask
        assert not mask[100:-100, 100:-100].any()
        assert not mask[SIDE // 2].any()
        assert not mask[:, SIDE // 2].any()


def test_legs_are_in_millimetres() -> None:
    """A triangle of legs a and b has the area a·b / 2; those of a corner are as much shorter as the other is longer."""
    areas = [
        corner.sum() / 255 / PX_PER_MM**2
        for index in range(12)
        for corner in corners(pair(str(index), share=1, kind="torn", legs_mm=12, strip_mm=0).loss.astype(float))
    ]
    assert 0.6 * 72 < np.median(areas) < 1.6 * 72


def test_a_strip_of_paper_core_lies_between_image_and_gap() -> None:
    narrow, wide = (pair("d", share=1, kind="torn", legs_mm=14, strip_mm=strip) for strip in (0.0, 2.0))
    added = (wide.loss > 200) & (narrow.loss < 50)
    assert added.sum() > 60
    paper = wide.degraded[added].mean(axis=0)
    assert paper[0] > paper[1] > paper[2] > 0.55


def test_what_lies_behind_is_the_same_at_all_corners_and_in_all_steps() -> None:
    behind = [corner[0, 0] for corner in corners(pair("e", share=1, kind="torn", legs_mm=20, strip_mm=0).degraded)]
    assert np.ptp(behind, axis=0).max() == 0
    edge = degrade.EdgeWear(rounding_mm=30, width_mm=0, peel_mm=0, nicks=0).pair(GRAY, key="e")
    assert np.array_equal(edge.degraded[0, 0], behind[0])


def test_a_rounded_corner_is_round() -> None:
    """A parabola takes a third of the triangle of its legs, and its outline is nowhere hollow."""
    for index in range(6):
        for corner in corners(pair(str(index), share=1, kind="rounded", legs_mm=20, strip_mm=0).loss / 255):
            down, across = np.count_nonzero(corner[:, 0]), np.count_nonzero(corner[0])
            assert corner.sum() / (down * across / 6) == pytest.approx(1, abs=0.15)
            reach = corner[:down].sum(axis=1)[::4]
            assert np.diff(reach, 2).min() > -0.5


@pytest.mark.parametrize("share", [0, 0.0])
def test_nothing_is_the_identity(share: float) -> None:
    p = pair("a", share=share)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()
