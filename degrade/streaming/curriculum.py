"""Severity as a course of training: a recipe that is gentler or harsher than it is written."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable
from typing import Any, TypeVar

from degrade.engine.compose import Group, Target
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import rounded
from degrade.engine.step import Step
from degrade.recipes import Recipe
from degrade.streaming.errors import StreamError

Strength = float | Callable[[int], float]
"""A severity, 1 being the recipe's own, or a function that gives it for a step of the training."""
AnyStep = TypeVar("AnyStep", bound=Step)
_STEPS_AN_OCTAVE = 16
_LARGEST_OCTAVES = 8
_HARSHEST = 2.0**_LARGEST_OCTAVES
_EXTENTS = (
    "sigma", "sigma_px", "sigma_mm", "radius_px", "radius_mm", "holes", "coverage", "share", "loss", "stain",
)  # fmt: skip
"""Fields that say how much there is of something, in ops that have no rate."""


@dataclasses.dataclass(frozen=True)
class Ramp:
    """A severity that goes evenly from `start` to `end` in the first `steps` steps, and stays there.

    Unlike a `lambda`, it can be sent to the workers of a data loader that spawns them.
    """

    start: float
    end: float
    steps: int

    def __call__(self, step: int) -> float:
        """The severity at `step`, from 0."""
        done = min(max(step / self.steps, 0.0), 1.0) if self.steps > 0 else 1.0
        return self.start + (self.end - self.start) * done


def strength_at(strength: Strength | None, step: int) -> float:
    """The severity at a step, to a sixteenth of an octave, so that few different recipes come up; below 1/256 it is 0.

    Raises
    ------
    StreamError
        It is no number from 0 to 256.
    """
    given: Any = strength(step) if callable(strength) else strength
    if given is None or (given == 1 and given is not True):
        return 1.0
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= _HARSHEST:
        raise StreamError(f"the strength at step {step} is {given!r}", f"it is a number from 0 to {_HARSHEST:g}")
    if given < 1 / _HARSHEST:
        return 0.0
    return rounded(2.0 ** (round(math.log2(given) * _STEPS_AN_OCTAVE) / _STEPS_AN_OCTAVE))


def eased_recipe(recipe: Recipe, strength: float) -> Recipe:
    """`recipe` with `strength` times as much damage after its target, as a story's `link` would scale it.

    An op with a rate (its `count`, `rate`, `amount` or `strength`) or an extent (such as `sigma`) has that multiplied,
    within the field's bounds. Any other that does not always happen, and a group that does not, happens more or less
    often. What always happens and is no matter of more or less, such as a film's response or the last JPEG, stays.
    """
    after = next(
        (place for place, step in enumerate(recipe.steps, 1) if isinstance(step, Target) and step.called is None), 0
    )
    steps = (*recipe.steps[:after], *(_eased(step, strength) for step in recipe.steps[after:]))
    return dataclasses.replace(recipe, steps=steps)


def _eased(step: Step, strength: float) -> Step:
    if isinstance(step, Degradation):
        return _eased_op(step, strength)
    if not isinstance(step, Group):
        return step
    if step.p < 1:
        return _as_often(step, strength)
    return _with(step, steps=tuple(_eased(one, strength) for one in step.steps))


def _eased_op(op: Degradation, strength: float) -> Degradation:
    fields = [op.linked] if op.linked is not None else [name for name in _EXTENTS if name in op.specs]
    if not fields:
        return _as_often(op, strength) if op.p < 1 else op
    if strength == 0:
        return _with(op, p=0.0)
    return op.scaled(fields, strength)


def _as_often(step: AnyStep, strength: float) -> AnyStep:
    return _with(step, p=rounded(1 - (1 - step.p) ** strength))


def _with(step: AnyStep, **attributes: Any) -> AnyStep:
    """A twin of a frozen step with other attributes, which are known to be sound."""
    twin = copy.copy(step)
    for name, value in attributes.items():
        object.__setattr__(twin, name, value)
    return twin
