"""The patches by which two sets are told apart best: what to look at."""

from __future__ import annotations

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import ready, told_apart
from degrade.realism.draws import generator, numbered
from degrade.realism.features.picture import COMMON, luma_of, scaled, taken_in, trimmed
from degrade.realism.features.sheet import PATCH, Array, common_sheet
from degrade.realism.features.table import FeatureTable, Patches

_MOST = 1200
"""Patches of a set that a classifier looks at."""


def most_separable(
    synthetic: FeatureTable, real: FeatureTable, count: int, key: Key
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Patches that look most synthetic and most real to a classifier that saw none of their photograph.

    Returns
    -------
    synthetic, real : list of (str, int)
        At most `count` each, no two of one photograph: the picture's key, and the patch's number in it. Both are empty
        where a table has no patches.
    """
    one, other = synthetic.patches, real.patches
    if one is None or other is None:
        return [], []
    first, second = (_some(patches, key.at(name)) for name, patches in (("synthetic", one), ("real", other)))
    values = np.concatenate([one.values[first], other.values[second]])
    labels = np.arange(len(values)) < len(first)
    names = [synthetic.groups[photo] for photo in one.photo[first]] + [real.groups[p] for p in other.photo[second]]
    with ready():
        scores = told_apart(values, labels, numbered(names), key.at("judged"), repeats=1)
    top = first[np.argsort(-scores[labels], kind="stable")]
    low = second[np.argsort(scores[~labels], kind="stable")]
    return _distinct(synthetic, one, top, count), _distinct(real, other, low, count)


def _some(patches: Patches, key: Key) -> Array:
    return np.sort(generator(key).permutation(len(patches.photo))[:_MOST])


def _distinct(table: FeatureTable, patches: Patches, rows: Array, count: int) -> list[tuple[str, int]]:
    chosen: dict[str, tuple[str, int]] = {}
    for row in rows.tolist():
        photo = int(patches.photo[row])
        number = row - int(np.searchsorted(patches.photo, photo))
        chosen.setdefault(table.groups[photo], (table.keys[photo], number))
        if len(chosen) == count:
            break
    return list(chosen.values())


def patch_of(picture: Array, number: int) -> Array:
    """(96, 96, C) uint8: a patch of a picture, an array as `features_of` takes it, as it is measured at the common
    scale; `number` counts them row by row."""
    pixels = trimmed(taken_in(picture))
    small = scaled(pixels, COMMON)
    sheet = common_sheet(scaled(luma_of(pixels), COMMON).astype(np.float32))
    top, left = int(sheet.tops[number]), int(sheet.lefts[number])
    return np.ascontiguousarray(small[top : top + PATCH, left : left + PATCH])
