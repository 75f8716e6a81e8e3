"""L*a*b*: exact where it must be, the same there and back, within the range that batches are scaled by."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.streaming.lab import LARGEST_AB, lab_to_rgb, rgb_to_lab

CODES = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3), axis=-1).reshape(-1, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gray_is_its_own_lightness(dtype: type) -> None:
    gray = np.arange(256, dtype=dtype) / dtype(255)
    lightness, a, b = rgb_to_lab(gray, gray, gray)
    assert lightness.dtype == dtype
    assert (lightness[0], lightness[255]) == (pytest.approx(0, abs=1e-5), pytest.approx(100, abs=1e-4))
    assert (np.diff(lightness) > 0).all()
    assert np.abs([a, b]).max() < 1e-4
    luminance = np.where(gray > 0.04045, ((gray + 0.055) / 1.055) ** 2.4, gray / 12.92)
    bright = luminance > 0.009
    assert lightness[bright] == pytest.approx(116 * np.cbrt(luminance[bright]) - 16, abs=1e-4)
    for channel in lab_to_rgb(lightness, a * 0, b * 0):
        assert np.array_equal(np.rint(channel * 255), np.arange(256))


def test_it_is_what_others_have() -> None:
    from skimage.color import rgb2lab

    ours = np.stack(rgb_to_lab(*(CODES.T / 255)), axis=-1)
    assert np.abs(ours - rgb2lab(CODES[:, None] / 255)[:, 0]).max() < 0.01  # its matrix has fewer digits


def test_there_and_back_is_the_same_code() -> None:
    back = np.stack(lab_to_rgb(*rgb_to_lab(*(CODES.T.astype(np.float32) / 255))), axis=-1)
    assert np.array_equal(np.rint(back * 255), CODES)


def test_no_colour_is_beyond_the_scale() -> None:
    _, a, b = rgb_to_lab(*(CODES.T / 255))
    assert 100 < max(np.abs(a).max(), np.abs(b).max()) < LARGEST_AB
