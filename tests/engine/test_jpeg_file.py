"""A JPEG file has the pixels that its bytes decode to, whether anybody encodes them or not."""

from __future__ import annotations

import pickle

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from degrade.codecs import CodecError, decode_jpeg, encode_jpeg
from degrade.codecs.jpeg_tables import FAST_BELOW, quantisation
from degrade.engine.jpeg_file import JpegFile, fast_divisors
from degrade.engine.kernels import jpeg_blocks

Bytes = npt.NDArray[np.uint8]
KINDS = ("noise", "gradient", "black and white", "constant", "cosines", "lines")
SUBSAMPLINGS = ("444", "422", "420")


def picture(kind: str, shape: tuple[int, ...], seed: int) -> Bytes:
    """Contents that are hard in different ways."""
    rng = np.random.default_rng(seed)
    if kind == "noise":
        return rng.integers(0, 256, shape, dtype=np.uint8)
    if kind == "black and white":
        return rng.integers(0, 2, shape, dtype=np.uint8) * np.uint8(255)
    if kind == "constant":
        return np.full(shape, rng.integers(256), np.uint8)
    rows, columns = np.indices(shape[:2])
    if kind == "gradient":
        down, right = rng.integers(-6, 7, 2)
        plane = (rows * down + columns * right) % 256
    elif kind == "cosines":  # the signs of a basis function in each block: no coefficients are larger
        signs = np.cos((2 * np.arange(8) + 1) * np.arange(8)[:, None] * np.pi / 16) > 0
        modes = rng.integers(0, 8, (2, shape[0] // 8 + 1, shape[1] // 8 + 1))
        down, right = modes[:, rows // 8, columns // 8]
        plane = (signs[down, rows % 8] ^ signs[right, columns % 8] ^ (down > right)) * 255
    else:
        plane = (rng.integers(0, 2, shape[0])[:, None] ^ rng.integers(0, 2, shape[1])[None]) * 255
    return np.repeat(plane.astype(np.uint8)[:, :, None], shape[2], axis=2)


@given(
    kind=st.sampled_from(KINDS), height=st.integers(1, 70), width=st.integers(1, 150), quality=st.integers(1, 100),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@example(kind="cosines", height=64, width=256, quality=1, seed=0)
@example(kind="cosines", height=64, width=256, quality=FAST_BELOW - 1, seed=1)
@example(kind="cosines", height=64, width=256, quality=100, seed=2)
@example(kind="noise", height=1, width=1, quality=50, seed=3)
def test_gray_pixels_are_those_that_its_bytes_decode_to(
    kind: str, height: int, width: int, quality: int, seed: int
) -> None:
    gray = picture(kind, (height, width, 1), seed)
    before = gray.copy()
    file = JpegFile(gray, 1, quality, "420")
    found = file.decoded()
    assert np.array_equal(found, decode_jpeg(encode_jpeg(before, quality)))
    assert np.array_equal(gray, before)
    assert file.data == encode_jpeg(before, quality)
    assert np.array_equal(file.decoded(3), np.repeat(found, 3, axis=2))


@given(
    kind=st.sampled_from(KINDS), height=st.integers(1, 70), width=st.integers(1, 70), quality=st.integers(1, 100),
    subsampling=st.sampled_from(SUBSAMPLINGS), channels=st.sampled_from([1, 3]), seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_pixels_in_three_channels_are_those_that_its_bytes_decode_to(
    kind: str, height: int, width: int, quality: int, subsampling: str, channels: int, seed: int
) -> None:
    planes = [picture(kind, (height, width, 1), seed + number) for number in range(channels)]
    pixels = np.concatenate(planes, axis=2)
    file = JpegFile(pixels, 3, quality, subsampling)
    found = decode_jpeg(encode_jpeg(np.repeat(pixels, 3 // channels, axis=2), quality, subsampling))
    assert np.array_equal(file.decoded(), found)
    assert np.array_equal(decode_jpeg(file.data), found)
    assert np.array_equal(file.decoded(1), found[:, :, :1])


@pytest.mark.parametrize("quality", range(1, 101))
def test_every_quality_with_the_largest_coefficients(quality: int) -> None:
    for kind in ("cosines", "lines", "noise"):
        gray = picture(kind, (64, 128, 1), quality)
        assert np.array_equal(JpegFile(gray, 1, quality, "420").decoded(), decode_jpeg(encode_jpeg(gray, quality)))


@pytest.mark.parametrize("quality", [1, 10, 25, 50, 75, 90, 95, 96, 98, 100])
def test_every_coefficient_is_rounded_as_by_whole_numbers(quality: int) -> None:
    steps = quantisation(quality)
    divisors = (fast_divisors(steps) if quality < FAST_BELOW else 8 * steps).reshape(-1)
    one = np.float32(1)
    for divisor in np.unique(divisors):
        values = np.arange(-32767, 32769, dtype=np.int32).reshape(-1, jpeg_blocks.BLOCK)
        whole = np.sign(values) * ((np.abs(values) + divisor // 2) // divisor)
        halves = np.full(jpeg_blocks.BLOCK, divisor // 2 + 0.5, np.float32)
        inverses = np.full(jpeg_blocks.BLOCK, one / np.float32(divisor), np.float32)
        for block, rounded in zip(values, whole, strict=True):
            jpeg_blocks.quantise(block, np.ones(jpeg_blocks.BLOCK, np.int32), halves, inverses)
            assert np.array_equal(block, rounded)


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("quality", [1, FAST_BELOW - 1, FAST_BELOW, 100])
def test_colours_at_every_edge(quality: int, subsampling: str) -> None:
    for height, width in [*((9, width) for width in range(1, 36)), *((height, 9) for height in range(1, 20))]:
        colours = picture("noise", (height, width, 3), width)
        found = JpegFile(colours, 3, quality, subsampling).decoded()
        assert np.array_equal(found, decode_jpeg(encode_jpeg(colours, quality, subsampling)))


def test_what_is_known_by_its_bytes() -> None:
    data = encode_jpeg(picture("noise", (20, 30, 3), 0), 70)
    file = JpegFile.of(data)
    assert file.data == data
    assert np.array_equal(file.decoded(), decode_jpeg(data))
    assert np.array_equal(file.decoded(1), decode_jpeg(data)[:, :, :1])


def test_a_file_goes_to_other_processes() -> None:
    gray = picture("gradient", (20, 30, 1), 0)
    file = JpegFile(gray, 1, 30, "420")
    again = pickle.loads(pickle.dumps(file))
    assert np.array_equal(again.decoded(), file.decoded())
    assert again.data == file.data


@pytest.mark.parametrize(
    ("pixels", "quality", "says"),
    [
        (np.zeros((1, 65_501, 1), np.uint8), 50, "at most 65500 px"),
        (np.zeros((8, 8, 1), np.uint16), 50, "uint16"),
        (np.zeros((8, 8, 2), np.uint8), 50, r"shape \(8, 8, 2\)"),
        (np.zeros((8, 8, 1), np.uint8), 0, "quality 0"),
    ],
)
def test_what_no_file_can_hold_is_told_at_once(pixels: Bytes, quality: int, says: str) -> None:
    with pytest.raises(CodecError, match=says):
        JpegFile(pixels, 1, quality, "420")
