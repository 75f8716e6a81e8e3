"""JPEG: round trips, what is refused, and which bytes may stand for the pixels."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from degrade.codecs import CodecError, decode, decode_jpeg, encode_jpeg
from degrade.codecs import jpeg as jpeg_module

File = Callable[..., bytes]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """`data` with segments after its first, as cameras and editors insert them."""
    first = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2
    return data[:first] + b"".join(segments) + data[first:]


@given(height=st.integers(1, 40), width=st.integers(1, 40), channels=st.sampled_from([1, 3]))
def test_round_trip(height: int, width: int, channels: int) -> None:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.repeat((60 + 2 * x + 2 * y)[:, :, None], channels, axis=2).astype(np.uint8)
    data = encode_jpeg(pixels, 95)
    assert decode_jpeg(data).shape == pixels.shape
    assert np.abs(decode_jpeg(data).astype(int) - pixels).max() <= 6
    assert np.array_equal(decode(data).pixels, decode_jpeg(data))


def test_gray_is_encoded_as_gray(picture: np.ndarray) -> None:
    assert simplejpeg.decode_jpeg_header(encode_jpeg(picture[:, :, :1], 90))[2] == "Gray"
    assert encode_jpeg(picture[:, :, 0], 90) == encode_jpeg(picture[:, :, :1], 90)


@pytest.mark.parametrize("subsampling", jpeg_module.SUBSAMPLINGS)
def test_subsampling(subsampling: str, picture: np.ndarray) -> None:
    assert simplejpeg.decode_jpeg_header(encode_jpeg(picture, 90, subsampling))[3] == subsampling


def test_less_quality_less_bytes(picture: np.ndarray) -> None:
    assert len(encode_jpeg(picture, 20)) < len(encode_jpeg(picture, 60)) < len(encode_jpeg(picture, 100))


def test_any_layout_in_memory(picture: np.ndarray) -> None:
    assert encode_jpeg(picture[::-1, ::2], 90) == encode_jpeg(np.ascontiguousarray(picture[::-1, ::2]), 90)


@pytest.mark.parametrize(
    ("shape", "dtype"), [((4, 4, 2), "u1"), ((4, 4, 4), "u1"), ((4, 4, 3), "u2"), ((0, 4, 3), "u1"), ((4, 4, 3), "f4")]
)
def test_arrays_that_no_jpeg_holds(shape: tuple[int, ...], dtype: str) -> None:
    with pytest.raises(CodecError) as caught:
        encode_jpeg(np.zeros(shape, dtype), 90)
    assert caught.value.reason == "not_encodable"


@pytest.mark.parametrize(("quality", "subsampling"), [(0, "420"), (101, "420"), (90, "421")])
def test_settings_that_no_jpeg_has(quality: int, subsampling: str, picture: np.ndarray) -> None:
    with pytest.raises(CodecError) as caught:
        encode_jpeg(picture, quality, subsampling)
    assert caught.value.reason == "not_encodable"


def test_a_side_too_long_for_jpeg() -> None:
    with pytest.raises(CodecError, match="65500"):
        encode_jpeg(np.zeros((1, 65_501, 1), np.uint8), 90)


def test_every_cut_is_noticed(picture: np.ndarray) -> None:
    for pixels in (picture, picture[:, :, :1]):
        data = encode_jpeg(pixels, 80)
        for end in range(3, len(data)):
            with pytest.raises(CodecError):
                decode(data[:end])


def test_cmyk(file_of: File) -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 0] = 230
    pixels = decode(file_of(red, "jpeg", "CMYK", quality=95)).pixels
    assert pixels.shape == (16, 16, 3)
    assert np.abs(pixels.astype(int) - red).max() <= 4


def test_cmyk_through_its_profile(file_of: File, icc: dict[str, bytes]) -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 0] = 230
    plain = file_of(red, "jpeg", "CMYK", quality=95)
    profiled = file_of(red, "jpeg", "CMYK", quality=95, icc_profile=icc["CMYK table"])
    mismatched = file_of(red, "jpeg", "CMYK", quality=95, icc_profile=icc["Adobe RGB"])
    assert not np.array_equal(decode(profiled).pixels, decode(plain).pixels)
    assert np.array_equal(decode(mismatched).pixels, decode(plain).pixels)
    assert decode(profiled).jpeg is None


def test_cmyk_is_turned_upright(file_of: File, picture: np.ndarray, exif: Callable[[int], bytes]) -> None:
    plain = decode(file_of(picture, "jpeg", "CMYK")).pixels
    assert np.array_equal(decode(file_of(picture, "jpeg", "CMYK", exif=exif(6))).pixels, np.rot90(plain, -1))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_stripped_bytes_stand_for_the_pixels(
    progressive: bool, channels: int, picture: np.ndarray, file_of: File, exif: Callable[[int], bytes]
) -> None:
    array = picture if channels == 3 else picture[:, :, 0]
    plain = file_of(array, "jpeg", progressive=progressive)
    private = with_segments(
        plain,
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"),
        segment(0xED, b"Photoshop 3.0\0IPTC"),
        segment(0xE0, b"JFXX\0\x10thumbnail"),
        segment(0xFE, b"a comment"),
        b"\xff\xff" + segment(0xEF, b"fill bytes before this"),
    )
    private = with_segments(private, segment(0xE1, exif(1))) + b"\xff\xd8 a second picture behind the first \xff\xd9"
    decoded = decode(private)
    stripped = decoded.jpeg
    assert stripped is not None
    assert np.array_equal(decode_jpeg(stripped), decoded.pixels)
    assert np.array_equal(decode(stripped).pixels, decoded.pixels)
    for secret in (b"Exif", b"Secret", b"xap", b"IPTC", b"thumbnail", b"comment", b"fill bytes", b"second picture"):
        assert secret in private
        assert secret not in stripped
    assert stripped == plain
    assert decode(stripped).jpeg == stripped


def test_a_thumbnail_in_the_jfif_header_is_dropped(picture: np.ndarray) -> None:
    plain = encode_jpeg(picture, 90)
    assert plain[2:4] == b"\xff\xe0"
    thumbnail = segment(0xE0, plain[6:18] + b"\x01\x01" + b"RGB")
    assert decode(plain[:2] + thumbnail + plain[20:]).jpeg == plain


def test_restart_markers_belong_to_the_scan(picture: np.ndarray, file_of: File) -> None:
    data = file_of(np.tile(picture, (4, 4, 1)), "jpeg", restart_marker_blocks=2)
    assert b"\xff\xd3" in data
    assert decode(data).jpeg == data


def test_adobes_colour_transform_is_kept(picture: np.ndarray, file_of: File) -> None:
    plain = file_of(picture, "jpeg")
    assert plain[2:4] == b"\xff\xe0"
    without_jfif = plain[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01") + plain[20:]
    assert decode(without_jfif).jpeg == without_jfif


def test_which_jpegs_do_not_stand_for_the_pixels(
    picture: np.ndarray, file_of: File, exif: Callable[[int], bytes], icc: dict[str, bytes]
) -> None:
    for data in (
        file_of(picture, "jpeg", exif=exif(3)),
        file_of(picture, "jpeg", icc_profile=icc["Adobe RGB"]),
        file_of(picture, "jpeg", keep_rgb=True),
        file_of(picture, "jpeg", "CMYK"),
    ):
        assert decode(data).jpeg is None
    for data in (
        file_of(picture, "jpeg", exif=exif(1)),
        file_of(picture, "jpeg", icc_profile=icc["sRGB"]),
        file_of(picture, "jpeg", icc_profile=b"nonsense" * 40),
    ):
        assert decode(data).jpeg == file_of(picture, "jpeg")


def test_a_profile_in_several_chunks_in_any_order(picture: np.ndarray, file_of: File, icc: dict[str, bytes]) -> None:
    profile = icc["Adobe RGB"]
    chunks = [segment(0xE2, b"ICC_PROFILE\0" + bytes([i + 1, 3]) + profile[i * 150 : (i + 1) * 150]) for i in range(3)]
    plain = file_of(picture, "jpeg")
    expected = decode(file_of(picture, "jpeg", icc_profile=profile)).pixels
    assert not np.array_equal(expected, decode(plain).pixels)
    assert np.array_equal(decode(with_segments(plain, *chunks)).pixels, expected)
    assert np.array_equal(decode(with_segments(plain, *reversed(chunks))).pixels, expected)


def edited_frame(data: bytes, offset: int, value: int) -> bytes:
    at = data.index(b"\xff\xc0") + 4 + offset
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize(("offset", "value"), [(0, 12), (5, 2)])
def test_jpegs_of_other_depths_or_components(offset: int, value: int, picture: np.ndarray) -> None:
    with pytest.raises(CodecError) as caught:
        decode(edited_frame(encode_jpeg(picture, 90), offset, value))
    assert caught.value.reason == "unsupported"


def test_a_progressive_jpeg_of_endless_scans(picture: np.ndarray, file_of: File) -> None:
    data = file_of(picture, "jpeg", progressive=True)
    with pytest.raises(CodecError) as caught:
        decode(data[:-2] + b"\xff\xda\x00\x02" * 600 + b"\xff\xd9")
    assert caught.value.reason == "unsupported"


def test_members_are_not_turned(picture: np.ndarray, file_of: File, exif: Callable[[int], bytes]) -> None:
    assert decode_jpeg(file_of(picture, "jpeg", exif=exif(6))).shape == picture.shape


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"])
def test_members_that_are_no_jpeg(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_jpeg(data)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("kind", ["L", "RGB", "CMYK"])
def test_members_of_every_kind(picture: np.ndarray, kind: str, progressive: bool) -> None:
    """With and without notes before the header, which is looked for in the first bytes."""
    file = io.BytesIO()
    Image.fromarray(picture).convert(kind).save(file, "jpeg", progressive=progressive)
    plain = file.getvalue()
    noted = with_segments(plain, segment(0xFE, bytes(500)))
    assert np.array_equal(decode_jpeg(noted), decode_jpeg(plain))
    assert np.array_equal(decode(noted).pixels, decode_jpeg(plain))
    assert decode_jpeg(plain).shape == (*picture.shape[:2], 1 if kind == "L" else 3)


def test_members_that_are_cut_short(picture: np.ndarray) -> None:
    data = encode_jpeg(picture, 90)
    for end in range(0, len(data) - 2, 7):
        with pytest.raises(CodecError):
            decode_jpeg(data[:end])


def test_the_luma_of_a_plain_jpeg_is_read_alone_and_the_colours_on_demand(icc: dict[str, bytes]) -> None:
    rows, columns, layers = np.ogrid[:64, :80, :3]
    colour = (60 + (rows * 2 + columns + layers * 40) % 120).astype(np.uint8)
    file = encode_jpeg(colour, 95)
    decoded = decode(file, luma=True)
    assert decoded.is_luma
    assert decode(with_segments(file, segment(0xE2, b"ICC_PROFILE\0\1\1" + icc["sRGB"])), luma=True).is_luma
    assert decoded.stored.shape == (64, 80, 1)
    assert (decoded.pixels == decode(file).pixels).all()
    luma = decoded.pixels @ np.array([0.299, 0.587, 0.114])
    assert np.abs(luma - decoded.stored[:, :, 0]).max() <= 1.5
    assert decoded.jpeg == decode(file).jpeg


@pytest.mark.parametrize("kind", ["gray", "png", "turned", "Adobe RGB", "RGB"])
def test_where_the_luma_is_not_the_gray_of_its_pixels_these_are_read(
    kind: str, picture: np.ndarray, file_of: File, exif: Callable[[int], bytes], icc: dict[str, bytes]
) -> None:
    file = {
        "gray": lambda: encode_jpeg(picture[:, :, :1], 90),
        "png": lambda: file_of(picture, "png"),
        "turned": lambda: file_of(picture, "jpeg", exif=exif(6)),
        "Adobe RGB": lambda: file_of(picture, "jpeg", icc_profile=icc["Adobe RGB"]),
        "RGB": lambda: file_of(picture, "jpeg", keep_rgb=True),
    }[kind]()
    decoded = decode(file, luma=True)
    assert not decoded.is_luma
    assert (decoded.stored == decode(file).pixels).all()


@pytest.mark.parametrize("luma", [True, False])
def test_the_marker_of_a_scan_within_a_note_is_no_scan(picture: np.ndarray, luma: bool) -> None:
    """What stands behind it is read: the file asks to be turned."""
    plain = encode_jpeg(picture, 90)
    note = b"\xff\xfe" + (10).to_bytes(2, "big") + b"\xff\xda\0\x04abcd"
    exif = Image.Exif()
    exif[0x0112] = 3
    turning = b"\xff\xe1" + (len(exif.tobytes()) + 2).to_bytes(2, "big") + exif.tobytes()
    upright, turned = (decode(plain[:2] + more + plain[2:], luma=luma) for more in (note, note + turning))
    assert np.array_equal(upright.pixels, decode_jpeg(plain))
    assert np.array_equal(turned.pixels, decode_jpeg(plain)[::-1, ::-1])
    assert upright.jpeg is not None
    assert turned.jpeg is None


def test_files_that_begin_alike_are_each_read(picture: np.ndarray) -> None:
    for shown in (picture, 255 - picture, picture[::-1]):
        data = encode_jpeg(np.ascontiguousarray(shown), 90)
        assert np.array_equal(decode(data).pixels, decode_jpeg(data))
        assert np.array_equal(decode(data, luma=True).pixels, decode_jpeg(data))
