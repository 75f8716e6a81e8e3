from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade

Burn = degrade.degradations()["burn"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.8, np.float32)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return Burn(**{"background": "white"} | fields).pair(LIGHT, key=key)


def test_halo_rim_and_hole_lie_one_within_the_other() -> None:
    p = pair(source="spot", reach_mm=30, char_mm=2, scorch_mm=8, strength=1)
    rows, columns = np.nonzero(p.mask)
    hole = (p.degraded > 0.95).all(axis=2)
    char = (p.degraded < 0.12).all(axis=2)
    brown = (p.mask > 30) & (p.degraded[:, :, 0] > p.degraded[:, :, 2] + 0.1)
    assert hole.any()
    y, x = (axis.mean() for axis in np.nonzero(hole))
    away = np.hypot(rows - y, columns - x)
    order = [
        np.median(np.hypot(*(axis - c for axis, c in zip(np.nonzero(part), (y, x), strict=True))))
        for part in (hole, char, brown)
    ]
    assert order[0] < order[1] < order[2] < away.max()


def test_missing_paper_and_char_are_lost_and_scorched_paper_is_not() -> None:
    p = pair(source="edge", reach_mm=14, char_mm=2)
    assert (p.loss[(p.degraded > 0.95).all(axis=2)] > 200).all()
    halo = (p.mask > 20) & (p.loss == 0)
    assert halo.any()
    assert (p.degraded[halo] < LIGHT[halo]).all()
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.BURN)}


def test_a_burn_at_an_edge_begins_there() -> None:
    for key in "abcdef":
        lost = pair(key, source="edge", reach_mm=10).loss > 200
        assert lost[0].any() or lost[-1].any() or lost[:, 0].any() or lost[:, -1].any()


def test_reach_is_in_millimetres() -> None:
    small, large = (
        np.mean(
            [
                np.count_nonzero(pair(str(key), source="corner", reach_mm=reach, char_mm=0.5).loss > 200)
                for key in range(6)
            ]
        )
        for reach in (8, 24)
    )
    assert 3 < large / small < 14


def test_the_background_shows_through() -> None:
    for background, value in (("white", 0.97), ("black", 0.03)):
        p = pair(source="edge", reach_mm=16, background=background)
        lost = p.degraded[p.loss == 255][:, 0]
        assert np.isclose(lost, value, atol=1e-3).mean() > 0.4


@pytest.mark.parametrize("fields", [{"count": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
