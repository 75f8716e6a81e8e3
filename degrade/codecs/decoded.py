"""What a decoded file is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np


class Stored(NamedTuple):
    """What a file stores, before anything is made of it.

    Attributes
    ----------
    samples : (H, W, 1 to 4) uint8 or uint16
        Gray, gray and alpha, RGB, RGB and alpha, or CMYK, in the file's own colours.
    orientation : int
        How the file asks to be turned, as EXIF counts, 1 to 8.
    is_upright : bool
        Whether the samples are turned already.
    """

    samples: np.ndarray
    orientation: int = 1
    is_upright: bool = False


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture read from a file, ready for use.

    Attributes
    ----------
    stored : (H, W, C) uint8 or uint16, C-contiguous
        What was decoded: `pixels`, or the luma alone of a file in colour.
    format : str
        What the bytes are, whatever the name said: "jpeg", "png", "webp", "tiff", "bmp", "jp2" (boxes or a
        bare codestream) or "avif".
    is_luma : bool
        Whether `stored`, with its one channel, is but the luma of a file in colour, as it was asked for.
    """

    stored: np.ndarray
    format: str
    _jpeg: bytes | None = field(default=None, repr=False)
    is_luma: bool = False
    _colours: Callable[[], np.ndarray] | None = field(default=None, repr=False)

    @cached_property
    def pixels(self) -> np.ndarray:
        """(H, W, C) uint8 or uint16, C-contiguous, sRGB. C is 1 if the file is gray, else 3 (RGB order); uint16 where
        the file has more than 8 bits a sample. Made at the first use where the luma alone was asked
        for."""
        from degrade.codecs.jpeg import read_colours

        if not self.is_luma:
            return self.stored
        if self._colours is not None:
            return self._colours()
        assert self._jpeg is not None
        return read_colours(self._jpeg)

    @property
    def jpeg(self) -> bytes | None:
        """The file's own JPEG bytes where they can stand for `pixels` as they are, else None.

        They can if the file is a baseline or progressive JPEG, 8-bit gray or YCbCr, upright, without a profile or with
        one that changes nothing. EXIF, GPS, XMP, IPTC, profile, comments, thumbnails and whatever follows the picture
        are removed, the scan is untouched: the bytes decode to exactly `pixels`. Worked out at each call.
        """
        from degrade.codecs.jpeg import stripped

        return None if self._jpeg is None else stripped(self._jpeg)
