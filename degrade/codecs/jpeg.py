"""JPEG, both ways through libjpeg-turbo (simplejpeg). Markers after ITU-T T.81, Annex B."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import simplejpeg

from degrade.codecs.colour import cmyk_to_rgb, finished
from degrade.codecs.decoded import Decoded, Stored
from degrade.codecs.encodable import check_pixels
from degrade.codecs.errors import (
    FREE_PIXELS,
    CodecError,
    check_filled,
    check_size,
    corrupt,
    decoder_fault,
    decoder_faults,
    is_hollow,
    truncated,
)  # fmt: skip
from degrade.codecs.exif import exif_orientation
from degrade.codecs.profiles import to_srgb

SIGNATURE = b"\xff\xd8\xff"
SUBSAMPLINGS = ("444", "422", "420", "440", "411")
MAX_SIDE = 65_500  # libjpeg's limit

_BASELINE, _PROGRESSIVE = 0xC0, 0xC2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_SKIPPED = frozenset((*range(0xE0, 0xF0), 0xDB, _COMMENT))  # what may stand before the frame header
_PLAIN_HEAD = 180  # bytes that hold it in files without notes
_USUAL_HEAD = 1200  # bytes that hold all that stands before the scan in files without notes
_SCAN_MARKER = b"\xff\xda"
_MAX_SCANS = 500  # an honest progressive file has about ten; each further one costs a pass over the whole picture
_COLOURS = {1: "GRAY", 3: "RGB", 4: "CMYK"}


@dataclass(slots=True)
class _Header:
    """What stands before the first scan."""

    frame: int = 0
    precision: int = 0
    width: int = 0
    height: int = 0
    components: int = 0
    orientation: int = 1
    profile: dict[int, bytes] = field(default_factory=dict)


def encode_jpeg(pixels: np.ndarray, quality: int, subsampling: str = "420") -> bytes:
    """A baseline JPEG.

    Parameters
    ----------
    pixels : (H, W, 1) gray or (H, W, 3) RGB, uint8
        Sides from 1 to 65 500 px.
    quality : int
        1 to 100, as libjpeg counts.
    subsampling : str
        Of the colour: "444", "422", "420", "440" or "411". Without meaning for gray.

    Raises
    ------
    CodecError
        "not_encodable" for any other array, quality or subsampling.
    """
    pixels = check_jpeg(pixels, quality, subsampling)
    if pixels.shape[2] == 1:
        encoded = simplejpeg.encode_jpeg(pixels, quality, colorspace="GRAY", colorsubsampling="Gray", fastdct=False)
    else:
        encoded = simplejpeg.encode_jpeg(pixels, quality, colorspace="RGB", colorsubsampling=subsampling, fastdct=False)
    return bytes(encoded)


def check_jpeg(pixels: np.ndarray, quality: int, subsampling: str) -> np.ndarray:
    """The (H, W, C) pixels that `encode_jpeg` encodes; raises what it raises."""
    pixels = check_pixels(pixels, (np.uint8,))
    if not 1 <= quality <= 100:
        raise CodecError("not_encodable", f"JPEG quality {quality} is outside 1 to 100")
    if subsampling not in SUBSAMPLINGS:
        raise CodecError("not_encodable", f"JPEG subsampling {subsampling!r} is none of {', '.join(SUBSAMPLINGS)}")
    if max(pixels.shape[:2]) > MAX_SIDE:
        raise CodecError("not_encodable", f"a JPEG side has at most {MAX_SIDE} px; write PNG or scale down")
    return pixels


def decode_jpeg(data: bytes) -> np.ndarray:
    """The pixels of a JPEG as they are stored, (H, W, 1) gray or (H, W, 3) RGB, uint8: strict, but neither turned
    upright nor colour-converted. For the members of a shard; photographs go through `decode`.

    Raises CodecError.
    """
    colours = _plain_colours(data[:_PLAIN_HEAD])
    if colours:
        try:
            plain: np.ndarray = simplejpeg.decode_jpeg(data, colours)
        except ValueError:
            pass  # told below
        else:
            return plain
    header = _whole_header(data)
    samples = _samples(data, header)
    return cmyk_to_rgb(samples, None) if header.components == 4 else samples


@lru_cache(maxsize=256)
def _plain_colours(head: bytes) -> str:
    """GRAY or RGB for a baseline JPEG that says so within its first bytes, which are the same for many files; "" for
    any other, a damaged one too. Reading a header takes a tenth of the time of a small picture."""
    position = 2
    while head.startswith(SIGNATURE) and position + 10 <= len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if marker == _BASELINE:
            header = _Header()
            _read_segment(header, marker, head[position + 4 :])
            sound = header.precision == 8 and 0 < header.width * header.height <= FREE_PIXELS
            return _COLOURS[header.components] if sound and header.components in (1, 3) else ""
        if marker not in _SKIPPED:
            break
        position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return ""


def read_jpeg(data: bytes, luma: bool = False) -> Decoded:
    """A photograph in a JPEG file; see `degrade.codecs.decode`."""
    if is_plain(head_of(data), len(data)):
        return Decoded(_decoded(data, "GRAY" if luma else "RGB"), "jpeg", data, is_luma=luma)
    header = _whole_header(data)
    profile = _joined(header.profile)
    if luma and header.components == 3 and _stands_for_itself(header, profile) and _is_ycbcr_or_gray(data):
        return Decoded(_samples(data, header, "GRAY"), "jpeg", data, is_luma=True)
    pixels = _samples(data, header)
    converted = header.components == 4
    if converted:
        pixels, profile = cmyk_to_rgb(pixels, profile), None
    if profile is not None or header.orientation != 1:
        pixels, moved = finished(pixels, profile=profile, orientation=header.orientation)
        converted = converted or moved
    as_stored = header.frame in (_BASELINE, _PROGRESSIVE) and header.orientation == 1 and not converted
    return Decoded(pixels, "jpeg", data if as_stored and _is_ycbcr_or_gray(data) else None)


def head_of(data: bytes) -> bytes:
    """What stands before the scan's data in a file without many notes, the scan's own header included; of others,
    nothing or less."""
    scan = data.find(_SCAN_MARKER, 0, _USUAL_HEAD)
    return data[: scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")] if scan > 0 else b""


def is_plain(head: bytes, stored: int) -> bool:
    """Whether the file of this `head_of` surely is as most are: baseline, YCbCr, upright and without a profile; and its
    `stored` bytes are not too few for its pixels."""
    pixels = _plain_pixels(head)
    return pixels > 0 and not is_hollow(pixels, stored)


@lru_cache(maxsize=256)
def _plain_pixels(head: bytes) -> int:
    """The pixels of a file that is as most are, 0 of any other. The head is the same for many files. 0, too, if it ends
    within a segment in which the scan's marker stands by chance."""
    try:
        with decoder_faults():
            header = _read_header(head)
            shape = header.frame, header.components, header.orientation
            plain = shape == (_BASELINE, 3, 1) and not header.profile and _is_ycbcr_or_gray(head)
            return header.width * header.height if plain else 0
    except CodecError:
        return 0


def stored_jpeg(data: bytes) -> Stored:
    """What a JPEG file stores, CMYK included. Raises CodecError."""
    header = _whole_header(data)
    return Stored(_samples(data, header), header.orientation)


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, segment) of what stands before the picture of a sound JPEG: notes, tables and its header."""
    position = 2
    while data[position + 1] != _SCAN:
        if data[position + 1] == 0xFF:  # a fill byte
            position += 1
            continue
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        yield data[position + 1], data[position:end]
        position = end


def read_colours(data: bytes) -> np.ndarray:
    """The (H, W, 3) RGB pixels of a file of which `read_jpeg` has read the luma, and so knows the header.

    Raises CodecError.
    """
    return _decoded(data, "RGB")


def _samples(data: bytes, header: _Header, colours: str = "") -> np.ndarray:
    """Gray, RGB or CMYK (255 being full ink) as it is stored, (H, W, 1, 3 or 4) uint8, or what `colours` names."""
    samples = _decoded(data, colours or _COLOURS[header.components])
    # All who write CMYK JPEGs follow Adobe and store the paper left, not the ink; so does everyone read them.
    return 255 - samples if header.components == 4 else samples


def _decoded(data: bytes, colours: str) -> np.ndarray:
    """What libjpeg makes of a file, strictly. Raises CodecError."""
    try:  # no context manager: of a picture of 64 px it would take a twentieth of the time
        decoded: np.ndarray = simplejpeg.decode_jpeg(
            data, colorspace=colours, fastdct=False, fastupsample=False, strict=True
        )
    except MemoryError:
        raise
    except Exception as error:
        raise decoder_fault(error) from error
    return decoded


def _stands_for_itself(header: _Header, profile: bytes | None) -> bool:
    """Whether the file of a picture in colour, turned and converted as it asks to be, is as it is stored."""
    if header.frame not in (_BASELINE, _PROGRESSIVE) or header.orientation != 1:
        return False
    black = np.zeros((1, 1, 3), np.uint8)
    return profile is None or to_srgb(black, profile) is black


def _is_ycbcr_or_gray(data: bytes) -> bool:
    try:
        return simplejpeg.decode_jpeg_header(data)[2] in ("YCbCr", "Gray")
    except ValueError:  # what its decoder will tell of
        return False


def _whole_header(data: bytes) -> _Header:
    """The header of a whole file, which has bytes enough for its pixels. Raises CodecError."""
    header = _read_header(data)
    check_filled(header.width * header.height, len(data))
    return header


def _read_header(data: bytes) -> _Header:
    """Read the segments before the first scan; CodecError unless they announce a picture that can be decoded."""
    if not data.startswith(SIGNATURE):
        raise corrupt("its JPEG signature is damaged")
    header = _Header()
    position = 2
    try:
        while True:
            if data[position] != 0xFF:
                raise corrupt("its JPEG header is damaged")
            marker = data[position + 1]
            if marker == 0xFF:  # a fill byte
                position += 1
                continue
            if marker == _SCAN:
                break
            if marker == _END:
                raise corrupt("a JPEG header without a picture")
            length = data[position + 2] << 8 | data[position + 3]
            if marker >= 0xE1 or marker in _FRAMES:
                _read_segment(header, marker, data[position + 4 : position + 2 + length])
            position += 2 + length
    except IndexError:
        raise truncated() from None
    _check(header)
    if header.frame == _PROGRESSIVE and data.count(_SCAN_MARKER) > _MAX_SCANS:
        raise CodecError("unsupported", f"a progressive JPEG of more than {_MAX_SCANS} scans; export it again")
    return header


def _read_segment(header: _Header, marker: int, body: bytes) -> None:
    if marker in _FRAMES:
        header.frame = marker
        header.precision = body[0]
        header.height = body[1] << 8 | body[2]
        header.width = body[3] << 8 | body[4]
        header.components = body[5]
    elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
        header.orientation = exif_orientation(body)
    elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"):
        header.profile[body[12]] = body[14:]


def _check(header: _Header) -> None:
    if not header.frame:
        raise corrupt("a JPEG without a frame header")
    check_size(header.width, header.height)
    if header.precision != 8:
        raise CodecError("unsupported", f"a JPEG of {header.precision} bits; convert it to 8 bits or to a 16-bit PNG")
    if header.components not in _COLOURS:
        raise CodecError("unsupported", f"a JPEG of {header.components} components; convert it to RGB")


def _joined(parts: dict[int, bytes]) -> bytes | None:
    """The chunks of an ICC profile in their order (ICC.1:2022, B.4); None if there is none."""
    return b"".join(parts[number] for number in sorted(parts)) or None


def stripped(data: bytes) -> bytes | None:
    """A sound JPEG with nothing but the picture: no APPn but a bare JFIF and Adobe's colour transform, no comment,
    nothing after the end; the scans are copied bit for bit. None if its segments do not follow each other as they
    should."""
    parts, bare = [b"\xff\xd8"], True
    position = 2
    while position + 2 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == _END:
            bare = bare and position + 2 == len(data)
            return data if bare else b"".join((*parts, b"\xff\xd9"))
        if marker == 0xFF:  # a fill byte
            position += 1
            bare = False
            continue
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == _SCAN:
            end = _end_of_scan(data, end)
        segment = data[position:end]
        parts.append(_kept(marker, segment))
        bare = bare and parts[-1] == segment
        position = end
    return None


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart nor fill."""
    codes = np.frombuffer(data, np.uint8)[start:]
    after = codes[1:]
    markers = (codes[:-1] == 0xFF) & (after + np.uint8(1) > 1) & (after & 0xF8 != 0xD0)  # 0 and 255 at once
    first = int(markers.argmax()) if markers.size else 0
    return start + first if markers.size and markers[first] else len(data)


def _kept(marker: int, segment: bytes) -> bytes:
    """What is left of a segment."""
    if marker == 0xE0 and segment[4:9] == b"JFIF\0":
        return b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0"  # without its thumbnail
    if marker == 0xEE and segment[4:9] == b"Adobe":
        return segment
    return b"" if 0xE0 <= marker <= 0xEF or marker == _COMMENT else segment
