"""Streaks from the middle."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.zoom_blur import ZoomBlur


def test_zoom_1_is_the_identity() -> None:
    image = np.random.default_rng(0).random((30, 40, 3), dtype=np.float32)
    assert np.array_equal(ZoomBlur(zoom=1)(image), image)


def extent(y: int, x: int, zoom: float) -> tuple[float, float]:
    """Deviation of what becomes of a soft spot at (y, x): outwards, and across."""
    rows, columns = np.indices((201, 201))
    spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 8.0).astype(np.float32)
    streak = ZoomBlur(zoom=zoom)(spot).astype(np.float64)
    away = np.array([y - 100.0, x - 100.0]) if (y, x) != (100, 100) else np.array([1.0, 0.0])
    away /= np.hypot(*away)
    along = rows * away[0] + columns * away[1]
    across = columns * away[0] - rows * away[1]
    weights = streak / streak.sum()
    return tuple(float(np.sqrt((weights * (p - (weights * p).sum()) ** 2).sum())) for p in (along, across))


def test_streaks_point_outwards_and_grow_with_the_distance() -> None:
    middle, near, far = extent(100, 100, 1.15), extent(100, 130, 1.15), extent(40, 160, 1.15)
    assert middle[0] == pytest.approx(middle[1], rel=0.02)
    assert near[0] > 1.05 * near[1]
    assert far[0] > 1.4 * far[1]
    assert far[1] == pytest.approx(2 * 1.075, rel=0.15)


def test_it_is_the_mean_of_enlarged_copies() -> None:
    y, x = np.indices((161, 161)) - 80.0
    wave = lambda zoom: 0.5 + 0.3 * np.sin(x / zoom / 9) * np.cos(y / zoom / 7)  # noqa: E731
    expected = np.mean([wave(zoom) for zoom in np.linspace(1, 1.1, 50)], axis=0)
    assert ZoomBlur(zoom=1.1)(wave(1.0).astype(np.float32)) == pytest.approx(expected, abs=0.01)
