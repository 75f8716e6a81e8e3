"""Pictures of a recipe with its knobs turned at random: what is learned of them reaches farther than the recipe does.

A recipe's own pictures tell only of values that it draws. Turned at random, each knob by itself and each time in other
company, it also makes pictures as they would be with more grain, other shares or steps that happen more often; which of
them look real says where to go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.clean import CleanPhoto
from degrade.realism.fitting.knobs import Knob, Settings, space
from degrade.realism.fitting.making import Maker
from degrade.realism.fitting.refitting import Fate, Fates
from degrade.realism.fitting.turning import turned
from degrade.recipes import Recipe

TIMES = 24
"""Settings that a round tries, each with a picture of every photograph."""
_AS_IT_IS = 0.5
"""Chance of a knob not being turned."""
_REACH = 0.4
"""Deviation of a knob that is turned, as a share of its reach."""


class Explorer:
    """Makes the pictures of a round.

    Parameters
    ----------
    photos : sequence of CleanPhoto
    fixed : collection of str
        Fields, and addresses of steps, that are not turned.
    key : Key
        What settings are drawn from.
    workers : int, optional
        Threads; the pictures are the same for any number.
    """

    def __init__(
        self, photos: Sequence[CleanPhoto], fixed: Collection[str], key: Key, workers: int | None = None
    ) -> None:
        self._photos, self._fixed, self._key, self._workers = photos, frozenset(fixed), key, workers

    def __call__(self, number: int, recipe: Recipe) -> tuple[FeatureTable, Fates]:
        """The features of the pictures of round `number`, of `recipe`, and what happened to each."""
        knobs = space(recipe, self._fixed)
        tables: list[FeatureTable] = []
        fates: list[Fate] = []
        for turn in range(TIMES):
            settings = self._settings(knobs, self._key.at(number, turn))
            maker = Maker(self._photos, len(self._photos), 1 + number * TIMES + turn, self._workers)
            table, happened = maker.with_fates(turned(recipe, knobs, settings))
            tables.append(table)
            fates += happened
        return _joined(tables), fates

    def _settings(self, knobs: Sequence[Knob], key: Key) -> Settings:
        draw = generator(key)
        turns = np.clip(_REACH * draw.normal(size=len(knobs)), -1, 1) * (draw.random(len(knobs)) >= _AS_IT_IS)
        return {knob.name: round(float(x) * knob.reach, 4) for knob, x in zip(knobs, turns, strict=True)}


def _joined(tables: Sequence[FeatureTable]) -> FeatureTable:
    keys, groups, sources = (
        tuple(one for table in tables for one in getattr(table, name)) for name in ("keys", "groups", "sources")
    )
    sizes, values = (np.concatenate([getattr(table, name) for table in tables]) for name in ("sizes", "values"))
    return FeatureTable(keys, groups, sources, sizes, values)
