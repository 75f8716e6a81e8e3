"""JPEG 2000, in boxes or as a bare codestream: OpenCV, which keeps all bits and is twice as fast; Pillow for what it
does not know. After ISO/IEC 15444-1 (ITU-T T.800), annex I; of JPX (15444-2) what it has in common with that."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np

from degrade.codecs import codestream
from degrade.codecs.boxes import Box, boxes
from degrade.codecs.codestream import Layout
from degrade.codecs.colour import cmyk_to_rgb, finished
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import CodecError, corrupt, decoder_faults, truncated
from degrade.codecs.exif import exif_orientation
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet
from degrade.codecs.scaling import to_full_range

SIGNATURES = (b"\0\0\0\x0cjP  \r\n\x87\n", codestream.START)

_EXIF = b"JpgTiffExif->JP2"
"""What the box of EXIF is called by those who write one (ExifTool, Adobe)."""
_CMYK, _SRGB, _GRAY, _SYCC = 12, 16, 17, 18  # enumerated colour spaces
_SPACES = {_CMYK: 4, _SRGB: 3, _GRAY: 1, _SYCC: 3}  # -> colours
_ALPHA, _PREMULTIPLIED = 1, 2  # what a channel is


@dataclass
class _Header:
    """What the boxes say; the defaults are those of a bare codestream."""

    space: int | None = None
    profile: bytes | None = None
    alpha: int | None = None
    """The kind of the last channel."""
    has_palette: bool = False
    orientation: int = 1


def read_jpeg2000(data: bytes) -> Decoded:
    """A photograph in a JPEG 2000 file; see `degrade.codecs.decode`.

    Samples of 9 to 16 bits come out with 16, fewer with 8, all scaled to the full range. Refused are signed samples,
    subsampled colours, CIELAB and other rare spaces; gray with alpha and CMYK over 8 bits, YCC and palettes of other
    than 8.
    """
    header, stream = _Header(), Box(b"jp2c", 0, len(data))
    if not data.startswith(codestream.START):
        header, stream = _read_boxes(data)
    layout = codestream.read_layout(data, stream.start, stream.end)
    codestream.check_whole(data, stream.start, stream.end)
    colours = _colours(header, layout)
    read = _by_opencv if _is_plain(header, layout) and layout.depth >= 8 else _by_pillow
    samples = to_full_range(read(data, layout), layout.depth)
    if header.space == _CMYK:
        return Decoded(cmyk_to_rgb(samples, header.profile), "jp2")
    if samples.shape[2] in (2, 4) and not header.has_palette and header.alpha not in (_ALPHA, _PREMULTIPLIED):
        samples = samples[:, :, :colours]
    premultiplied = header.alpha == _PREMULTIPLIED
    pixels, _ = finished(samples, profile=header.profile, orientation=header.orientation, premultiplied=premultiplied)
    return Decoded(pixels, "jp2")


# --- the boxes --------------------------------------------------------------------------------------------------------


def _read_boxes(data: bytes) -> tuple[_Header, Box]:
    """What the file says of its picture, and the first codestream."""
    header, stream = _Header(), None
    for box in boxes(data):
        if box.kind == b"jp2h":
            _read_header(data, box, header)
        elif box.kind == b"jp2c" and stream is None:
            stream = box
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == _EXIF:
            header.orientation = exif_orientation(data[box.start + 16 : box.end])
    if stream is None:
        raise truncated()
    return header, stream


def _read_header(data: bytes, outer: Box, header: _Header) -> None:
    has_colour = False
    for kind, start, end in boxes(data, outer.start, outer.end):
        content = data[start:end]
        try:
            if kind == b"colr" and not has_colour:  # of several the first one that is known
                has_colour = _read_colour(content, header)
            elif kind == b"cdef":
                header.alpha = _last_channel(content)
            elif kind == b"pclr":
                header.has_palette = True
        except (struct.error, IndexError) as error:
            raise corrupt("its JPEG 2000 header is damaged") from error


def _read_colour(content: bytes, header: _Header) -> bool:
    method = content[0]
    if method == 1:
        (header.space,) = struct.unpack_from(">I", content, 3)
    elif method in (2, 3):  # a restricted profile, or any
        header.profile = content[3:]
    return method in (1, 2, 3)


def _last_channel(content: bytes) -> int | None:
    """The kind of the channel that is no colour; None if there is none."""
    (count,) = struct.unpack_from(">H", content)
    channels = sorted(struct.unpack_from(">3H", content, 2 + 6 * i) for i in range(count))
    last = channels[-1][1] if channels and channels[-1][1] else None
    colours = channels if last is None else channels[:-1]
    if any((kind, meant) != (0, number + 1) for number, kind, meant in colours):
        raise CodecError("unsupported", "a JPEG 2000 file with channels in unusual order; convert it to RGB")
    return last


def _colours(header: _Header, layout: Layout) -> int:
    """How many of the components are colours; CodecError for what is not read."""
    space, components = header.space, layout.components
    if space is not None and space not in _SPACES:
        raise CodecError("unsupported", f"a JPEG 2000 file in colour space {space}; convert it to sRGB")
    colours = components - (components + 1) % 2 if space is None else _SPACES[space]
    if header.has_palette:
        colours = components
    if components not in (colours, colours + 1) or (space == _CMYK and components != colours):
        raise corrupt(f"its header says {colours} colours and it has {components} components")
    only_8 = header.has_palette or space == _SYCC
    if layout.depth != 8 and (only_8 or (layout.depth > 8 and not _is_plain(header, layout))):
        what = f"a JPEG 2000 file of {layout.depth} bits with gray and alpha, CMYK, YCC or a palette"
        raise CodecError("unsupported", f"{what}; convert it to RGB or gray")
    return colours


def _is_plain(header: _Header, layout: Layout) -> bool:
    """Whether OpenCV knows such files."""
    return not header.has_palette and header.space not in (_CMYK, _SYCC) and layout.components != 2


# --- the samples ------------------------------------------------------------------------------------------------------


def _by_opencv(data: bytes, layout: Layout) -> np.ndarray:
    import cv2

    with decoder_faults(), quiet():
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    shape = (layout.height, layout.width, layout.components)
    if samples is None or samples.reshape(*samples.shape[:2], -1).shape != shape:
        raise corrupt("its JPEG 2000 data cannot be decoded")
    samples = samples.reshape(shape)
    if layout.components == 1:
        return samples
    return cv2.cvtColor(samples, cv2.COLOR_BGR2RGB if layout.components == 3 else cv2.COLOR_BGRA2RGBA)


def _by_pillow(data: bytes, layout: Layout) -> np.ndarray:
    from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

    with decoder_faults(), quiet(), Jpeg2KImageFile(io.BytesIO(data)) as image:
        if image.size != (layout.width, layout.height):
            raise corrupt("its JPEG 2000 headers disagree on its size")
        image.load()
        samples = image_samples(image)
    return samples >> (8 - layout.depth)  # Pillow moves fewer bits up
