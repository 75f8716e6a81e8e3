"""Patches of a picture, lying on one sheet, so that filters run once over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
PATCH = 96
"""Pixels a side of a patch."""
_STRIDE = 72
"""Pixels from patch to patch at the common scale."""
_MOST_NATIVE = 24
"""Patches that are looked at of a picture's own pixels."""
_MARGIN = 16
"""Pixels that a native patch keeps around it, further than any filter looks."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A plane with the places of patches on it.

    Attributes
    ----------
    plane : (H, W) float32
        Luma in codes, [0, 255]; sides are even.
    tops, lefts : (K,) whole numbers
        Where the patches begin; they are even, so that each has its like at half the size.
    """

    plane: Array
    tops: Array
    lefts: Array

    def __len__(self) -> int:
        return len(self.tops)

    def cut(self, plane: Array, shrunk: int = 1) -> Array:
        """(K, 96/shrunk, 96/shrunk): the patches of a plane that was made of this one, `shrunk` times smaller."""
        side = PATCH // shrunk
        windows = np.lib.stride_tricks.sliding_window_view(plane, (side, side))
        patches: Array = windows[self.tops // shrunk, self.lefts // shrunk]
        return patches


def common_sheet(luma: Array) -> Sheet:
    """The patches of a picture at the common scale, (H, W) float32 of at least 96 px: each 72 px one, in the middle."""
    plane = luma[: luma.shape[0] // 2 * 2, : luma.shape[1] // 2 * 2]
    tops, lefts = (_regular(side) for side in plane.shape)
    return Sheet(plane, np.repeat(tops, len(lefts)), np.tile(lefts, len(tops)))


def _regular(side: int) -> Array:
    count = (side - PATCH) // _STRIDE + 1
    spare = side - PATCH - (count - 1) * _STRIDE
    return spare // 4 * 2 + _STRIDE * np.arange(count)


def native_sheet(luma: Array) -> Sheet:
    """At most 24 patches of a picture, (H, W) uint8 of at least 128 px, spread evenly, stacked with their margins."""
    tile = PATCH + 2 * _MARGIN
    rows, columns = _grid(luma.shape[0] // tile, luma.shape[1] // tile)
    tops, lefts = (
        (side - tile) * np.arange(count) // max(count - 1, 1)
        for side, count in zip(luma.shape, (rows, columns), strict=True)
    )
    tiles = [luma[top : top + tile, left : left + tile] for top in tops for left in lefts]
    plane = np.concatenate(tiles).astype(np.float32)
    return Sheet(plane, _MARGIN + tile * np.arange(len(tiles)), np.full(len(tiles), _MARGIN))


def _grid(rows: int, columns: int) -> tuple[int, int]:
    """How many patches down and across, nearest to the picture's own proportions."""
    while rows * columns > _MOST_NATIVE:
        rows, columns = (rows - 1, columns) if rows > columns else (rows, columns - 1)
    return rows, columns
