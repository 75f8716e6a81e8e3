"""One set beside the real photographs: every test between them, and the floor that they stand on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import Standard, auc, permutation_p, told_apart
from degrade.realism.comparison import Floor, OfSource, Separation
from degrade.realism.draws import Resamples, generator, halved, numbered
from degrade.realism.features.names import FAMILIES
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.frechet import frechet
from degrade.realism.mmd import kernel, mmd, mmd_p
from degrade.realism.scalars import gaps, share_within
from degrade.train.bootstrap import Interval, interval

GRAY = tuple(family for family in FAMILIES if family != "colour")
_FEWEST_OF_SOURCE = 5
"""Photographs below which nothing is said of a source."""


@dataclass(frozen=True, eq=False)
class Sides:
    """A set beside the real photographs, as rows of one table: the set's first."""

    synthetic: FeatureTable
    real: FeatureTable

    @cached_property
    def values(self) -> Array:
        """(N, F)."""
        return np.concatenate([self.synthetic.values, self.real.values])

    @cached_property
    def labels(self) -> Array:
        """(N,) bool: True for rows of the set."""
        return np.arange(len(self.synthetic) + len(self.real)) < len(self.synthetic)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The group of each row."""
        return (*self.synthetic.groups, *self.real.groups)

    @cached_property
    def groups(self) -> Array:
        """(N,) int64: the group of each row."""
        return numbered(self.names)

    def weights(self, resamples: Resamples) -> Array:
        """(R, N)."""
        return resamples.of(self.names)

    @property
    def fewest(self) -> int:
        """Independent photographs of the smaller side."""
        return min(len(set(self.synthetic.groups)), len(set(self.real.groups)))


def separability(sides: Sides, columns: Array, resamples: Resamples, key: Key) -> tuple[Interval, Array]:
    """AUC of the classifier test on these columns, and what it was in each resample, (R,)."""
    return _area(sides, told_apart(sides.values[:, columns], sides.labels, sides.groups, key), sides.weights(resamples))


def _area(sides: Sides, scores: Array, weights: Array) -> tuple[Interval, Array]:
    drawn = auc(scores, sides.labels, weights)
    return interval(float(auc(scores, sides.labels)[0]), drawn, sides.fewest), drawn


def separation(
    sides: Sides, standard: Standard, floor: Floor, resamples: Resamples, key: Key, permutations: int
) -> tuple[Separation, Array]:
    """Every test between a set and the real photographs, and the resampled AUC, (R,)."""
    table, real = sides.synthetic, sides.real
    main = primary(real)
    known, weights = sides.values[:, main], sides.weights(resamples)
    scores = told_apart(known, sides.labels, sides.groups, key.at("all"))
    area, drawn = _area(sides, scores, weights)
    trees = told_apart(known, sides.labels, sides.groups, key.at("trees"), judge="trees", repeats=1)
    like = kernel(standard(sides.values[:, textural(real)]))
    distance = mmd(like, sides.labels, sides.groups, weights)
    gap_list = gaps(table, real, (weights[:, : len(table)], weights[:, len(table) :]))
    found = Separation(
        photographs=len(table),
        groups=len(set(table.groups)),
        auc=area,
        trees=float(auc(trees, sides.labels)[0]),
        p=permutation_p(known, sides.labels, sides.groups, key.at("permutation"), permutations),
        families=_families(sides, resamples, key),
        sources=_sources(sides, scores, weights),
        mmd=interval(float(mmd(like, sides.labels, sides.groups)[0]), distance, sides.fewest),
        mmd_p=mmd_p(like, sides.labels, sides.groups, key.at("mmd"), permutations),
        frechet=_frechet(sides, standard, floor, key.at("frechet")),
        gaps=gap_list,
        within=share_within(gap_list),
    )
    return found, drawn


def primary(table: FeatureTable) -> Array:
    """Columns that the sets are judged by: all gray features at 384 pixels."""
    return table.columns(GRAY, ["common"])


def textural(table: FeatureTable) -> Array:
    """Columns of the distances: means of natural-scene statistics and of noise at 384 pixels."""
    columns = table.columns(["nss", "noise"], ["common"])
    return np.array([n for n in columns.tolist() if not table.names[n].endswith(".spread")], np.int64)


def _families(sides: Sides, resamples: Resamples, key: Key) -> dict[str, Interval]:
    table = sides.real
    asked = {family: table.columns([family], ["common"]) for family in FAMILIES if family not in ("blocks", "colour")}
    asked["no tone"] = table.columns([family for family in GRAY if family != "tone"], ["common"])
    asked["native"] = table.columns(GRAY, ["native"])
    asked["native noise"] = table.columns(["noise"], ["native"])
    asked["colour"] = table.columns(["colour"])
    return {name: separability(sides, columns, resamples, key.at("family", name))[0] for name, columns in asked.items()}


def _sources(sides: Sides, scores: Array, weights: Array) -> tuple[OfSource, ...]:
    """Each source of the real photographs beside all of the set, by the scores of the whole test."""
    if len(set(sides.real.sources)) < 2:
        return ()
    found = []
    for source, count in Counter(sides.real.sources).items():
        if count < _FEWEST_OF_SOURCE:
            continue
        kept = np.array([*sides.labels[sides.labels], *(one == source for one in sides.real.sources)])
        drawn = auc(scores[kept], sides.labels[kept], weights[:, kept])
        area = interval(float(auc(scores[kept], sides.labels[kept])[0]), drawn, count)
        found.append(OfSource(source, count, area))
    return tuple(sorted(found, key=lambda one: (-one.auc.value, one.name)))


def _frechet(sides: Sides, standard: Standard, floor: Floor, key: Key) -> float:
    """At the floor's number of photographs, the mean over as many draws."""
    columns = textural(sides.real)
    one, other = (standard(table.values[:, columns]) for table in (sides.synthetic, sides.real))
    count = min(floor.photographs, len(one), len(other))
    draw = generator(key)
    drawn = [
        frechet(one[draw.permutation(len(one))[:count]], other[draw.permutation(len(other))[:count]])
        for _ in range(floor.splits)
    ]
    return float(np.mean(drawn))


def real_floor(real: FeatureTable, standard: Standard, key: Key, splits: int) -> Floor:
    """Two halves of the real photographs against each other, so many times."""
    groups = numbered(real.groups)
    values = real.values[:, primary(real)]
    texture = standard(real.values[:, textural(real)])
    like = kernel(texture)
    areas, distances, frechets = [], [], []
    for number in range(splits):
        half = halved(groups, key.at("half", number))
        scores = told_apart(values, half, groups, key.at("floor", number))
        areas.append(float(auc(scores, half)[0]))
        distances.append(float(mmd(like, half, groups)[0]))
        frechets.append(frechet(texture[half], texture[~half]))
    return Floor(
        *(float(np.mean(areas)), float(np.std(areas, ddof=1))),
        *(float(np.mean(distances)), float(np.std(distances, ddof=1))),
        *(float(np.mean(frechets)), float(np.std(frechets, ddof=1))),
        splits=splits,
        photographs=len(real) // 2,
    )
