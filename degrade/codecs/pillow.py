"""Samples out of a Pillow image, for the formats that Pillow decodes best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from degrade.codecs.errors import CodecError

if TYPE_CHECKING:
    from PIL import Image

# Pillow's mode -> the mode of the samples.
_MODES = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB"}
_MODES |= {mode: mode for mode in ("L", "LA", "RGB", "RGBA", "CMYK")}


def image_samples(image: Image.Image) -> np.ndarray:
    """A loaded 8-bit image as (H, W, 1 to 4) uint8: gray, gray + alpha, RGB, RGBA, or CMYK if its mode says so.

    Raises CodecError "unsupported" for any other mode.
    """
    mode = _MODES.get(image.mode)
    if mode is None:
        raise CodecError("unsupported", f"a {image.format} in mode {image.mode}; convert it to RGB or gray")
    if image.mode == "P" and "transparency" in image.info:
        mode = "RGBA"
    samples = np.asarray(image if image.mode == mode else image.convert(mode))
    return samples[:, :, None] if samples.ndim == 2 else samples
