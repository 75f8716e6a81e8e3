"""TIFF: up to 8 bits through Pillow, 16 bits through OpenCV (Pillow has no 16-bit RGB). The first page is read."""

from __future__ import annotations

import io
import struct

import numpy as np

from degrade.codecs.colour import cmyk_to_rgb, finished
from degrade.codecs.decoded import Decoded, Stored
from degrade.codecs.errors import CodecError, check_size, corrupt, decoder_faults, truncated
from degrade.codecs.exif import OutsideError, Tags, read_tags
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR = 256, 257, 258, 259, 262, 277, 284
_ORIENTATION = 274
_TILE_WIDTH, _TILE_HEIGHT, _EXTRA, _FORMAT, _JPEG_TABLES, _PROFILE = 322, 323, 338, 339, 347, 34675
_STRIPS, _TILES = (273, 279), (324, 325)  # offsets, byte counts
_LAYOUT = {_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, *_STRIPS, *_TILES}
_MEANING = {_ORIENTATION, _BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR, _EXTRA, _FORMAT, _JPEG_TABLES, _PROFILE}
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK = 0, 1, 2, 5
_SEPARATE_PLANES = 2
_UNSPECIFIED, _PREMULTIPLIED = 0, 1  # what an extra sample is
_UNSIGNED, _UNTYPED = 1, 4
_DEPTHS = (1, 2, 4, 8, 16)
_COMPRESSIONS_16 = (1, 5, 8, 32773, 32946)  # none, LZW, deflate, PackBits, deflate under its old number


def read_tiff(data: bytes) -> Decoded:
    """A photograph in a TIFF file; see `degrade.codecs.decode`.

    Floating-point, signed, 12-bit, 32-bit and CIELAB files are refused; so are 16-bit files that OpenCV reads wrongly:
    stored plane by plane, or gray with alpha. 16-bit CMYK comes out with 8 bits. Files of up to 8 bits obey Pillow's
    own limit as well: 2 * PIL.Image.MAX_IMAGE_PIXELS.
    """
    tags = _checked_tags(data)
    if tags[_BITS][0] == 16 and tags.get(_PHOTOMETRIC) != (_CMYK,):
        return _read_16(data, tags)
    return _read_8(data)


def _checked_tags(data: bytes) -> Tags:
    """The tags of the first page; CodecError unless they announce a picture that lies within the file."""
    try:
        tags = read_tags(data, _LAYOUT | _MEANING)
    except (struct.error, OutsideError) as error:
        raise truncated() from error
    except ValueError as error:
        raise corrupt(f"its TIFF header is damaged ({error})") from error
    check_size(tags.get(_WIDTH, (0,))[0], tags.get(_HEIGHT, (0,))[0], len(data))
    if _TILE_WIDTH in tags and _TILE_HEIGHT in tags:
        check_size(tags[_TILE_WIDTH][0], tags[_TILE_HEIGHT][0], len(data))
    depths = set(tags.setdefault(_BITS, (1,)))
    if not set(tags.get(_FORMAT, ())) <= {_UNSIGNED, _UNTYPED}:
        raise CodecError("unsupported", "a TIFF of floating-point or signed numbers; convert it to 8 or 16 bits")
    if len(depths) != 1 or not depths <= set(_DEPTHS):
        raise CodecError("unsupported", f"a TIFF of {sorted(depths)} bits a sample; convert it to 8 or 16 bits")
    for offsets, counts in (_STRIPS, _TILES):
        if any(at + size > len(data) for at, size in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)):
            raise truncated()
    return tags


def stored_tiff(data: bytes) -> Stored:
    """What the first page of a TIFF file stores, turned upright, CMYK included. Raises CodecError."""
    tags = _checked_tags(data)
    if tags[_BITS][0] == 16 and tags.get(_PHOTOMETRIC) != (_CMYK,):
        samples = _samples_16(data, tags)
    else:
        samples = _samples_8(data)[0]
    orientation = tags.get(_ORIENTATION, (1,))[0]
    return Stored(samples, orientation if 1 <= orientation <= 8 else 1, is_upright=True)


def _read_8(data: bytes) -> Decoded:
    samples, profile, is_cmyk = _samples_8(data)
    if is_cmyk:
        return Decoded(cmyk_to_rgb(samples, profile), "tiff")
    return Decoded(finished(samples, profile=profile)[0], "tiff")


def _samples_8(data: bytes) -> tuple[np.ndarray, bytes | None, bool]:
    """The samples, upright; their profile; whether they are CMYK."""
    from PIL.Image import DecompressionBombError
    from PIL.TiffImagePlugin import TiffImageFile

    with decoder_faults(), quiet(), TiffImageFile(io.BytesIO(data)) as image:
        try:
            image.load()  # turns the picture upright too
        except DecompressionBombError as error:
            raise CodecError("too_large", "a TIFF over Pillow's limit of pixels; scale it down") from error
        return image_samples(image), image.info.get("icc_profile"), image.mode == "CMYK"


def _read_16(data: bytes, tags: Tags) -> Decoded:
    samples = _samples_16(data, tags)
    profile = bytes(tags[_PROFILE]) if _PROFILE in tags else None
    premultiplied = tags.get(_EXTRA) == (_PREMULTIPLIED,)
    return Decoded(finished(samples, profile=profile, premultiplied=premultiplied)[0], "tiff")


def _samples_16(data: bytes, tags: Tags) -> np.ndarray:
    import cv2

    _check_16(tags)
    with decoder_faults(), quiet():
        samples: np.ndarray | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)  # upright
    if samples is None or samples.dtype != np.uint16:
        raise corrupt("its TIFF data cannot be decoded")
    samples = samples.reshape(*samples.shape[:2], -1)
    if tags[_PHOTOMETRIC] == (_WHITE_IS_ZERO,):
        samples = 65535 - samples
    if samples.shape[2] == 4:
        opaque = tags.get(_EXTRA) == (_UNSPECIFIED,)
        return cv2.cvtColor(samples, cv2.COLOR_BGRA2RGB if opaque else cv2.COLOR_BGRA2RGBA)
    return cv2.cvtColor(samples, cv2.COLOR_BGR2RGB) if samples.shape[2] == 3 else samples


def _check_16(tags: Tags) -> None:
    photometric, samples = tags.get(_PHOTOMETRIC, (-1,))[0], tags.get(_SAMPLES, (1,))[0]
    gray = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO) and samples == 1
    if not gray and not (photometric == _RGB and samples in (3, 4)):
        raise CodecError("unsupported", "a 16-bit TIFF that is neither gray nor RGB; convert it to RGB")
    if not gray and tags.get(_PLANAR) == (_SEPARATE_PLANES,):
        raise CodecError("unsupported", "a 16-bit TIFF stored plane by plane; save it interleaved")
    if tags.get(_COMPRESSION, (1,))[0] not in _COMPRESSIONS_16:
        raise CodecError("unsupported", "a 16-bit TIFF with unusual compression; save it with LZW or deflate")
