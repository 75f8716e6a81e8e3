"""The sum of bytes stands for the normal distribution."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from degrade.engine.kernels.gaussian import gaussian


def variates(side: int, shared: int = 1) -> np.ndarray:
    pixels = np.full((side, side * shared), 0.5, np.float32)
    gaussian(pixels, shared, 0.05, False, 3, 4)
    return (pixels.astype(np.float64) - 0.5) / 0.05


def test_moments_and_tails_are_those_of_the_normal_distribution() -> None:
    z = variates(1500)
    n = z.size
    assert abs(z.mean()) < 5 / math.sqrt(n)
    assert abs(z.var() - 1) < 5 * math.sqrt(2 / n)
    assert abs((z**4).mean() - 3) < 5 * math.sqrt(96 / n)
    assert abs((z**6).mean() - 15) < 5 * math.sqrt(10170 / n)
    beyond = n * 2 * NormalDist().cdf(-3)
    assert abs((np.abs(z) > 3).sum() - beyond) < 5 * math.sqrt(beyond) + 0.01 * beyond


def test_the_distribution_function_is_the_normal_one() -> None:
    z = np.sort(variates(1000).ravel())
    exact = NormalDist()
    quantiles = [k / 100 for k in range(1, 100)]
    found = np.searchsorted(z, [exact.inv_cdf(q) for q in quantiles]) / z.size
    assert np.abs(found - quantiles).max() < 0.0022  # a step of the sum, and sampling


def test_neighbours_are_independent() -> None:
    z = variates(1000)
    for shifted in (z[:, 1:] * z[:, :-1], z[1:] * z[:-1], z[1:, 1:] * z[:-1, :-1]):
        assert abs(shifted.mean()) < 5 / math.sqrt(z.size)


def test_shared_noise_is_the_gray_noise_three_times() -> None:
    gray, colour = variates(40), variates(40, 3)
    assert np.array_equal(colour.reshape(40, 40, 3), np.repeat(gray[:, :, None], 3, 2))
