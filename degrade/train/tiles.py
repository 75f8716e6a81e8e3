"""Large pictures through a network, piece by piece, without seams.

Tiles overlap. In an overlap each tile's weight rises from 0 to 1 along a cubic curve over its middle half, and those of
two neighbours add up to 1: the outer quarter of an overlap, where a network sees the tile's border, counts for nothing.
So a network whose receptive field reaches no further than that quarter gives what it gives on the whole picture,
whatever the size of tiles, but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Picture = npt.NDArray[np.float32]
Many = Callable[[list[Picture]], list[Picture]]


@dataclass(frozen=True)
class Tiling:
    """How pictures are cut.

    Attributes
    ----------
    size_px : int
        Side of a tile; pictures that are no larger stay whole.
    overlap_px : int
        Shared by neighbours, less than `size_px`.
    step_px : int
        Tiles begin at multiples of it: a network that halves the size n times sees the same grid in each if it is a
        multiple of 2ⁿ.
    together : int
        Tiles that go through at once.
    """

    size_px: int
    overlap_px: int
    step_px: int = 1
    together: int = 1

    def starts(self, side: int) -> list[int]:
        """Where tiles begin along a side, so that neighbours share `overlap_px` or more; the last may begin anywhere
        on the grid, and reaches the end."""
        if side <= self.size_px:
            return [0]
        stride = max(self.step_px, (self.size_px - self.overlap_px) // self.step_px * self.step_px)
        last = -(-(side - self.size_px) // self.step_px) * self.step_px
        return [*range(0, last, stride), last]


def through_tiles(
    many: Many, tiling: Tiling, height: int, width: int, read: Callable[[slice, slice], Picture]
) -> Iterator[tuple[int, Picture]]:
    """What `many` makes of a picture, in bands from the top.

    Parameters
    ----------
    many : callable
        A list of (h, w, C) float32 pictures of one size to restored ones of the same h and w.
    height, width : int
        Of the picture.
    read : callable
        The part of the picture within two slices.

    Yields
    ------
    (top, (h, width, C) float32)
        Finished rows, in order, each once. Only a row of tiles is held at a time.
    """
    rows, columns = tiling.starts(height), tiling.starts(width)
    tall, wide = min(height, tiling.size_px), min(width, tiling.size_px)
    down = _weights(rows, tall, height)
    across = _weights(columns, wide, width)
    held: Picture | None = None
    done = 0
    for number, top in enumerate(rows):
        places = [np.s_[left : min(left + wide, width)] for left in columns]
        inside = np.s_[top : min(top + tall, height)]
        restored = _in_groups(many, [read(inside, place) for place in places], tiling.together)
        channels = restored[0].shape[2]
        band = np.zeros((inside.stop - top, width, channels), np.float32)
        for place, weight, tile in zip(places, across, restored, strict=True):
            band[:, place] += tile * weight[None, :, None]
        band *= down[number][:, None, None]
        if held is not None:
            shared = held.shape[0] - (top - done)
            yield done, held[: top - done]
            band[:shared] += held[top - done :]
        held, done = band, top
    assert held is not None
    yield done, held


def _in_groups(many: Many, tiles: list[Picture], together: int) -> list[Picture]:
    """All tiles through `many`, those of one size together."""
    restored: list[Picture] = []
    for start in range(0, len(tiles), together):
        group = tiles[start : start + together]
        same = [tile for tile in group if tile.shape == group[0].shape]
        others = [tile for tile in group if tile.shape != group[0].shape]  # only the last of a row can be narrower
        restored += many(same) + [many([tile])[0] for tile in others]
    return restored


def _weights(starts: Sequence[int], tile: int, side: int) -> list[npt.NDArray[np.float32]]:
    """The weight of each pixel of each tile along a side; over all tiles they add up to 1."""
    whole = np.zeros(side)
    each = []
    for number, start in enumerate(starts):
        length = min(tile, side - start)
        weight = np.ones(length)
        if number:
            shared = starts[number - 1] + tile - start
            weight[:shared] *= _rise(shared)
        if number + 1 < len(starts):
            shared = start + tile - starts[number + 1]
            weight[length - shared :] *= _rise(shared)[::-1]
        whole[start : start + length] += weight
        each.append(weight)
    return [
        (weight / whole[start : start + len(weight)]).astype(np.float32)
        for start, weight in zip(starts, each, strict=True)
    ]


def _rise(pixels: int) -> npt.NDArray[np.float64]:
    """From 0 to 1: nothing for a quarter, 3t² - 2t³ over the middle half; with its mirror image it adds up to 1."""
    t = np.clip(2 * (np.arange(pixels) + 0.5) / pixels - 0.5, 0, 1)
    return t * t * (3 - 2 * t)
