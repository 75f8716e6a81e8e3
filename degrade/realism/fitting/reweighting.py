"""All of a recipe's distributions moved at once, by how real its pictures look: locations, widths, shares, odds.

A classifier learns to tell a recipe's pictures from photographs. Its odds for a picture say how much more often
photographs look like that than the recipe's pictures do (M. Sugiyama, T. Suzuki, T. Kanamori, Density Ratio Estimation
in Machine Learning, 2012; K. Cranmer, J. Pavez, G. Louppe, arXiv:1506.02169). Pictures weighted so are like the
photographs, and what was drawn for them tells how to draw: each distribution is refitted to its weighted values, and
the next round goes on from there. That is the cross-entropy method (R. Y. Rubinstein, doi:10.1023/A:1010091220143), or,
seen otherwise, the distribution of parameters over photographs by empirical Bayes. One round moves every distribution,
however many there are, since each picture has drawn them all; what a search by turning one knob after the other cannot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import log_odds
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.judged import Figures, Judge
from degrade.realism.fitting.making import Maker, steps_a_picture
from degrade.realism.fitting.refitting import Fates, refitted
from degrade.realism.fitting.trials import figures_of, opened
from degrade.realism.separating import Sides, primary
from degrade.recipes import Recipe, load_recipe
from degrade.shards.errors import writing

FILE = "rounds.jsonl"
_EFFECTIVE = 0.3
"""Share of the pictures whose equal weights would tell as much as the weights do, at least: flattened until then."""
_STEEPEST, _FLATTER = 4.0, 0.9
"""By which power odds count at first: a recipe's share in what gives a picture away is small beside what it shows, and
rounds would creep."""
Told = Callable[[int, int], None]
"""Told how many rounds are done, of how many."""


@dataclass(frozen=True, eq=False)
class Round:
    """A recipe on the way, and the figures of its pictures."""

    recipe: Recipe
    figures: Figures


def reweighted(
    recipe: Recipe, real: FeatureTable, judge: Judge, makers: Callable[[int], Maker], rounds: int,
    fixed: Collection[str], key: Key, folder: Path, about: dict[str, Any], told: Told,
) -> tuple[Round, ...]:  # fmt: skip
    """The start and `rounds` recipes after it, each moved towards the photographs from the one before.

    Parameters
    ----------
    real : FeatureTable
        The photographs that calibrate.
    makers : callable
        The number of a round -> what makes its pictures: other ones in every round.
    fixed : collection of str
        Fields that stay as they are, such as ``jpeg.quality``.
    folder, about
        Where rounds.jsonl lies, which a fit that was interrupted goes on from, and what the rounds hang on; see
        `degrade.realism.fitting.trials.Trials`.
    """
    path = folder / FILE
    known = [json.loads(line) for line in opened(path, about)]
    found: list[Round] = []
    pictures: tuple[FeatureTable, Fates] | None = None
    for number in range(rounds + 1):
        if number < len(known):
            found.append(Round(load_recipe(known[number]["recipe"]), figures_of(known[number])))
        else:
            after = recipe
            if found:
                seen = pictures or makers(number - 1).with_fates(found[-1].recipe)
                weights = realness(Sides(seen[0], real), key.at(number))
                after = refitted(found[-1].recipe, seen[1], weights, fixed)
            pictures = makers(number).with_fates(after)
            found.append(Round(after, judge.quickly(pictures[0], steps_a_picture(pictures[1]))))
            row = {"round": number, **found[-1].figures.to_data(), "recipe": after.to_data()}
            with writing(path), path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(row) + "\n")
        told(number + 1, rounds + 1)
    return tuple(found)


def realness(sides: Sides, key: Key) -> Array:
    """(N,) weights of the pictures, 1 on average: how much more often real photographs look like each than like the
    other pictures of the same photograph, since what it shows is nothing that a recipe could change."""
    columns = primary(sides.real)
    odds = -log_odds(sides.values[:, columns], sides.labels, sides.groups, key)[sides.labels]
    of = sides.groups[sides.labels]
    means = np.bincount(of, odds) / np.maximum(np.bincount(of), 1)
    return flattened(odds - means[of])


def flattened(logs: Array, effective: float = _EFFECTIVE) -> Array:
    """exp(t·logs), 1 on average, with the largest t of 4, 3.6, 3.24 … at which so many of them still count (L. Kish,
    Survey Sampling, 1965)."""
    times = _STEEPEST
    while True:
        weights: Array = np.exp(times * (logs - logs.max()))
        if weights.sum() ** 2 / (weights * weights).sum() >= effective * len(weights):
            break
        times *= _FLATTER
    even: Array = weights / weights.mean()
    return even
