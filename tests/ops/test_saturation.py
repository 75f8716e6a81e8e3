"""Pale and glaring colours."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.saturation import Saturation

IMAGE = (0.3 + 0.4 * np.random.default_rng(0).random((40, 50, 3))).astype(np.float32)
LUMA = np.array([0.299, 0.587, 0.114])


def test_factor_1_and_gray_are_left() -> None:
    assert np.array_equal(Saturation(factor=1)(IMAGE), IMAGE)
    gray = IMAGE[:, :, :1].copy()
    assert np.array_equal(Saturation(factor=0.2)(gray), gray)


@pytest.mark.parametrize("factor", [0, 0.4, 1.5])
def test_luma_stays_and_colours_follow(factor: float) -> None:
    out = Saturation(factor=factor)(IMAGE).astype(np.float64)
    assert out @ LUMA == pytest.approx(IMAGE.astype(np.float64) @ LUMA, abs=1e-5)
    spread = np.ptp(out, axis=2)
    assert spread == pytest.approx(factor * np.ptp(IMAGE.astype(np.float64), axis=2), abs=1e-5)
