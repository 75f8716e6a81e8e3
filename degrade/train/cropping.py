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


def crop_of(settings: Settings, chosen: Sequence[tuple[Any, npt.NDArray[np.int64]]]) -> tuple[int | None, list[str]]:
    """The crop that the settings ask for; without one, squares that fit into all pairs if these differ in size, since a
    batch is of one size.

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
    if settings.recipe is not None:
        crop = None if degrade.load_recipe(settings.recipe).frame is not None else USUAL_PX
    else:
        rows = (pairs[number].row for pairs, numbers in chosen for number in numbers.tolist())
        sizes = {(row["height"], row["width"]) for row in rows}
        crop = min(USUAL_PX, *(min(size) for size in sizes)) if len(sizes) > 1 else None
    told = f"pictures differ in size: squares of {crop} px are cut out of them; `crop` or `size` says otherwise"
    return crop, [told] if crop else []
