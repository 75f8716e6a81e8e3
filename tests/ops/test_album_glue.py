from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

AlbumGlue = degrade.degradations()["album_glue"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.75, np.float32)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return AlbumGlue(**{"missing": 0, "strength": 0.5} | fields).pair(LIGHT, key=key)


def test_corners_are_right_triangles() -> None:
    mask = pair(kind="corners", size_mm=15).mask > 40
    leg = 15 * PX_PER_MM
    for corner in (mask, mask[::-1], mask[:, ::-1], mask[::-1, ::-1]):
        assert np.count_nonzero(corner[: SIDE // 2, : SIDE // 2]) == pytest.approx(leg * leg / 2, rel=0.35)
        assert corner[:3, : int(0.6 * leg)].mean() > 0.9
        assert not corner[int(0.75 * leg) : SIDE // 2, int(0.75 * leg) : SIDE // 2].any()


@pytest.mark.parametrize("kind", ["corners", "strokes", "dabs"])
def test_rims_are_darker_than_what_they_enclose(kind: str) -> None:
    inner, rim = [], []
    for key in range(4):
        mask = pair(str(key), kind=kind, size_mm=22).mask.astype(float)
        inside = mask > 10
        for reach in (3, 8):
            shrunk = inside.copy()
            for axis in (0, 1):
                shrunk &= np.roll(inside, reach, axis) & np.roll(inside, -reach, axis)
            (rim if reach == 3 else inner).append(mask[inside & ~shrunk].mean() if reach == 3 else mask[shrunk].mean())
    assert np.mean(rim) > 1.05 * np.mean(inner)


@pytest.mark.parametrize("kind", ["corners", "strokes", "dabs"])
def test_it_is_yellow_brown_at_the_corners_only(kind: str) -> None:
    p = pair(kind=kind, size_mm=14)
    lost = (LIGHT - p.degraded)[p.mask > 40].mean(axis=0)
    assert 0 < lost[0] < lost[1] < lost[2]
    assert not p.mask[180:332, 180:332].any()


def test_missing_glue_leaves_corners_clean() -> None:
    assert not pair(missing=1).mask.any()
    covered = [
        np.count_nonzero([pair(str(key), missing=0.5, kind="corners").mask[y, x] for y in (0, -1) for x in (0, -1)])
        for key in range(12)
    ]
    assert 1.2 < np.mean(covered) < 2.8


def test_it_leaves_where_it_is() -> None:
    with borrowed_workspace() as workspace:
        photo = Photo(LIGHT, workspace)
        AlbumGlue(kind="corners", size_mm=15, missing=0).run(photo, Key(0, "a"))
        (glue,) = photo.traces["glue"]
    assert glue[0, 0] == 1
    assert glue[32, 32] == 0


def test_without_strength_it_is_the_identity() -> None:
    p = pair(strength=0)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
