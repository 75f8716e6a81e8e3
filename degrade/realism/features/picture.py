"""The chain that every picture goes through before it is measured, real or not, so that size and depth tell nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from degrade.realism.features.sheet import PATCH, Array

COMMON = 384
"""Pixels of the longer side at the common scale."""
LEAST = 480
"""Pixels of the longer side below which a picture is left out: 1.25 times the common scale; none is ever enlarged."""
_TRIM = 0.02
"""Share of each side that is cut off, where scans show backing."""
RESIZED = 0.85
RESAVED = 75
EQUALISED = 90
VARIANTS: dict[str, str] = {
    "resized": f"the picture at {RESIZED:.0%} of its size",
    "resaved": f"the picture saved again as JPEG of quality {RESAVED}",
    "equalised": f"the picture at the common scale saved as JPEG of quality {EQUALISED}",
}
"""What a picture is measured as besides, for controls."""


class NotMeasured(Exception):
    """A picture that cannot be measured.

    Attributes
    ----------
    reason : str
        A stable slug: too_small, too_narrow or not_an_image.
    detail : str
        What is the matter, and what was expected.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def taken_in(picture: Any) -> Array:
    """An array as (H, W, 1 or 3) uint8.

    Parameters
    ----------
    picture : (H, W) or (H, W, 1 to 4), uint8, uint16, or floats in [0, 1]
        Gray or RGB; an alpha channel, the last of 2 or 4, is laid over white.

    Raises NotMeasured for anything else.
    """
    pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4) or not pixels.size:
        raise NotMeasured("not_an_image", f"an array of shape {np.shape(picture)}, not (H, W) or (H, W, 1 to 4)")
    codes = _in_codes(pixels)
    if codes.shape[2] in (2, 4):
        alpha = codes[:, :, -1:].astype(np.float32) / 255
        codes = np.round(codes[:, :, :-1] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.ascontiguousarray(codes)


def _in_codes(pixels: Array) -> Array:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if pixels.dtype.kind == "f":
        if not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1):
            raise NotMeasured("not_an_image", "an array of floats that are not all in [0, 1]")
        return np.round(pixels * 255).astype(np.uint8)
    raise NotMeasured("not_an_image", f"an array of {pixels.dtype}, not uint8, uint16 or floats in [0, 1]")


def trimmed(pixels: Array) -> Array:
    """Without 2 % at each side. Raises NotMeasured for a picture that is too small or too narrow."""
    height, width = pixels.shape[:2]
    if max(height, width) < LEAST:
        raise NotMeasured("too_small", f"{width}×{height} px; the longer side must have at least {LEAST}")
    rows, columns = round(_TRIM * height), round(_TRIM * width)
    inner = pixels[rows : height - rows, columns : width - columns]
    if min(inner.shape[:2]) * COMMON < PATCH * 1.35 * max(inner.shape[:2]):
        raise NotMeasured("too_narrow", f"{width}×{height} px; it may be at most three times as long as wide")
    return inner


def luma_of(pixels: Array) -> Array:
    """(H, W) uint8: Rec. 601."""
    import cv2

    if pixels.shape[2] == 1:
        return np.ascontiguousarray(pixels[:, :, 0])
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY))


def scaled(plane: Array, longer: int) -> Array:
    """With `longer` pixels on the longer side, by areas: no pixel counts twice."""
    import cv2

    share = longer / max(plane.shape[:2])
    size = max(1, round(plane.shape[1] * share)), max(1, round(plane.shape[0] * share))
    out = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return np.asarray(out if plane.ndim == 2 else out.reshape(*out.shape[:2], plane.shape[2]))


def saved(pixels: Array, quality: int) -> Array:
    """(H, W, 1 or 3) uint8, as a JPEG file of that quality would give it back."""
    from degrade.codecs import decode_jpeg, encode_jpeg

    return decode_jpeg(encode_jpeg(np.ascontiguousarray(pixels), quality))
