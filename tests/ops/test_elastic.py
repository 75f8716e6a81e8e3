"""Smooth displacements."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.compose import Sequence
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.elastic import Elastic


def moved(side: int, **fields: float) -> np.ndarray:
    """Displacement (side, side, 2) in short sides, read off a picture of coordinates."""
    y, x = np.indices((side, side), dtype=np.float32)
    places = np.stack([y, x, 0 * x], axis=2) / np.float32(side)
    return (Elastic(**fields)(places, key="a") - places)[:, :, :2]


def test_amplitude_0_is_the_identity() -> None:
    image = np.random.default_rng(0).random((30, 40, 3), dtype=np.float32)
    assert np.array_equal(Elastic(amplitude_frac=0)(image), image)


def test_points_move_as_far_and_as_smoothly_as_asked() -> None:
    field = moved(256, amplitude_frac=0.01, length_frac=0.04)[20:-20, 20:-20]
    assert field.std(axis=(0, 1)) == pytest.approx(0.01, rel=0.3)
    slopes = np.diff(field, axis=0).std() * 256
    assert slopes == pytest.approx(0.01 / (0.04 * np.sqrt(2)), rel=0.3)


def test_the_same_at_twice_the_resolution() -> None:
    small, large = (moved(side, amplitude_frac=0.01, length_frac=0.08)[16:-16, 16:-16] for side in (128, 256))
    shrunk = moved(256, amplitude_frac=0.01, length_frac=0.08).reshape(128, 2, 128, 2, 2).mean(axis=(1, 3))
    assert large.shape[0] > small.shape[0]
    assert shrunk[16:-16, 16:-16] == pytest.approx(small, abs=1e-3)


def test_affine_moves_corners_evenly() -> None:
    field = moved(200, amplitude_frac=0, affine_frac=0.03)[20:-20, 20:-20]
    assert 0.002 < np.abs(field).max() < 0.1
    assert np.abs(np.diff(field, n=2, axis=0)).max() < 1e-5


def test_masks_and_clean_picture_move_along() -> None:
    image = np.random.default_rng(0).random((70, 90, 3), dtype=np.float32)
    holes = CoarseDropout(holes=6, size_px=9)
    for affine in (0.0, 0.1):
        steps = Sequence([holes, Elastic(amplitude_frac=0.02, affine_frac=affine)])
        pair = steps.pair(image, key="a")
        changed = (pair.clean != pair.degraded).any(axis=2)
        assert (pair.mask[changed] > 0).all()
        assert np.array_equal(pair.mask > 0, pair.classes > 0)
        assert set(np.unique(pair.classes)) == {0, int(holes.damage or 0)}
