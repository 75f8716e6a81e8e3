"""Lossy WebP."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.codecs import CodecError, decode
from degrade.codecs.webp_writing import encode_webp
from degrade.ops.webp import Webp

IMAGE = (128 + 80 * np.sin(np.arange(64 * 80 * 3).reshape(64, 80, 3) / 50)).astype(np.uint8)


def test_it_is_the_file_opened_again() -> None:
    out = Webp(quality=30, effort=2)(IMAGE)
    assert np.array_equal(out, decode(encode_webp(IMAGE, 30, 2)).pixels)


def test_lower_quality_loses_more() -> None:
    off = [np.abs(Webp(quality=q)(IMAGE).astype(int) - IMAGE).mean() for q in (95, 60, 5)]
    assert off == sorted(off)
    assert 0 < off[0] < 3


def test_gray_stays_gray() -> None:
    gray = np.ascontiguousarray(IMAGE[:, :, :1])
    out = Webp(quality=80)(gray)
    assert out.shape == gray.shape
    assert np.abs(out.astype(int) - gray).mean() < 5


@pytest.mark.parametrize("wrong", [{"quality": 101}, {"quality": 50, "effort": 7}])
def test_what_cannot_be_written_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(CodecError):
        encode_webp(IMAGE, **wrong)
