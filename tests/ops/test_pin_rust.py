from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import label

import degrade

PinRust = degrade.degradations()["pin_rust"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.75, np.float32)
STAIN, PUNCTURE = int(degrade.DamageClass.STAIN), int(degrade.DamageClass.PUNCTURE)
HOLES = {"rust": 0, "torn": 0, "dent": 0}


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return PinRust(**fields).pair(LIGHT, key=key)


def test_each_pin_has_a_corner_of_its_own() -> None:
    for count in range(5):
        mask = pair(count=count, **HOLES, inset_mm=6).mask > 128
        labelled, found = label(mask)
        assert found == count
        corners = set()
        for number in range(1, found + 1):
            y, x = (axis.mean() for axis in np.nonzero(labelled == number))
            corners.add((y < SIDE / 2, x < SIDE / 2))
            for place in (y, x):
                assert 4 < min(place, SIDE - place) / PX_PER_MM < 8
        assert len(corners) == count


def test_a_hole_is_dark_and_of_its_size() -> None:
    p = pair(count=4, **HOLES, hole_mm=3)
    assert (p.degraded[p.mask == 255] < 0.1).all()
    assert (p.classes[p.mask > 0] == PUNCTURE).all()
    area = p.mask.sum(dtype=np.int64) / 255 / 4 / PX_PER_MM**2
    assert 2 * (area / np.pi) ** 0.5 == pytest.approx(3, rel=0.2)


def test_rust_falls_off_and_returns_at_the_rim_of_the_head() -> None:
    profile = np.zeros(40)
    for key in range(8):
        mask = pair(str(key), count=1, torn=0, dent=0, rust=1.0, head_mm=10, inset_mm=20, hole_mm=0.3).mask.astype(
            float
        )
        core = np.argwhere(mask > 0.9 * mask.max()).mean(axis=0)
        y, x = np.indices(mask.shape)
        radius = np.hypot(y - core[0], x - core[1]) / PX_PER_MM / 0.25
        profile += (
            np.bincount(radius.astype(int).ravel(), mask.ravel(), 400)[:40]
            / np.bincount(radius.astype(int).ravel())[:40]
        )
    disc, between, rim, outside = profile[2:5].mean(), profile[13:16].mean(), profile[18:22].max(), profile[34:].mean()
    assert disc > rim > 1.3 * between
    assert between > outside


def test_rust_is_orange() -> None:
    p = pair(count=4, torn=0, dent=0, rust=1.0)
    lost = (LIGHT - p.degraded)[(p.classes == STAIN) & (p.mask > 40)].mean(axis=0)
    assert lost[0] < 0.3 * lost[1]
    assert lost[1] < lost[2]


def test_torn_flesh_points_to_the_corner() -> None:
    for key in range(6):
        whole = pair(str(key), count=1, rust=0, torn=1, dent=0, inset_mm=9, hole_mm=1)
        hole = pair(str(key), count=1, **HOLES, inset_mm=9, hole_mm=1)
        torn = (whole.loss > 100) & (hole.loss == 0)
        assert np.count_nonzero(torn) > 30
        y, x = (axis.mean() for axis in np.nonzero(hole.loss > 100))
        ty, tx = (axis.mean() for axis in np.nonzero(torn))
        assert (ty - y) * (y - SIDE / 2) + (tx - x) * (x - SIDE / 2) > 0
        assert whole.degraded[torn].mean() > LIGHT.mean()


def test_no_pin_is_the_identity() -> None:
    p = pair(count=0)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
