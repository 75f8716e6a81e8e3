"""The Gaussian blur as an op; the kernel has its own tests."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.blur import Blur

SPOT = np.zeros((65, 65), np.float32)
SPOT[32, 32] = 1


def spread(picture: np.ndarray) -> float:
    """Standard deviation of a spot along x, px."""
    profile = picture.sum(axis=0) / picture.sum()
    return float(np.sqrt((profile * (np.arange(len(profile)) - len(profile) // 2) ** 2).sum()))


@pytest.mark.parametrize("sigma", [0, 0.05])
def test_no_blur_is_the_identity(sigma: float) -> None:
    assert np.array_equal(Blur(sigma_px=sigma)(SPOT), SPOT)


@pytest.mark.parametrize("sigma", [0.8, 2.0, 5.0])
def test_a_spot_becomes_as_wide_as_sigma_and_keeps_its_light(sigma: float) -> None:
    blurred = Blur(sigma_px=sigma)(SPOT)
    assert blurred.sum() == pytest.approx(1, abs=1e-4)
    assert spread(blurred) == pytest.approx(sigma, rel=0.03)


def test_variances_add() -> None:
    per_mm = np.hypot(65, 65) / 180
    assert spread(Blur(sigma_px=3, sigma_mm=4 / per_mm)(SPOT)) == pytest.approx(5, rel=0.03)


def test_millimetres_are_the_same_at_any_resolution() -> None:
    small, large = np.zeros((64, 64), np.float32), np.zeros((256, 256), np.float32)
    small[:, 32:], large[:, 128:] = 1, 1
    op = Blur(sigma_px=0, sigma_mm=4)
    reduced = op(large).reshape(64, 4, 64, 4).mean(axis=(1, 3))
    assert op(small) == pytest.approx(reduced, abs=0.02)


def test_in_linear_light_bright_spots_win() -> None:
    half = np.zeros((32, 32), np.float32)
    half[:, 16:] = 1
    encoded, light = Blur(sigma_px=2)(half), Blur(sigma_px=2, linear_light=True)(half)
    assert (light[:, 12:20] > encoded[:, 12:20] + 0.02).all()
    assert light[:, :4] == pytest.approx(0, abs=1e-3)
    assert light[:, -4:] == pytest.approx(1, abs=1e-3)
