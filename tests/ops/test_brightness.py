"""Lighter and darker."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.brightness import Brightness

IMAGE = np.random.default_rng(0).random((40, 50, 3), dtype=np.float32)


def test_nothing_is_the_identity() -> None:
    for keep in (False, True):
        assert np.array_equal(Brightness(offset=0, keep_colour=keep)(IMAGE), IMAGE)


def test_a_line_clipped() -> None:
    out = Brightness(offset=-0.1, factor=1.5)(IMAGE)
    assert out == pytest.approx(np.clip(1.5 * IMAGE - 0.1, 0, 1), abs=1e-6)


def test_colours_are_kept_as_in_hsv() -> None:
    from skimage.color import hsv2rgb, rgb2hsv

    wanted = rgb2hsv(IMAGE.astype(np.float64))
    wanted[:, :, 2] = np.clip(wanted[:, :, 2] + 0.3, 0, 1)
    assert Brightness(offset=0.3, keep_colour=True)(IMAGE) == pytest.approx(hsv2rgb(wanted), abs=1e-5)


def test_black_becomes_gray() -> None:
    black = np.zeros((4, 4, 3), np.float32)
    assert Brightness(offset=0.3, keep_colour=True)(black) == pytest.approx(0.3)
