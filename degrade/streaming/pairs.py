"""Pairs on the fly by number, for data loaders that have a sampler."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import repeat
from operator import index as whole
from typing import Any, overload

import numpy as np

from degrade.engine.pair import Pair
from degrade.recipes import Recipe
from degrade.recipes.loading import Source as RecipeSource
from degrade.recipes.source import Source
from degrade.shards.members import SYNTHETIC
from degrade.streaming.curriculum import Strength, strength_at
from degrade.streaming.errors import StreamError
from degrade.streaming.maker import AT_ONCE, DEFAULT_MEMBERS, PairMaker
from degrade.streaming.workers import Shared, settle_in


class Pairs(Sequence[Pair]):
    """The pairs of a split, made when they are asked for; nothing is written to disk.

    `pairs[i]` has the pixels that a build stores as its i-th pair of that split, before they are encoded. It works as a
    map-style dataset of torch and of grain, may be pickled, and be used in forked processes.

    Parameters
    ----------
    recipe : Recipe, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    source : path, mapping or list, optional
        Whatever `degrade.open_corpus` takes; by default the recipe's own, else the sample photographs.
    split : str
        Which of the recipe's splits.
    epoch : int
        From 0, which a build is. In the split `train` each epoch has new damage; the others never change.
    limit : int, optional
        At most so many photographs of all splits together, drawn by hash, as in a build.
    members : sequence of str
        What is wanted of a pair: some of clean, degraded, mask, loss, classes, layers, instances. Masks that are not
        asked for are not kept, which saves time.
    strength : number or callable, optional
        The severity, 1 being the recipe's own (`degrade.streaming.eased_recipe`), or a function of the step, which is
        epoch · len(pairs) + i. It may be called in any order.

    Raises
    ------
    StreamError
        There are no photographs, no such split, or a mistake in the arguments.
    RecipeError, CorpusError, DegradeError
        The recipe, the source, or something that the recipe's steps need cannot be used.
    """

    def __init__(
        self,
        recipe: Recipe | RecipeSource,
        source: Source | os.PathLike[str] | None = None,
        *,
        split: str = "train",
        epoch: int = 0,
        limit: int | None = None,
        members: Sequence[str] = DEFAULT_MEMBERS,
        strength: Strength | None = None,
    ) -> None:
        self._maker = PairMaker(recipe, source, split, limit, members)
        self._length = len(self._maker)
        self._epoch = Shared(checked_epoch(epoch))
        self._strength = strength

    @property
    def recipe(self) -> Recipe:
        """What makes the pairs."""
        return self._maker.recipe

    @property
    def split(self) -> str:
        """The split that they are of."""
        return self._maker.split

    @property
    def epoch(self) -> int:
        """The epoch that they are of."""
        return self._epoch.get()

    def set_epoch(self, epoch: int) -> None:
        """Give the pairs of another epoch from now on, in workers that are at work already too."""
        self._epoch.set(checked_epoch(epoch))

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice) -> list[Pair]: ...
    def __getitem__(self, index: int | slice) -> Pair | list[Pair]:
        """Make the pair, or pairs, at `index`.

        Raises
        ------
        IndexError
            There are not so many.
        PairError
            The photograph cannot be read or decoded, or the recipe does not take it.
        """
        if isinstance(index, slice):
            return list(self._several(range(*index.indices(self._length))))
        settle_in()
        number, epoch = self._number(index), self.epoch
        return self._maker.make(self._maker.task(number, epoch, self._severity(number, epoch)))

    def __getitems__(self, indices: Sequence[int]) -> list[Pair]:
        """The pairs at `indices`, looked up at once: what torch's loader asks for. Raises as `pairs[i]` does."""
        return list(self._several(indices))

    def __iter__(self) -> Iterator[Pair]:
        for first in range(0, self._length, AT_ONCE):
            yield from self._several(range(first, min(first + AT_ONCE, self._length)))

    def _several(self, indices: Sequence[int]) -> Iterator[Pair]:
        settle_in()
        epoch, numbers = self.epoch, [self._number(index) for index in indices]
        strengths = [self._severity(number, epoch) for number in numbers]
        return map(self._maker.make, self._maker.tasks(np.array(numbers, np.int64), epoch, strengths))

    def _number(self, index: int) -> int:
        """The number of the pair at `index`, which may count from the end. Raises IndexError."""
        number = whole(index)
        if not -self._length <= number < self._length:
            raise IndexError(f"pair {number} of {self._length}")
        return number % self._length

    def _severity(self, number: int, epoch: int) -> float:
        return 1.0 if self._strength is None else strength_at(self._strength, epoch * self._length + number)

    @property
    def keys(self) -> Iterator[str]:
        """The pairs' keys, in order: a photograph's, with ``/c1``, ``/c2`` … for further copies."""
        photographs = self._maker.photographs
        for key in map(bytes.decode, photographs.keys()):
            yield key
            yield from (f"{key}/c{copy}" for copy in range(1, self._maker.copies))

    @property
    def domains(self) -> Iterator[str]:
        """The pairs' domains, in order, as a build's column `domain` has them."""
        for photograph in self._maker.photographs:
            yield from repeat(photograph.domain or SYNTHETIC, self._maker.copies)

    def by_key(self, key: str) -> Pair:
        """Make the pair of this key. Raises KeyError, and what `pairs[i]` raises."""
        return self[self._numbers[key]]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.keys)}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_numbers"}

    def __repr__(self) -> str:
        return f"Pairs({self.recipe.name!r}, {self._maker.corpus.name!r}, split={self.split!r}, {self._length} pairs)"


def checked_epoch(epoch: int) -> int:
    """`epoch`, a whole number from 0. Raises StreamError."""
    if isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 0:
        raise StreamError(f"epoch is {epoch!r}", "give a whole number from 0")
    return epoch
