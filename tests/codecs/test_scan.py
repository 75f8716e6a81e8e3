from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image, ImageCms

from degrade.codecs import CodecError, decode
from degrade.codecs.exif import as_stored, upright
from degrade.codecs.scan import read_scan

Array = npt.NDArray[Any]
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
MAKE, ARTIST, ORIENTATION, EXPOSURE, GPS_LATITUDE = 271, 315, 274, 33434, 1
EXIF, GPS = 34665, 34853


def picture(channels: int = 3, dtype: Any = np.uint8, height: int = 30, width: int = 44) -> Array:
    y, x = np.mgrid[:height, :width]
    planes = [x * 5, y * 7, x + y, 255 - 2 * x][:channels]
    eight = np.stack(planes, axis=2).astype(np.uint8)
    return (
        eight if dtype == np.uint8 else (eight.astype(np.uint16) * 257 + np.arange(width)[None, :, None]).astype(dtype)
    )


def exif(orientation: int = 1) -> Image.Exif:
    notes = Image.Exif()
    notes[MAKE], notes[ARTIST], notes[ORIENTATION] = "Scanner & Co", "Somebody", orientation
    notes.get_ifd(EXIF)[EXPOSURE] = 0.5
    notes.get_ifd(GPS)[GPS_LATITUDE] = "N"
    return notes


def saved(pixels: Array, format: str, orientation: int = 1, **more: Any) -> bytes:
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]
    image = Image.fromarray(pixels[:, :, 0] if mode == "L" else pixels, mode)
    out = io.BytesIO()
    image.save(out, format, exif=exif(orientation), icc_profile=PROFILE, dpi=(300, 300), **more)
    return out.getvalue()


def read(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.getexif()
    return image


def told(data: bytes) -> dict[str, Any]:
    """What a reader finds in the notes of a file."""
    image = read(data)
    notes = image.getexif()
    return {
        "make": notes.get(MAKE), "artist": notes.get(ARTIST), "orientation": notes.get(ORIENTATION, 1),
        "exposure": float(notes.get_ifd(EXIF).get(EXPOSURE, 0)), "north": notes.get_ifd(GPS).get(GPS_LATITUDE),
        "profile": image.info.get("icc_profile"), "dpi": tuple(round(float(d)) for d in image.info["dpi"]),
        "size": image.size, "mode": image.mode, "format": image.format,
    }  # fmt: skip


FILES = {
    "jpeg": lambda turn: saved(picture(), "JPEG", turn, quality=95),
    "gray jpeg": lambda turn: saved(picture(1), "JPEG", turn, quality=95),
    "png": lambda turn: saved(picture(), "PNG", turn),
    "png with alpha": lambda turn: saved(picture(4), "PNG", turn),
    "gray png with alpha": lambda turn: saved(picture(2), "PNG", turn),
    "tiff": lambda turn: saved(picture(), "TIFF", turn),
    "packed tiff": lambda turn: saved(picture(), "TIFF", turn, compression="tiff_lzw"),
    "tiff with alpha": lambda turn: saved(picture(4), "TIFF", turn, compression="tiff_deflate"),
    "gray tiff": lambda turn: saved(picture(1), "TIFF", turn),
}


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("name", list(FILES))
def test_everything_but_the_pixels_stays(name: str, turn: int) -> None:
    data = FILES[name](turn)
    scan = read_scan(data)
    assert scan.lost == ""
    assert scan.pixels.shape[:2] == decode(data).pixels.shape[:2]
    again = scan.write(scan.pixels)
    assert told(again) == told(data)
    tolerance = 6 if "jpeg" in name else 0
    assert np.abs(read_scan(again).pixels.astype(int) - scan.pixels).max() <= tolerance
    if scan.alpha is not None:
        assert (read_scan(again).alpha == scan.alpha).all()


@pytest.mark.parametrize("name", list(FILES))
def test_the_new_pixels_are_those_that_are_read(name: str) -> None:
    scan = read_scan(FILES[name](6))
    new = 255 - scan.pixels
    found = read_scan(scan.write(new)).pixels
    assert np.abs(found.astype(int) - new).max() <= (6 if "jpeg" in name else 0)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bit_png(channels: int) -> None:
    pixels = picture(channels, np.uint16)
    bgr = pixels if channels == 1 else pixels[:, :, [2, 1, 0, 3][:channels]]
    data = cv2.imencode(".png", np.ascontiguousarray(bgr))[1].tobytes()
    scan = read_scan(data)
    assert scan.pixels.dtype == np.uint16
    assert (scan.pixels == pixels[:, :, : channels - (channels == 4)]).all()
    again = scan.write(scan.pixels)
    assert (cv2.imdecode(np.frombuffer(again, np.uint8), cv2.IMREAD_UNCHANGED).reshape(pixels.shape) == bgr).all()


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bit_tiff(byteorder: Any, big: bool, channels: int) -> None:
    pixels = picture(channels, np.uint16)
    out = io.BytesIO()
    tifffile.imwrite(
        out, pixels if channels > 1 else pixels[:, :, 0], byteorder=byteorder, bigtiff=big, iccprofile=PROFILE,
        photometric="rgb" if channels > 1 else "minisblack", resolution=(600, 600), resolutionunit=2, metadata=None,
        extratags=[(ARTIST, 2, 0, "Somebody", True)], extrasamples=["unassalpha"] if channels == 4 else None,
        compression="zlib",
    )  # fmt: skip
    scan = read_scan(out.getvalue())
    assert scan.pixels.dtype == np.uint16
    new = 65535 - scan.pixels
    again = scan.write(new)
    with tifffile.TiffFile(io.BytesIO(again)) as file:
        page: Any = file.pages[0]
        assert file.byteorder == byteorder
        assert file.is_bigtiff == big
        assert page.asarray().dtype == np.uint16
        assert (page.asarray().reshape(pixels.shape)[:, :, : new.shape[2]] == new).all()
        assert page.tags[ARTIST].value == "Somebody"
        assert page.tags["XResolution"].value == (600, 1)
        assert bytes(page.iccprofile) == PROFILE
        if channels == 4:
            assert (page.asarray()[:, :, 3] == pixels[:, :, 3]).all()
    assert (decode(again).pixels.shape[:2]) == pixels.shape[:2]


def test_an_uncompressed_tiff_stays_uncompressed() -> None:
    assert read(read_scan(saved(picture(), "TIFF")).write(picture())).info["compression"] == "raw"


def test_the_thumbnail_does_not_show_the_old_picture() -> None:
    first = struct.pack("<HHHI4sI", 1, ARTIST, 2, 4, b"Ann\0", 26)
    second = struct.pack("<HHHIII", 1, 513, 4, 1, 44, 0)
    out = io.BytesIO()
    Image.fromarray(picture()).save(out, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + first + second)
    again = read_scan(out.getvalue()).write(picture())
    places = [struct.unpack_from("<I", read(data).info["exif"], 6 + 22)[0] for data in (out.getvalue(), again)]
    assert places == [26, 0]
    assert read(again).getexif()[ARTIST] == "Ann"


def test_comments_and_further_segments_of_a_jpeg_stay() -> None:
    data = saved(picture(), "JPEG", comment="drawer 4", xmp=b"<x:xmpmeta/>")
    again = read(read_scan(data).write(picture()))
    assert again.info["comment"] == b"drawer 4"
    assert again.info["xmp"] == b"<x:xmpmeta/>"


def test_texts_of_a_png_stay() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Title", "Grandmother")
    data = saved(picture(), "PNG", pnginfo=texts)
    assert read(read_scan(data).write(picture())).info["Title"] == "Grandmother"


def test_gray_in_a_colour_file_and_colours_in_a_gray_one() -> None:
    gray, colour = picture(1), picture()
    whole = read(read_scan(saved(colour, "PNG")).write(gray))
    assert whole.mode == "RGB"
    assert whole.info["icc_profile"] == PROFILE
    assert (np.asarray(whole) == gray).all()
    coloured = read(read_scan(saved(gray, "PNG")).write(colour))
    assert coloured.mode == "RGB"
    assert "icc_profile" not in coloured.info
    for format in ("JPEG", "TIFF"):
        told_of = read(read_scan(saved(gray, format)).write(colour))
        assert told_of.mode == "RGB"
        assert "icc_profile" not in told_of.info


def test_a_palette_becomes_colours() -> None:
    out = io.BytesIO()
    Image.fromarray(picture()).convert("P").save(out, "PNG")
    scan = read_scan(out.getvalue())
    assert (decode(scan.write(scan.pixels)).pixels == decode(out.getvalue()).pixels).all()


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_inks_become_rgb_and_this_is_said(format: str) -> None:
    out = io.BytesIO()
    Image.fromarray(picture()).convert("CMYK").save(out, format, exif=exif(6))
    scan = read_scan(out.getvalue())
    assert "RGB" in scan.lost
    again = scan.write(scan.pixels)
    assert read(again).mode == "RGB"
    assert read(again).getexif()[ARTIST] == "Somebody"
    assert np.abs(decode(again).pixels.astype(int) - decode(out.getvalue()).pixels).max() <= 6


def test_other_formats_become_png() -> None:
    out = io.BytesIO()
    Image.fromarray(picture()).save(out, "WEBP", lossless=True)
    scan = read_scan(out.getvalue())
    assert scan.format == "png"
    assert "PNG" in scan.lost
    assert (decode(scan.write(scan.pixels)).pixels == picture()).all()


@pytest.mark.parametrize("data", [b"", b"no picture at all", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\0\x08"])
def test_what_is_no_picture_is_told(data: bytes) -> None:
    with pytest.raises(CodecError, match=r"old\.jpg"):
        read_scan(data, "old.jpg")


def test_cut_files_are_refused() -> None:
    for name, make in FILES.items():
        data = make(1)
        with pytest.raises(CodecError):
            read_scan(data[: len(data) * 2 // 3], name)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_undone(orientation: int) -> None:
    pixels = picture()
    assert (as_stored(upright(pixels, orientation), orientation) == pixels).all()
