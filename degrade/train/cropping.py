"""How large the squares are that are learnt from, where nobody said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import degrade
from degrade.train.settings import Settings

USUAL_PX = 128
"""Pixels a side; less where a picture is smaller."""
LARGE_PX = 256
"""Pictures with longer sides are not learnt from whole: a step would take too long, and squares show as much."""


def crop_of(settings: Settings, chosen: Sequence[tuple[Any, npt.NDArray[np.int64]]]) -> tuple[int | None, list[str]]:
    """The crop that the settings ask for; without one, squares that fit into all pairs if these are large, or differ in
    size, since a batch is of one size.

    Parameters
    ----------
    chosen : sequence of (StoredPairs or Pairs, (N,) int64)
        The pairs, and which of them are taken.

    Returns
    -------
    int or None
        Pixels a side; None for whole pictures.
    list of str
        What people must know of it.

    Raises
    ------
    ShardError
        A pair's row cannot be read.
    RecipeError
        The recipe cannot be read.
    """
    if settings.size is not None or settings.crop is not None:
        return settings.crop, []
    sizes = _sizes(chosen) if settings.recipe is None else _framed(settings.recipe)
    sides = [side for size in sizes for side in size]
    if len(sizes) == 1 and max(sides) <= LARGE_PX:
        return None, []
    crop = min([USUAL_PX, *sides])
    what = "pictures are large" if len(sizes) == 1 else "pictures differ in size"
    return crop, [f"{what}: squares of {crop} px are cut out of them; `crop` or `size` says otherwise"]


def _sizes(chosen: Sequence[tuple[Any, npt.NDArray[np.int64]]]) -> set[tuple[int, int]]:
    """(height, width) of stored pairs."""
    rows = (pairs[number].row for pairs, numbers in chosen for number in numbers.tolist())
    return {(row["height"], row["width"]) for row in rows}


def _framed(recipe: Any) -> set[tuple[int, int]]:
    """(height, width) of a recipe's pictures; nothing where these are the photographs' own."""
    frame = degrade.load_recipe(recipe).frame
    size = None if frame is None else frame.fixed("size")
    return set() if size is None else {(size[0], size[1])}
