"""All of a recipe's distributions moved at once, by how real its pictures look: locations, widths, shares, odds.

A classifier learns to tell a recipe's pictures from photographs. Its odds for a picture say how much more often
photographs look like that than the recipe's pictures do (M. Sugiyama, T. Suzuki, T. Kanamori, Density Ratio Estimation
in Machine Learning, 2012; K. Cranmer, J. Pavez, G. Louppe, arXiv:1506.02169). Pictures weighted so are like the
photographs, and what was drawn for them tells how to draw: each distribution is refitted to its weighted values, and
the next round goes on from there. That is the cross-entropy method (R. Y. Rubinstein, doi:10.1023/A:1010091220143), or,
seen otherwise, the distribution of parameters over photographs by empirical Bayes. One round moves every distribution,
however many there are, since each picture has drawn them all; what a search by turning one knob after the other cannot.
And it asks a classifier what gives single pictures away, not which of two recipes it tells apart by chance the better:
of few photographs that carries over to others, where a search of many trials does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import Standard, log_odds
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.refitting import Fates, refitted
from degrade.realism.fitting.trials import figures_of, opened
from degrade.realism.separating import Sides, primary, textural
from degrade.recipes import Recipe, load_recipe
from degrade.shards.errors import writing

FILE = "rounds.jsonl"
_EFFECTIVE = 400
"""Pictures whose equal weights tell as much as the weights do, at least, or half of all: flattened until then."""
_STEEPEST, _FLATTER = 4.0, 0.9
"""By which power odds count at first: a recipe's share in what gives a picture away is small beside what it shows, and
rounds would creep."""
_NEARLY_ALL = 0.98
"""Share of the photographs within the distance up to which a picture counts."""
Explore = Callable[[int, Recipe], tuple[FeatureTable, Fates]]
"""The number of a round and a recipe -> pictures of it, others in every round, and what happened to them."""
Told = Callable[[int, int], None]
"""Told how many rounds are done, of how many."""


@dataclass(frozen=True, eq=False)
class Round:
    """A recipe on the way, and the figures of its pictures."""

    recipe: Recipe
    figures: Figures


def reweighted(
    recipe: Recipe, real: FeatureTable, judged: Callable[[Recipe], Figures], explore: Explore, rounds: int,
    fixed: Collection[str], key: Key, folder: Path, about: dict[str, Any], told: Told,
) -> tuple[Round, ...]:  # fmt: skip
    """The start and `rounds` recipes after it, each moved towards the photographs from the one before.

    Parameters
    ----------
    real : FeatureTable
        The photographs that calibrate.
    judged : callable
        A recipe -> the figures of its pictures.
    explore : callable
        What makes the pictures that are weighed: see `degrade.realism.fitting.exploring`.
    fixed : collection of str
        Fields that stay as they are, such as ``jpeg.quality``, and addresses of steps.
    folder, about
        Where rounds.jsonl lies, which a fit that was interrupted goes on from, and what the rounds hang on; see
        `degrade.realism.fitting.trials.Trials`.
    """
    path = folder / FILE
    known = [json.loads(line) for line in opened(path, about)]
    found: list[Round] = []
    for number in range(rounds + 1):
        if number < len(known):
            found.append(Round(load_recipe(known[number]["recipe"]), figures_of(known[number])))
        else:
            after = _moved(found[-1].recipe, real, explore, fixed, key, number) if found else recipe
            found.append(Round(after, judged(after)))
            row = {"round": number, **found[-1].figures.to_data(), "recipe": after.to_data()}
            with writing(path), path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(row) + "\n")
        told(number + 1, rounds + 1)
    return tuple(found)


def _moved(
    recipe: Recipe, real: FeatureTable, explore: Explore, fixed: Collection[str], key: Key, number: int
) -> Recipe:
    pictures, fates = explore(number, recipe)
    return refitted(recipe, fates, realness(Sides(pictures, real), key.at(number)), fixed)


def realness(sides: Sides, key: Key) -> Array:
    """(N,) weights of the pictures, 1 on average: how much more often real photographs look like each than like the
    other pictures of the same photograph, since what it shows is nothing that a recipe could change.

    A picture that is farther out than nearly all photographs, and than half of the pictures, has none: of such the
    classifier knows nothing, and goes on as if more of what is right were always better.
    """
    columns = primary(sides.real)
    odds = -log_odds(sides.values[:, columns], sides.labels, sides.groups, key)[sides.labels]
    of = sides.groups[sides.labels]
    means = np.bincount(of, odds) / np.maximum(np.bincount(of), 1)
    return flattened(np.where(_among(sides), odds - means[of], -np.inf))


def _among(sides: Sides) -> Array:
    """(N,) bool: the pictures that are as near to the middle of the photographs as nearly all of these, or the nearer
    half of them."""
    columns = textural(sides.real)
    far = (Standard(sides.real.values[:, columns])(sides.values[:, columns]) ** 2).sum(axis=1)
    pictures, photographs = far[sides.labels], far[~sides.labels]
    among: Array = pictures <= max(np.quantile(photographs, _NEARLY_ALL), np.median(pictures))
    return among


def flattened(logs: Array, effective: int = _EFFECTIVE) -> Array:
    """exp(t·logs), 1 on average, with the largest t of 4, 3.6, 3.24 … at which so many still count (L. Kish, Survey
    Sampling, 1965), or half of those that are not -inf."""
    least = min(effective, np.isfinite(logs).sum() / 2)
    times = _STEEPEST
    while True:
        weights: Array = np.exp(times * (logs - logs.max()))
        if weights.sum() ** 2 / (weights * weights).sum() >= least:
            break
        times *= _FLATTER
    even: Array = weights / weights.mean()
    return even
