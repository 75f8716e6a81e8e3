"""Levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.degradation import ParameterError
from degrade.engine.distributions import Choice
from degrade.ops.levels import Levels, measured_points

RAMP = np.linspace(0, 1, 1024, dtype=np.float32).reshape(32, 32)
NONE = {"black": 0, "white": 1, "gamma": 1}


def test_nothing_to_do_is_the_identity() -> None:
    assert np.array_equal(Levels(**NONE)(RAMP), RAMP)


def test_black_and_white_points_become_black_and_white() -> None:
    got = Levels(black=0.2, white=0.7, gamma=1)(RAMP)
    assert (got[RAMP <= 0.2] == 0).all()
    assert (got[RAMP >= 0.7] == 1).all()
    between = (RAMP > 0.2) & (RAMP < 0.7)
    assert got[between] == pytest.approx((RAMP[between] - 0.2) / 0.5, abs=1e-5)


def test_gamma_above_1_lightens_and_keeps_the_ends() -> None:
    lighter, darker = Levels(**NONE | {"gamma": 2})(RAMP), Levels(**NONE | {"gamma": 0.5})(RAMP)
    assert (lighter[1:-1] > RAMP[1:-1]).all()
    assert (darker[1:-1] < RAMP[1:-1]).all()
    for picture in (lighter, darker):
        assert picture[0, 0] == 0
        assert picture[-1, -1] == 1


def test_the_output_range_is_kept() -> None:
    got = Levels(**NONE, output_black=0.1, output_white=0.9)(RAMP)
    assert got == pytest.approx(0.1 + 0.8 * RAMP, abs=1e-6)
    negative = Levels(**NONE, output_black=1.0, output_white=0.0)(RAMP)
    assert negative == pytest.approx(1 - RAMP, abs=1e-6)


def test_a_scanner_measures_its_points() -> None:
    veiled = RAMP * np.float32(0.5) + np.float32(0.3)
    got = Levels(gamma=1, auto=True, clip=0)(veiled)
    assert got.min() == 0
    assert got.max() == 1
    assert got == pytest.approx(RAMP, abs=2e-3)


@given(clip=st.floats(0, 0.4), seed=st.integers(0, 99))
def test_no_more_is_clipped_than_allowed(clip: float, seed: int) -> None:
    values = np.random.default_rng(seed).beta(2, 5, 500).astype(np.float32)
    black, white = measured_points(values, clip)
    step = 0.5 / 4095 + 1e-6
    assert (values < black - step).sum() <= clip * values.size
    assert (values > white + step).sum() <= clip * values.size
    assert (values <= black + step).sum() > int(clip * values.size)
    assert (values >= white - step).sum() > int(clip * values.size)


@pytest.mark.parametrize("value", [0, 0.3, 1])
def test_a_picture_of_one_tone_is_left_alone(value: float) -> None:
    flat = np.full((3, 5), value, np.float32)
    assert np.array_equal(Levels(gamma=1, auto=True)(flat), flat)


def test_channels_share_their_points() -> None:
    colour = np.stack([RAMP * np.float32(0.5), RAMP, RAMP], axis=2)
    assert np.array_equal(Levels(gamma=1, auto=True, clip=0)(colour), colour)


def test_black_must_lie_below_white() -> None:
    with pytest.raises(ParameterError, match="below every value of white"):
        Levels(black=(0.2, 0.6), white=(0.5, 0.9))
    with pytest.raises(ParameterError):
        Levels(black=0.6, white=0.5, auto=Choice([True, False]))
    Levels(black=0.6, white=0.5, auto=True)
