"""The picture formats: every kind of file that `degrade.codecs` opens, small."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

from degrade.codecs import (
    CodecError,
    decode,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
    read_scan,
    tiff_page,
    tiff_pages,
)
from degrade.engine.jpeg_reading import decode_once
from tests.fuzz.target import Prepare, Prepared

_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"


def _colour(side: int = 24) -> np.ndarray:
    rows, columns, layers = np.ogrid[:side, : side + 9, :3]
    return ((rows * 7 + columns * 5 + layers * 60 + rows * columns // 3) % 256).astype(np.uint8)


def _deep(side: int = 24) -> np.ndarray:
    return _colour(side).astype(np.uint16) * 257


def _alpha() -> np.ndarray:
    return np.concatenate([_colour(), _colour()[:, :, :1]], axis=2)


def _saved(array: np.ndarray, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array)
    mode = options.pop("mode", None)
    (image.convert(mode) if mode else image).save(file, format, **options)
    return file.getvalue()


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _looked_at(data: bytes) -> None:
    """What is done with a photograph and with a scan."""
    try:
        decoded = decode(data)
    except CodecError:
        pass
    else:
        assert decoded.pixels.ndim == 3
        assert decoded.jpeg is None or decode_jpeg(decoded.jpeg).shape == decoded.pixels.shape
    scan = read_scan(data)
    scan.write(scan.pixels)


def _also(check: Callable[[bytes], object], data: bytes) -> None:
    with suppress(CodecError):
        _looked_at(data)
    check(data)


def _jpeg_alone(data: bytes) -> None:
    for read in (decode_jpeg, partial(decode, luma=True), decode_once):
        try:
            read(data)
        except CodecError:
            continue
    once = decode_once(data)
    assert once.pixels.shape[:2] == once.stored.shape[:2]


def _pages(data: bytes) -> None:
    for number in tiff_pages(data).full[:3]:
        try:
            decode(tiff_page(data, number))
        except CodecError:
            continue


def _jpeg() -> Prepared:
    colour = _colour()
    seeds = [
        encode_jpeg(colour, 80, "420"), encode_jpeg(colour, 95, "444"), encode_jpeg(colour[:, :, :1], 50),
        encode_jpeg(_colour(60), 30, "422"),
        _saved(colour, "JPEG", progressive=True, exif=_EXIF, icc_profile=_srgb()[:600]),
        _saved(colour, "JPEG", mode="CMYK", dpi=(300, 300), comment=b"a comment"),
        _saved(colour, "JPEG", restart_marker_blocks=1),
    ]  # fmt: skip
    words = [
        b"\xff" + bytes([marker]) for marker in (0xC0, 0xC1, 0xC2, 0xC4, 0xC9, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1)
    ]
    return Prepared(seeds, partial(_also, _jpeg_alone), words=[*words, b"\xff\xe2\0\x20ICC_PROFILE\0\1\2"])


def mended_png(data: bytes) -> bytes:
    """A PNG with the checksums that its chunks ask for."""
    mended, at = bytearray(data), 8
    while at + 12 <= len(data):
        end = at + 8 + struct.unpack_from(">I", data, at)[0]
        if end + 4 > len(data):
            break
        struct.pack_into(">I", mended, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return bytes(mended)


def _png() -> Prepared:
    colour = _colour()
    seeds = [
        encode_png(colour, True), encode_png(_deep(), True), encode_png(colour[:, :, :1], False),
        _saved(_alpha(), "PNG", icc_profile=_srgb()), _saved(colour, "PNG", mode="P", transparency=3),
        _saved(colour[:, :, :1], "PNG", mode="1"), _saved(colour, "PNG", exif=_EXIF, dpi=(300, 300)),
        _saved(_alpha(), "PNG", mode="LA"),
    ]  # fmt: skip
    words = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"zTXt"]
    return Prepared(seeds, partial(_also, decode_png), mended_png, words=words)


def _tiff() -> Prepared:
    colour, pages = _colour(), io.BytesIO()
    with tifffile.TiffWriter(pages) as writer:
        for page in (colour, _deep()[:, :, 0], colour[:8, :8]):
            writer.write(page, photometric="rgb" if page.ndim == 3 else "minisblack")
    seeds = [pages.getvalue()]
    kinds: list[dict[str, Any]] = [
        *({"compression": name} for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")),
        {"mode": "CMYK"},
        {"mode": "P"},
        {"mode": "1", "compression": "group4"},
    ]
    seeds += [_saved(colour, "TIFF", **options) for options in kinds]
    seeds.append(_saved(_alpha(), "TIFF", icc_profile=_profile()))
    for deep in (_deep(), _deep()[:, :, 0]):
        file = io.BytesIO()
        tifffile.imwrite(file, deep, photometric="rgb" if deep.ndim == 3 else "minisblack", tile=(16, 16))
        seeds.append(file.getvalue())
    big = io.BytesIO()
    tifffile.imwrite(big, colour, bigtiff=True, byteorder=">", photometric="rgb")
    words = [
        struct.pack("<HHI", tag, kind, 1)
        for tag in (256, 257, 258, 259, 262, 273, 274, 277, 279, 284, 322)
        for kind in (3, 4)
    ]
    return Prepared([*seeds, big.getvalue()], partial(_also, _pages), words=words)


def _webp() -> Prepared:
    colour, frames = _colour(), io.BytesIO()
    Image.fromarray(colour).save(frames, "WEBP", save_all=True, append_images=[Image.fromarray(colour[::-1])])
    seeds = [
        _saved(colour, "WEBP"), _saved(colour, "WEBP", lossless=True), _saved(_alpha(), "WEBP", exif=_EXIF),
        frames.getvalue(), _saved(colour, "WEBP", icc_profile=_srgb()),
    ]  # fmt: skip
    return Prepared(seeds, _looked_at, words=[b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"EXIF", b"ICCP"])


def _bmp() -> Prepared:
    colour = _colour()
    seeds = [
        _saved(colour, "BMP"),
        _saved(colour, "BMP", mode="P"),
        _saved(colour, "BMP", mode="1"),
        _saved(colour, "GIF"),
    ]
    seeds.append(_saved(_alpha(), "BMP"))
    return Prepared(seeds, _looked_at, words=[b"\x28\0\0\0", b"\x6c\0\0\0", b"\1\0\x08\0\1\0\0\0", b"\1\0\4\0\2\0\0\0"])


def _avif() -> Prepared:
    colour = _colour()
    deep = cv2.imencode(".avif", (_deep() >> 6)[:, :, ::-1], [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_SPEED, 9])[1]
    seeds = [_saved(colour, "AVIF", speed=10), _saved(_alpha(), "AVIF", exif=_EXIF, speed=10), deep.tobytes()]
    words = [b"ftyp", b"meta", b"iprp", b"ipco", b"ispe", b"irot", b"colr", b"nclx", b"iloc", b"mdat", b"pixi", b"grid"]
    return Prepared(seeds, _looked_at, words=words)


def _jpeg2000() -> Prepared:
    colour = _colour(40)
    deep = cv2.imencode(".jp2", _deep(40))[1].tobytes()
    seeds = [
        _saved(colour, "JPEG2000"),
        _saved(colour, "JPEG2000", no_jp2=True),
        _saved(_colour(24), "JPEG2000", num_resolutions=3),
        deep,
    ]
    seeds.append(_saved(colour, "JPEG2000", tile_size=(16, 16), quality_layers=[4, 2]))
    words = [
        b"\xff\x4f",
        b"\xff\x51",
        b"\xff\x52",
        b"\xff\x90",
        b"\xff\x93",
        b"\xff\xd9",
        b"ihdr",
        b"colr",
        b"pclr",
        b"cmap",
    ]
    return Prepared(seeds, _looked_at, words=words)


def _target(make: Callable[[], Prepared]) -> Prepare:
    def prepare(_: Path) -> Prepared:
        return make()

    return prepare


PICTURES: Sequence[tuple[str, Prepare]] = (
    ("jpeg", _target(_jpeg)), ("png", _target(_png)), ("tiff", _target(_tiff)), ("webp", _target(_webp)),
    ("bmp", _target(_bmp)), ("avif", _target(_avif)), ("jpeg2000", _target(_jpeg2000)),
)  # fmt: skip
