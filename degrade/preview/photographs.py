"""A recipe tried on photographs: the pairs that a build would make of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from degrade.codecs import CodecError, decode
from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, Photograph, assign_splits
from degrade.preview.example import Example, example_of
from degrade.recipes.recipe import TooSmall

if TYPE_CHECKING:
    from degrade.recipes.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A photograph that gives no pair: its `source` and why, in words."""

    source: str
    why: str


def examples(
    recipe: Recipe, corpus: Corpus, count: int = 4, key: str | None = None, stages: bool = False
) -> Iterator[Example | Skipped]:
    """The Examples of the first `count` photographs that give a pair, in the order of a build, or of one of them.

    Pictures have 8 bits, whatever the recipe's output is.

    Parameters
    ----------
    recipe : Recipe
    corpus : Corpus
    count : int
        Of pairs.
    key : str or None
        The key of the one pair to show, as in a build: the photo's, with ``/c1``, ``/c2`` … for further copies.
    stages : bool
        Whether to show the picture after each step.

    Raises
    ------
    CorpusError
        There are no photographs, or none has that key.
    """
    listing = corpus.listing()
    if not listing.photographs:
        raise CorpusError(f"there are no photographs in {corpus.name}; name a folder that holds some as the source")
    splits = assign_splits(listing.photographs, recipe.output.splits)
    chosen = [(photograph, 0) for photograph in listing.photographs] if key is None else [_found(listing, key, recipe)]
    left = count if key is None else 1
    for photograph, copy in chosen:
        made = _made(recipe, corpus, photograph, copy, splits[photograph.key], stages)
        left -= isinstance(made, Example)
        yield made
        if not left:
            return


def _found(listing: Listing, key: str, recipe: Recipe) -> tuple[Photograph, int]:
    by_key = {photograph.key: photograph for photograph in listing.photographs}
    photo, _, copy = key.rpartition("/c")
    if key in by_key:
        return by_key[key], 0
    if photo in by_key and copy.isdecimal():
        if 0 < int(copy) < recipe.output.copies:
            return by_key[photo], int(copy)
        raise CorpusError(f"{photo} has no copy {copy}: the recipe makes {recipe.output.copies}, 0 is the first")
    from difflib import get_close_matches

    near = get_close_matches(key, by_key, 1) or [listing.photographs[0].key]
    raise CorpusError(f"no photograph has the key {key!r}; one of the keys is {near[0]}")


def _made(
    recipe: Recipe, corpus: Corpus, photograph: Photograph, copy: int, split: str, stages: bool
) -> Example | Skipped:
    try:
        pixels = decode(corpus.read(photograph)).pixels
        pair = recipe.make(pixels.copy(), key=photograph.key, copy=copy, split=split, dtype=np.uint8)
    except CorpusReadError as error:
        return Skipped(photograph.source, error.detail)
    except (CodecError, TooSmall) as error:
        return Skipped(photograph.source, str(error))
    return example_of(pair, pixels if stages else None)
