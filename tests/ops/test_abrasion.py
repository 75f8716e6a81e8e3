from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

SIDE = 512
GRAY = np.full((SIDE, SIDE, 1), 0.25, np.float32)


def pair(key: str, **fields: Any) -> degrade.Pair:
    return degrade.Abrasion(**{"count": 1} | fields).pair(GRAY, key=key)


def test_marks_are_light_and_take_only_a_part_of_the_density() -> None:
    p = pair("a", count=4, depth=0.4)
    change = p.degraded - GRAY
    assert change.min() >= 0
    assert change.max() > 0.02
    assert p.loss.max() <= 0.4 * 255 + 1
    assert set(np.unique(p.classes)) <= {0, int(degrade.DamageClass.SCRATCH)}


def test_a_patch_has_one_direction() -> None:
    """The structure tensor of each patch is strongly anisotropic."""
    coherence = []
    for index in range(16):
        mask = pair(str(index), marks=2, size_mm=20).mask.astype(float)
        if mask.sum() < 255 * 100:
            continue
        down, across = np.gradient(mask)
        a, b, c = (across**2).sum(), (across * down).sum(), (down**2).sum()
        coherence.append(np.hypot(a - c, 2 * b) / (a + c))
    assert len(coherence) > 8
    assert np.median(coherence) > 0.5


def test_more_marks_cover_more() -> None:
    few, many = (sum(int(pair(str(i), marks=m).mask.sum()) for i in range(6)) for m in (0.2, 0.8))
    assert 2.5 < many / few < 5.5


def test_half_the_patches_lie_on_a_ridge() -> None:
    ridge = np.full((30, 2), 0.5, np.float32)
    near = 0
    for index in range(60):
        with borrowed_workspace() as workspace:
            photo = Photo(GRAY, workspace)
            photo.traces["cracks"] = [ridge]
            degrade.Abrasion(count=1, size_mm=8, marks=2).run(photo, Key(0, str(index)))
            rows, columns = np.nonzero(photo.mask)
        near += bool(rows.size) and np.hypot(np.median(rows) - SIDE / 2, np.median(columns) - SIDE / 2) < 25
    assert 20 <= near <= 40


@pytest.mark.parametrize("nothing", [{"count": 0}, {"depth": 0}, {"marks": 0}])
def test_nothing_is_the_identity(nothing: dict[str, Any]) -> None:
    p = pair("a", **nothing)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()
