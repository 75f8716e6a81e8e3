from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

import degrade

SIDE = 512
GRAY = np.full((SIDE, SIDE, 3), 0.3, np.float32)
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
FRINGE = {"rounding_mm": 0, "peel_mm": 0, "nicks": 0, "shadow": 0}
PEEL, GONE = int(degrade.DamageClass.PEEL), int(degrade.DamageClass.MATERIAL_LOSS)


def pair(key: str, **fields: Any) -> degrade.Pair:
    return degrade.EdgeWear(**fields).pair(GRAY, key=key)


def test_the_fringe_lies_along_the_edges() -> None:
    p = pair("a", **FRINGE, width_mm=0.6)
    assert not p.mask[60:-60, 60:-60].any()
    for strip in (p.loss[:6], p.loss[-6:], p.loss[:, :6], p.loss[:, -6:]):
        assert strip.max() == 255
    red, green, blue = p.degraded[p.loss == 255].mean(axis=0)
    assert red > green > blue > 0.5


def test_it_comes_and_goes_and_is_widest_at_the_corners() -> None:
    widths = []
    for index in range(10):
        lost = pair(str(index), **FRINGE, width_mm=0.5).loss / 255
        widths.append(lost[: SIDE // 4].sum(axis=0) / PX_PER_MM)
    profile = np.array(widths)[:, 20:-20]
    assert 0.4 < np.median(profile.std(axis=1) / profile.mean(axis=1)) < 1.6
    assert profile[:, :40].mean() > 1.2 * profile[:, 150:-150].mean()


def test_width_is_in_millimetres() -> None:
    areas = [sum(int(pair(str(i), **FRINGE, width_mm=w).loss.sum()) for i in range(4)) for w in (0.2, 0.4, 0.8, 1.6)]
    assert all(1.5 < after / before < 2.6 for before, after in pairwise(areas))


def test_rounded_corners_and_nicks_show_what_lies_behind() -> None:
    behind = pair("b", **FRINGE | {"rounding_mm": 5}, width_mm=0)
    assert behind.classes[0, 0] == GONE
    assert behind.loss[0, 0] == 255
    assert not behind.mask[SIDE // 2].any()
    nicked = pair("b", **FRINGE | {"nicks": 20}, width_mm=0)
    assert 10 < np.count_nonzero(nicked.classes == GONE) < 0.02 * SIDE * SIDE


def test_what_peels_is_not_all_gone() -> None:
    p = pair("c", **FRINGE | {"peel_mm": 5}, width_mm=0)
    there = p.mask > 250
    assert there.any()
    assert set(np.unique(p.classes)) <= {0, PEEL, GONE}
    assert p.loss[there].max() < 160


def test_the_broken_edge_throws_a_shadow() -> None:
    plain, lit = pair("d", **FRINGE, width_mm=0.8), pair("d", **FRINGE | {"shadow": 0.5}, width_mm=0.8)
    change = lit.degraded - plain.degraded
    assert change.min() < -0.05
    assert (change > 0.01).any()


def test_nothing_is_the_identity() -> None:
    p = pair("a", width_mm=0, rounding_mm=0, peel_mm=0, nicks=0)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()
