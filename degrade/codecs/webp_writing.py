"""Lossy WebP through Pillow. After RFC 9649 and RFC 6386 (VP8)."""

from __future__ import annotations

import io

import numpy as np

from degrade.codecs.encodable import check_pixels
from degrade.codecs.errors import CodecError

MAX_SIDE = 16_383  # the format's limit


def encode_webp(pixels: np.ndarray, quality: int, effort: int = 0) -> bytes:
    """A lossy WebP, whose colours have half the resolution.

    Parameters
    ----------
    pixels : (H, W, 1) gray or (H, W, 3) RGB, uint8
        Sides from 1 to 16 383 px; a WebP is never gray, gray is stored as RGB.
    quality : int
        0 to 100, as libwebp counts.
    effort : int
        0 (fast) to 6 (small files), libwebp's "method".

    Raises
    ------
    CodecError
        "not_encodable" for any other array, quality or effort.
    """
    from PIL import Image

    pixels = check_pixels(pixels, (np.uint8,))
    if not 0 <= quality <= 100 or not 0 <= effort <= 6:
        raise CodecError(
            "not_encodable", f"WebP takes a quality of 0 to 100 and an effort of 0 to 6, not {quality, effort}"
        )
    if max(pixels.shape[:2]) > MAX_SIDE:
        raise CodecError("not_encodable", f"a WebP side has at most {MAX_SIDE} px; write PNG or scale down")
    colour = pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)
    written = io.BytesIO()
    Image.fromarray(colour).save(written, "WEBP", quality=quality, method=effort)
    return written.getvalue()
