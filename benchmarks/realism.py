"""How near each shipped recipe, with each of its presets, comes to real old photographs.

    python benchmarks/realism.py --source PHOTOS [--real FOLDER] [--photos 60] [--recipes a,b,…] [--workers 2]

A row says how well a classifier tells so many pictures of the recipe from the real photographs (AUC, of gray features
at 384 pixels, with the 95 % interval over photographs), what that is less than clean pictures' (gain, above 0 is
nearer), the realism score, the distance MMD, and how many single figures are near. Clean pictures, naive degradation
and two halves of the real photographs stand among them. All recipes get the same photographs, whole; the real ones are
those that come with the package unless a folder is given.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.errors import DegradeError
from degrade.realism import FeatureTable, features_of
from degrade.realism.c2st import Standard, ready
from degrade.realism.draws import Resamples
from degrade.realism.mmd import kernel, mmd
from degrade.realism.naive import naive_recipe
from degrade.realism.reference import shipped_reference
from degrade.realism.scalars import gaps, share_within
from degrade.realism.separating import Sides, primary, real_floor, separability, textural
from degrade.realism.sets import recipe_set
from degrade.recipes import load_recipe, shipped_recipes
from degrade.train.bootstrap import Interval, interval

CLEAN, NAIVE = "(clean pictures)", "(naive degradation)"


@dataclass
class Row:
    """What is told of one recipe."""

    name: str
    auc: Interval
    gain: Interval | None
    score: Interval | None
    distance: float
    within: float


def names() -> list[str]:
    """Every shipped recipe, and each preset that is not its choice's first, which is the recipe itself."""
    found = []
    for shipped in shipped_recipes():
        others = [name for settings in shipped.presets.values() for name in list(settings)[1:]]
        found += [shipped.name, *(f"{shipped.name}@{name}" for name in others)]
    return found


class Ranking:
    """Sets measured against the same real photographs, with the same draws."""

    def __init__(self, real: FeatureTable, clean: FeatureTable, splits: int = 20, resamples: int = 500) -> None:
        key = Key(0, "realism")
        self._real, self._key = real, key
        self._resamples = Resamples(real.groups, clean.groups, resamples, key.at("resamples"))
        self._standard = Standard(real.values[:, textural(real)])
        with ready():
            self.floor = real_floor(real, self._standard, key.at("floor"), splits)
            self._clean = self._areas(clean)

    def _areas(self, table: FeatureTable) -> tuple[Interval, Any]:
        sides = Sides(table, self._real)
        return separability(sides, primary(self._real), self._resamples, self._key.at("synthetic").at("all"))

    def row(self, name: str, table: FeatureTable) -> Row:
        """One set."""
        sides = Sides(table, self._real)
        with ready():
            area, drawn = self._areas(table)
            columns = textural(self._real)
            distance = mmd(kernel(self._standard(sides.values[:, columns])), sides.labels, sides.groups)[0]
            weights = sides.weights(self._resamples)
            found = gaps(table, self._real, (weights[:, : len(table)], weights[:, len(table) :]))
        value, clean_drawn = self._clean[0].value, self._clean[1]
        gain = interval(value - area.value, np.asarray(clean_drawn - drawn), 2)
        floor = self.floor.auc
        scores = 1 - (drawn - floor) / np.maximum(clean_drawn - floor, 1e-3)
        score = interval(1 - (area.value - floor) / (value - floor), scores, 2)
        return Row(name, area, gain, score, float(distance), share_within(found))


def shown(figure: Interval | None, sign: str = "") -> str:
    """The figure and its interval."""
    if figure is None or figure.low is None or figure.high is None:
        return "–"
    return f"{figure.value:{sign}.2f} [{figure.low:{sign}.2f}, {figure.high:{sign}.2f}]"


def line(row: Row) -> str:
    """A row of the table."""
    figures = f"{shown(row.auc):<20} {shown(row.gain, '+'):<23} {shown(row.score):<22}"
    return f"{row.name:<32} {figures} {row.distance:7.2f}  {row.within:.0%}"


def main() -> None:
    """Print a row a recipe, the nearest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", help="photographs to degrade, 500 pixels and more; the sample ones if left out")
    parser.add_argument("--real")
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--recipes", help="names, joined by commas; all if left out")
    parser.add_argument("--workers", type=int)
    chosen = parser.parse_args()
    real = shipped_reference().table if chosen.real is None else features_of(chosen.real, variants=())

    def measured(recipe: Any, member: str = "degraded") -> FeatureTable:
        made = recipe_set(recipe, chosen.source, chosen.photos)
        return features_of(made.pictures, member=member, variants=(), workers=chosen.workers)

    gray = load_recipe({"recipe": 1, "name": "clean", "steps": ["grayscale", "target"]})
    measured(gray)  # what is compiled and loaded once is no part of the time
    started = time.perf_counter()
    clean = measured(gray)
    seconds = time.perf_counter() - started
    ranking = Ranking(real, clean)
    rows = [ranking.row(CLEAN, clean), ranking.row(NAIVE, measured(naive_recipe()))]
    for name in chosen.recipes.split(",") if chosen.recipes else names():
        try:
            rows.append(ranking.row(name, measured(load_recipe(name))))
            print(line(rows[-1]), file=sys.stderr, flush=True)
        except DegradeError as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
    floor = ranking.floor
    print(f"{len(clean)} pictures of {len(set(clean.groups))} photographs, {len(real)} real ones.")
    print(f"Features of 100 pictures take {100 * seconds / len(clean):.1f} s.")
    print(f"Two halves of the real ones: AUC {floor.auc:.2f} ± {floor.auc_spread:.2f}, MMD {floor.mmd:.2f}\n")
    print(f"{'recipe':<32} {'AUC':<20} {'gain over clean':<23} {'realism score':<22} {'MMD':>7}  |z| < 0.5")
    for row in sorted(rows, key=lambda row: (row.auc.value, row.distance)):
        print(line(row))


if __name__ == "__main__":
    main()
