"""A recipe with knobs turned: the same steps with other distributions."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Collection, Sequence
from functools import reduce
from typing import Any

from degrade.engine.compose import Group, OneOf
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import (
    Beta,
    Choice,
    Constant,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    Normal,
    Uniform,
)
from degrade.engine.fields import FieldSpec
from degrade.engine.step import Step
from degrade.realism.fitting.knobs import Knob, Settings
from degrade.recipes import Recipe

_RAREST = 0.005
"""Least p, and 1 - p, that turning leads to."""
_WIDEST = 3.0
"""Largest deviation of a logarithm."""


def turned(recipe: Recipe, knobs: Sequence[Knob], settings: Settings) -> Recipe:
    """`recipe` with each knob turned as `settings` say. Numbers have three significant digits, and keep the bounds of
    their fields."""
    chosen = [(knob, settings[knob.name]) for knob in knobs if settings.get(knob.name)]
    return changed(recipe, lambda step: reduce(lambda one, told: _turned(one, *told), chosen, step))


def changed(recipe: Recipe, change: Callable[[Step], Step]) -> Recipe:
    """`recipe` with `change` done to every step of it, those in groups before their group."""
    return dataclasses.replace(recipe, steps=tuple(_changed(step, change) for step in recipe.steps))


def _changed(step: Step, change: Callable[[Step], Step]) -> Step:
    if isinstance(step, Group):
        return change(with_attributes(step, steps=tuple(_changed(one, change) for one in step.steps)))
    return change(step)


def with_attributes(step: Any, **attributes: Any) -> Any:
    """A copy of a group with other attributes."""
    twin = copy.copy(step)
    for name, value in attributes.items():
        object.__setattr__(twin, name, value)
    return twin


def _turned(step: Step, knob: Knob, x: float) -> Step:
    if knob.way == "weight":
        return _weighted(step, knob, x) if isinstance(step, OneOf) and step.address == knob.op else step
    if not isinstance(step, Degradation) or step.name != knob.op or step.address in knob.held:
        return step
    if knob.way == "p":
        return dataclasses.replace(step, p=_odds(step.p, x)) if 0 < step.p < 1 else step
    spec = step.specs[knob.field]
    before = getattr(step, knob.field)
    after = moved(before, spec, knob.way, x)
    new: Any = {knob.field: after}
    return step if after == before else dataclasses.replace(step, **new)


def _weighted(step: OneOf, knob: Knob, x: float) -> Step:
    weights = step.weights or (1.0,) * len(step.steps)
    times = [math.exp(x) if child.address == knob.field else 1.0 for child in step.steps]
    new = [weight * factor for weight, factor in zip(weights, times, strict=True)]
    return with_attributes(step, weights=tuple(three(weight / sum(new)) for weight in new)) if sum(new) > 0 else step


def _odds(p: float, x: float) -> float:
    odds = p / (1 - p) * math.exp(x)
    return three(min(max(odds / (1 + odds), _RAREST), 1 - _RAREST))


def moved(before: Distribution, spec: FieldSpec, way: str, x: float) -> Distribution:
    """`before` turned by `x`, within the field's bounds; `before` itself where it has no such thing."""
    after: Distribution | None = None
    if way == "scale":
        after = before.scaled(math.exp(x))
    elif way == "shift":
        after = _shifted(before, x)
    elif way == "spread":
        after = _spread(before, math.exp(x))
    elif way == "share" and isinstance(before, Choice) and set(before.values) == {True, False}:
        weights = before.weights or (1.0,) * len(before.values)
        new = [w * (math.exp(x) if v is True else 1.0) for v, w in zip(before.values, weights, strict=True)]
        return Choice(before.values, [three(w / sum(new)) for w in new])
    return before if after is None else rounded_within(after, spec)


def _shifted(before: Distribution, x: float) -> Distribution | None:
    if isinstance(before, Normal):
        return dataclasses.replace(before, mean=before.mean + x)
    if isinstance(before, Uniform | Integers):
        return dataclasses.replace(
            before, low=_like(before.low, before.low + x), high=_like(before.high, before.high + x)
        )
    if isinstance(before, Constant) and isinstance(before.value, int | float) and not isinstance(before.value, bool):
        return Constant(_like(before.value, before.value + x))
    return None


def _like(old: Any, new: float) -> Any:
    return round(new) if isinstance(old, int) else new


def _spread(before: Distribution, times: float) -> Distribution | None:
    if isinstance(before, LogNormal):
        return dataclasses.replace(before, sigma=min(before.sigma * times, _WIDEST))
    if isinstance(before, Normal):
        return dataclasses.replace(before, sigma=before.sigma * times)
    if isinstance(before, LogUniform):
        middle = math.sqrt(before.low * before.high)
        ratio = (before.high / before.low) ** (times / 2)
        return LogUniform(middle / ratio, middle * ratio)
    if isinstance(before, Uniform):
        middle, half = (before.low + before.high) / 2, (before.high - before.low) / 2
        return Uniform(middle - half * times, middle + half * times)
    return None


def rounded_within(made: Distribution, spec: FieldSpec) -> Distribution:
    """`made` with numbers of three significant digits, its ends within the bounds of its field."""
    if isinstance(made, Uniform | LogUniform | Integers):
        least = max(spec.low, made.low) if isinstance(made, LogUniform) and spec.low <= 0 else spec.low
        ends: Any = (_held(end, least, spec.high) for end in (made.low, made.high))
        return type(made)(*ends)
    if isinstance(made, Beta):
        return dataclasses.replace(made, scale=_held(made.scale, 0, spec.high))
    if isinstance(made, Constant) and isinstance(made.value, int | float) and not isinstance(made.value, bool):
        return Constant(_held(made.value, spec.low, spec.high))
    numbers: Collection[str] = [
        one.name for one in dataclasses.fields(made)  # type: ignore[arg-type]
        if isinstance(getattr(made, one.name), float) and not one.name.startswith("_")
    ]  # fmt: skip
    new: Any = {name: three(getattr(made, name)) for name in numbers}
    return dataclasses.replace(made, **new) if new else made  # type: ignore[type-var]


def _held(value: Any, low: float, high: float) -> Any:
    held = min(max(value, low), high)
    return int(held) if isinstance(value, int) else three(held)


def three(value: float) -> float:
    """`value` with three significant digits."""
    return float(f"{value:.3g}")
