"""What a decoded file is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture read from a file, ready for use.

    Attributes
    ----------
    pixels : (H, W, C) uint8 or uint16, C-contiguous
        sRGB. C is 1 if the file is gray, else 3 (RGB order). uint16 where the file has 16 bits a sample.
    format : str
        What the bytes are, whatever the name said: "jpeg", "png", "webp", "tiff" or "bmp".
    """

    pixels: np.ndarray
    format: str
    _jpeg: bytes | None = field(default=None, repr=False)

    @property
    def jpeg(self) -> bytes | None:
        """The file's own JPEG bytes where they can stand for `pixels` as they are, else None.

        They can if the file is a baseline or progressive JPEG, 8-bit gray or YCbCr, upright, without a profile or with
        one that changes nothing. EXIF, GPS, XMP, IPTC, profile, comments, thumbnails and whatever follows the picture
        are removed, the scan is untouched: the bytes decode to exactly `pixels`. Worked out at each call.
        """
        from degrade.codecs.jpeg import stripped

        return None if self._jpeg is None else stripped(self._jpeg)
