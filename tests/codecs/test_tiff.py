"""TIFF: the many ways to store the same picture."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
import tifffile

from degrade.codecs import CodecError, decode

WRITERS = {
    "plain": {},
    "big-endian": {"byteorder": ">"},
    "BigTIFF": {"bigtiff": True},
    "deflate": {"compression": "zlib"},
    "deflate with predictor": {"compression": "zlib", "predictor": True},
    "tiles": {"tile": (16, 16)},
    "strips": {"rowsperstrip": 5},
}


def tiff(array: np.ndarray, **options: Any) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **({"photometric": "rgb"} | options))
    return stream.getvalue()


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS.keys())
def test_layouts(options: dict[str, Any], picture: np.ndarray, deep: np.ndarray) -> None:
    for array in (picture, deep):
        pixels = decode(tiff(array, **options)).pixels
        assert pixels.dtype == array.dtype
        assert np.array_equal(pixels, array)


def test_planes_one_after_the_other(picture: np.ndarray, deep: np.ndarray) -> None:
    planes = {"planarconfig": "separate"}
    assert np.array_equal(decode(tiff(picture.transpose(2, 0, 1).copy(), **planes)).pixels, picture)
    with pytest.raises(CodecError) as caught:
        decode(tiff(deep.transpose(2, 0, 1).copy(), **planes))
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize("name", ["picture", "deep"])
def test_gray_and_its_negative(name: str, request: pytest.FixtureRequest) -> None:
    array = request.getfixturevalue(name)[:, :, 0]
    white = np.iinfo(array.dtype).max
    assert np.array_equal(decode(tiff(array, photometric="minisblack")).pixels[:, :, 0], array)
    assert np.array_equal(decode(tiff(array, photometric="miniswhite")).pixels[:, :, 0], white - array)


@pytest.mark.parametrize("name", ["picture", "deep"])
def test_a_fourth_channel(name: str, request: pytest.FixtureRequest) -> None:
    array = request.getfixturevalue(name)
    white = int(np.iinfo(array.dtype).max)
    fourth = np.full((24, 36, 1), white // 5, array.dtype)
    laid = np.round(array * 0.2 + white * 0.8).astype(array.dtype)

    stored = np.concatenate([array, fourth], axis=2)
    assert np.array_equal(decode(tiff(stored, extrasamples=["unspecified"])).pixels, array)
    assert np.array_equal(decode(tiff(stored, extrasamples=["unassalpha"])).pixels, laid)
    multiplied = np.concatenate([np.round(array * 0.2).astype(array.dtype), fourth], axis=2)
    off = np.abs(decode(tiff(multiplied, extrasamples=["assocalpha"])).pixels.astype(int) - laid)
    assert off.max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bits_are_turned_upright_too(orientation: int, picture: np.ndarray, deep: np.ndarray) -> None:
    tag = [(274, 3, 1, orientation, True)]
    turned = decode(tiff(deep, extratags=tag)).pixels
    assert turned.dtype == np.uint16
    assert np.array_equal(turned // 257, decode(tiff(deep // 257, extratags=tag)).pixels)
    eight = decode(tiff(picture, extratags=tag)).pixels
    assert eight.shape == turned.shape
    assert (eight[0, 0] == picture[0, 0]).all() == (orientation in (1, 5))


def test_a_profile_at_sixteen_bits(deep: np.ndarray, icc: dict[str, bytes]) -> None:
    profile = icc["Adobe RGB"]
    tag = [(34675, 7, len(profile), profile, True)]
    pixels = decode(tiff(deep, extratags=tag)).pixels
    assert pixels.dtype == np.uint16
    assert not np.array_equal(pixels, deep)
    eight = decode(tiff(np.round(deep / 257).astype(np.uint8), extratags=tag)).pixels
    assert np.abs(pixels / 257 - eight).mean() < 0.6


def test_inks(picture: np.ndarray) -> None:
    ink = np.concatenate([255 - picture, np.zeros((24, 36, 1), np.uint8)], axis=2)
    assert np.array_equal(decode(tiff(ink, photometric="separated")).pixels, picture)


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (np.zeros((8, 8, 3), np.float32), {}),
        (np.zeros((8, 8), np.float32), {"photometric": "minisblack"}),
        (np.zeros((8, 8), np.int16), {"photometric": "minisblack"}),
        (np.zeros((8, 8), np.int8), {"photometric": "minisblack"}),
        (np.zeros((8, 8), np.uint32), {"photometric": "minisblack"}),
        (np.zeros((8, 8, 2), np.uint16), {"photometric": "minisblack", "planarconfig": "contig"}),
    ],
)
def test_what_is_refused(array: np.ndarray, options: dict[str, Any]) -> None:
    with pytest.raises(CodecError) as caught:
        decode(tiff(array, **options))
    assert caught.value.reason == "unsupported"
    assert "convert" in caught.value.detail


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS.keys())
@pytest.mark.parametrize("name", ["picture", "deep"])
def test_every_tenth_cut_is_noticed(
    name: str, options: dict[str, Any], request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tiff(request.getfixturevalue(name), **options)
    for end in range(4, len(data), 10):
        with pytest.raises(CodecError) as caught:
            decode(data[:end])
        assert caught.value.reason == "truncated"
    assert capfd.readouterr() == ("", "")


def test_the_first_page_is_read(picture: np.ndarray) -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(picture, photometric="rgb")
        writer.write(255 - picture, photometric="rgb")
    assert np.array_equal(decode(stream.getvalue()).pixels, picture)


def test_a_damaged_directory() -> None:
    with pytest.raises(CodecError) as caught:
        decode(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0) + bytes(40))
    assert caught.value.reason == "corrupt"


@pytest.mark.parametrize("height", [1, 2])
def test_tiny_pictures(height: int, deep: np.ndarray) -> None:
    assert np.array_equal(decode(tiff(deep[:height, :1].copy())).pixels, deep[:height, :1])
