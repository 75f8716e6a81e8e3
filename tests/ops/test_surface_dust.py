from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import label

import degrade

SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
BLACK = np.zeros((SIDE, SIDE, 1), np.float32)
SPECKS = {"fibres": 0, "shadow_mm": 0}


def pair(key: str, image: np.ndarray = BLACK, **fields: Any) -> degrade.Pair:
    return degrade.SurfaceDust(**fields).pair(image, key=key)


def test_dust_is_gray_and_never_white() -> None:
    p = pair("a", count=400, **SPECKS)
    assert 0.5 < p.degraded.max() <= 0.95
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.DUST)}


def test_their_sizes_are_log_normal_about_the_diameter() -> None:
    diameters = []
    for index in range(6):
        p = pair(str(index), count=60, **SPECKS, diameter_mm=1.2)
        labelled, _ = label(p.mask > 40)
        areas = np.bincount(labelled.ravel())[1:]
        diameters += list(np.sqrt(areas * 4 / np.pi) / PX_PER_MM)
    logs = np.log(diameters)
    assert len(logs) > 250
    assert 0.9 < np.exp(np.median(logs)) < 1.5
    assert 0.3 < logs.std() < 0.8


def test_it_lies_in_drifts() -> None:
    """The variance of counts in cells is above that of chance."""
    ratio = []
    for index in range(6):
        rows, columns = np.nonzero(pair(str(index), count=1500, **SPECKS, diameter_mm=0.05).mask)
        counts = np.histogram2d(rows, columns, 6, ((0, SIDE), (0, SIDE)))[0]
        ratio.append(counts.var() / counts.mean())
    assert np.median(ratio) > 1.5


def test_fibres_are_long_and_thin() -> None:
    p = pair("a", count=0, fibres=30, shadow_mm=0, length_mm=8)
    labelled, count = label(p.mask > 8, np.ones((3, 3)))
    reach = [
        max(np.ptp(rows), np.ptp(columns)) for rows, columns in (np.nonzero(labelled == n + 1) for n in range(count))
    ]
    assert np.median(reach) > 2 * PX_PER_MM
    assert (p.mask > 200).mean() < 0.001


def test_the_shadow_darkens_what_is_pale() -> None:
    pale = np.full((SIDE, SIDE, 1), 0.97, np.float32)
    plain, shaded = (pair("a", pale, count=300, fibres=0, shadow_mm=shadow, diameter_mm=0.5) for shadow in (0.0, 0.3))
    assert (shaded.degraded < plain.degraded - 0.02).any()
    assert np.array_equal(shaded.loss, plain.loss)


@pytest.mark.parametrize("nothing", [{"count": 0, "fibres": 0}])
def test_nothing_is_the_identity(nothing: dict[str, Any]) -> None:
    p = pair("a", **nothing)
    assert np.array_equal(p.degraded, BLACK)
    assert not p.mask.any()
