"""What `encode_jpeg` rounds by."""

from __future__ import annotations

import numpy as np

from degrade.codecs.jpeg import encode_jpeg, segments

FAST_BELOW = 96
"""The quality from which on files are made with the exact forward transform; below it, with the fast one."""
_TABLE = 0xDB
ZIGZAG = np.array(
    [8 * row + column for *_, row, column in sorted(
        (row + column, row if (row + column) % 2 else column, row, column) for row, column in np.ndindex(8, 8)
    )]
)  # fmt: skip
"""(64,) places in (8, 8), by frequency down and across, of what a file lists."""


def quantisation(quality: int, chroma: bool = False) -> np.ndarray:
    """The quantisation table of a gray picture, and of the luma of one in colour, or of its `chroma`: (8, 8) int32, by
    frequency down and across. Raises CodecError for a quality outside 1 to 100."""
    file = encode_jpeg(np.zeros((8, 8, 3), np.uint8), quality)
    tables = b"".join(segment[4:] for marker, segment in segments(file) if marker == _TABLE)
    table = tables[66:130] if chroma else tables[1:65]
    steps = np.empty(64, np.int32)
    steps[ZIGZAG] = np.frombuffer(table, np.uint8)
    return steps.reshape(8, 8)
