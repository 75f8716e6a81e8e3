"""Blurs by kernels of any shape, few taps and many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from degrade.engine.kernels import convolve, psf
from degrade.ops.kernel_blur import KernelBlur

SPOT = np.zeros((65, 65), np.float32)
SPOT[32, 32] = 1


def spot(**fields: object) -> np.ndarray:
    return KernelBlur(**{"size_px": 21, "angle_deg": 0, **fields})(SPOT).astype(np.float64)


def variance(image: np.ndarray, axis: int) -> float:
    places = np.arange(image.shape[axis])
    weights = image.sum(axis=1 - axis) / image.sum()
    return float((weights * (places - (weights * places).sum()) ** 2).sum())


@pytest.mark.parametrize("size", [1, 3, 9, 11, 21, 63])
@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 300, 3), (150, 131, 1), (140, 70, 3)], ids=str)
def test_it_is_a_convolution_mirrored_at_the_edges(size: int, shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(size)
    weights = rng.random((size, size))
    weights = (weights / weights.sum()).astype(np.float32)
    image = rng.random(shape, dtype=np.float32)
    expected = ndimage.convolve(image.astype(np.float64), weights[:, :, None].astype(np.float64), mode="mirror")
    convolve.convolve(image.reshape(shape[0], -1), shape[2], weights)
    assert image == pytest.approx(expected, abs=2e-6)


def test_the_spread_follows_both_sigmas_and_the_angle() -> None:
    level = spot(sigma_x_px=3, sigma_y_px=1)
    assert variance(level, 1) == pytest.approx(9, rel=0.05)
    assert variance(level, 0) == pytest.approx(1, rel=0.02)
    assert spot(sigma_x_px=3, sigma_y_px=1, angle_deg=90) == pytest.approx(level.T, abs=1e-5)
    rising = spot(sigma_x_px=3, sigma_y_px=1, angle_deg=45)
    assert rising[28, 36] > 3 * rising[36, 36]


def test_isotropic_has_one_sigma() -> None:
    around = spot(isotropic=True, sigma_x_px=2, sigma_y_px=0.5)
    assert around == pytest.approx(around.T, abs=1e-6)
    assert variance(around, 0) == pytest.approx(4, rel=0.02)


def test_profiles_are_those_of_their_formulas() -> None:
    fields = {"isotropic": True, "sigma_x_px": 2}
    peaked, flat = (spot(kind="generalised", beta=beta, **fields) for beta in (0.5, 4))
    plateau = spot(kind="plateau", beta=2, **fields)
    assert peaked[32, 35] / peaked[32, 32] == pytest.approx(np.exp(-0.5 * 2.25**0.5), rel=1e-3)
    assert flat[32, 34] / flat[32, 32] == pytest.approx(np.exp(-0.5), rel=1e-3)
    assert plateau[32, 36] / plateau[32, 32] == pytest.approx(1 / (1 + 4**2), rel=1e-3)


def test_light_is_kept() -> None:
    for size in (7, 21, 63):
        assert psf.bell(size, 3.0, 1.0, 0.1, 1.0, False).sum() == pytest.approx(1, abs=1e-5)
        assert spot(size_px=size).sum() == pytest.approx(1, abs=1e-4)
