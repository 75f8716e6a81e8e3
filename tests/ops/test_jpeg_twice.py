"""Two generations of JPEG."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.codecs import decode_jpeg, encode_jpeg
from degrade.ops.jpeg import Jpeg
from degrade.ops.jpeg_twice import JpegTwice

Y, X = np.indices((96, 128))
SMOOTH = np.stack([128 + 60 * np.sin(X / 17) + 40 * np.cos(Y / 13)] * 3, axis=2).astype(np.uint8)


def blockiness(image: np.ndarray, offset: int) -> float:
    """How much larger steps are across the columns of a grid of 8 px than elsewhere."""
    steps = np.abs(np.diff(image[:, :, 1].astype(float), axis=1)).mean(axis=0)
    on_grid = np.arange(steps.size) % 8 == (7 + offset) % 8
    return float(steps[on_grid].mean() / steps[~on_grid].mean())


def test_the_second_file_is_what_is_left() -> None:
    aligned = {"shift_x_px": 0, "shift_y_px": 0, "rescale": 1}
    out = JpegTwice(first_quality=30, second_quality=60, **aligned)(SMOOTH)
    first = decode_jpeg(encode_jpeg(SMOOTH, 30))
    assert np.array_equal(out, decode_jpeg(encode_jpeg(first, 60)))


def test_the_first_grid_is_shifted() -> None:
    out = JpegTwice(first_quality=8, second_quality=96, shift_x_px=3, shift_y_px=0, rescale=1)(SMOOTH)
    assert blockiness(out, -3) > 1.5
    assert blockiness(out, 0) < 1.3
    assert blockiness(Jpeg(quality=8)(SMOOTH), 0) > 1.5


@pytest.mark.parametrize("rescale", [1.0, 1.3, 2.0])
def test_content_stays_in_place(rescale: float) -> None:
    out = JpegTwice(first_quality=95, second_quality=95, rescale=rescale, subsampling="444")(SMOOTH, key="a")
    assert np.abs(out.astype(int) - SMOOTH).mean() < 1.5


def test_lower_quality_loses_more() -> None:
    image = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    off = [
        np.abs(JpegTwice(first_quality=q, second_quality=q, rescale=1)(image).astype(int) - image).mean()
        for q in (95, 60, 20)
    ]
    assert off == sorted(off)
