"""A mask's PNG: standard, exact, no larger than others', the same everywhere."""

from __future__ import annotations

import hashlib
import io
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from degrade.codecs import decode_png, encode_png
from degrade.engine.kernels.deflate import code_lengths, huffman_depths
from degrade.engine.mask_file import mask_png


def soft(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Soft spots on a clear ground, from integers alone."""
    rows, columns = np.ogrid[:height, :width]
    mask = np.zeros((height, width), np.int64)
    for spot in range(12):
        y, x, radius = (seed + spot * 37) % height, (seed + spot * 101) % width, 2 + spot
        mask = np.maximum(mask, 255 - ((rows - y) ** 2 + (columns - x) ** 2) * 255 // radius**2)
    return np.maximum(mask, 0).astype(np.uint8)


def check(mask: np.ndarray) -> bytes:
    data = mask_png(mask)
    np.testing.assert_array_equal(decode_png(data)[:, :, 0], mask)
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), mask)
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "L"
        np.testing.assert_array_equal(np.asarray(image), mask)
    return data


@given(
    st.integers(1, 70), st.integers(1, 70), st.integers(0, 1000), st.sampled_from(("soft", "noise", "flat", "spots"))
)
def test_every_reader_gets_the_mask_back(height: int, width: int, seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    masks = {
        "soft": soft(height, width, seed),
        "noise": generator.integers(0, 256, (height, width), np.uint8),
        "flat": np.full((height, width), seed % 256, np.uint8),
        "spots": np.where(generator.random((height, width)) < 0.05, 255, 0).astype(np.uint8),
    }
    check(masks[kind])


@pytest.mark.parametrize("width", [1, 2, 3, 4, 257, 258, 259, 260, 261, 262, 515, 516, 517, 518, 519, 520, 774, 900])
def test_runs_of_every_length_are_told(width: int) -> None:
    check(np.full((3, width), 255, np.uint8))
    check(np.zeros((1, width), np.uint8))


def test_a_mask_need_not_be_contiguous() -> None:
    mask = soft(90, 70)
    assert mask_png(mask[::2, 10:]) == mask_png(np.ascontiguousarray(mask[::2, 10:]))


def test_codes_have_at_most_15_bits_however_uneven_the_bytes() -> None:
    counts = [1, 1]
    while len(counts) < 22:
        counts.append(counts[-1] + counts[-2])
    scattered = np.random.default_rng(0).permutation(np.repeat(np.arange(22, dtype=np.uint8) + 1, counts))
    check(scattered[: scattered.size // 100 * 100].reshape(100, -1))
    assert huffman_depths(np.array(counts, np.int64)).max() == 21
    lengths = code_lengths(np.array(counts, np.int64))
    assert lengths.max() <= 15
    assert sum(2.0 ** -int(length) for length in lengths) == 1


def test_it_is_smaller_than_other_pngs() -> None:
    chances = np.random.default_rng(3)
    dust = np.where(chances.random((300, 400)) < 0.03, chances.integers(0, 256, (300, 400)), 0).astype(np.uint8)
    assert len(mask_png(dust)) < len(encode_png(dust, filtered=False))
    clear = np.zeros((512, 512), np.uint8)
    assert len(mask_png(clear)) < 400


def test_a_busy_one_is_no_larger_either() -> None:
    smooth = np.add.outer(np.arange(300) // 3, np.arange(400) // 2).astype(np.uint8)
    assert len(check(smooth)) <= len(encode_png(smooth, filtered=False))


def test_its_bytes_are_pinned() -> None:
    assert hashlib.sha256(mask_png(soft(120, 150))).hexdigest()[:16] == "27b91eab9df087dd"


def test_a_damaged_one_is_noticed() -> None:
    data = bytearray(mask_png(soft(40, 50)))
    start = data.index(b"IDAT") + 4
    stream = bytes(data[start : start + int.from_bytes(data[start - 8 : start - 4], "big")])
    assert len(zlib.decompress(stream)) == 40 * 51
    with pytest.raises(zlib.error):
        zlib.decompress(stream[:-1] + bytes([stream[-1] ^ 1]))
