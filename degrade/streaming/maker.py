"""One pair of a split, by its number: the pixels that a build stores."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from degrade.codecs import Decoded
from degrade.corpus.columns import Numbers
from degrade.corpus.listing import Corpus, Photograph
from degrade.corpus.opening import open_corpus
from degrade.corpus.photographs import Photographs
from degrade.corpus.reading import read_pictures, why_rejected
from degrade.corpus.splits import divide
from degrade.engine.pair import Pair
from degrade.engine.photo import LAYERS
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.loading import Source as RecipeSource
from degrade.recipes.output import APART, MEMBERS
from degrade.recipes.source import Source
from degrade.streaming.curriculum import eased_recipe
from degrade.streaming.errors import PairError, StreamError
from degrade.textures import bank

DEFAULT_MEMBERS = ("clean", "degraded", "mask")
AT_ONCE = 1024
"""Pairs that are looked up together: one by one it takes five times as long."""
_CURE = "mend it or take it out of the source; `degrade screen` finds all such files"


class Task(NamedTuple):
    """What is to be made."""

    photograph: Photograph
    copy: int
    epoch: int
    strength: float = 1.0


class PairMaker:
    """Makes the pairs of one split of a corpus.

    Parameters
    ----------
    recipe, source, split, limit, members
        As of `degrade.Pairs`.

    Attributes
    ----------
    recipe : Recipe
        Without places of this machine.
    photographs : Photographs
        Of the split, in the order of a build's shards.

    Raises
    ------
    StreamError
        There are no photographs, no such split, nothing in it, or members that no pair has.
    RecipeError, CorpusError, DegradeError
        The recipe, the source, or something that the recipe's steps need cannot be used.
    """

    def __init__(
        self,
        recipe: Recipe | RecipeSource,
        source: Source | os.PathLike[str] | None,
        split: str,
        limit: int | None,
        members: Sequence[str],
    ) -> None:
        loaded = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
        self.recipe = loaded.without_places()
        self.split = split
        self.members = _checked_members(members)
        self._layers = tuple(name for name in LAYERS if name in self.members)
        self._apart = any(name in APART for name in self.members)
        self._colours = "clean" in self.members and not self.recipe.takes_clean
        self._folders = {name: str(found.root) for name in self.recipe.contents() if (found := bank.folder(name))}
        self.corpus = open_corpus(source if source is not None else loaded.source)
        self.photographs = _photographs(self.corpus, self.recipe, split, limit)
        self.copies = self.recipe.output.copies
        self._eased: dict[float, Recipe] = {1.0: self.recipe}
        self._last: tuple[str, Decoded, Decoded | None] | None = None
        self.recipe.prepare()

    def __len__(self) -> int:
        """How many pairs the split has: photographs times copies."""
        return len(self.photographs) * self.copies

    def task(self, number: int, epoch: int, strength: float = 1.0) -> Task:
        """The pair of this number, to be made."""
        place, copy = divmod(number, self.copies)
        return Task(self.photographs[place], copy, epoch, strength)

    def tasks(self, numbers: Numbers, epoch: int, strengths: Sequence[float]) -> Iterator[Task]:
        """The pairs of these numbers, to be made: far quicker than one by one."""
        places, copies = np.divmod(numbers, self.copies)
        photographs = self.photographs.take(places)
        for photograph, copy, strength in zip(photographs, copies.tolist(), strengths, strict=True):
            yield Task(photograph, copy, epoch, strength)

    def make(self, task: Task) -> Pair:
        """The pair. Raises PairError if the photograph is of no use, MemoryError."""
        photograph, copy, epoch, strength = task
        try:
            decoded, target = self._read(photograph)
            return self._at(strength).of_photograph(
                decoded,
                key=photograph.key,
                copy=copy,
                epoch=epoch,
                split=self.split,
                layers=self._layers,
                apart=self._apart,
                target=target,
                domain=photograph.domain,
            )
        except MemoryError:
            raise
        except Exception as error:
            reason, detail = why_rejected(error)
            raise PairError(photograph.source, photograph.key, reason, detail, _CURE) from error

    def attempt(self, task: Task) -> Pair | PairError:
        """The pair, or why there is none."""
        try:
            return self.make(task)
        except PairError as error:
            return error

    def _at(self, strength: float) -> Recipe:
        """The recipe at a severity."""
        found = self._eased.get(strength)
        if found is None:
            found = self._eased[strength] = eased_recipe(self.recipe, strength)
        return found

    def _read(self, photograph: Photograph) -> tuple[Decoded, Decoded | None]:
        """The photograph, decoded, and its target; once for copies that follow each other."""
        if self.copies == 1:
            return read_pictures(self.corpus, photograph, self.recipe.reads_luma, self._colours)
        last = self._last
        if last is None or last[0] != photograph.key:
            last = photograph.key, *read_pictures(self.corpus, photograph, self.recipe.reads_luma, self._colours)
            self._last = last
        return _fresh(last[1]), last[2] and _fresh(last[2])

    # ------------------------------------------------------------------ in other processes

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_last": None, "_eased": {1.0: self.recipe}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name, place in self._folders.items():
            bank.place(name, place)


def _fresh(decoded: Decoded) -> Decoded:
    """The same in memory of its own: a pair may hold on to it, and its user may write into a pair's pictures."""
    return dataclasses.replace(decoded, stored=decoded.stored.copy())


def _checked_members(members: Sequence[str]) -> tuple[str, ...]:
    strange = [name for name in members if name not in MEMBERS] if not isinstance(members, str) else [members]
    if strange:
        raise StreamError(f"members {members!r}: there is no {strange[0]!r}", f"give a list of {', '.join(MEMBERS)}")
    return tuple(members)


def _photographs(corpus: Corpus, recipe: Recipe, split: str, limit: int | None) -> Photographs:
    """Those of the split, in the order of a build's shards."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise StreamError(f"limit is {limit!r}", "give a whole number from 1")
    listing = corpus.listing()
    if not listing.photographs:
        passed = sum(listing.ignored.values())
        found = f" ({passed} ignored, {len(listing.rejects)} rejected)" if passed or listing.rejects else ""
        cure = "name a folder of jpg, png, webp, tiff or bmp files"
        raise StreamError(f"there are no photographs in {corpus.name}{found}", cure)
    chosen = listing if limit is None else listing.limited(limit)
    listed = Photographs.of(chosen.photographs)
    division = divide(listed, recipe.output.splits)
    if split not in division.names:
        cure = "or give the recipe one: output: {splits: {train: 0.9, val: 0.1}}"
        raise StreamError(f"there is no split {split!r}", f"choose {' or '.join(division.names)}, {cure}")
    places = division.members(split)
    if not len(places):
        raise StreamError(f"the split {split!r} has none of the {len(listed)} photographs", "take more of them")
    return listed.take(places)
