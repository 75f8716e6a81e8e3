"""Pixels that change places."""

from __future__ import annotations

import numpy as np

from degrade.ops.glass_blur import GlassBlur


def test_nothing_is_the_identity() -> None:
    image = np.random.default_rng(0).random((30, 40, 3), dtype=np.float32)
    assert np.array_equal(GlassBlur(sigma_px=0, distance_px=0)(image), image)


def test_pixels_change_places_and_none_is_lost() -> None:
    image = np.arange(60 * 70, dtype=np.float32).reshape(60, 70, 1).repeat(3, axis=2) / 5000
    out = GlassBlur(sigma_px=0, distance_px=2, iterations=1)(image)
    assert np.ptp(out, axis=2).max() == 0
    assert np.array_equal(np.sort(out, axis=None), np.sort(image, axis=None))
    assert (out != image).mean() > 0.8


def test_pixels_stray_farther_with_the_distance_and_the_iterations() -> None:
    ramp = np.tile(np.arange(120, dtype=np.float32) / 256, (120, 1))

    def strayed(**fields: int) -> float:
        return float((GlassBlur(sigma_px=0, **fields)(ramp) - ramp)[20:-20, 20:-20].std() * 256)

    near, far, often = strayed(distance_px=1), strayed(distance_px=4), strayed(distance_px=1, iterations=4)
    assert near < often < far
