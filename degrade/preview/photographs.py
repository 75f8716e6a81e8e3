"""Photographs to be shown: as they are, and as the pairs that a build would make of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from degrade.codecs import CodecError, Decoded, decode
from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, Photograph, SampleCorpus, assign_splits
from degrade.corpus.reading import read_pictures
from degrade.pages import fitted
from degrade.preview.example import Example, eight_bits, example_of
from degrade.recipes.given import SizesDiffer
from degrade.recipes.recipe import TooSmall

if TYPE_CHECKING:
    from degrade.pages import Picture
    from degrade.recipes.recipe import Recipe


PORTRAIT = "astronaut"
"""The key of the sample photograph that shows most: skin, cloth, a plain ground, deep shadow, colour."""


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A photograph that gives no pair: its `source` and why, in words."""

    source: str
    why: str


def examples(
    recipe: Recipe,
    corpus: Corpus,
    count: int = 4,
    key: str | None = None,
    stages: bool = False,
    apart: bool = False,
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
    apart : bool
        Whether to tell damages apart: the coverage of each step.

    Raises
    ------
    CorpusError
        There are no photographs, or none has that key.
    """
    listing = _listing(corpus)
    splits = assign_splits(listing.photographs, recipe.output.splits)
    chosen = [(photograph, 0) for photograph in listing.photographs] if key is None else [_found(listing, key, recipe)]
    left = count if key is None else 1
    for photograph, copy in chosen:
        made = _made(recipe, corpus, photograph, copy, splits[photograph.key], stages, apart)
        left -= isinstance(made, Example)
        yield made
        if not left:
            return


def pictures(corpus: Corpus, side: int, key: str | None = None) -> Iterator[tuple[str, Picture] | Skipped]:
    """The photographs, or the one that has the key, as (key, (H, W, C) uint8 picture), shrunk until no side is longer
    than `side`. Of the sample photographs, the portrait comes first.

    Raises
    ------
    CorpusError
        There are no photographs, or none has that key.
    """
    listing = _listing(corpus)
    by_key = {photograph.key: photograph for photograph in listing.photographs}
    if key is not None and key not in by_key:
        raise _no_such(key, listing)
    first = PORTRAIT if isinstance(corpus, SampleCorpus) else None
    in_order = sorted(listing.photographs, key=lambda photograph: photograph.key != first)
    for photograph in in_order if key is None else [by_key[key]]:
        decoded = _decoded(corpus, photograph)
        if isinstance(decoded, Skipped):
            yield decoded
        else:
            picture = eight_bits(decoded.pixels)
            yield photograph.key, fitted(picture, side) if max(picture.shape) > side else picture


def _listing(corpus: Corpus) -> Listing:
    listing = corpus.listing()
    if not listing.photographs:
        raise CorpusError(f"there are no photographs in {corpus.name}; name a folder that holds some as the source")
    return listing


def _found(listing: Listing, key: str, recipe: Recipe) -> tuple[Photograph, int]:
    by_key = {photograph.key: photograph for photograph in listing.photographs}
    photo, _, copy = key.rpartition("/c")
    if key in by_key:
        return by_key[key], 0
    if photo in by_key and copy.isdecimal():
        if 0 < int(copy) < recipe.output.copies:
            return by_key[photo], int(copy)
        raise CorpusError(f"{photo} has no copy {copy}: the recipe makes {recipe.output.copies}, 0 is the first")
    raise _no_such(key, listing)


def _no_such(key: str, listing: Listing) -> CorpusError:
    from difflib import get_close_matches

    keys = [photograph.key for photograph in listing.photographs]
    near = get_close_matches(key, keys, 1) or keys
    return CorpusError(f"no photograph has the key {key!r}; one of the keys is {near[0]}")


def _made(
    recipe: Recipe, corpus: Corpus, photograph: Photograph, copy: int, split: str, stages: bool, apart: bool
) -> Example | Skipped:
    try:
        decoded, target = read_pictures(corpus, photograph, recipe.reads_luma)
        pair = recipe.of_photograph(
            decoded, key=photograph.key, copy=copy, split=split, apart=apart, target=target, domain=photograph.domain
        )
    except CorpusReadError as error:
        return Skipped(photograph.source, error.detail)
    except (CodecError, SizesDiffer, TooSmall) as error:
        return Skipped(photograph.source, str(error))
    return example_of(pair, decoded.pixels if stages else None)


def _decoded(corpus: Corpus, photograph: Photograph) -> Decoded | Skipped:
    try:
        return decode(corpus.read(photograph))
    except CorpusReadError as error:
        return Skipped(photograph.source, error.detail)
    except CodecError as error:
        return Skipped(photograph.source, str(error))
