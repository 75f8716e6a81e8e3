"""Poisson counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from degrade.engine.kernels import poisson
from degrade.ops.shot_noise import ShotNoise


def counts(mean: float, photons: float, pixels: int = 90_000) -> np.ndarray:
    side = int(pixels**0.5)
    flat = np.full((side, side), mean / photons, np.float32)
    return np.rint(ShotNoise(photons=photons)(flat, key="a").astype(np.float64) * photons).ravel()


@pytest.mark.parametrize("mean", [0.3, 1, 4.03, 12.7, 15.9])
def test_small_counts_have_the_exact_distribution(mean: float) -> None:
    seen = counts(mean, 100)
    values = np.arange(int(mean + 6 * mean**0.5) + 2)
    share = np.array([(seen <= value).mean() for value in values])
    assert share == pytest.approx(stats.poisson.cdf(values, mean), abs=0.005)


@pytest.mark.parametrize("mean", [16.5, 60, 400])
def test_large_counts_have_its_first_three_moments(mean: float) -> None:
    seen = counts(mean, 1000)
    assert seen.mean() == pytest.approx(mean, rel=0.005)
    assert seen.var() == pytest.approx(mean, rel=0.02)
    assert stats.skew(seen) == pytest.approx(mean**-0.5, abs=0.03)


def test_black_stays_black_and_strength_0_is_the_identity() -> None:
    image = np.random.default_rng(0).random((20, 30, 3), dtype=np.float32)
    assert np.array_equal(ShotNoise(strength=0)(image), image)
    assert not ShotNoise(photons=5)(np.zeros((40, 40, 3), np.float32)).any()


def test_strength_scales_the_deviation() -> None:
    flat = np.full((200, 200), 0.5, np.float32)
    deviations = [ShotNoise(photons=400, strength=s)(flat).std() for s in (0.5, 1, 2)]
    assert deviations == pytest.approx([0.5 * 0.0354, 0.0354, 2 * 0.0354], rel=0.03)


def test_shared_noise_is_gray() -> None:
    flat = np.full((50, 50, 3), 0.5, np.float32)
    gray, coloured = (ShotNoise(per_channel=own)(flat) for own in (False, True))
    assert np.ptp(gray, axis=2).max() < 1e-6
    assert np.ptp(coloured, axis=2).max() > 0.01


def test_alias_tables_hold_the_exact_distribution() -> None:
    tables = poisson.count_tables()
    assert (tables[-1] == tables[-2]).all()
    for level in (0, 1, 100, 256):
        own, other = tables[level] >> 8, tables[level] & 255
        share = np.zeros(poisson.COUNTS)
        np.add.at(share, np.arange(poisson.COUNTS), own)
        np.add.at(share, other, poisson.SHARE - own.astype(int))
        exact = stats.poisson.pmf(np.arange(poisson.COUNTS), poisson.SMALL * level / poisson.MEANS)
        assert share / 2**24 == pytest.approx(exact, abs=3e-7)
