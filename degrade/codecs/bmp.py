"""BMP through Pillow."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from degrade.codecs.colour import finished
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import FREE_PIXELS, CodecError, check_size, decoder_faults, truncated
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet

if TYPE_CHECKING:
    from PIL.Image import Image

_SHORTEST = 26  # both headers of the oldest kind
_RUN_LENGTHS = (1, 2)  # BI_RLE8, BI_RLE4
_MOST_PER_BYTE = 128
"""Pixels: a run has up to 255 in two bytes."""
_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)


def is_bmp(data: bytes) -> bool:
    """Two letters are a weak signature, so the size of the second header is looked at too."""
    return data[:2] == b"BM" and (len(data) < 18 or struct.unpack_from("<I", data, 14)[0] in _HEADER_SIZES)


def read_bmp(data: bytes) -> Decoded:
    """A photograph in a BMP file, gray if its palette is; see `degrade.codecs.decode`."""
    from PIL.BmpImagePlugin import BmpImageFile

    if len(data) < _SHORTEST:
        raise truncated()
    with decoder_faults(), quiet(), BmpImageFile(io.BytesIO(data)) as image:
        check_size(*image.size, len(data))
        _check_runs(image, len(data))
        image.load()
        samples = image_samples(image)
    return Decoded(finished(samples)[0], "bmp")


def _check_runs(image: Image, stored: int) -> None:
    """Raise CodecError for run lengths that Pillow, which goes through them pixel by pixel, would be at for long."""
    pixels = image.width * image.height
    if image.info.get("compression") not in _RUN_LENGTHS:
        return
    if pixels > _MOST_PER_BYTE * stored:
        raise truncated()
    if pixels > FREE_PIXELS:
        what = f"run lengths of {pixels / 1e6:.0f} million pixels, which are read up to {FREE_PIXELS / 1e6:.0f} million"
        raise CodecError("unsupported", f"{what}; convert it to PNG")
