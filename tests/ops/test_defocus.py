"""Discs."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.defocus import Defocus

SPOT = np.zeros((81, 81), np.float32)
SPOT[40, 40] = 1


def test_radius_0_is_the_identity() -> None:
    assert np.array_equal(Defocus(radius_px=0)(SPOT), SPOT)


@pytest.mark.parametrize("radius", [1.3, 3, 8, 20])
def test_a_spot_becomes_an_even_disc(radius: float) -> None:
    disc = Defocus(radius_px=radius, alias_px=0)(SPOT)
    y, x = np.indices(disc.shape) - 40
    distance = np.hypot(x, y)
    assert disc[distance < radius - 1] == pytest.approx(1 / (np.pi * radius**2), rel=0.02)
    assert disc[distance > radius + 1] == pytest.approx(0, abs=1e-6)
    assert disc.sum() == pytest.approx(1, abs=1e-4)


def test_radii_add_and_the_rim_is_softened() -> None:
    per_mm = np.hypot(81, 81) / 180
    together = Defocus(radius_px=2, radius_mm=3 / per_mm)(SPOT)
    assert together == pytest.approx(Defocus(radius_px=5)(SPOT), abs=1e-5)
    hard, soft = (Defocus(radius_px=5, alias_px=alias)(SPOT)[40] for alias in (0, 1))
    assert np.abs(np.diff(soft)).max() < 0.75 * np.abs(np.diff(hard)).max()


def test_fine_patterns_come_back_reversed() -> None:
    x = np.arange(200)
    waves = np.tile(0.5 + 0.3 * np.cos(2 * np.pi * x / 7), (40, 1)).astype(np.float32)
    blurred = Defocus(radius_px=5.5, alias_px=0)(waves)
    assert np.corrcoef(waves[20, 20:-20], blurred[20, 20:-20])[0, 1] < -0.9
    assert blurred.std() > 0.02


def test_in_linear_light_bright_spots_show() -> None:
    encoded, linear = (Defocus(radius_px=4, linear_light=linear)(SPOT)[40, 40] for linear in (False, True))
    assert linear > 4 * encoded
