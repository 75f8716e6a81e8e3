"""Samples of odd depths at the full range of their type."""

from __future__ import annotations

import numpy as np


def to_full_range(samples: np.ndarray, depth: int) -> np.ndarray:
    """`samples` of `depth` bits (1 to 16), as uint8 if these are at most 8, else uint16: 0 stays, and the largest code
    becomes the type's."""
    kind = np.uint8 if depth <= 8 else np.uint16
    white, largest = int(np.iinfo(kind).max), (1 << depth) - 1
    if white == largest:
        return samples.astype(kind, copy=False)
    codes = np.minimum(np.arange(np.iinfo(samples.dtype).max + 1, dtype=np.uint64), largest)
    table: np.ndarray = ((codes * white + largest // 2) // largest).astype(kind)
    scaled: np.ndarray = table[samples]
    return scaled
