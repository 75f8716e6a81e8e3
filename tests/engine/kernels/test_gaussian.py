"""A polynomial of the sum of four random bytes stands for the normal distribution."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from degrade.engine.kernels.gaussian import coefficients, gaussian, normal


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
    assert abs((z**3).mean()) < 5 * math.sqrt(15 / n)
    beyond = n * 2 * NormalDist().cdf(-3)
    assert abs((np.abs(z) > 3).sum() - beyond) < 5 * math.sqrt(beyond) + 0.01 * beyond


def test_the_distribution_function_is_the_normal_one() -> None:
    z = np.sort(variates(1000).ravel())
    exact = NormalDist()
    quantiles = [k / 100 for k in range(1, 100)]
    found = np.searchsorted(z, [exact.inv_cdf(q) for q in quantiles]) / z.size
    assert np.abs(found - quantiles).max() < 0.003  # half a step of the sum, and sampling


def sums_of_four_bytes() -> tuple[np.ndarray, np.ndarray]:
    """A word for each sum from 0 to 1020, and the share of all 2**32 words that have it."""
    share, one = np.ones(1), np.full(256, 1 / 256)
    for _ in range(4):
        share = np.convolve(share, one)
    parts = np.clip(np.arange(1021)[:, None] - 255 * np.arange(4), 0, 255)
    return (parts << 8 * np.arange(4)).sum(1).astype(np.uint32), share


def test_over_all_words_it_is_as_close_to_the_normal_distribution_as_stated() -> None:
    words, share = sums_of_four_bytes()
    factors = [np.float32(factor) for factor in coefficients(1.0)]
    z = np.array([normal(word, *factors) for word in words], np.float64)
    assert (np.diff(z) > 0).all()
    assert [(share * z**k).sum() for k in (1, 2, 3)] == pytest.approx([0, 1, 0], abs=1e-5)
    assert [(share * z**k).sum() for k in (4, 6, 8)] == pytest.approx([2.9999, 14.994, 104.73], rel=1e-4)
    exact = NormalDist()
    below, rank = np.array([exact.cdf(value) for value in z]), np.cumsum(share) - share / 2
    assert np.abs(below - rank).max() < 0.00016
    beyond = np.interp([-3, -4], (z[1:] + z[:-1]) / 2, np.cumsum(share)[:-1]) / [exact.cdf(-3), exact.cdf(-4)]
    assert beyond == pytest.approx([0.993, 1.025], abs=0.001)
    assert z[-1] == pytest.approx(5.11, abs=0.01)


@pytest.mark.parametrize(
    ("dy", "dx"), [(0, 1), (0, 2), (0, 3), (0, 4), (0, 16), (1, 0), (2, 0), (4, 0), (1, 1), (5, 7)]
)
def test_neighbours_are_independent(dy: int, dx: int) -> None:
    z = variates(1000)
    for moment in (z, (z * z - 1) / math.sqrt(2)):  # values, and how large they are
        product = moment[dy:, dx:] * moment[: 1000 - dy, : 1000 - dx]
        assert abs(product.mean()) < 5 / math.sqrt(product.size)


def test_rows_have_a_white_spectrum() -> None:
    power = np.abs(np.fft.rfft(variates(1000), axis=1)) ** 2 / 1000
    assert np.abs(power.mean(0)[1:-1] - 1).max() < 5 / math.sqrt(1000)


def test_shared_noise_is_the_gray_noise_three_times() -> None:
    gray, colour = variates(40), variates(40, 3)
    assert np.array_equal(colour.reshape(40, 40, 3), np.repeat(gray[:, :, None], 3, 2))
