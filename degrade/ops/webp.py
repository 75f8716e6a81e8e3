"""WebP compression."""

from __future__ import annotations

import numpy as np

from degrade.codecs import decode
from degrade.codecs.webp_writing import encode_webp
from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Count, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Webp(Degradation):
    """Save as lossy WebP and open again: smooth areas flattened by prediction, edges smeared by the loop filter.

    What many sites make of every picture that they are given. A gray picture is stored in colour, and stays gray. It is
    libwebp that is run, whose assembly is not promised to give the same bytes on every processor.

    References: RFC 9649 (WebP); RFC 6386 (VP8), with the quality scale of libwebp.
    """

    stage = Stage.FILE
    portable = False

    quality: Count = field((40, 90), "quality on the scale of libwebp", low=0, high=100, unit="libwebp")
    effort: Count = field(0, "how long its encoder searches; 4 is what programs use", low=0, high=6, unit="method")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Compress the picture as it is, rounded to 8 bits."""
        pixels = photo.pixels
        opened = decode(encode_webp(photo.rounded(np.uint8), drawn["quality"], drawn["effort"])).pixels
        np.multiply(opened[:, :, : photo.channels], np.float32(1 / 255), out=pixels)
