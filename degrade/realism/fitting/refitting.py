"""A recipe's distributions moved to where the weight of its pictures lies: each to the weighted values drawn from it.

Weighted and plain moments are taken of the same pictures, so that only their difference counts: what a link multiplied,
or chance left lopsided, is in both. A difference that is within its error is left, a larger one is taken in part (the
positive part of W. James and C. Stein's estimate, 1961).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from degrade.engine.compose import Group, OneOf
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import (
    Beta,
    Choice,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)
from degrade.engine.fields import FieldSpec
from degrade.engine.step import Step
from degrade.realism.features.sheet import Array
from degrade.realism.fitting.turning import changed, rounded_within, three, with_attributes
from degrade.recipes import Recipe

Fate = Mapping[str, tuple[bool, Mapping[str, Any]]]
"""Of a picture: the label of a step -> whether it ran, and what was drawn for it."""
Fates = Sequence[Fate]
FEWEST = 12
"""Pictures that a step ran on, by weight and by number, below which it stays as it is."""
_DOUBT = 2.0
"""Errors, squared, that a difference must exceed."""
_LEAST = 0.05
"""Deviations of a location, logs of a width or of odds below which a change is not worth its place in a recipe."""
_FARTHEST, _WIDER, _ODDS = 0.5, math.log(1.2), math.log(1.6)
"""What is changed at once at most: deviations of a location, the log of a width, log odds."""
_LEAST_SHARE = 0.005
_LEAST_WIDTH = 0.05
"""Deviation of a logarithm below which no distribution becomes narrower."""
_LOGARITHMIC = (LogNormal, LogUniform, Beta, Poisson, NegativeBinomial)
_MOVED = (*_LOGARITHMIC, Normal, Uniform, Integers)


def refitted(recipe: Recipe, fates: Fates, weights: Array, fixed: Collection[str] = ()) -> Recipe:
    """`recipe` with each distribution, probability and choice moved towards what was drawn for the weighted pictures.

    What all steps of an op have in common is moved by what they tell together; beyond that, each by what it tells.

    Parameters
    ----------
    fates : sequence, one a picture
    weights : (N,) float64 at least 0
    fixed : collection of str
        What stays as it is: fields, such as ``jpeg.quality``, ``jpeg.p`` or ``kind.weights``, and addresses of steps.
    """
    ran = {label: np.array([fate[label][0] for fate in fates], bool) for label in (fates[0] if len(fates) else ())}
    alive = _alive(recipe.steps, np.ones(len(fates), bool), ran)
    seen = _Seen(fates, ran, alive, weights)
    steps = [one for step in recipe.steps for one in step.flattened()]
    common = seen.in_common([step for step in steps if isinstance(step, Degradation) and step.address in ran])

    def change(step: Step) -> Step:
        if isinstance(step, OneOf) and f"{step.address}.weights" not in fixed:
            return _reweighted(step, ran, weights)
        if isinstance(step, Degradation) and step.address in ran and step.address not in fixed:
            return _refitted(step, seen, common, fixed)
        return step

    return changed(recipe, change)


@dataclasses.dataclass(frozen=True, eq=False)
class _Seen:
    """What happened to the pictures, and what they weigh."""

    fates: Fates
    ran: Mapping[str, Array]
    alive: Mapping[str, Array]
    weights: Array

    def values(self, step: Degradation, name: str) -> tuple[list[Any], Array]:
        """What was drawn for a field where the step ran, and the weights of these pictures."""
        rows = np.flatnonzero(self.ran[step.address])
        return [self.fates[row][step.address][1][name] for row in rows.tolist()], self.weights[rows]

    def odds(self, step: Degradation) -> tuple[float, float]:
        """Log odds ratio of its running, weighted over plain, and the error of that."""
        return _odds(self.ran[step.address], self.weights, self.alive[step.address])

    def in_common(self, steps: Sequence[Degradation]) -> dict[str, tuple[float, float]]:
        """Name of a field -> by how many deviations to move all of its distributions, and by which log to widen them;
        ``op.p`` -> log odds, 0."""
        odds: dict[str, list[tuple[float, float]]] = {}
        parts: dict[str, list[tuple[Array, Array]]] = {}
        for step in steps:
            if 0 < step.p < 1 and step.when is None:
                odds.setdefault(f"{step.name}.p", []).append(self.odds(step))
            for name in step.specs:
                before = getattr(step, name)
                if isinstance(before, _MOVED) and self.ran[step.address].any():
                    values, weights = self.values(step, name)
                    parts.setdefault(f"{step.name}.{name}", []).append((_standard(before, values)[0], weights))
        found = {}
        for name, several in parts.items():
            standard, shares = (np.concatenate(some) for some in zip(*several, strict=True))
            found[name] = _moments(standard, shares)
        for name, told in odds.items():
            known = [(value, error) for value, error in told if math.isfinite(error)]
            sure = sum(1 / error**2 for _, error in known)
            mean = sum(value / error**2 for value, error in known) / sure if known else 0.0
            found[name] = (_doubted(mean, 1 / math.sqrt(sure), _ODDS) if known else 0.0, 0.0)
        return found


def _alive(steps: Sequence[Step], above: Array, ran: Mapping[str, Array]) -> dict[str, Array]:
    """Address of each step -> the pictures on which the groups around it ran."""
    found: dict[str, Array] = {}
    for step in steps:
        found[step.address] = above
        if isinstance(step, Group):
            inside = above & _any(step, ran) if step.p < 1 or step.when else above
            for child in step.steps:
                here = inside & _any(child, ran) if isinstance(step, OneOf) else inside
                found |= _alive([child], here, ran)
    return found


def _any(step: Step, ran: Mapping[str, Array]) -> Array:
    """The pictures on which anything of `step` ran."""
    some: Array = np.logical_or.reduce([ran[one.address] for one in step.flattened() if one.address in ran])
    return some


def _reweighted(step: OneOf, ran: Mapping[str, Array], weights: Array) -> OneOf:
    chosen = [_any(child, ran) for child in step.steps]
    old = np.array(step.weights or (1.0,) * len(step.steps))
    among = np.logical_or.reduce(chosen)
    logs = [_doubted(*_odds(one, weights, among), _ODDS) for one in chosen]
    return with_attributes(step, weights=_shared_out(old, logs)) if any(logs) else step


def _shared_out(old: Array, logs: Sequence[float]) -> tuple[float, ...]:
    new = old / old.sum() * np.exp(logs)
    new = np.maximum(new / new.sum(), _LEAST_SHARE * (old > 0))
    return tuple(three(float(weight)) for weight in new / new.sum())


def _refitted(
    step: Degradation, seen: _Seen, common: Mapping[str, tuple[float, float]], fixed: Collection[str]
) -> Degradation:
    new: dict[str, Any] = {}
    if 0 < step.p < 1 and step.when is None and f"{step.name}.p" not in fixed:
        together = common[f"{step.name}.p"][0]
        value, error = seen.odds(step)
        moved = together + _doubted(value - together, error, _ODDS)
        odds = step.p / (1 - step.p) * math.exp(moved)
        if moved:
            new["p"] = three(min(max(odds / (1 + odds), _LEAST_SHARE), 1 - _LEAST_SHARE))
    for name, spec in step.specs.items():
        known = f"{step.name}.{name}"
        before = getattr(step, name)
        if known in fixed or not seen.ran[step.address].any():
            continue
        values, weights = seen.values(step, name)
        after = refitted_to(before, spec, values, weights, common.get(known, (0.0, 0.0)))
        if after != before:
            new[name] = after
    return dataclasses.replace(step, **new) if new else step


def refitted_to(
    before: Distribution, spec: FieldSpec, values: Sequence[Any], weights: Array,
    common: tuple[float, float] = (0.0, 0.0),
) -> Distribution:  # fmt: skip
    """`before` moved and widened as `weights` move and widen these values, which were drawn from it.

    `common` is what is known already of how to do so: deviations to move by, log of the widening; what the values tell
    beyond that is added.
    """
    if isinstance(before, Choice):
        return _chosen(before, values, weights)
    if not isinstance(before, _MOVED):
        return before
    standard, spread = _standard(before, values)
    shift, wider = (one + more for one, more in zip(common, _moments(standard, weights, common), strict=True))
    if not spread or (not shift and not wider):
        return before
    return rounded_within(_moved(before, spec, shift * spread, math.exp(wider)), spec)


def _standard(before: Distribution, values: Sequence[Any]) -> tuple[Array, float]:
    """Values, or their logarithms, in deviations from their mean, and that deviation, 0 where they are all the same."""
    numbers = np.asarray(values, np.float64)
    if isinstance(before, _LOGARITHMIC):
        numbers = np.log(numbers + _offset(before))
    spread = float(numbers.std())
    standard: Array = (numbers - numbers.mean()) / max(spread, 1e-9)
    return standard, spread if spread > 1e-9 else 0.0


def _offset(before: Distribution) -> float:
    """What is added before a logarithm is taken, where values may be 0."""
    if isinstance(before, Beta):
        return 0.05 * before.scale
    return 0.5 if before.whole else 0.0


def _moved(before: Distribution, spec: FieldSpec, shift: float, wider: float) -> Distribution:
    if isinstance(before, LogNormal):
        return LogNormal(before.median * math.exp(shift), min(max(before.sigma * wider, _LEAST_WIDTH), 3.0))
    if isinstance(before, Normal):
        return Normal(before.mean + shift, before.sigma * wider)
    if isinstance(before, LogUniform):
        middle = math.sqrt(before.low * before.high) * math.exp(shift)
        half = max(math.log(before.high / before.low) / 2 * wider, math.sqrt(3) * _LEAST_WIDTH)
        return LogUniform(middle * math.exp(-half), middle * math.exp(half))
    if isinstance(before, Uniform | Integers):
        middle, half = (before.low + before.high) / 2 + shift, (before.high - before.low) / 2 * wider
        low, high = middle - half, middle + half
        if low < spec.low:  # a range that begins at its bound keeps its mean
            low, high = spec.low, max(2 * middle - spec.low, spec.low)
        if high > spec.high:
            low, high = min(2 * middle - spec.high, spec.high), spec.high
        low = max(low, spec.low)
        return Integers(round(low), round(high)) if isinstance(before, Integers) else Uniform(low, high)
    return before.scaled(math.exp(shift))


def _chosen(before: Choice, values: Sequence[Any], weights: Array) -> Choice:
    old = np.array(before.weights or (1.0,) * len(before.values))
    every = np.ones(len(values), bool)
    plain = [tuple(value) if isinstance(value, list) else value for value in values]
    told = [_odds(np.array([one == value for one in plain]), weights, every) for value in before.values]
    logs = [_doubted(*one, _ODDS) for one in told]
    return Choice(before.values, _shared_out(old, logs)) if any(logs) else before


# --- differences ------------------------------------------------------------------------------------------------------


def _moments(values: Array, weights: Array, known: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    """How much higher the weighted mean of standardised values is than 0, and the log of how much wider they scatter
    than by 1; of both, what is believed beyond what is known already."""
    if _effective(weights) < FEWEST:
        return 0.0, 0.0
    share = weights / weights.sum()
    mean = float(share @ values)
    wide = math.sqrt(max(float(share @ (values - mean) ** 2), 1e-12))
    error = _error(weights)
    return (
        _doubted(mean - known[0], error, _FARTHEST),
        _doubted(math.log(wide) - known[1], error * _kurtosis(values), _WIDER),
    )


def _kurtosis(values: Array) -> float:
    """Error of the log of a deviation, in those of a mean: 0.71 of a normal distribution, more with heavy tails."""
    return math.sqrt(max(float(np.mean(values**4)) - 1, 0.2)) / 2


def _odds(happened: Array, weights: Array, among: Array) -> tuple[float, float]:
    """Log odds ratio of what happened, weighted over plain, among some of the pictures, and its error; infinite where
    these do not tell."""
    told, here = happened[among], weights[among]
    plain = float(told.mean()) if len(told) else 0.0
    if not 0 < plain < 1 or _effective(here) < FEWEST:
        return 0.0, math.inf
    weighted = min(max(float(here @ told) / float(here.sum()), 0.5 / len(told)), 1 - 0.5 / len(told))
    ratio = math.log(weighted / (1 - weighted)) - math.log(plain / (1 - plain))
    return ratio, _error(here) / math.sqrt(plain * (1 - plain))


def _effective(weights: Array) -> float:
    """So many equally weighted pictures would tell as much (L. Kish, Survey Sampling, 1965)."""
    square = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def _error(weights: Array) -> float:
    """Deviation of a weighted mean less the plain one of the same values, in deviations of these."""
    return math.sqrt(max(1 / max(_effective(weights), 1.0) - 1 / len(weights), 1e-9))


def _doubted(difference: float, error: float, most: float) -> float:
    """What is believed of a difference with this error."""
    if difference * difference <= _DOUBT * error * error:
        return 0.0
    believed = difference * (1 - _DOUBT * error * error / (difference * difference))
    return min(max(believed, -most), most) if abs(believed) >= _LEAST else 0.0
