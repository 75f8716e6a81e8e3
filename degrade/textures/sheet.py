"""A texture's sheet: a pyramid of levels, each half as large as the one before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.kernels.blend import occupancy
from degrade.engine.kernels.kernel import kernel

u8, u32 = np.uint8, np.uint32

Bytes = npt.NDArray[np.uint8]

_HEAD = 8
"""Bytes before the first level: height and width of the sheet as two 32-bit little-endian integers."""


class Sheet:
    """A texture at every scale.

    Parameters
    ----------
    packed : (n,) uint8
        As `packed_levels` makes it; it may lie in a file. It is not copied.
    wraps : bool
        Whether the sheet goes on at its opposite side; otherwise it is reflected at its edges.

    Attributes
    ----------
    height, width : int
        Of its first level, in pixels.
    levels : tuple of (h, w) uint8
        Read-only; each is the mean over 2×2 pixels of the one before, down to a single row or column.
    """

    def __init__(self, packed: Bytes, wraps: bool) -> None:
        self.wraps = wraps
        self.height, self.width = shape_of(packed)
        self.levels = _levels(packed, self.height, self.width)
        self._busy: dict[int, Bytes] = {}

    def busy(self, level: int) -> Bytes:
        """`blend.occupancy` of a level; worked out when first asked for."""
        if level not in self._busy:
            self._busy[level] = occupancy(self.levels[level], self.wraps)
        return self._busy[level]


def packed_levels(sheet: Bytes) -> Bytes:
    """All levels of the (h, w) uint8 `sheet` in one flat, read-only array, behind its height and width."""
    levels = [np.ascontiguousarray(sheet)]
    for shape in _shapes(*sheet.shape)[1:]:
        coarser = np.empty(shape, np.uint8)
        halve(levels[-1], coarser)
        levels.append(coarser)
    head = np.array(sheet.shape, "<u4").view(np.uint8)
    packed = np.concatenate([head, *(level.reshape(-1) for level in levels)])
    packed.flags.writeable = False
    return packed


def shape_of(packed: Bytes) -> tuple[int, int]:
    """(height, width) of a packed sheet.

    Raises
    ------
    ValueError
        It is no packed sheet, or not all of one.
    """
    if packed.dtype != np.uint8 or packed.ndim != 1 or packed.size <= _HEAD:
        raise ValueError("no packed sheet")
    height, width = (int(n) for n in np.frombuffer(packed[:_HEAD].tobytes(), "<u4"))
    if min(height, width) < 1 or packed.size != _HEAD + sum(h * w for h, w in _shapes(height, width)):
        raise ValueError("not all of a packed sheet")
    return height, width


def _shapes(height: int, width: int) -> list[tuple[int, int]]:
    shapes = [(height, width)]
    while min(shapes[-1]) > 1:
        shapes.append(((shapes[-1][0] + 1) // 2, (shapes[-1][1] + 1) // 2))
    return shapes


def _levels(packed: Bytes, height: int, width: int) -> tuple[Bytes, ...]:
    levels, start = [], _HEAD
    for h, w in _shapes(height, width):
        levels.append(packed[start : start + h * w].reshape(h, w))
        start += h * w
    return tuple(levels)


@kernel
def halve(finer, coarser):
    """Means over 2×2 pixels, rounded to the nearest; the last row and column stand in for those beyond."""
    height, width = finer.shape
    for y in range(coarser.shape[0]):
        upper, lower = finer[2 * y], finer[min(2 * y + 1, height - 1)]
        row = coarser[y]
        for x in range(width // 2):
            total = u32(upper[2 * x]) + u32(upper[2 * x + 1]) + u32(lower[2 * x]) + u32(lower[2 * x + 1])
            row[x] = u8((total + u32(2)) >> u32(2))
        if width % 2:
            row[width // 2] = u8((u32(upper[width - 1]) + u32(lower[width - 1]) + u32(1)) >> u32(1))
