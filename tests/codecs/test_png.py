"""PNG: the own writer against two foreign readers, and the reader against hand-made files."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from degrade.codecs import CodecError, decode, decode_png, encode_png

File = Callable[..., bytes]

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes, level: int = -1) -> bytes:
    """A PNG from its raw rows (each with its filter byte), chunk by chunk."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = b"".join(extra) + chunk(b"IDAT", zlib.compress(rows, level)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + body


def pattern(height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    """Values that use both bytes and wrap around."""
    count = height * width * channels
    return (np.arange(count, dtype=np.uint64) * 40_503 % 65_521).astype(dtype).reshape(height, width, channels)


@given(
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    channels=st.sampled_from([1, 3]),
    dtype=st.sampled_from(["u1", "u2"]),
    filtered=st.booleans(),
)
def test_round_trip(height: int, width: int, channels: int, dtype: str, filtered: bool) -> None:
    pixels = pattern(height, width, channels, dtype)
    data = encode_png(pixels, filtered)
    assert np.array_equal(decode_png(data), pixels)
    assert np.array_equal(decode(data).pixels, pixels)
    assert decode_png(data).dtype == pixels.dtype

    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED).reshape(height, width, channels)
    assert np.array_equal(by_opencv[:, :, ::-1], pixels)
    image = Image.open(io.BytesIO(data))
    by_pillow = np.asarray(image).reshape(height, width, channels)
    reduced = dtype == "u2" and channels == 3  # Pillow reads 16-bit RGB with 8 bits
    assert np.array_equal(by_pillow, pixels >> 8 if reduced else pixels)


def test_a_mask_needs_no_third_axis() -> None:
    mask = pattern(9, 7, 1, "u1")
    assert encode_png(mask[:, :, 0], False) == encode_png(mask, False)


def test_any_layout_in_memory() -> None:
    pixels = pattern(20, 20, 3, "u2")[::-2, 1::3]
    assert encode_png(pixels, True) == encode_png(np.ascontiguousarray(pixels), True)


def test_the_filter_pays_where_rows_resemble_each_other() -> None:
    y, x = np.mgrid[0:64, 0:64]
    shaded = (x * 37 % 251 + y // 2).astype(np.uint8)
    assert len(encode_png(shaded, True)) < len(encode_png(shaded, False)) / 2


@pytest.mark.parametrize(("shape", "dtype"), [((4, 4, 2), "u1"), ((4, 4, 3), "f4"), ((4, 0, 1), "u1"), ((4,), "u1")])
def test_arrays_that_no_png_holds(shape: tuple[int, ...], dtype: str) -> None:
    with pytest.raises(CodecError) as caught:
        encode_png(np.zeros(shape, dtype), True)
    assert caught.value.reason == "not_encodable"


@pytest.mark.parametrize("read", [decode, decode_png])
def test_every_cut_is_noticed(read: Callable[[bytes], object]) -> None:
    data = encode_png(pattern(9, 7, 3, "u1"), True)
    for end in range(8, len(data)):
        with pytest.raises(CodecError) as caught:
            read(data[:end])
        assert caught.value.reason == "truncated"


@pytest.mark.parametrize("read", [decode, decode_png])
def test_every_flipped_byte_is_noticed(read: Callable[[bytes], object]) -> None:
    data = encode_png(pattern(5, 4, 1, "u1"), False)
    for position in range(8, len(data)):
        with pytest.raises(CodecError):
            read(data[:position] + bytes([data[position] ^ 0x41]) + data[position + 1 :])


@pytest.mark.parametrize("level", [1, 5, 9])
@pytest.mark.parametrize("kind", range(5))
def test_others_files_that_look_like_our_own(level: int, kind: int) -> None:
    """One chunk of data, which begins as ours does at level 5; but with other filters, or too few rows."""
    rows = pattern(6, 4, 3, "u1").reshape(6, 12)
    stored = b"".join(bytes([kind]) + row.tobytes() for row in rows)
    data = png(4, 6, 8, RGB, stored, level=level)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(decode_png(data), by_opencv[:, :, ::-1])
    for wrong in (stored[:-1], stored[:13], b"", stored[:13] + b"\7" + stored[14:]):
        with pytest.raises(CodecError):
            decode_png(png(4, 6, 8, RGB, wrong, level=level))


def test_sixteen_bits_with_alpha() -> None:
    rows = b"".join(b"\0" + struct.pack(">4H", 1000, 2000, 3000, alpha) for alpha in (0, 32_768, 65_535))
    pixels = decode(png(1, 3, 16, RGBA, rows)).pixels
    assert pixels.dtype == np.uint16
    half = [round((value * 32_768 + 65_535 * 32_767) / 65_535) for value in (1000, 2000, 3000)]
    assert pixels[:, 0].tolist() == [[65_535] * 3, half, [1000, 2000, 3000]]


def test_sixteen_bit_gray_with_alpha_stays_gray() -> None:
    rows = b"\0" + struct.pack(">4H", 1000, 65_535, 1000, 0)
    assert decode(png(2, 1, 16, GRAY_ALPHA, rows)).pixels.tolist() == [[[1000], [65_535]]]


@pytest.mark.parametrize(
    ("depth", "packed", "expected"), [(1, 0b10, [255, 0]), (2, 0b10_01, [170, 85]), (4, 0xA3, [170, 51])]
)
def test_few_bits_a_pixel(depth: int, packed: int, expected: list[int]) -> None:
    rows = bytes([0, packed << (8 - 2 * depth)])
    assert decode(png(2, 1, depth, GRAY, rows)).pixels[0, :, 0].tolist() == expected


def test_one_transparent_gray() -> None:
    rows = bytes([0, 0xA3])
    assert decode(png(2, 1, 4, GRAY, rows, chunk(b"tRNS", b"\0\x03"))).pixels[0, :, 0].tolist() == [170, 255]


def test_one_transparent_colour() -> None:
    rows = bytes([0, 1, 2, 3, 4, 5, 6])
    pixels = decode(png(2, 1, 8, RGB, rows, chunk(b"tRNS", struct.pack(">3H", 1, 2, 3)))).pixels
    assert pixels.tolist() == [[[255, 255, 255], [4, 5, 6]]]


def test_a_palette_with_transparency() -> None:
    palette = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))
    assert decode(png(2, 1, 8, PALETTE, b"\0\0\1", palette)).pixels.tolist() == [[[10, 20, 30], [40, 50, 60]]]
    clear = chunk(b"tRNS", b"\xff\0")
    assert decode(png(2, 1, 8, PALETTE, b"\0\0\1", palette, clear)).pixels.tolist() == [[[10, 20, 30], [255] * 3]]


def test_interlaced(picture: np.ndarray) -> None:
    # Adam7 of one 2 x 2 picture: passes 1 (0,0), 6 (1,0), 7 (row 1).
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, GRAY, 0, 0, 1))
    rows = bytes([0, 10, 0, 20, 0, 30, 40])
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert decode(data).pixels[:, :, 0].tolist() == [[10, 20], [30, 40]]


def test_notes_in_the_margin_change_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    rows = bytes([0, 100, 150])
    notes = (
        chunk(b"gAMA", struct.pack(">I", 100_000)),
        chunk(b"iCCP", b"name\0\0" + b"no zlib stream"),
        chunk(b"tEXt", b"Comment\0hello"),
        chunk(b"eXIf", b"no exif"),
    )
    assert decode(png(2, 1, 8, GRAY, rows, *notes)).pixels[0, :, 0].tolist() == [100, 150]
    assert capfd.readouterr() == ("", "")


def test_apples_own_variant_is_named() -> None:
    data = encode_png(pattern(5, 4, 1, "u1"), False)
    with pytest.raises(CodecError, match="CgBI") as caught:
        decode(data[:33] + chunk(b"CgBI", b"\0\0\0\0") + data[33:])
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize(
    "data",
    [
        png(2, 1, 8, GRAY, bytes([9, 1, 2])),  # no such filter
        png(2, 2, 8, GRAY, bytes([0, 1, 2])),  # a row too few
        png(2, 1, 8, PALETTE, bytes([0, 0, 1])),  # no palette
        png(2, 1, 8, GRAY, bytes([0, 1, 2]), chunk(b"tRNS", b"\0")),  # half a gray
        png(2, 1, 3, GRAY, bytes([0, 1, 2])),  # no such depth
        png(0, 1, 8, GRAY, bytes([0])),  # no width
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        encode_png(np.zeros((1, 1), np.uint8), False)[:33] + chunk(b"IEND", b""),
    ],
)
def test_sound_checksums_around_nonsense(data: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        decode(data)
    assert caught.value.reason == "corrupt"


def test_members_are_not_turned(picture: np.ndarray, file_of: File, exif: Callable[[int], bytes]) -> None:
    assert np.array_equal(decode_png(file_of(picture, "png", exif=exif(6))), picture)
