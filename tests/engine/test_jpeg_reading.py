"""A JPEG file that is decoded once gives bit for bit what libjpeg-turbo gives when it decodes it twice."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from degrade.codecs import CodecError, decode, encode_jpeg
from degrade.engine.jpeg_reading import decode_once, read_planes
from degrade.engine.key import Key

SAMPLINGS = ("444", "422", "420")


def picture(height: int, width: int, seed: int = 0, noise: int = 40) -> np.ndarray:
    """(height, width, 3) uint8: waves of colour that reach beyond what chroma can hold, and `noise`."""
    rng = np.random.default_rng(Key(seed, "picture").words()[0])
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / (3 + 5 * i) + i) * np.cos(y / (4 + 3 * i)) for i in range(3)]
    grains = rng.integers(-noise, noise + 1, (height, width, 3))
    return np.clip(128 + 150 * np.stack(waves, 2) + grains, 0, 255).astype(np.uint8)


def by_pillow(image: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", **options)
    return file.getvalue()


def is_as_decoded(data: bytes) -> bool:
    """Whether the file was read; what was read is as libjpeg-turbo decodes it."""
    planes = read_planes(data)
    if planes is None:
        return False
    assert np.array_equal(planes.luma, decode(data, luma=True).stored)
    assert np.array_equal(planes.colours(), decode(data).pixels)
    return True


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 70), width=st.integers(1, 90), quality=st.integers(1, 100),
    sampling=st.sampled_from(SAMPLINGS), noise=st.sampled_from((0, 40, 255)), seed=st.integers(0, 9),
)  # fmt: skip
def test_luma_and_colours_are_those_of_libjpeg(
    height: int, width: int, quality: int, sampling: str, noise: int, seed: int
) -> None:
    assert is_as_decoded(encode_jpeg(picture(height, width, seed, noise), quality, sampling))


@pytest.mark.parametrize("sampling", [0, 1, 2])
def test_codes_of_the_file_itself(sampling: int) -> None:
    """Optimised codes are as long as 16 bits."""
    for seed, quality in enumerate((20, 75, 95, 100)):
        image = picture(203, 181, seed, noise=90)
        image[:90] = 128
        assert is_as_decoded(by_pillow(image, quality=quality, subsampling=sampling, optimize=True))


def test_a_file_that_is_out_of_the_ordinary_is_left_to_libjpeg() -> None:
    image = picture(64, 80)
    turned = Image.Exif()
    turned[0x0112] = 6
    plain = by_pillow(image, quality=90)
    assert is_as_decoded(plain)
    for data in (
        by_pillow(image, quality=90, progressive=True),
        by_pillow(image[:, :, 0], quality=90),
        by_pillow(image, quality=90, restart_marker_blocks=2),
        by_pillow(image, quality=90, exif=turned),
        encode_jpeg(image, 90, "440"),
        encode_jpeg(image, 90, "411"),
        plain + b"\0",
        plain[:-2],
        plain[:-40] + b"\xff\xd9",
        b"",
        b"no picture",
    ):
        assert read_planes(data) is None


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), bit=st.integers(0, 7), sampling=st.sampled_from(SAMPLINGS), head=st.booleans())
def test_a_damaged_file_is_refused_or_read_as_libjpeg_does(place: float, bit: int, sampling: str, head: bool) -> None:
    data = bytearray(encode_jpeg(picture(40, 56), 85, sampling))
    size = 640 if head else len(data)
    data[min(int(place * size), size - 1)] ^= 1 << bit
    damaged = bytes(data)
    try:
        decode(damaged)
    except CodecError:
        assert read_planes(damaged) is None
    else:
        is_as_decoded(damaged)


def test_sums_that_would_wrap_are_left_to_libjpeg() -> None:
    data = bytearray(encode_jpeg(picture(64, 64, noise=255), 90))
    table = data.index(b"\xff\xdb") + 5
    data[table : table + 64] = b"\xff" * 64
    assert read_planes(bytes(data)) is None


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_decoding_once_is_decoding(options: dict[str, bool]) -> None:
    data = by_pillow(picture(70, 50), quality=90, **options)
    once, usual = decode_once(data), decode(data, luma=True)
    assert np.array_equal(once.stored, usual.stored)
    assert np.array_equal(once.pixels, usual.pixels)
    assert (once.is_luma, once.format, once.jpeg) == (usual.is_luma, usual.format, usual.jpeg)


def test_the_colours_stay_as_they_are_whatever_becomes_of_the_luma() -> None:
    data = encode_jpeg(picture(48, 64), 90)
    once = decode_once(data)
    once.stored[:] = 0
    assert np.array_equal(once.pixels, decode(data).pixels)


def test_a_file_that_cannot_be_decoded_is_told_by_its_name() -> None:
    with pytest.raises(CodecError, match=r"mine\.jpg"):
        decode_once(encode_jpeg(picture(48, 64), 90)[:-300], "mine.jpg")


@pytest.mark.parametrize("side", [0, 65_500])
def test_a_header_of_no_or_too_many_pixels_is_left_to_libjpeg(side: int) -> None:
    """No memory is asked for by what a header says."""
    data = bytearray(encode_jpeg(picture(16, 16), 90))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = side.to_bytes(2, "big") * 2
    assert read_planes(bytes(data)) is None
    with pytest.raises(CodecError):
        decode_once(bytes(data))
