"""From what a file stores (alpha, CMYK, a profile, a turned camera) to plain gray or sRGB pixels."""

from __future__ import annotations

import numpy as np

from degrade.codecs.exif import upright
from degrade.codecs.profiles import to_srgb


def finished(
    samples: np.ndarray, *, profile: bytes | None = None, orientation: int = 1, premultiplied: bool = False
) -> tuple[np.ndarray, bool]:
    """Pixels that training can use, and whether their colours had to be converted.

    Parameters
    ----------
    samples : (H, W, 1 to 4) uint8 or uint16
        Gray, gray + alpha, RGB or RGB + alpha.
    profile : bytes or None
        The embedded ICC profile.
    orientation : int
        EXIF orientation, 1 to 8.
    premultiplied : bool
        Whether the colours are already multiplied by alpha.

    Returns
    -------
    pixels : (H, W, 1 or 3) uint8 or uint16, C-contiguous
        Upright, in sRGB, laid over white.
    converted : bool
        True if the profile was neither absent, broken nor sRGB.
    """
    channels = samples.shape[2] - (samples.shape[2] + 1) % 2
    colour = samples[:, :, :channels]
    pixels = colour if profile is None else to_srgb(colour, profile)
    converted = pixels is not colour
    if channels != samples.shape[2]:
        alpha = samples[:, :, channels:]
        if alpha.dtype != pixels.dtype:  # the profile took a 16-bit picture to 8 bits
            alpha = (alpha >> 8).astype(np.uint8)
        pixels = over_white(pixels, alpha, premultiplied)
    return np.ascontiguousarray(upright(pixels, orientation)), converted


def over_white(pixels: np.ndarray, alpha: np.ndarray, premultiplied: bool = False) -> np.ndarray:
    """`pixels` (H, W, C) laid over white through `alpha` (H, W, 1), both uint8 or both uint16, rounded."""
    white = np.uint32(np.iinfo(pixels.dtype).max)
    clear = white - alpha
    if premultiplied:
        laid = np.minimum(pixels + clear, white)
    else:  # at 16 bits the sum stays below 2^32: white² + white / 2
        laid = (pixels * alpha.astype(np.uint32) + clear * white + white // 2) // white
    return laid.astype(pixels.dtype, copy=False)


def cmyk_to_rgb(ink: np.ndarray, profile: bytes | None) -> np.ndarray:
    """CMYK (H, W, 4) uint8, 255 being full ink, as sRGB (H, W, 3) uint8: through the profile where a sound one is
    given, else the plain product (1 - ink)(1 - black), as browsers do."""
    if profile is not None:
        rgb = to_srgb(ink, profile)
        if rgb is not ink:
            return rgb
    paper = 255 - ink.astype(np.uint16)
    light: np.ndarray = (paper[:, :, :3] * paper[:, :, 3:] + 127) // 255
    return light.astype(np.uint8)
