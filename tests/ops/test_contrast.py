"""Contrast about a pivot."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.contrast import Contrast

IMAGE = (0.3 + 0.2 * np.random.default_rng(0).random((40, 50, 3))).astype(np.float32)


def test_factor_1_is_the_identity() -> None:
    assert np.array_equal(Contrast(factor=1)(IMAGE), IMAGE)


@pytest.mark.parametrize("image", [IMAGE, IMAGE[:, :, 0].copy()], ids=["colour", "gray"])
def test_the_mean_stays_and_the_deviation_follows(image: np.ndarray) -> None:
    out = Contrast(factor=0.3)(image)
    assert out.mean(axis=(0, 1)) == pytest.approx(image.mean(axis=(0, 1)), abs=1e-5)
    assert out.std(axis=(0, 1)) == pytest.approx(0.3 * image.std(axis=(0, 1)), rel=1e-3)


def test_gray_as_the_pivot() -> None:
    assert Contrast(factor=2, pivot="gray")(IMAGE) == pytest.approx(np.clip(0.5 + 2 * (IMAGE - 0.5), 0, 1), abs=1e-6)
