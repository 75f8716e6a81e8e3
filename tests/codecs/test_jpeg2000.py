"""JPEG 2000: what its boxes say, odd depths, and no half pictures."""

from __future__ import annotations

import struct
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from degrade.codecs import MAX_PIXELS, CodecError, decode

File = Callable[..., bytes]

START = b"\xff\x4f\xff\x51"
EXIF = b"JpgTiffExif->JP2"
PRECISION = 42
"""Where in a codestream the depth of the first component is; the others follow three bytes apart."""


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def boxed(stream: bytes, *header: bytes, after: bytes = b"") -> bytes:
    """A codestream in a file with these boxes in its header."""
    width, height = struct.unpack_from(">2I", stream, 8)
    (count,) = struct.unpack_from(">H", stream, 40)
    ihdr = box(b"ihdr", struct.pack(">2IH4B", height, width, count, stream[PRECISION], 7, 0, 0))
    signature = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    return signature + box(b"jp2h", ihdr + b"".join(header)) + after + box(b"jp2c", stream)


def colour(space: int) -> bytes:
    return box(b"colr", struct.pack(">3BI", 1, 0, 0, space))


def profiled(profile: bytes) -> bytes:
    return box(b"colr", b"\x02\0\0" + profile)


def channels(*rows: tuple[int, int, int]) -> bytes:
    return box(b"cdef", struct.pack(">H", len(rows)) + b"".join(struct.pack(">3H", *row) for row in rows))


def with_depth(array: np.ndarray, depth: int, file_of: File) -> bytes:
    """A codestream of `depth` bits, made of one of more: the reversible transform moves samples by half their range
    and does nothing else that depends on their depth."""
    base = 8 if depth < 8 else 16
    moved = (array.astype(int) + (1 << (base - 1)) - (1 << (depth - 1))).astype(np.uint8 if depth < 8 else np.uint16)
    if depth < 8:
        whole = file_of(moved, "JPEG2000", no_jp2=True)
    else:
        big = np.pad(moved, [(0, 72), (0, 60), *[(0, 0)] * (moved.ndim - 2)], mode="edge")  # OpenCV's least
        whole = cv2.imencode(".jp2", big[:, :, ::-1] if big.ndim == 3 else big)[1].tobytes()
    stream = bytearray(whole[whole.index(START) :])
    (count,) = struct.unpack_from(">H", stream, 40)
    stream[PRECISION : PRECISION + 3 * count : 3] = bytes([depth - 1]) * count
    return bytes(stream)


@pytest.fixture(scope="session")
def stream(picture: np.ndarray, file_of: File) -> bytes:
    """The picture as a bare codestream."""
    return file_of(picture, "JPEG2000", no_jp2=True)


@pytest.fixture(scope="session")
def files(picture: np.ndarray, deep: np.ndarray, stream: bytes, file_of: File) -> dict[str, bytes]:
    """Files of every sort."""
    alpha = np.dstack([picture, picture[:, :, :1]])
    return {
        "RGB": file_of(picture, "JPEG2000"),
        "codestream": stream,
        "tiles": file_of(picture, "JPEG2000", tile_size=(16, 16)),
        "lossy": file_of(picture, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[20, 8]),
        "gray": file_of(picture[:, :, 0], "JPEG2000"),
        "alpha": file_of(alpha, "JPEG2000"),
        "inks": file_of(picture, "JPEG2000", "CMYK"),
        "16-bit gray": file_of(deep[:, :, 0], "JPEG2000"),
        "12-bit RGB": with_depth(deep >> 4, 12, file_of),
    }


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}, {"tile_size": (16, 16)}])
def test_lossless(options: dict[str, object], picture: np.ndarray, file_of: File) -> None:
    decoded = decode(file_of(picture, "JPEG2000", **options), "photo.jpg")
    assert decoded.format == "jp2"
    assert decoded.jpeg is None
    assert np.array_equal(decoded.pixels, picture)
    assert decoded.pixels.flags.c_contiguous
    gray = decode(file_of(picture[:, :, 0], "JPEG2000", **options)).pixels
    assert np.array_equal(gray, picture[:, :, :1])


def test_one_pixel(file_of: File) -> None:
    assert decode(file_of(np.full((1, 1, 3), 200, np.uint8), "JPEG2000", num_resolutions=1)).pixels.tolist() == [
        [[200, 200, 200]]
    ]


def test_sixteen_bits_are_kept(deep: np.ndarray, file_of: File) -> None:
    pixels = decode(file_of(deep[:, :, 0], "JPEG2000")).pixels
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, deep[:, :, :1])
    pixels = decode(with_depth(deep, 16, file_of)).pixels[:24, :36]
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, deep)


@pytest.mark.parametrize("depth", [1, 4, 7, 9, 10, 12, 14])
@pytest.mark.parametrize("count", [1, 3])
def test_odd_depths_have_the_full_range(depth: int, count: int, deep: np.ndarray, file_of: File) -> None:
    samples = deep[:, :, :count] >> (16 - depth)
    samples[0, 0], samples[0, 1] = 0, (1 << depth) - 1
    pixels = decode(with_depth(samples.squeeze(), depth, file_of)).pixels[:24, :36]
    assert pixels.dtype == (np.uint8 if depth < 8 else np.uint16)
    white = int(np.iinfo(pixels.dtype).max)
    assert np.array_equal(pixels, np.floor(samples * (white / ((1 << depth) - 1)) + 0.5).astype(pixels.dtype))
    assert pixels.max() == white


def test_alpha_is_laid_over_white(picture: np.ndarray, file_of: File) -> None:
    stored = np.dstack([picture, np.full((24, 36), 51, np.uint8)])
    laid = np.round(picture * 0.2 + 255 * 0.8).astype(np.uint8)
    assert np.array_equal(decode(file_of(stored, "JPEG2000")).pixels, laid)
    assert np.array_equal(decode(file_of(stored[:, :, [0, 3]], "JPEG2000")).pixels, laid[:, :, :1])


def test_a_fourth_channel(picture: np.ndarray, file_of: File) -> None:
    fourth = np.full((24, 36), 51, np.uint8)
    bare = file_of(np.dstack([picture, fourth]), "JPEG2000", no_jp2=True, mct=0)
    colours = [(0, 0, 1), (1, 0, 2), (2, 0, 3)]
    assert np.array_equal(decode(bare).pixels, picture)
    assert np.array_equal(decode(boxed(bare, colour(16), channels(*colours, (3, 65535, 65535)))).pixels, picture)
    multiplied = np.round(picture * 0.2).astype(np.uint8)
    bare = file_of(np.dstack([multiplied, fourth]), "JPEG2000", no_jp2=True, mct=0)
    pixels = decode(boxed(bare, colour(16), channels(*colours, (3, 2, 0)))).pixels
    assert np.array_equal(pixels, multiplied + 204)
    with pytest.raises(CodecError, match="unusual order") as caught:
        decode(boxed(bare, colour(16), channels((0, 0, 3), (1, 0, 2), (2, 0, 1), (3, 1, 0))))
    assert caught.value.reason == "unsupported"


def test_inks(picture: np.ndarray, file_of: File) -> None:
    assert np.array_equal(decode(file_of(picture, "JPEG2000", "CMYK")).pixels, picture)


def test_ycc(picture: np.ndarray, file_of: File) -> None:
    assert np.abs(decode(file_of(picture, "JPEG2000", "YCbCr")).pixels.astype(int) - picture).max() <= 4


def test_a_palette_becomes_colour(picture: np.ndarray, file_of: File) -> None:
    codes = (picture[:, :, 0] // 16).astype(np.uint8)
    colours = np.random.default_rng(0).integers(0, 256, (16, 3), np.uint8)
    palette = box(b"pclr", struct.pack(">HB3B", 16, 3, 7, 7, 7) + colours.tobytes())
    mapping = box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, i) for i in range(3)))
    data = boxed(file_of(codes, "JPEG2000", no_jp2=True), colour(16), palette, mapping)
    assert np.array_equal(decode(data).pixels, colours[codes])


def test_a_profile_is_converted(picture: np.ndarray, stream: bytes, icc: dict[str, bytes], file_of: File) -> None:
    assert np.array_equal(decode(boxed(stream, profiled(icc["sRGB"]))).pixels, picture)
    assert np.array_equal(decode(boxed(stream, profiled(b"nonsense" * 40))).pixels, picture)
    converted = decode(boxed(stream, profiled(icc["Adobe RGB"]))).pixels
    assert np.array_equal(converted, decode(file_of(picture, "png", icc_profile=icc["Adobe RGB"])).pixels)
    assert np.array_equal(decode(boxed(stream, colour(16), profiled(icc["Adobe RGB"]))).pixels, picture)


def test_a_profile_at_sixteen_bits(deep: np.ndarray, icc: dict[str, bytes], file_of: File) -> None:
    bare = with_depth(deep, 16, file_of)
    pixels = decode(boxed(bare, profiled(icc["Adobe RGB"]))).pixels
    assert pixels.dtype == np.uint16
    assert not np.array_equal(pixels, decode(bare).pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_it_upright(
    orientation: int, picture: np.ndarray, stream: bytes, exif: Callable[[int], bytes], file_of: File
) -> None:
    uuid = box(b"uuid", EXIF + exif(orientation).removeprefix(b"Exif\0\0"))
    pixels = decode(boxed(stream, colour(16), after=uuid)).pixels
    assert np.array_equal(pixels, decode(file_of(picture, "png", exif=exif(orientation))).pixels)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (PRECISION, 0x87, "unsupported"),  # signed
        (PRECISION, 23, "unsupported"),
        (PRECISION, 6, "unsupported"),  # unlike the others
        (PRECISION + 4, 2, "unsupported"),  # subsampled
        (41, 5, "unsupported"),  # components
        (41, 0, "unsupported"),
        (27, 0, "corrupt"),  # tiles of no width
    ],
)
def test_what_is_refused(at: int, value: int, reason: str, stream: bytes) -> None:
    changed = bytearray(stream)
    changed[at] = value
    with pytest.raises(CodecError) as caught:
        decode(bytes(changed))
    assert caught.value.reason == reason


def test_rare_spaces_are_refused(stream: bytes) -> None:
    with pytest.raises(CodecError, match="convert it to sRGB") as caught:
        decode(boxed(stream, colour(14)))
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize("kind", ["RGB", "codestream"])
def test_a_bomb_is_refused_by_its_header(kind: str, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "imdecode", None)
    data = bytearray(files[kind])
    at = data.index(START)
    struct.pack_into(">2I", data, at + 8, 1 + MAX_PIXELS // 30_000, 30_000)
    with pytest.raises(CodecError) as caught:
        decode(bytes(data))
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    "name", ["RGB", "codestream", "tiles", "lossy", "gray", "alpha", "inks", "16-bit gray", "12-bit RGB"]
)
def test_every_cut_is_noticed(name: str, files: dict[str, bytes], capfd: pytest.CaptureFixture[str]) -> None:
    whole = files[name]
    for end in [*range(12, len(whole), 7), len(whole) - 1, len(whole) - 2]:
        with pytest.raises(CodecError) as caught:
            decode(whole[:end])
        assert caught.value.reason == "truncated"
    assert capfd.readouterr() == ("", "")


def test_a_cut_that_was_mended_is_noticed(files: dict[str, bytes]) -> None:
    """An end marker behind what is left, or a tile less."""
    whole = files["codestream"]
    with pytest.raises(CodecError) as caught:
        decode(whole[: len(whole) * 2 // 3] + whole[-2:])
    assert caught.value.reason in ("truncated", "corrupt")
    tiles = files["tiles"]
    last = tiles.rindex(b"\xff\x90\x00\x0a")
    with pytest.raises(CodecError) as caught:
        decode(boxed(tiles[tiles.index(START) : last] + tiles[-2:], colour(16)))
    assert caught.value.reason == "truncated"


def test_what_follows_the_picture_does_not_matter(picture: np.ndarray, files: dict[str, bytes]) -> None:
    assert np.array_equal(decode(files["RGB"] + box(b"xml ", b"<a/>")).pixels, picture)
    assert np.array_equal(decode(files["codestream"] + bytes(20)).pixels, picture)
