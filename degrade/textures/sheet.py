"""A texture's sheet: a pyramid of levels, each the mean over boxes of the pixels of a finer one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    levels : list of (reduction, (h, w) uint8)
        From the finest to the coarsest, read-only: reduced 1, 2, 4 … times, down to a single row or column; where both
        sides are multiples of 3 also 1.5, 3, 6 … times.
    reductions : tuple of float
        Those of the levels.
    """

    def __init__(self, packed: Bytes, wraps: bool) -> None:
        self.wraps = wraps
        self.height, self.width = shape_of(packed)
        self.levels: list[tuple[float, Bytes]] = []
        start = _HEAD
        for reduction, (h, w) in _shapes(self.height, self.width):
            self.levels.append((reduction, packed[start : start + h * w].reshape(h, w)))
            start += h * w
        self.levels.sort(key=lambda level: level[0])
        self.reductions = tuple(reduction for reduction, _ in self.levels)


def packed_levels(sheet: Bytes) -> Bytes:
    """All levels of the (h, w) uint8 `sheet` in one flat, read-only array, behind its height and width."""
    levels: list[Bytes] = []
    for reduction, shape in _shapes(*sheet.shape):
        level = np.ascontiguousarray(sheet)
        if reduction > 1:
            finer, level = level if reduction == 1.5 else levels[-1], np.empty(shape, np.uint8)
            (two_thirds if reduction == 1.5 else halve)(finer, level)
        levels.append(level)
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
    if min(height, width) < 1 or packed.size != _HEAD + sum(h * w for _, (h, w) in _shapes(height, width)):
        raise ValueError("not all of a packed sheet")
    return height, width


def _shapes(height: int, width: int) -> list[tuple[float, tuple[int, int]]]:
    """Every level's reduction and shape, in the order in which they are made."""
    shapes = _halvings(1.0, height, width)
    if height % 3 == 0 and width % 3 == 0:
        shapes += _halvings(1.5, height // 3 * 2, width // 3 * 2)
    return shapes


def _halvings(reduction: float, height: int, width: int) -> list[tuple[float, tuple[int, int]]]:
    shapes = [(reduction, (height, width))]
    while min(height, width) > 1:
        reduction, height, width = reduction * 2, (height + 1) // 2, (width + 1) // 2
        shapes.append((reduction, (height, width)))
    return shapes


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


@kernel
def two_thirds(finer, coarser):
    """Means over boxes of 1.5×1.5 pixels, rounded to the nearest; both sides of `finer` are multiples of 3."""
    for y in range(coarser.shape[0]):
        whole, half = finer[y // 2 * 3 + (y % 2) * 2], finer[y // 2 * 3 + 1]
        row = coarser[y]
        for third in range(finer.shape[1] // 3):
            x = 3 * third
            left = u32(4) * u32(whole[x]) + u32(2) * u32(whole[x + 1]) + u32(2) * u32(half[x]) + u32(half[x + 1])
            right = u32(4) * u32(whole[x + 2]) + u32(2) * u32(whole[x + 1])
            right += u32(2) * u32(half[x + 2]) + u32(half[x + 1])
            row[2 * third] = u8((u32(2) * left + u32(9)) // u32(18))
            row[2 * third + 1] = u8((u32(2) * right + u32(9)) // u32(18))
