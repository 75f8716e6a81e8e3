"""A recipe with what was changed on the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from degrade.demo.controls import Change, Settings, is_choice
from degrade.engine.compose import Group
from degrade.engine.degradation import Degradation
from degrade.engine.step import Step
from degrade.recipes import Recipe, dump

_NOTHING = Change()


def changed(recipe: Recipe, settings: Settings, seed: int | None = None, variant: int = 0) -> Recipe:
    """`recipe` with the changes of single steps, and with `seed` where one is given.

    A step that is off stays where it is and never happens; within `one_of` and `some_of` its weight is 0, so that
    another one is chosen. Labels stay, so that no other step's draws move. A build makes as many copies of each
    photograph as it takes to have number `variant` among them.

    Raises
    ------
    ParameterError
        An op or a group that cannot be as it is asked for.
    """
    return dataclasses.replace(
        recipe,
        steps=tuple(_changed(step, settings) for step in recipe.steps),
        seed=recipe.seed if seed is None else seed,
        output=dataclasses.replace(recipe.output, copies=max(recipe.output.copies, variant + 1)),
    )


def exported(recipe: Recipe, key: str, variant: int) -> str:
    """The YAML text of `recipe`, which `degrade build` takes; its first lines say which pair was seen."""
    pair = f"{key}/c{variant}" if variant else key
    return (
        f"# Seen in degrade demo: the pair {pair}, in the split train.\n"
        f"# degrade build --recipe THIS_FILE --source PHOTOS\n{dump(recipe)}"
    )


def _changed(step: Step, settings: Settings) -> Step:
    change = settings.get(step.address, _NOTHING)
    beside: dict[str, Any] = {} if change.p is None else {"p": change.p}
    if not change.on:
        beside["p"] = 0.0
    if isinstance(step, Group):
        return _group(step, settings, beside)
    return dataclasses.replace(step, **{**change.fields, **beside}) if isinstance(step, Degradation) else step


def _group(group: Group, settings: Settings, beside: dict[str, Any]) -> Group:
    given = {each.name: getattr(group, each.name) for each in dataclasses.fields(group) if each.name != "steps"}
    given |= beside
    if is_choice(group):
        off = [not settings.get(step.address, _NOTHING).on for step in group.steps]
        left = _without(off, given["weights"])
        if not any(left):
            given["p"] = 0.0
        elif any(off):
            given["weights"] = left
    return type(group)([_changed(step, settings) for step in group.steps], **given)


def _without(off: list[bool], weights: Iterable[float] | None) -> list[float]:
    """The weights of a group's steps, 0 for those that are `off`."""
    own = [1.0] * len(off) if weights is None else list(weights)
    return [0.0 if out else weight for out, weight in zip(off, own, strict=True)]
