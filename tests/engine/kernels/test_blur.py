"""The Gaussian against scipy's, the line against its moments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from degrade.engine.kernels import blur

sizes = st.tuples(st.integers(1, 24), st.integers(1, 24))


def noise(height: int, width: int, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).random((height, width, channels), dtype=np.float32)


def rows(picture: np.ndarray) -> np.ndarray:
    return picture.reshape(len(picture), -1)


@given(size=sizes, channels=st.sampled_from([1, 3]), sigma=st.floats(0.2, 12))
def test_it_is_scipys_gaussian(size: tuple[int, int], channels: int, sigma: float) -> None:
    picture = noise(*size, channels)
    wanted = np.stack(
        [
            ndimage.gaussian_filter(
                picture[:, :, c].astype(float), sigma, mode="mirror", radius=max(1, math.ceil(3 * sigma))
            )
            for c in range(channels)
        ],
        axis=2,
    )
    blur.gaussian(rows(picture), channels, sigma)
    assert picture == pytest.approx(wanted, abs=3e-6)


@given(value=st.floats(0, 1, width=32), size=sizes, sigma=st.floats(0.1, 9), length=st.floats(0, 9))
def test_an_even_picture_stays(value: float, size: tuple[int, int], sigma: float, length: float) -> None:
    picture = np.full((*size, 1), value, np.float32)
    blur.gaussian(rows(picture), 1, sigma)
    blur.motion(rows(picture), 1, length, 0.1)
    assert picture == pytest.approx(value, abs=2e-6)
    assert picture.max() <= 1


@given(sigma=st.floats(1e-6, 40))
def test_gaussian_taps_fill_whole_passes(sigma: float) -> None:
    taps = blur.gaussian_taps(sigma)
    assert (taps.size - 1) % blur.PAIRS == 0
    assert taps[0] + 2 * taps[1:].sum() == pytest.approx(1, abs=1e-5)
    assert (np.diff(taps) <= 0).all()


@given(length=st.floats(0, 40), turns=st.floats(-1, 1))
def test_a_line_is_centred_and_as_long_as_it_says(length: float, turns: float) -> None:
    dy, dx, weights = blur.line_taps(length, turns)
    w = weights.astype(float)
    assert w.size % blur.TOGETHER == 0
    assert w.sum() == pytest.approx(1, abs=1e-5)
    assert (w * dx).sum() == pytest.approx(0, abs=1e-4)
    assert (w * dy).sum() == pytest.approx(0, abs=1e-4)
    sine, cosine = math.sin(2 * math.pi * turns), math.cos(2 * math.pi * turns)
    along, across = dx * cosine - dy * sine, dx * sine + dy * cosine
    # An even line of length L has the variance L²/12, which up to an eighth of a pixel is none here; bilinear
    # spreading adds at most 1/4 each way.
    assert -2e-3 <= (w * along**2).sum() - length**2 / 12 <= 0.3
    assert (w * across**2).sum() <= 0.3


@given(size=sizes, channels=st.sampled_from([1, 3]), length=st.floats(0, 15), turns=st.floats(-1, 1))
def test_motion_is_its_taps_correlated_with_the_picture(
    size: tuple[int, int], channels: int, length: float, turns: float
) -> None:
    picture = noise(*size, channels)
    dy, dx, weights = blur.line_taps(length, turns)
    reach = int(max(np.abs(dy).max(), np.abs(dx).max()))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    np.add.at(kernel, (dy + reach, dx + reach), weights)
    wanted = np.stack(
        [ndimage.correlate(picture[:, :, c].astype(float), kernel, mode="mirror") for c in range(channels)], axis=2
    )
    blur.motion(rows(picture), channels, length, turns)
    assert picture == pytest.approx(wanted, abs=3e-6)
