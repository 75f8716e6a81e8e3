"""Lossy WebP, against libwebp's own."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from degrade.engine.kernels import vp8, vp8_blocks
from degrade.ops.webp import AC_STEPS, DC_STEPS, Webp, filter_level, quantiser_index

PHOTOGRAPH = np.ascontiguousarray(astronaut()[:250, 100:330])  # no side a multiple of 16
GRAY = np.ascontiguousarray(PHOTOGRAPH[:, :, 1:2])


def saved_by_libwebp(picture: np.ndarray, quality: int, method: int = 0) -> np.ndarray:
    """(H, W, C) saved and opened by Pillow."""
    written = io.BytesIO()
    colour = picture if picture.shape[2] == 3 else np.repeat(picture, 3, axis=2)
    Image.fromarray(colour).save(written, "WEBP", quality=quality, method=method)
    return np.asarray(Image.open(written).convert("RGB"))[:, :, : picture.shape[2]]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((a.astype(float) - b) ** 2).mean()))


@pytest.mark.parametrize("quality", [0, 20, 50, 74, 75, 90, 100])
def test_a_gray_picture_is_nearer_to_libwebps_than_that_at_another_effort(quality: int) -> None:
    ours, real = Webp(quality=quality)(GRAY), saved_by_libwebp(GRAY, quality)
    assert psnr(ours, real) > max(psnr(saved_by_libwebp(GRAY, quality, 4), real), 33)
    assert psnr(ours, GRAY) == pytest.approx(psnr(real, GRAY), abs=0.7)


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_colour_loses_as_much_as_with_libwebp(quality: int) -> None:
    ours, real = Webp(quality=quality)(PHOTOGRAPH), saved_by_libwebp(PHOTOGRAPH, quality)
    assert psnr(ours, PHOTOGRAPH) == pytest.approx(psnr(real, PHOTOGRAPH), abs=0.7)
    assert psnr(ours, real) > psnr(real, PHOTOGRAPH)
    for channel in range(3):
        assert ours[:, :, channel].mean() == pytest.approx(real[:, :, channel].mean(), abs=1)


def test_lower_quality_loses_more() -> None:
    off = [np.abs(Webp(quality=q)(PHOTOGRAPH).astype(int) - PHOTOGRAPH).mean() for q in (95, 60, 5)]
    assert off == sorted(off)
    assert 0 < off[0] < 3


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 1), (17, 3, 3), (33, 350, 3)])
def test_any_size_is_taken(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, (180, 150, 120)[: shape[2]], np.uint8)
    assert np.abs(Webp(quality=80)(picture).astype(int) - picture).max() <= 4


def test_tables_are_those_of_the_format() -> None:
    assert len(DC_STEPS) == len(AC_STEPS) == 128
    assert (DC_STEPS[0], DC_STEPS[64], DC_STEPS[127]) == (4, 59, 157)
    assert (AC_STEPS[0], AC_STEPS[64], AC_STEPS[127]) == (4, 78, 284)
    assert [quantiser_index(q) for q in (0, 75, 100)] == [127, 26, 0]
    assert filter_level(0) == 0 < filter_level(60) < filter_level(127) == 63


def test_the_inverse_transforms_restore_a_block() -> None:
    residual = np.random.default_rng(0).integers(-255, 256, 256).astype(np.int32)
    block = residual.copy()
    vp8_blocks.transform(block)
    assert np.abs(block[:16]).max() > 255
    vp8_blocks.restore(block)
    assert np.abs(block - residual).max() <= 1
    means, back = np.zeros(16, np.int32), np.zeros(16, np.int32)
    vp8_blocks.hadamard(residual[:16], means)
    vp8_blocks.restore_hadamard(means, back)
    assert np.abs(back - residual[:16]).max() <= 1


def test_a_gradient_along_a_diagonal_is_predicted_along_it() -> None:
    y, x = np.indices((4, 4))
    rows, modes = np.zeros((vp8_blocks.CANDIDATES, 16), np.int32), np.zeros(16, np.int32)
    edge = [(3 - k, -1) for k in range(4)] + [(-1, k - 1) for k in range(9)]  # (row, column) of the 13 pixels
    rows[:13] = [[100 + 9 * (row + column)] for row, column in edge]
    source = np.repeat((100 + 9 * (y + x)).reshape(16, 1), 16, axis=1).astype(np.int32)
    vp8_blocks.fill_candidates(rows.reshape(-1))
    vp8_blocks.choose_modes(rows.reshape(-1), source.reshape(-1), modes)
    predicted = rows[vp8_blocks.PREDICTIONS[16 * modes[0] : 16 * modes[0] + 16]]
    assert np.abs(predicted - source).max() <= 3


def test_borders_of_a_plane_are_those_of_the_format() -> None:
    plane = vp8.blank_plane(16, 32).reshape(17, 32 + vp8.PAD)
    assert (plane[0] == 127).all()
    assert (plane[1:, 0] == 129).all()
