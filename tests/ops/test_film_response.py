"""The characteristic curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.distributions import Choice
from degrade.ops.film_response import FilmResponse

RAMP = np.linspace(0, 1, 4096, dtype=np.float32).reshape(1, -1, 1).repeat(4, axis=0)
FIELDS = {"gamma": 1.4, "dmax": 1.9, "dmin": 0.05, "exposure": 0.0}


def linear(encoded: np.ndarray) -> np.ndarray:
    v = encoded.astype(np.float64)
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def densities(**fields: Any) -> np.ndarray:
    return -np.log10(linear(FilmResponse(**{**FIELDS, **fields})(RAMP)[0, :, 0]))


def test_density_stays_between_paper_and_black() -> None:
    density = densities()
    assert density.max() == pytest.approx(1.9, abs=0.06)
    assert 0.05 <= density.min() < 0.3
    assert (np.diff(density) < 1e-3).all()


def test_the_slope_in_the_middle_is_gamma() -> None:
    exposure = np.log10(np.maximum(linear(RAMP[0, :, 0]), 1e-6))[200:]
    density = densities()[200:]
    slope = (density[:-200] - density[200:]) / (exposure[200:] - exposure[:-200])
    assert slope.max() == pytest.approx(1.4, rel=0.08)
    assert density[np.argmax(slope) + 100] == pytest.approx((1.9 + 0.05) / 2, abs=0.15)


def test_overexposure_prints_light_and_contrast_grows_with_gamma() -> None:
    under, right, over = (densities(exposure=error).mean() for error in (-0.3, 0.0, 0.3))
    assert under > right > over
    soft, hard = (np.ptp(densities(gamma=gamma)[800:2400]) for gamma in (0.8, 1.8))
    assert soft < hard


def test_the_meter_follows_the_picture() -> None:
    """A picture twice as bright gives a print that is hardly lighter."""
    rubble = np.random.default_rng(0).random((60, 80, 1)).astype(np.float32) * 0.5 + 0.05
    dark, bright = rubble, (rubble**2.2 * 2) ** (1 / 2.2)
    prints = [FilmResponse(**FIELDS)(image.astype(np.float32)).mean() for image in (dark, bright)]
    assert 0 < prints[1] - prints[0] < 0.5 * (bright.mean() - dark.mean()) + 0.05


def test_old_emulsions_are_blind_to_red() -> None:
    sky, lips = np.array([0.45, 0.6, 0.95], np.float32), np.array([0.8, 0.3, 0.3], np.float32)
    image = np.stack([np.tile(sky, (20, 20, 1)), np.tile(lips, (20, 20, 1))]).reshape(40, 20, 3)
    contrast = {}
    for era in ("panchromatic", "orthochromatic", "blue_sensitive"):
        out = FilmResponse(era=era, **FIELDS)(image)
        assert np.ptp(out, axis=2).max() == 0
        contrast[era] = out[0, 0, 0] - out[-1, 0, 0]
    assert 0 < contrast["panchromatic"] < contrast["orthochromatic"] < contrast["blue_sensitive"]


def test_it_says_which_channels_it_leaves() -> None:
    colour = frozenset({3})
    assert FilmResponse().channels_after(colour) == {3}
    assert FilmResponse(era="panchromatic").channels_after(colour) == {1}
    assert FilmResponse(era="panchromatic", p=0.5).channels_after(colour) == {1, 3}
    assert FilmResponse(era=Choice(("colour", "panchromatic"))).channels_after(colour) == {1, 3}


def test_strength_0_is_the_identity() -> None:
    rubble = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    assert np.array_equal(FilmResponse(strength=0)(rubble), rubble)
