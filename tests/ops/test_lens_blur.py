"""A lens that is softer towards its corners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.ops.lens_blur import LensBlur

SIDE = 257
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
HALF_DIAGONAL = np.hypot(SIDE, SIDE) / 2


def spread(row: int, column: int, **fields: Any) -> np.ndarray:
    """(2, 2) covariance, (x, y) in px², of what a point at (row, column) becomes."""
    point = np.zeros((SIDE, SIDE), np.float32)
    point[row, column] = 1
    given = {"astigmatism": 0, "shift_frac": 0, **fields}
    out = LensBlur(**given)(point).astype(np.float64)
    rows, columns = np.indices(out.shape)
    x, y = columns - column, rows - row
    weight = out / out.sum()
    return np.array(
        [[(weight * x * x).sum(), (weight * x * y).sum()], [(weight * x * y).sum(), (weight * y * y).sum()]]
    )


@pytest.mark.parametrize("sigma_px", [0.6, 1.0, 2.0])
def test_the_centre_has_sigma(sigma_px: float) -> None:
    found = spread(128, 128, sigma_mm=sigma_px / PX_PER_MM, field_growth=0)
    assert np.allclose(found, np.diag([sigma_px**2] * 2), rtol=0.02, atol=0.01)


def test_it_grows_with_the_square_of_the_distance() -> None:
    sigma, growth = 0.7, 2.0
    for place in (128, 80, 40):
        distance = np.hypot(place - 128, place - 128) / HALF_DIAGONAL
        found = spread(place, place, sigma_mm=sigma / PX_PER_MM, field_growth=growth)
        expected = (sigma * (1 + growth * distance**2)) ** 2
        assert np.trace(found) / 2 == pytest.approx(expected, rel=0.06)


def test_astigmatism_makes_dashes_towards_the_centre_or_across() -> None:
    fields = {"sigma_mm": 1.0 / PX_PER_MM, "field_growth": 0.5}
    for astigmatism, sign in ((0.8, 1), (-0.8, -1)):
        falling = spread(40, 40, astigmatism=astigmatism, **fields)
        assert sign * falling[0, 1] > 0.1
        assert falling[0, 1] == pytest.approx(-spread(40, 216, astigmatism=astigmatism, **fields)[0, 1], rel=0.02)
        beside = spread(128, 30, astigmatism=astigmatism, **fields)
        assert sign * (beside[0, 0] - beside[1, 1]) > 0.1
        assert np.trace(falling) == pytest.approx(np.trace(spread(40, 40, **fields)), rel=0.05)


def test_even_pictures_stay_even_and_sharp_lenses_do_nothing() -> None:
    even = np.full((60, 90, 3), 0.37, np.float32)
    assert np.abs(LensBlur(sigma_mm=0.5)(even) - even).max() < 1e-5
    rubble = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    assert np.array_equal(LensBlur(sigma_mm=0)(rubble), rubble)
    assert LensBlur(sigma_mm=1.0, astigmatism=1.0)(rubble).min() >= 0


def test_linear_light_lets_highlights_bleed() -> None:
    point = np.zeros((65, 65), np.float32)
    point[32, 32] = 1
    fields = {"sigma_mm": 2.0, "field_growth": 0.0}
    assert LensBlur(**fields, linear_light=True)(point).sum() > 2 * LensBlur(**fields)(point).sum()
