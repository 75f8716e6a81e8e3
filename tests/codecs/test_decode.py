"""What every format has in common: `decode` gives upright, gray or sRGB pixels, or a CodecError."""

from __future__ import annotations

import io
import pickle
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from degrade.codecs import REASONS, CodecError, Decoded, decode, encode_jpeg, encode_png, errors
from degrade.errors import DegradeError

File = Callable[..., bytes]

KINDS = {"jpeg": {"quality": 95}, "png": {}, "webp": {"lossless": True}, "tiff": {}, "bmp": {}}
EXACT = ("png", "webp", "tiff", "bmp")


@pytest.fixture(scope="session")
def files(picture: np.ndarray, deep: np.ndarray, file_of: File) -> list[bytes]:
    """One small file of every sort."""
    gray = picture[:, :, 0]
    return [
        *(file_of(picture, kind, **options) for kind, options in KINDS.items()),
        *(file_of(gray, kind) for kind in ("jpeg", "png", "tiff", "bmp")),
        file_of(picture, "jpeg", progressive=True),
        file_of(picture, "jpeg", "CMYK"),
        file_of(picture, "png", "P"),
        file_of(picture, "png", "RGBA"),
        file_of(picture, "bmp", "P"),
        file_of(picture, "webp", quality=70),
        *(
            file_of(picture, "tiff", compression=name)
            for name in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
        ),
        file_of(gray, "tiff", "1", compression="group4"),
        encode_png(deep, filtered=True),
        cv2.imencode(".tiff", deep)[1].tobytes(),
        cv2.imencode(".bmp", picture)[1].tobytes(),
        *(file_of(picture, "JPEG2000", **options) for options in ({}, {"no_jp2": True}, {"tile_size": (16, 16)})),
        file_of(picture, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[8]),
        *(file_of(picture, "JPEG2000", mode) for mode in ("RGBA", "LA", "CMYK", "YCbCr")),
        file_of(deep[:, :, 0], "JPEG2000"),
        *(file_of(picture, "AVIF", mode) for mode in ("RGB", "RGBA", "L")),
        cv2.imencode(".avif", deep >> 6, [cv2.IMWRITE_AVIF_DEPTH, 10])[1].tobytes(),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_colour(kind: str, picture: np.ndarray, file_of: File) -> None:
    decoded = decode(file_of(picture, kind, **KINDS[kind]))
    assert decoded.format == kind
    assert decoded.pixels.shape == picture.shape
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.flags.c_contiguous
    assert np.abs(decoded.pixels.astype(int) - picture).max() <= (0 if kind in EXACT else 25)
    assert np.abs(decoded.pixels.astype(int) - picture).mean() <= 3


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "bmp"])
def test_a_gray_file_keeps_one_channel(kind: str, picture: np.ndarray, file_of: File) -> None:
    gray = picture[:, :, 0]
    pixels = decode(file_of(gray, kind)).pixels
    assert pixels.shape == (*gray.shape, 1)
    assert np.abs(pixels[:, :, 0].astype(int) - gray).max() <= (0 if kind in EXACT else 12)


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp"])
def test_one_bit_a_pixel(kind: str, picture: np.ndarray, file_of: File) -> None:
    pixels = decode(file_of(picture, kind, "1")).pixels
    assert pixels.shape == (24, 36, 1)
    assert set(np.unique(pixels)) == {0, 255}


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp"])
def test_a_palette_becomes_colour(kind: str, picture: np.ndarray, file_of: File) -> None:
    expected = np.asarray(Image.fromarray(picture).convert("P").convert("RGB"))
    assert np.array_equal(decode(file_of(picture, kind, "P")).pixels, expected)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
def test_alpha_is_laid_over_white(kind: str, picture: np.ndarray, file_of: File) -> None:
    alpha = np.zeros((24, 36, 1), np.uint8)
    alpha[:, 12:24] = 102
    alpha[:, 24:] = 255
    options = {"lossless": True, "exact": True} if kind == "webp" else {}
    pixels = decode(file_of(np.concatenate([picture, alpha], axis=2), kind, **options)).pixels
    assert (pixels[:, :12] == 255).all()
    assert np.array_equal(pixels[:, 12:24], np.round(picture[:, 12:24] * 0.4 + 255 * 0.6).astype(np.uint8))
    assert np.array_equal(pixels[:, 24:], picture[:, 24:])


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_gray_with_alpha_stays_gray(kind: str, picture: np.ndarray, file_of: File) -> None:
    pair = np.stack([picture[:, :, 0], np.full((24, 36), 51, np.uint8)], axis=2)
    pixels = decode(file_of(pair, kind)).pixels
    assert np.array_equal(pixels[:, :, 0], np.round(pair[:, :, 0] * 0.2 + 255 * 0.8).astype(np.uint8))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_every_orientation_is_turned_upright(
    kind: str, orientation: int, picture: np.ndarray, file_of: File, exif: Callable[[int], bytes]
) -> None:
    options = KINDS[kind]
    plain = decode(file_of(picture, kind, **options)).pixels
    turned = decode(file_of(picture, kind, exif=exif(orientation), **options)).pixels
    expected = {
        1: plain,
        2: plain[:, ::-1],
        3: plain[::-1, ::-1],
        4: plain[::-1],
        5: plain.transpose(1, 0, 2),
        6: np.rot90(plain, -1),
        7: plain[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(plain),
    }
    assert np.array_equal(turned, expected[orientation])
    assert turned.flags.c_contiguous


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_broken_exif_block_turns_nothing(kind: str, picture: np.ndarray, file_of: File) -> None:
    plain = file_of(picture, kind, **KINDS[kind])
    broken = file_of(picture, kind, exif=b"Exif\0\0II*\0\xff\xff\xff\xff", **KINDS[kind])
    assert len(broken) > len(plain)
    assert np.array_equal(decode(broken).pixels, decode(plain).pixels)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_profile_is_converted(kind: str, picture: np.ndarray, file_of: File, icc: dict[str, bytes]) -> None:
    options = KINDS[kind]
    plain = decode(file_of(picture, kind, **options)).pixels.astype(int)
    same = decode(file_of(picture, kind, icc_profile=icc["sRGB"], **options)).pixels
    other = decode(file_of(picture, kind, icc_profile=icc["Adobe RGB"], **options)).pixels.astype(int)
    broken = decode(file_of(picture, kind, icc_profile=b"nonsense" * 40, **options)).pixels
    assert np.array_equal(same, plain)
    assert np.array_equal(broken, plain)
    assert np.abs(other - plain).max() > 20


@pytest.mark.parametrize("kind", KINDS)
def test_one_pixel(kind: str, file_of: File) -> None:
    pixels = decode(file_of(np.full((1, 1, 3), 200, np.uint8), kind, **KINDS[kind])).pixels
    assert pixels.shape == (1, 1, 3)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "bmp"])
def test_a_long_and_narrow_picture(kind: str, file_of: File) -> None:
    assert decode(file_of(np.full((3, 20_000, 3), 200, np.uint8), kind)).pixels.shape == (3, 20_000, 3)


def test_the_bytes_decide_and_not_the_name(picture: np.ndarray, file_of: File) -> None:
    assert decode(file_of(picture, "webp"), "photo.jpg").format == "webp"


@given(data=st.binary(max_size=40))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        decode(data)
    assert caught.value.reason in REASONS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"Dear diary, this is no picture", "not_an_image"),
        (bytes(1000), "not_an_image"),
        (b"BMW is a make of cars, not a bitmap", "not_an_image"),
        (b"GIF89a" + bytes(20), "unsupported"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "unsupported"),
        (b"\xff\xd8\xff", "truncated"),
        (b"\xff\xd8\xff\xd9", "corrupt"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"RIFF\x10\0\0\0WEBP", "truncated"),
        (b"II*\0", "truncated"),
        (b"BM", "truncated"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "truncated"),
        (b"\xff\x4f\xff\x51", "truncated"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avif", "truncated"),
    ],
)
def test_reasons(data: bytes, reason: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(data, "album/x.jpg")
    assert caught.value.reason == reason
    assert caught.value.name == "album/x.jpg"
    assert str(caught.value) == f"album/x.jpg: {caught.value.detail}"


def test_the_error_is_a_degrade_error_and_survives_pickling() -> None:
    error = CodecError("corrupt", "damaged; copy it again", "a.png")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, DegradeError)
    assert (again.reason, again.detail, again.name, str(again)) == ("corrupt", error.detail, "a.png", str(error))


def decoded_or_error(data: bytes) -> Decoded | CodecError:
    try:
        return decode(data)
    except CodecError as error:
        return error


@given(data=st.data())
def test_a_cut_file_is_refused(data: st.DataObject, files: list[bytes]) -> None:
    whole = data.draw(st.sampled_from(files))
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    outcome = decoded_or_error(cut)
    if isinstance(outcome, CodecError):
        assert outcome.reason in REASONS
    else:  # what was cut off lies behind the picture
        assert np.array_equal(outcome.pixels, decode(whole).pixels)


@given(data=st.data())
def test_flipped_bytes_never_give_another_error(data: st.DataObject, files: list[bytes]) -> None:
    damaged = bytearray(data.draw(st.sampled_from(files)))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    outcome = decoded_or_error(bytes(damaged))
    if isinstance(outcome, CodecError):
        assert outcome.reason in REASONS
    else:
        assert outcome.pixels.ndim == 3
        assert outcome.pixels.shape[2] in (1, 3)
        assert outcome.pixels.dtype in (np.uint8, np.uint16)
        assert outcome.pixels.flags.c_contiguous


def huge(kind: str, file_of: File) -> bytes:
    """A small file whose header announces 50 000 × 50 000 pixels (16 383² where a format has no more)."""
    data = bytearray(file_of(np.zeros((8, 8, 3), np.uint8), kind))
    if kind == "jpeg":
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", 50_000, 50_000)
    elif kind == "png":
        data[16:24] = struct.pack(">II", 50_000, 50_000)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif kind == "bmp":
        data[18:26] = struct.pack("<ii", 50_000, 50_000)
    elif kind == "tiff":
        (directory,) = struct.unpack_from("<I", data, 4)
        (count,) = struct.unpack_from("<H", data, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            if struct.unpack_from("<H", data, entry)[0] in (256, 257):
                data[entry : entry + 12] = data[entry : entry + 2] + struct.pack("<HII", 4, 1, 50_000)
    return bytes(data)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "bmp"])
def test_a_bomb_is_refused_from_its_header(kind: str, file_of: File) -> None:
    data = huge(kind, file_of)
    tracemalloc.start()
    try:
        with pytest.raises(CodecError) as caught:
            decode(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "too_large"
    assert "50000 x 50000" in str(caught.value)
    assert peak < 10_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_counts_pixels(kind: str, file_of: File, monkeypatch: pytest.MonkeyPatch) -> None:
    data = file_of(np.zeros((10, 10, 3), np.uint8), kind)
    monkeypatch.setattr(errors, "MAX_PIXELS", 99)
    with pytest.raises(CodecError) as caught:
        decode(data)
    assert caught.value.reason == "too_large"
    monkeypatch.setattr(errors, "MAX_PIXELS", 100)
    assert decode(data).pixels.shape == (10, 10, 3)


def test_pillows_own_limit_holds_for_tiff_alone(file_of: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    black = np.zeros((10, 10, 3), np.uint8)
    for kind in ("jpeg", "png", "webp", "bmp"):
        decode(file_of(black, kind))
    with pytest.raises(CodecError) as caught:
        decode(file_of(black, "tiff"))
    assert caught.value.reason == "too_large"


def test_threads_leave_the_warning_filters_as_they_were(files: list[bytes]) -> None:
    before = list(warnings.filters)
    level = cv2.utils.logging.getLogLevel()
    stop = time.monotonic() + 0.3

    def work() -> None:
        while time.monotonic() < stop:
            for data in files:
                decode(data)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before
    assert cv2.utils.logging.getLogLevel() == level


def test_a_cut_file_of_any_kind_is_silent(files: list[bytes], tmp_path: Path) -> None:
    for number, data in enumerate(files):
        (tmp_path / f"{number}.bin").write_bytes(data[: len(data) * 2 // 3])
    script = (
        "import sys, pathlib\nfrom degrade.codecs import CodecError, decode\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n        decode(path.read_bytes())\n    except CodecError:\n        pass\n"
    )
    done = subprocess.run([sys.executable, "-W", "always", "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_the_codecs_loads_neither_pillow_nor_opencv() -> None:
    script = "import sys, degrade.codecs; print(sorted({'PIL', 'cv2', 'scipy', 'numba'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bytes_like_input(picture: np.ndarray, file_of: File) -> None:
    data = file_of(picture, "jpeg")
    expected = decode(data)
    for same in (bytearray(data), memoryview(data), io.BytesIO(data).getbuffer()):
        assert np.array_equal(decode(same).pixels, expected.pixels)


def test_jpeg_bytes_come_only_from_a_jpeg(picture: np.ndarray, file_of: File) -> None:
    for kind in EXACT:
        assert decode(file_of(picture, kind)).jpeg is None
    assert decode(encode_jpeg(picture, 90)).jpeg is not None


def test_run_lengths_that_would_take_long_are_refused(file_of: File) -> None:
    """Pillow fills what a line leaves out pixel by pixel."""
    data = bytearray(file_of(np.zeros((8, 8), np.uint8), "bmp"))
    data[30:34] = (1).to_bytes(4, "little")  # BI_RLE8
    for width, stored, reason in ((524_321, len(data), "truncated"), (1 << 22, 1 << 20, "unsupported")):
        data[18:22] = width.to_bytes(4, "little")
        with pytest.raises(CodecError) as refused:
            decode(bytes(data).ljust(stored, b"\0"))
        assert refused.value.reason == reason
