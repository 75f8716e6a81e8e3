"""A mask as a PNG: what `degrade.codecs.encode_png` makes, in two thirds of the time and four fifths of the bytes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from degrade.codecs import encode_png
from degrade.codecs.png import NO_FILTER, ZLIB, framed_png
from degrade.engine.kernels.deflate import AHEAD, deflated

_BUSY = 6
"""Pixels on a byte of a file below which much of the mask is damaged so smoothly that parts of it come again."""


def mask_png(mask: npt.NDArray[np.uint8]) -> bytes:
    """The PNG of an (H, W) uint8 mask; the same bytes on every CPU."""
    height, width = mask.shape
    size = height * (1 + width)
    data = np.empty(1 + size + AHEAD, np.uint8)
    rows = data[1:-AHEAD].reshape(height, 1 + width)
    rows[:, 0], rows[:, 1:] = NO_FILTER, mask
    data[0], data[-AHEAD:] = NO_FILTER + 1, data[size]
    checksum = isal_zlib.adler32(data[1:-AHEAD]).to_bytes(4, "big")
    packed = framed_png((height, width, 1), 8, b"".join((ZLIB, deflated(data), checksum)))
    if len(packed) * _BUSY < mask.size:
        return packed
    return min(packed, encode_png(mask, filtered=False), key=len)
