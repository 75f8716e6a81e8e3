"""AVIF: depths, what its boxes say, and no half pictures."""

from __future__ import annotations

import struct
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from degrade.codecs import CodecError, decode

File = Callable[..., bytes]

EXACT = {"quality": 100, "subsampling": "4:4:4"}


def deep_file(array: np.ndarray, depth: int) -> bytes:
    """A 10- or 12-bit file of RGB or gray at the full range of 16 bits."""
    samples = array >> (16 - depth)
    samples = samples[:, :, ::-1] if samples.ndim == 3 else samples
    options = [cv2.IMWRITE_AVIF_DEPTH, depth, cv2.IMWRITE_AVIF_QUALITY, 100]
    return bytes(cv2.imencode(".avif", np.ascontiguousarray(samples), options)[1].tobytes())


@pytest.fixture(scope="session")
def files(picture: np.ndarray, deep: np.ndarray, file_of: File) -> dict[str, bytes]:
    """Files of every sort."""
    return {
        "RGB": file_of(picture, "AVIF"),
        "gray": file_of(picture[:, :, 0], "AVIF"),
        "alpha": file_of(np.dstack([picture, picture[:, :, :1]]), "AVIF"),
        "10 bits": deep_file(deep, 10),
        "12 bits, gray": deep_file(deep[:, :, 0], 12),
    }


def test_colour(picture: np.ndarray, file_of: File) -> None:
    decoded = decode(file_of(picture, "AVIF", **EXACT), "photo.jpg")
    assert decoded.format == "avif"
    assert decoded.jpeg is None
    assert decoded.pixels.shape == picture.shape
    assert decoded.pixels.dtype == np.uint8
    assert np.abs(decoded.pixels.astype(int) - picture).max() <= 4


def test_a_gray_file_keeps_one_channel(picture: np.ndarray, file_of: File) -> None:
    pixels = decode(file_of(picture[:, :, 0], "AVIF", quality=100)).pixels
    assert pixels.shape == (24, 36, 1)
    assert np.abs(pixels.astype(int) - picture[:, :, :1]).max() <= 2


@pytest.mark.parametrize("depth", [10, 12])
def test_more_than_eight_bits_are_kept(depth: int, deep: np.ndarray) -> None:
    pixels = decode(deep_file(deep, depth)).pixels
    assert pixels.dtype == np.uint16
    assert np.abs(pixels.astype(int) - deep).max() < 2000
    ramp = np.tile(np.arange(0, 1 << 16, 1 << (16 - depth), dtype=np.uint16), (8, 1))
    assert len(np.unique(decode(deep_file(ramp, depth)).pixels)) > 600
    white = decode(deep_file(np.full_like(deep, 65535), depth)).pixels
    assert (white == 65535).all()


def test_alpha_is_laid_over_white(picture: np.ndarray, file_of: File) -> None:
    alpha = np.zeros((24, 36, 1), np.uint8)
    alpha[:, 18:] = 255
    pixels = decode(file_of(np.concatenate([picture, alpha], axis=2), "AVIF", **EXACT)).pixels
    assert (pixels[:, :18] == 255).all()
    assert np.abs(pixels[:, 18:].astype(int) - picture[:, 18:]).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(
    orientation: int, picture: np.ndarray, file_of: File, exif: Callable[[int], bytes]
) -> None:
    turned = decode(file_of(picture, "AVIF", exif=exif(orientation), **EXACT)).pixels.astype(int)
    expected = decode(file_of(picture, "png", exif=exif(orientation))).pixels
    assert turned.shape == expected.shape
    assert np.abs(turned - expected).max() <= 4


def test_a_profile_is_converted(picture: np.ndarray, file_of: File, icc: dict[str, bytes]) -> None:
    plain = decode(file_of(picture, "AVIF", **EXACT)).pixels
    assert np.array_equal(decode(file_of(picture, "AVIF", icc_profile=icc["sRGB"], **EXACT)).pixels, plain)
    assert np.array_equal(decode(file_of(picture, "AVIF", icc_profile=b"nonsense" * 40, **EXACT)).pixels, plain)
    other = decode(file_of(picture, "AVIF", icc_profile=icc["Adobe RGB"], **EXACT)).pixels.astype(int)
    assert np.abs(other - plain).max() > 20


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_refused(transfer: int, files: dict[str, bytes]) -> None:
    data = bytearray(files["RGB"])
    struct.pack_into(">H", data, data.index(b"nclx") + 6, transfer)
    with pytest.raises(CodecError, match="HDR") as caught:
        decode(bytes(data))
    assert caught.value.reason == "unsupported"


def test_a_bomb_is_refused_by_its_header(files: dict[str, bytes]) -> None:
    data = bytearray(files["RGB"])
    struct.pack_into(">2I", data, data.index(b"ispe") + 8, 50_000, 50_000)
    with pytest.raises(CodecError) as caught:
        decode(bytes(data))
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("name", ["RGB", "gray", "alpha", "10 bits", "12 bits, gray"])
def test_every_cut_is_noticed(name: str, files: dict[str, bytes], capfd: pytest.CaptureFixture[str]) -> None:
    whole = files[name]
    for end in [*range(24, len(whole), 5), len(whole) - 1]:
        with pytest.raises(CodecError) as caught:
            decode(whole[:end])
        assert caught.value.reason == "truncated"
    assert capfd.readouterr() == ("", "")


def test_the_brand_may_be_among_the_compatible_ones(files: dict[str, bytes]) -> None:
    whole = files["RGB"]
    assert np.array_equal(decode(whole[:8] + b"mif1" + whole[12:]).pixels, decode(whole).pixels)
    with pytest.raises(CodecError, match="HEI") as caught:
        decode(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(20))
    assert caught.value.reason == "unsupported"
