from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

TideLines = degrade.degradations()["tide_lines"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.8, np.float32)
STAIN = {"count": 1, "washed": 0, "cockle": 0, "fronts": 1}
"""One front, and nothing but its stain."""


def pair(key: str = "a", image: Any = LIGHT, **fields: Any) -> degrade.Pair:
    return TideLines(**fields).pair(image, key=key)


def profile(key: str, **fields: Any) -> npt.NDArray[np.float64]:
    """Mean coverage by the distance behind the front in px, in columns that cross it."""
    mask = pair(key, **STAIN | {"source": "edge", "reach_mm": 35, "strength": 0.6} | fields).mask.astype(float)
    if mask[0].mean() < 1:
        mask = mask[::-1]
    kept = []
    for column in mask.T[40:-40]:
        rows = np.flatnonzero(column > 20)
        if len(rows) > 80 and (column[:60] > 0).all():
            kept.append(column[rows[-1] :: -1][:70])
    return np.mean([k for k in kept if len(k) == 70], axis=0) if len(kept) > 60 else np.array([])


def test_the_front_is_sharp_outside_and_fades_inwards() -> None:
    found = [p for p in (profile(str(key)) for key in range(14)) if len(p)]
    assert len(found) >= 2
    mean = np.mean(found, axis=0)
    peak = int(mean.argmax())
    assert peak <= 5
    falling = [mean[peak + step] for step in (0, 4, 12, 40)]
    assert all(after < before for before, after in pairwise(falling))
    # A power law: far behind the front most of the fall is over.
    assert falling[1] - falling[2] > 1.3 * (falling[2] - falling[3]) - 3
    assert falling[3] > 0.03 * falling[0]


def test_what_is_dry_is_untouched() -> None:
    p = pair(source="drop", reach_mm=8, **STAIN)
    assert np.array_equal(p.degraded[p.mask == 0], LIGHT[p.mask == 0])
    assert (p.mask == 0).mean() > 0.7


def test_the_stain_is_brown() -> None:
    p = pair(**STAIN, source="edge", strength=0.6)
    lost = (LIGHT - p.degraded)[p.mask > 40].mean(axis=0)
    assert 0 < lost[0] < lost[1] < lost[2]


def test_water_spreads_as_far_as_it_reaches() -> None:
    near, far = (
        sum(np.count_nonzero(pair(str(key), **STAIN, source="corner", reach_mm=reach).mask) for key in range(4))
        for reach in (12, 36)
    )
    assert 4 < far / near < 16


def test_further_fronts_lie_within_the_first() -> None:
    usual = STAIN | {"source": "edge", "reach_mm": 40, "strength": 0.4}
    one, three = (pair(**usual | {"fronts": fronts}).mask.astype(int) for fronts in (1, 3))
    assert (three >= one).all()
    assert (three > one + 10).any()
    assert np.count_nonzero(three) <= 1.25 * np.count_nonzero(one)


def test_washed_out_and_cockled_paper_lies_inside() -> None:
    p = pair(count=1, strength=0, washed=0.05, cockle=0, source="edge")
    assert (p.degraded >= LIGHT).all()
    assert p.degraded.max() / LIGHT.max() == pytest.approx(10 ** (0.05 / 2.4), rel=0.01)
    cockled = pair(count=1, strength=0, washed=0, cockle=0.1, source="edge", reach_mm=60)
    assert (cockled.degraded > LIGHT + 0.01).any()
    assert (cockled.degraded < LIGHT - 0.01).any()


def test_it_leaves_where_its_fronts_are() -> None:
    with borrowed_workspace() as workspace:
        photo = Photo(LIGHT, workspace)
        TideLines(**STAIN | {"count": 2, "source": "edge", "strength": 0.6}).run(photo, Key(0, "a"))
        traces, mask = photo.traces["tide"], photo.mask.astype(float)
    assert len(traces) == 2
    near = np.maximum.reduce(traces)[:64, :64]
    coarse = mask.reshape(64, 8, 64, 8).max(axis=(1, 3))
    assert 0 <= near.min() <= near.max() <= 1
    assert near[coarse > 0.8 * coarse.max()].mean() > 3 * near[coarse == 0].mean()


@pytest.mark.parametrize("fields", [{"count": 0}, {"strength": 0, "washed": 0, "cockle": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
