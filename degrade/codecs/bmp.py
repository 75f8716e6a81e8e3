"""BMP through Pillow."""

from __future__ import annotations

import io
import struct

from degrade.codecs.colour import finished
from degrade.codecs.decoded import Decoded
from degrade.codecs.errors import check_size, decoder_faults, truncated
from degrade.codecs.pillow import image_samples
from degrade.codecs.quiet import quiet

_SHORTEST = 26  # both headers of the oldest kind
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
        image.load()
        samples = image_samples(image)
    return Decoded(finished(samples)[0], "bmp")
