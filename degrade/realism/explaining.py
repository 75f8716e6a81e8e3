"""Why two sets differ: the worst figures in words, and what each step of a recipe does to the whole."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from degrade.engine.compose import Group, Target
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Constant
from degrade.engine.key import Key
from degrade.realism.c2st import ready
from degrade.realism.draws import Resamples
from degrade.realism.features.gathering import features_of
from degrade.realism.features.table import FeatureTable
from degrade.realism.remedies import Remedy, extreme, remedies
from degrade.realism.scalars import Gap
from degrade.realism.separating import Sides, primary, separability
from degrade.realism.sets import SeenPairs
from degrade.train.bootstrap import Interval, interval

if TYPE_CHECKING:
    from degrade.engine.step import Step
    from degrade.recipes import Recipe

WORST = 5
NOT_WORTH = 0.5
"""|z| below which a figure is near enough."""


# --- figures in words -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Advice:
    """What is wrong with a figure, and what to change.

    Attributes
    ----------
    name : str
        Of the figure.
    words : str
        "flat-patch noise is 2.1 times too strong (6.3 codes against 3.0); lower `grain.strength`"
    z : float
    op, field, raise_it : str, str, bool or None
        The field to change, of a step that the recipe has; None where there is none.
    """

    name: str
    words: str
    z: float
    op: str | None = None
    field: str | None = None
    raise_it: bool | None = None


def advice(gaps: Sequence[Gap], recipe: Recipe | None, worst: int = WORST) -> tuple[Advice, ...]:
    """The worst figures, |z| 0.5 and more, in words; `gaps` have the largest |z| first."""
    has = fields_of(recipe) if recipe is not None else None
    return tuple(_advised(gap, has) for gap in gaps[:worst] if abs(gap.z.value) >= NOT_WORTH)


def fields_of(recipe: Recipe) -> dict[tuple[str, str], bool]:
    """(op, field) of all that the recipe's steps have -> whether it does anything, that is, is not always 0."""
    found: dict[tuple[str, str], bool] = {}
    ops = (op for step in recipe.steps for op in step.flattened() if isinstance(op, Degradation))
    for op in ops:
        for name in op.specs:
            given = getattr(op, name)
            works = not (isinstance(given, Constant) and given.value in (0, None))
            found[op.name, name] = found.get((op.name, name), False) or works
    return found


def _advised(gap: Gap, has: dict[tuple[str, str], bool] | None) -> Advice:
    is_high = gap.z.value > 0
    told = f"{gap.words} {_amount(gap, is_high)}"
    if has is None:
        return Advice(gap.name, told, gap.z.value)
    known = [one for one in remedies(gap.name, is_high) if (one.op, one.field) in has]
    in_use = [one for one in known if has[one.op, one.field]]
    possible = in_use + [one for one in known if one.raise_it and one not in in_use]
    found = next(iter(possible), None)
    if found is None:
        return Advice(gap.name, f"{told}; no step of the recipe governs it by itself", gap.z.value)
    return _remedied(gap, f"{told}; {found}", found)


def _remedied(gap: Gap, words: str, found: Remedy) -> Advice:
    return Advice(gap.name, words, gap.z.value, found.op, found.field, found.raise_it)


def _amount(gap: Gap, is_high: bool) -> str:
    unit = f" {gap.unit}" if gap.unit else ""
    both = f"({gap.synthetic:.3g} against {gap.real:.3g}{unit})"
    what = extreme(gap.name, is_high)
    if gap.ratio is not None and gap.ratio > 0:
        times = max(gap.ratio, 1 / gap.ratio)
        return f"is {times:.1f} times too {what} {both}" if times < 100 else f"is far too {what} {both}"
    return f"is {abs(gap.synthetic - gap.real):.2g}{unit} too {what} {both}"


# --- a recipe less one step -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepEffect:
    """What the steps of one op do to the whole.

    Attributes
    ----------
    op : str
    pictures : int
        How many pictures it ran on.
    auc : Interval or None
        Without it; None where it ran on none.
    gain : Interval or None
        AUC without it less AUC with it: above 0 if it brings pictures nearer to real ones.
    """

    op: str
    pictures: int
    auc: Interval | None = None
    gain: Interval | None = None


def step_effects(
    pairs: SeenPairs,
    recipe: Recipe,
    source: Any,
    photos: int,
    table: FeatureTable,
    real: FeatureTable,
    *,
    seed: int = 0,
    resamples: int = 500,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[StepEffect, ...]:
    """The recipe less one op at a time, the most helpful first.

    Every other draw stays as it is, so only pictures on which the op ran are made again. `table` is that of `pairs`,
    which have been made. The classifier has the same folds as in `compare` with that seed.
    """
    key = Key(seed, "realism")
    drawn = Resamples(real.groups, table.groups, resamples, key.at("resamples"))
    columns = primary(real)
    one = key.at("synthetic").at("all")

    def measured(values: FeatureTable) -> tuple[Interval, Any]:
        return separability(Sides(values, real), columns, drawn, one)

    effects = []
    numbers = {name: number for number, name in enumerate(pairs.keys)}
    with ready():
        whole, whole_drawn = measured(table)
        for op in _ops_of(recipe):
            rows = [row for row, name in enumerate(table.keys) if op in pairs.fired.get(name, ())]
            if not rows:
                effects.append(StepEffect(op, 0))
                continue
            if progress is not None:
                progress(f"leaving out {op}, {len(rows)} pictures")
            again = _made_again(
                without(recipe, op), source, photos, [numbers[table.keys[row]] for row in rows], workers
            )
            area, area_drawn = measured(_replaced(table, rows, again))
            gain = interval(area.value - whole.value, np.asarray(area_drawn - whole_drawn), len(set(table.groups)))
            effects.append(StepEffect(op, len(rows), area, gain))
    return tuple(sorted(effects, key=lambda effect: -effect.gain.value if effect.gain else np.inf))


def _ops_of(recipe: Recipe) -> Iterator[str]:
    ops = (op for step in recipe.steps for op in step.flattened() if isinstance(op, Degradation))
    yield from dict.fromkeys(op.name for op in ops)


def _made_again(recipe: Recipe, source: Any, photos: int, numbers: list[int], workers: int | None) -> FeatureTable:
    import degrade

    pairs = degrade.Pairs(recipe, source, limit=photos, members=("clean", "degraded"))
    return features_of(SeenPairs(pairs, numbers), variants=(), workers=workers)


def _replaced(table: FeatureTable, rows: Sequence[int], again: FeatureTable) -> FeatureTable:
    """`table` with the values of `again` in those rows, by key."""
    values = table.values.copy()
    places = {name: place for place, name in enumerate(again.keys)}
    for row in rows:
        if table.keys[row] in places:
            values[row] = again.values[places[table.keys[row]]]
    return replace(table, values=values, variants={}, patches=None)


def without(recipe: Recipe, op: str) -> Recipe:
    """The recipe less every step of that op; all else is drawn as it was."""
    kept = [step for step in (_less(step, op) for step in recipe.steps) if step is not None]
    return replace(recipe, steps=tuple(kept))


def _less(step: Step, op: str) -> Step | None:
    if isinstance(step, Degradation):
        return None if step.name == op else step
    if isinstance(step, Target) or not isinstance(step, Group):
        return step
    inner = [_less(one, op) for one in step.steps]
    places = [place for place, one in enumerate(inner) if one is not None]
    if not places:
        return None
    weights = getattr(step, "weights", None)
    if weights is not None and not any(weights[place] for place in places):
        return None
    twin = copy.copy(step)
    object.__setattr__(twin, "label", step.address)  # or its draws would move with its default label
    object.__setattr__(twin, "steps", tuple(inner[place] for place in places))
    if weights is not None:
        object.__setattr__(twin, "weights", tuple(weights[place] for place in places))
    return twin
