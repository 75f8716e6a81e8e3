from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import label

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

SIDE = 512
GRAY = np.full((SIDE, SIDE, 3), 0.3, np.float32)
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
BARE = {"soil": 0, "shadow": 0, "depth": 1.0}


def pair(key: str, **fields: Any) -> degrade.Pair:
    return degrade.Loss(**{"count": 12} | fields).pair(GRAY, key=key)


def with_traces(traces: dict[str, list[Any]], **fields: Any) -> npt.NDArray[np.float64]:
    """The loss after an earlier step left `traces`."""
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY, workspace)
        photo.traces.update(traces)
        degrade.Loss(**BARE | fields).run(photo, Key(0, "a"))
        return photo.loss / 255


def test_what_shows_is_the_paper() -> None:
    p = pair("a", **BARE)
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.MATERIAL_LOSS)}
    red, green, blue = p.degraded[p.loss == 255].mean(axis=0)
    assert red > green > blue > 0.5


def test_shards_are_pointed_and_longer_than_wide() -> None:
    filled, longer = [], []
    for index in range(8):
        labelled, count = label(pair(str(index), **BARE, width_mm=2.5).loss > 127)
        for number in range(1, count + 1):
            rows, columns = np.nonzero(labelled == number)
            if rows.size < 60:
                continue
            spread = np.linalg.eigvalsh(np.cov(rows, columns))
            longer.append((spread[1] / spread[0]) ** 0.5)
            # An ellipse of the same moments has the area 4π·sqrt(det); shapes with points and hollows have less.
            filled.append(rows.size / (4 * np.pi * np.prod(spread) ** 0.5))
    assert len(longer) > 30
    assert np.median(longer) > 1.5
    assert np.median(filled) < 0.97


def test_they_begin_where_cracks_meet() -> None:
    lost = with_traces({"junctions": [(0.3, 0.6)]}, count=6, width_mm=1.5)
    rows, columns = np.nonzero(lost > 0.5)
    assert rows.size
    assert np.hypot(columns / SIDE - 0.3, rows / SIDE - 0.6).max() < 0.25


def test_they_follow_the_crack() -> None:
    """A crack along a row of the picture: shards lie on it, and stretch along it."""
    crack = np.stack([np.linspace(0.3, 0.7, 40), np.full(40, 0.5)], axis=1).astype(np.float32)
    lost = with_traces({"junctions": [(0.5, 0.5)] * 3, "cracks": [crack]}, count=8, width_mm=1.5)
    rows, columns = np.nonzero(lost > 0.5)
    assert np.abs(np.median(rows) - SIDE / 2) < 2.5 * PX_PER_MM
    assert np.ptp(columns) > np.ptp(rows)


def test_without_cracks_they_lie_where_the_print_is_worn() -> None:
    lost = sum(pair(str(index), count=60, **BARE, width_mm=0.6).loss.astype(float) for index in range(12))
    rim = np.ones((SIDE, SIDE), bool)
    rim[50:-50, 50:-50] = False
    assert lost[rim].mean() > 1.3 * lost[~rim].mean()


def test_width_is_in_millimetres() -> None:
    small, large = (sum(int((pair(str(i), **BARE, width_mm=w).loss > 0).sum()) for i in range(6)) for w in (0.8, 2.4))
    assert 5 < large / small < 12


def test_the_step_has_a_dark_rim_and_a_lit_one() -> None:
    plain, lit = pair("b", **BARE, width_mm=4), pair("b", **BARE | {"shadow": 0.5}, width_mm=4)
    change = (lit.degraded - plain.degraded)[:, :, 1]
    assert change.min() < -0.05
    assert change.max() > 0.02
    inside = (plain.loss == 255) & (np.abs(change) > 1e-3)
    assert change[inside].mean() < 0


def test_soil_browns_the_paper() -> None:
    clean, soiled = pair("a", **BARE, width_mm=2), pair("a", **BARE | {"soil": 1.0}, width_mm=2)
    there = clean.loss == 255
    before, after = clean.degraded[there].mean(axis=0), soiled.degraded[there].mean(axis=0)
    assert (after < before - 0.01).all()
    assert before[2] - after[2] > before[0] - after[0]
