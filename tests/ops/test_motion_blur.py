"""Camera shake as an op; the kernel has its own tests."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.motion_blur import MotionBlur

SPOT = np.zeros((65, 65), np.float32)
SPOT[32, 32] = 1


def streak(**fields: float) -> np.ndarray:
    return MotionBlur(**{"length_mm": 0, **fields})(SPOT)


def test_length_0_is_the_identity() -> None:
    assert np.array_equal(streak(angle_deg=30), SPOT)


def test_it_moves_along_its_direction_only() -> None:
    level, upright = streak(length_px=9, angle_deg=0), streak(length_px=9, angle_deg=90)
    assert (level[[31, 33]] == 0).all()
    assert np.count_nonzero(level[32]) in (9, 10, 11)
    assert np.array_equal(upright, level.T)


def test_angles_turn_counterclockwise() -> None:
    rising = streak(length_px=20, angle_deg=45)
    assert rising[26, 38] > 0.01
    assert rising[38, 38] == 0
    assert np.array_equal(rising, streak(length_px=20, angle_deg=225))


def test_lengths_add() -> None:
    per_mm = np.hypot(65, 65) / 180
    together = streak(length_mm=6 / per_mm, length_px=4, angle_deg=0)
    assert together == pytest.approx(streak(length_px=10, angle_deg=0), abs=1e-3)


def test_light_is_kept() -> None:
    assert streak(length_px=13, angle_deg=20).sum() == pytest.approx(1, abs=1e-4)


def test_in_linear_light_bright_spots_leave_streaks() -> None:
    line = {"length_px": 9, "angle_deg": 0}
    assert streak(**line, linear_light=True)[32, 32] > 2 * streak(**line)[32, 32]
