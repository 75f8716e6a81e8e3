"""A picture file whose pixels may be exchanged while all else stays: a scan before and after its restoration.

read_scan    bytes -> Scan
Scan.write   new pixels -> bytes of the same format, depth and orientation, with the file's notes
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from degrade.codecs.decoded import Stored
from degrade.codecs.errors import CodecError
from degrade.codecs.exif import as_stored, upright, without_thumbnail
from degrade.codecs.jpeg import SIGNATURE as JPEG
from degrade.codecs.jpeg import encode_jpeg, segments, stored_jpeg
from degrade.codecs.png import SIGNATURE as PNG
from degrade.codecs.png import packed_png, stored_png
from degrade.codecs.tiff import SIGNATURES as TIFF
from degrade.codecs.tiff import stored_tiff
from degrade.codecs.tiff_writing import write_tiff

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif"}
QUALITY = 95
_PNG_NOTES = (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"pHYs", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_PNG_PROFILES = (b"iCCP", b"sRGB", b"cHRM")
_APP0, _APP1, _APP2, _ADOBE, _LAST_APP, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_TRUECOLOUR = 3


@dataclass(frozen=True, eq=False)
class Scan:
    """A picture and the file that it was read from.

    Attributes
    ----------
    pixels : (H, W, 1 or 3) uint8 or uint16
        Upright, in the file's own colours: its profile is kept instead of being applied.
    alpha : (H, W, 1) array or None
        Of the same dtype.
    format : "jpeg", "png" or "tiff"
        What `write` makes.
    lost : str
        What `write` cannot keep, in words; "" if that is nothing.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    format: str
    lost: str
    _orientation: int
    _old: bytes
    _notes: tuple[tuple[int | bytes, bytes], ...] = ()
    _keeps_profile: bool = True

    def write(self, pixels: np.ndarray, quality: int = QUALITY) -> bytes:
        """A file with these pixels.

        Parameters
        ----------
        pixels : (H, W, 1 or 3) uint8 or uint16
            Of the size and dtype of `pixels`. Gray goes into a colour file as three equal channels; colours into a gray
            file make it one in colour, without the profile that was for gray.
        quality : int
            Of a JPEG, 1 to 100; its colours keep their full resolution.

        Raises
        ------
        CodecError
            The picture is larger than the format can hold.
        """
        keeps = self._keeps_profile
        if pixels.shape[2] < self.pixels.shape[2]:
            pixels = np.repeat(pixels, _TRUECOLOUR, axis=2)
        elif pixels.shape[2] > self.pixels.shape[2]:
            keeps = False
        if self.alpha is not None:
            pixels = np.concatenate([pixels, self.alpha], axis=2)
        stored = np.ascontiguousarray(as_stored(pixels, self._orientation))
        if self.format == "jpeg":
            return self._jpeg(stored, quality, keeps)
        if self.format == "tiff":
            return write_tiff(stored, self._old, keeps)
        notes = [chunk for kind, chunk in self._notes if keeps or kind not in _PNG_PROFILES]
        return packed_png(stored, True, notes)

    def _jpeg(self, stored: np.ndarray, quality: int, keeps_profile: bool) -> bytes:
        encoded = encode_jpeg(stored, quality, "444")
        kept = [part for marker, part in self._notes if keeps_profile or not _is_profile(marker, part)]
        has_jfif = any(marker == _APP0 for marker, _ in self._notes)
        rest = [part for marker, part in segments(encoded) if not (has_jfif and marker == _APP0)]
        head = sum(len(part) for _, part in segments(encoded))
        own = rest[:1] if not has_jfif else []
        return b"".join((encoded[:2], *own, *kept, *rest[len(own) :], encoded[2 + head :]))


def read_scan(data: bytes, name: str = "") -> Scan:
    """A picture file, ready to be written again with other pixels.

    JPEG, PNG and TIFF (its first page) keep format, depth, colours and profile, orientation, resolution, EXIF, GPS,
    IPTC, XMP, comments and alpha; a thumbnail in a JPEG's EXIF, which would show the old picture, is cut off. What else
    `degrade.codecs.decode` reads becomes a PNG in sRGB.

    Raises
    ------
    CodecError
        The bytes are no sound picture; see `degrade.codecs.decode`.
    """
    try:
        return _read(bytes(data))
    except CodecError as error:
        raise CodecError(error.reason, error.detail, name) from error.__cause__


def _read(data: bytes) -> Scan:
    if data.startswith(JPEG):
        stored = stored_jpeg(data)
        if stored.samples.shape[2] <= _TRUECOLOUR:
            return _scan(stored, "jpeg", data, tuple(_kept_segments(data)))
        return _converted(data, "jpeg", "its inks: it becomes RGB", stored.orientation)
    if data.startswith(PNG):
        stored, chunks = stored_png(data)
        return _scan(stored, "png", data, tuple(note for note in chunks if note[0] in _PNG_NOTES))
    if data.startswith(TIFF):
        stored = stored_tiff(data)
        if not _is_cmyk(data):
            return _scan(stored, "tiff", data)
        return _converted(data, "tiff", "its inks: it becomes RGB", stored.orientation)
    return _converted(data, "png", "its format and notes: it becomes a PNG", 1)


def _scan(stored: Stored, format: str, data: bytes, notes: tuple[tuple[int | bytes, bytes], ...] = ()) -> Scan:
    samples = stored.samples if stored.is_upright else upright(stored.samples, stored.orientation)
    channels = samples.shape[2] - (samples.shape[2] + 1) % 2
    alpha = np.ascontiguousarray(samples[:, :, channels:]) if channels < samples.shape[2] else None
    pixels = np.ascontiguousarray(samples[:, :, :channels])
    return Scan(pixels, alpha, format, "", stored.orientation, data, notes)


def _converted(data: bytes, format: str, lost: str, orientation: int) -> Scan:
    """A file whose samples cannot be written as they were: its pixels are those that `decode` gives, in sRGB."""
    from degrade.codecs import decode

    pixels = decode(data).pixels
    notes = tuple(note for note in _kept_segments(data) if not _is_profile(*note)) if format == "jpeg" else ()
    return Scan(pixels, None, format, lost, orientation, data, notes, _keeps_profile=False)


def _kept_segments(data: bytes) -> list[tuple[int, bytes]]:
    """What says something about a JPEG's picture as a whole, and not how it is stored."""
    kept = []
    for marker, segment in segments(data):
        if marker == _APP1 and segment[4:10] == b"Exif\0\0":
            kept.append((marker, segment[:4] + without_thumbnail(segment[4:])))
        elif marker == _APP0 and segment[4:9] == b"JFIF\0":
            kept.append((marker, b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"))
        elif marker in (_APP0, _ADOBE) or (marker == _APP2 and segment[4:8] == b"MPF\0"):
            continue
        elif _APP1 <= marker <= _LAST_APP or marker == _COMMENT:
            kept.append((marker, segment))
    return kept


def _is_profile(marker: int | bytes, segment: bytes) -> bool:
    return marker == _APP2 and segment[4:16] == b"ICC_PROFILE\0"


def _is_cmyk(data: bytes) -> bool:
    from degrade.codecs.exif import read_tags

    return read_tags(data, (262,)).get(262) == (5,)
