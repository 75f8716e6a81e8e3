"""What `encode_jpeg` rounds by."""

from __future__ import annotations

import numpy as np

from degrade.codecs.jpeg import encode_jpeg, segments

FAST_BELOW = 96
"""The quality from which on files are made with the exact forward transform; below it, with the fast one."""
_TABLE = 0xDB


def luma_steps(quality: int) -> np.ndarray:
    """The quantisation table of a gray picture, and of the luma of one in colour: (8, 8) int32, by frequency down and
    across. Raises CodecError for a quality outside 1 to 100."""
    file = encode_jpeg(np.zeros((8, 8, 1), np.uint8), quality)
    table = next(segment for marker, segment in segments(file) if marker == _TABLE)[5 : 5 + 64]
    zigzag = sorted(
        (row + column, row if (row + column) % 2 else column, row, column) for row, column in np.ndindex(8, 8)
    )
    steps = np.empty((8, 8), np.int32)
    for step, (*_, row, column) in zip(table, zigzag, strict=True):
        steps[row, column] = step
    return steps
