"""The clean photographs of which a fit makes degraded ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from degrade.codecs import CodecError, decode
from degrade.corpus import CorpusReadError, open_corpus
from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.errors import RealismError
from degrade.realism.features.picture import LEAST, scaled, taken_in
from degrade.realism.features.sheet import Array
from degrade.recipes import Recipe

_LARGEST = 1024
"""Pixels a side of pictures that are not framed."""
_LONGEST = 2.5
"""Sides of a picture that is measured may be so unequal."""
FEWEST, FEW = 4, 16
"""Photographs below which none can be fitted with, and below which it is warned of."""


@dataclass(frozen=True, eq=False)
class CleanPhoto:
    """A photograph, as it is degraded.

    Attributes
    ----------
    key : str
    pixels : (H, W, 1 or 3) uint8
    framed : bool
        Whether the recipe's frame is used: it neither enlarges the photograph nor makes it too small to be measured.
    """

    key: str
    pixels: Array
    framed: bool


def clean_photos(source: str, recipe: Recipe, most: int, key: Key) -> tuple[list[CleanPhoto], int]:
    """At most `most` photographs of a source, drawn by `key`, and how many were no use.

    A photograph that the recipe's frame would enlarge is degraded whole, since enlarging would count as blur.

    Raises
    ------
    RealismError
        Fewer than four are of use.
    CorpusError
        The source cannot be listed.
    """
    corpus = open_corpus(source)
    photographs = sorted(corpus.listing().photographs, key=lambda one: one.key)
    found: list[CleanPhoto] = []
    unused = 0
    for number in generator(key.at("clean")).permutation(len(photographs)).tolist():
        if len(found) == most:
            break
        try:
            pixels = taken_in(decode(corpus.read(photographs[number]), photographs[number].source).pixels)
        except (CorpusReadError, CodecError):
            unused += 1
            continue
        one = _prepared(photographs[number].key, pixels, recipe)
        found += [] if one is None else [one]
        unused += one is None
    if len(found) < FEWEST:
        what = f"{source} has {len(found)} clean photographs of at least {LEAST} pixels"
        raise RealismError(what, f"give --source a folder with at least {FEWEST}, better 50 or more")
    return sorted(found, key=lambda one: one.key), unused


def _prepared(key: str, pixels: Array, recipe: Recipe) -> CleanPhoto | None:
    height, width = pixels.shape[:2]
    if recipe.frame is not None and min(height, width) >= recipe.min_side:
        framing = recipe.frame.framing(height, width, Key(recipe.seed, key).at("frame"), varied=True)
        enlarged = framing.into[2] > framing.cut[2] or framing.into[3] > framing.cut[3]
        if not enlarged and _measurable(*framing.size):
            return CleanPhoto(key, pixels, True)
    if not _measurable(height, width) or min(height, width) < recipe.min_side:
        return None
    whole = scaled(pixels, _LARGEST) if max(height, width) > _LARGEST else pixels
    return CleanPhoto(key, np.ascontiguousarray(whole), False)


def _measurable(height: int, width: int) -> bool:
    return max(height, width) >= LEAST and max(height, width) <= _LONGEST * min(height, width)


def some_of(photos: Sequence[CleanPhoto], most: int, key: Key) -> list[CleanPhoto]:
    """At most so many of the photographs, drawn by `key`, in their order."""
    drawn = generator(key.at("some")).permutation(len(photos))[:most]
    return [photos[number] for number in sorted(drawn.tolist())]
