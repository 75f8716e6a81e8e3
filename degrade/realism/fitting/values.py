"""Which values of a recipe a fit changed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from degrade.engine.compose import Group, OneOf
from degrade.engine.degradation import Degradation
from degrade.engine.step import Step
from degrade.realism.fitting.knobs import Knob, Settings
from degrade.realism.fitting.readings import Reading
from degrade.realism.fitting.result import Value
from degrade.realism.fitting.turning import turned
from degrade.recipes import Recipe


def values_of(
    recipe: Recipe, knobs: Sequence[Knob], estimated: Settings, settings: Settings, real: Sequence[Reading],
    simulated: Sequence[Reading],
) -> Iterator[Value]:  # fmt: skip
    """Each knob that was turned, with what it did to each step; `estimated` are the settings before the search."""
    told, pictures = ({one.name: one for one in some} for some in (real, simulated))
    for knob in knobs:
        x, first = settings.get(knob.name, 0.0), estimated.get(knob.name, 0.0)
        if not x:
            continue
        is_estimate = bool(knob.reading) and first != 0
        words = knob.words(x)
        if is_estimate and abs(x - first) > 1e-9:
            words += f", of which {knob.words(x - first)} searched"
        reading = told.get(knob.reading)
        median = pictures[knob.reading].median if knob.reading in pictures else None
        yield Value(
            knob.name, "estimated" if is_estimate else "searched", words, reading if is_estimate else None,
            median if is_estimate else None, differences(recipe, turned(recipe, (knob,), {knob.name: x}), knob),
        )  # fmt: skip


def weighted_values(before: Recipe, after: Recipe) -> Iterator[Value]:
    """Each field, probability and choice that reweighting changed, with what it did to each step."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    old = steps_of(before)
    for address, step in steps_of(after).items():
        for name, was, now in _changes(old[address], step):
            found.setdefault(name, {})[address] = (was, now)
    for name, steps in found.items():
        yield Value(name, "weighted", "", None, None, steps)


def _changes(old: Step, new: Step) -> Iterator[tuple[str, Any, Any]]:
    """(name, before, after) of what differs between a step and the same step of another recipe."""
    if isinstance(new, OneOf) and isinstance(old, OneOf) and new.weights != old.weights:
        yield f"{new.address}.weights", list(old.weights or (1.0,) * len(old.steps)), list(new.weights or ())
    if not isinstance(new, Degradation) or not isinstance(old, Degradation):
        return
    if new.p != old.p:
        yield f"{new.name}.p", old.p, new.p
    for name in new.specs:
        was, now = (getattr(one, name) for one in (old, new))
        if was != now:
            yield f"{new.name}.{name}", was.to_data(), now.to_data()


def differences(before: Recipe, after: Recipe, knob: Knob) -> dict[str, tuple[Any, Any]]:
    """Address of each step that a knob changes -> what it turns, before and after."""
    old, new = steps_of(before), steps_of(after)
    return {name: (_value(old[name], knob), _value(step, knob)) for name, step in new.items() if step != old[name]
            and _value(old[name], knob) != _value(step, knob)}  # fmt: skip


def steps_of(recipe: Recipe) -> dict[str, Step]:
    """Every step, in groups or not, by its address."""
    return {one.address: one for step in recipe.steps for one in step.flattened()}


def _value(step: Step, knob: Knob) -> Any:
    if knob.way == "weight":
        return list(step.weights) if isinstance(step, OneOf) and step.weights else None
    if isinstance(step, Group) or not isinstance(step, Degradation):
        return None
    if step.name != knob.op:
        return None
    return step.p if knob.way == "p" else getattr(step, knob.field).to_data()


def field_values(before: Recipe, after: Recipe, op: str, field: str) -> dict[str, tuple[Any, Any]]:
    """Address of each step of `op` -> its field before (None where there was no such step) and after."""
    old = steps_of(before)
    found = {}
    for name, step in steps_of(after).items():
        if isinstance(step, Degradation) and step.name == op:
            was = getattr(old[name], field).to_data() if name in old else None
            found[name] = (was, getattr(step, field).to_data())
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}
