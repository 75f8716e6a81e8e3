"""Which arrays can be written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from degrade.codecs.errors import CodecError


def check_pixels(pixels: np.ndarray, dtypes: Sequence[type[np.generic]]) -> np.ndarray:
    """`pixels` as a C-contiguous (H, W, 1 or 3) array, (H, W) becoming (H, W, 1); CodecError "not_encodable" if its
    shape or dtype is another."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or 0 in pixels.shape:
        raise CodecError("not_encodable", f"an array of shape {pixels.shape}; give (H, W, 1) or (H, W, 3)")
    if pixels.dtype.type not in dtypes:
        names = " or ".join(np.dtype(dtype).name for dtype in dtypes)
        raise CodecError("not_encodable", f"an array of {pixels.dtype}; give {names}")
    return np.ascontiguousarray(pixels)
