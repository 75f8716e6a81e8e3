"""Fading."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.photo import DENSITY_FLOOR
from degrade.ops.fade import Fade

RAMP = np.linspace(0, 1, 1024, dtype=np.float32).reshape(4, 256)
NEW = {"amount": 0, "dmax": 3, "dmin": 0, "yellowing": 0}


def light(v: np.ndarray) -> np.ndarray:
    v = np.asarray(v, float)
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def lightness(v: np.ndarray) -> np.ndarray:
    """CIE L* of gray."""
    y = light(v)
    return np.where(y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27)


def density(v: np.ndarray) -> np.ndarray:
    return -np.log10(np.maximum(light(v), DENSITY_FLOOR))


def test_a_new_print_is_left_alone() -> None:
    assert np.array_equal(Fade(**NEW)(RAMP), RAMP)


@pytest.mark.parametrize("nearly", [{"amount": 1e-4}, {"dmax": 2.9999}, {"dmin": 1e-4}, {"yellowing": 1e-4}])
def test_fading_sets_in_gently(nearly: dict[str, float]) -> None:
    faded = Fade(**(NEW | nearly))(np.repeat(RAMP[:, :, None], 3, axis=2))
    assert faded == pytest.approx(np.repeat(RAMP[:, :, None], 3, axis=2), abs=0.6 / 255)


def test_highlights_lose_the_larger_share_of_their_density() -> None:
    before, after = density(RAMP), density(Fade(**(NEW | {"amount": 0.3, "dmax": 2}))(RAMP))
    shadows, highlights = (before > 1.2) & (before < 1.5), (before > 0.05) & (before < 0.1)
    assert 0.8 < (after[shadows] / before[shadows]).mean() < 0.95
    assert (after[highlights] / before[highlights]).mean() < 0.75


def test_tones_keep_their_order() -> None:
    for key in range(8):
        assert (np.diff(Fade()(RAMP, key=str(key)).ravel()) > -1e-6).all()


def test_black_and_white_are_those_of_the_paper() -> None:
    faded = Fade(amount=0, dmax=1.5, dmin=0.1, yellowing=0)(RAMP)
    assert density(faded.min()) == pytest.approx(1.6, abs=0.02)
    assert density(faded.max()) == pytest.approx(0.1, abs=0.01)


def test_defaults_reach_what_aged_prints_measure() -> None:
    ends = [lightness(Fade()(RAMP, key=str(key)))[[0, -1], [0, -1]] for key in range(60)]
    black, white = np.percentile(ends, [5, 95], axis=0).T
    assert 5 < black[0] < 10
    assert 20 < black[1] < 30
    assert 78 < white[0] < 88
    assert 92 < white[1] < 100


def test_yellowing_takes_blue_most_and_leaves_gray_gray() -> None:
    yellow = Fade(**(NEW | {"yellowing": 0.2}))
    red, green, blue = yellow(np.full((1, 1, 3), 255, np.uint8))[0, 0].astype(int)
    assert red > green > blue
    pair = yellow.pair(np.full((2, 2), 255, np.uint8))
    assert pair.degraded.shape == (2, 2, 1)
    assert blue < pair.degraded[0, 0, 0] < red
