"""Degraded pictures of a recipe, made and measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from degrade.building.executors.common import processors
from degrade.engine.process import single_threaded
from degrade.realism.features.picture import NotMeasured
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.features.vectors import measure
from degrade.realism.fitting.clean import CleanPhoto
from degrade.realism.fitting.refitting import Fate, Fates
from degrade.recipes import Recipe


class Maker:
    """Makes pictures of the same photographs with every recipe, drawn at the same places, so that differences between
    recipes are not by chance.

    Parameters
    ----------
    photos : sequence of CleanPhoto
    count : int
        Pictures; where there are fewer photographs, several of each.
    first : int
        The first copy's number: makers with other numbers draw other damage.
    workers : int, optional
        Threads; the figures are the same for any number.
    """

    def __init__(self, photos: Sequence[CleanPhoto], count: int, first: int = 0, workers: int | None = None) -> None:
        copies = -(-count // len(photos))
        self._items = [(photo, first + copy) for copy in range(copies) for photo in photos][: max(count, len(photos))]
        self._workers = workers or processors()

    def __len__(self) -> int:
        return len(self._items)

    def degraded(self, recipe: Recipe) -> FeatureTable:
        """The features of the pictures that `recipe` makes."""
        return self._made(recipe, "degraded")[0]

    def clean(self, recipe: Recipe) -> FeatureTable:
        """The features of the photographs before all damage, on no plate of several exposures."""
        return self._made(recipe.on_no_plate(), "clean")[0]

    def with_fates(self, recipe: Recipe) -> tuple[FeatureTable, Fates]:
        """The features of the pictures that `recipe` makes, and what happened to each."""
        return self._made(recipe, "degraded")

    def with_steps(self, recipe: Recipe) -> tuple[FeatureTable, float]:
        """The features of the pictures that `recipe` makes, and how many steps happened to one, on average."""
        table, fates = self._made(recipe, "degraded")
        return table, steps_a_picture(fates)

    def _made(self, recipe: Recipe, member: str) -> tuple[FeatureTable, Fates]:
        whole = dataclasses.replace(recipe, frame=None)

        def one(item: tuple[CleanPhoto, int]) -> tuple[str, str, Array, tuple[int, int], Fate] | None:
            photo, copy = item
            chosen = recipe if photo.framed else whole
            pair = chosen(photo.pixels, key=photo.key, copy=copy, split="train")
            try:
                found = measure(np.asarray(getattr(pair, member)), ())
            except NotMeasured:
                return None
            fate = {step["label"]: (step["fired"], step["drawn"]) for step in pair.record["steps"]}
            return f"{photo.key}/c{copy}", photo.key, found.vector, found.size, fate

        with single_threaded(), ThreadPoolExecutor(self._workers) as pool:
            rows = [row for row in pool.map(one, self._items) if row is not None]
        keys, groups, vectors, sizes, fates = zip(*rows, strict=True)
        table = FeatureTable(keys, groups, ("",) * len(rows), np.array(sizes, np.int64), np.stack(vectors))
        return table, fates


def steps_a_picture(fates: Fates) -> float:
    """How many steps happened to a picture, on average."""
    return sum(ran for fate in fates for ran, _ in fate.values()) / len(fates)
