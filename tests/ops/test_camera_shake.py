"""Camera shake along an unsteady path."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.ops.camera_shake import CameraShake

SIDE = 129
PX_PER_MM = np.hypot(SIDE, SIDE) / 180


def trace(key: str, **fields: Any) -> np.ndarray:
    point = np.zeros((SIDE, SIDE), np.float32)
    point[64, 64] = 1
    return CameraShake(**{"linear_light": False, **fields})(point, key=key).astype(np.float64)


def test_light_is_kept_and_stays_within_the_extent() -> None:
    for key in "abcdef":
        out = trace(key, length_mm=20)
        rows, columns = np.nonzero(out > 1e-4)
        assert out.sum() == pytest.approx(1, abs=1e-3)
        # The extent is the diagonal of the path's box; a bilinear pixel more on either side.
        assert 0.75 * 20 * PX_PER_MM < np.hypot(np.ptp(rows), np.ptp(columns)) < 20 * PX_PER_MM + 3.5


def test_the_path_is_no_straight_line() -> None:
    thinnest = []
    for index in range(12):
        out = trace(str(index), length_mm=20, tremor=1.0)
        rows, columns = np.nonzero(out > 1e-4)
        spread = np.linalg.eigvalsh(np.cov(rows, columns, aweights=out[rows, columns]))
        thinnest.append(np.sqrt(spread[0] / spread[1]))
    assert np.median(thinnest) > 0.15


def test_without_tremor_it_follows_its_angle() -> None:
    level, upright = (trace("a", length_mm=20, tremor=0, angle_deg=angle) for angle in (0, 90))
    assert np.ptp(np.nonzero(level > 1e-4)[0]) <= 1
    assert np.ptp(np.nonzero(upright > 1e-4)[1]) <= 1


def test_the_hand_lingers() -> None:
    """An even motion leaves an even streak."""
    out = trace("c", length_mm=20, tremor=0.6)
    weights = out[out > 1e-4]
    assert weights.max() > 2 * np.median(weights)


def test_length_0_is_the_identity() -> None:
    rubble = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    assert np.array_equal(CameraShake(length_mm=0)(rubble), rubble)


def test_in_linear_light_bright_spots_draw_the_path() -> None:
    assert trace("a", length_mm=20, linear_light=True).max() > 2 * trace("a", length_mm=20).max()
