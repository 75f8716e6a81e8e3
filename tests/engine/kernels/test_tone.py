"""Fits, curves, vignetting and levels against their formulas in float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.kernels import tone

V = np.linspace(0, 1, 1025)
CODE = 1 / 255


def linear(v: np.ndarray) -> np.ndarray:
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def encoded(light: np.ndarray) -> np.ndarray:
    return np.where(light > 0.0031308, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055, light * 12.92)


def through(coefficients: np.ndarray) -> np.ndarray:
    values = V.astype(np.float32)
    tone.curve(values, coefficients)
    return values


def test_the_nodes_are_chebyshevs() -> None:
    assert tone.nodes() == pytest.approx(np.cos((np.arange(32) + 0.5) * np.pi / 32), abs=1e-12)


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8))
def test_a_polynomial_is_its_own_fit(coefficients: list[float]) -> None:
    places = tone.nodes()
    assert tone.fitted(places, np.polynomial.polynomial.polyval(places, coefficients)) == pytest.approx(
        coefficients, abs=1e-4
    )


@given(amount=st.floats(0, 0.7), dmax=st.floats(1.0, 2.2), dmin=st.floats(0, 0.5))
def test_a_fading_curve_errs_by_less_than_half_a_code(amount: float, dmax: float, dmin: float) -> None:
    black, white = 10**-dmax, 10**-dmin
    light = black + (1 - black) * linear(V)
    d = -np.log10(light)
    wanted = encoded(white * 10 ** -(d - amount * d * (np.exp(-d / 0.5) + 0.3)))
    assert through(tone.faded_curve(amount, black, white)) == pytest.approx(wanted, abs=0.5 * CODE)


@given(
    shadows=st.floats(0.45, 1.25),
    tilt=st.floats(-0.2, 0.2),
    dmax=st.floats(1.4, 2.1),
    paper=st.floats(0.7, 1),
    strength=st.floats(0, 1),
)
def test_a_toning_curve_errs_by_less_than_a_code(
    shadows: float, tilt: float, dmax: float, paper: float, strength: float
) -> None:
    highlights = shadows + tilt  # processes tint shadows and highlights within a tenth of each other
    black = strength * 10**-dmax
    light = black + (1 - black) * linear(V)
    d = -np.log10(np.maximum(light, 1e-3))
    factor = highlights + (shadows - highlights) * np.minimum(d / dmax, 1)
    wanted = encoded((1 + strength * (paper - 1)) * light * 10 ** -(d * strength * (factor - 1)))
    got = through(tone.toned_curve(shadows, highlights, 10**-dmax, paper, strength))
    assert got == pytest.approx(wanted, abs=CODE)


def test_three_curves_are_three_times_one() -> None:
    curves = np.stack([tone.faded_curve(0.1 * i, 0.02, 1 - 0.1 * i) for i in range(3)])
    values = np.repeat(V.astype(np.float32), 3)
    tone.curve_rgb(values, curves)
    for channel in range(3):
        assert np.array_equal(values[channel::3], through(curves[channel]))


def test_a_curve_stays_within_bounds() -> None:
    steep = np.array([0.5, 9, 0, 0, 0, 0, 0, 0], np.float32)
    got = through(steep)
    assert got.min() == 0
    assert got.max() == 1


@given(
    falloff=st.floats(0.01, 0.6),
    centre=st.tuples(st.floats(-20, 60), st.floats(-20, 60)),
    channels=st.sampled_from([1, 3]),
)
def test_vignetting_multiplies_light(falloff: float, centre: tuple[float, float], channels: int) -> None:
    height, width, half = 30, 44, 40.0
    pixels = np.random.default_rng(0).random((height, width * channels), dtype=np.float32)
    y, x = np.mgrid[:height, :width] + 0.5
    light = (1 + falloff * ((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / half**2) ** -2
    wanted = encoded(linear(pixels.astype(float)) * light.repeat(channels, axis=1))
    tone.vignette(pixels, channels, falloff, *centre, half)
    assert pixels == pytest.approx(wanted, abs=1.5 * CODE)
    assert pixels.min() >= 0


@given(
    low=st.floats(0, 0.45),
    high=st.floats(0.55, 1),
    gamma=st.floats(0.2, 5),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_levels_follow_their_formula(low: float, high: float, gamma: float, ends: tuple[float, float]) -> None:
    bottom, top = ends
    share = np.clip((V.astype(np.float32) - low) / (high - low), 0, 1)
    straight, bent = V.astype(np.float32), V.astype(np.float32)
    tone.stretched(straight, low, high, bottom, top)
    tone.stretched_by_gamma(bent, low, high, gamma, bottom, top)
    assert straight == pytest.approx(bottom + (top - bottom) * share, abs=1e-5)
    away = share > 1e-3  # where a power below 1 is not yet steeper than float32 is fine
    assert bent[away] == pytest.approx((bottom + (top - bottom) * share ** (1 / gamma))[away], abs=1e-3)
    assert bent[low > V] == pytest.approx(bottom, abs=1e-6)
    assert bent[high < V] == pytest.approx(top, abs=1e-6)


def test_a_histogram_counts_every_value_once() -> None:
    counts = np.zeros(5, np.int64)
    tone.histogram(np.array([0, 0.1, 0.13, 0.5, 0.5, 0.9, 1], np.float32), counts)
    assert counts.tolist() == [2, 1, 2, 0, 2]


def test_light_and_code_are_inverse() -> None:
    values = V.astype(np.float32)
    tone.decode(values)
    assert values == pytest.approx(linear(V), abs=5e-5)
    tone.encode(values)
    assert values == pytest.approx(V, abs=5e-4)
