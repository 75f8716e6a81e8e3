"""What cannot be in one recipe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from degrade.engine.compose import Group, Repeat, Sequence, Target
from degrade.engine.step import Step
from degrade.engine.story import told_problems
from degrade.engine.units import FORMATS

if TYPE_CHECKING:
    from degrade.recipes.recipe import Recipe

MOST_RUNS = 10_000
"""Steps that may run on one photograph, every round of a `repeat` counted: more are a mistake, or meant to hang."""


def problems_of(recipe: Recipe) -> list[tuple[str, str]]:
    """Everything that is wrong with a recipe as a whole, as (field, what was expected)."""
    problems = []
    if recipe.format not in FORMATS:
        problems.append(("format", f"expected one of {', '.join(FORMATS)}, not {recipe.format!r}"))
    if isinstance(recipe.seed, bool) or not isinstance(recipe.seed, int):
        problems.append(("seed", f"expected a whole number, not {recipe.seed!r}"))
    if recipe.steps:
        problems += Sequence(recipe.steps).conflicts()
    targets = [step for step in recipe.steps if isinstance(step, Target)]
    if len(targets) > len({step.called for step in targets}):
        problems.append(("steps", "expected each target once; further ones have names of their own"))
    if len(targets) < sum(isinstance(s, Target) for step in recipe.steps for s in step.flattened()):
        problems.append(("steps", "target stands at the top level of steps, not inside a group"))
    if targets[1:] and recipe.output.format == "aligned":
        problems.append(("steps", "expected one target in the format aligned, which holds one clean picture"))
    told = (told_problems(recipe.story, s.link, s.when) for step in recipe.steps for s in step.flattened())
    problems += [("steps", message) for messages in told for _, message in messages]
    if problem := too_many_runs(recipe.steps):
        problems.append(("steps", problem))
    return problems


def too_many_runs(steps: Iterable[Step]) -> str | None:
    """What was expected, where `repeat` makes too many of the steps."""
    runs = _most_runs(steps)
    if runs > MOST_RUNS:
        return f"expected at most {MOST_RUNS} steps a photograph, and `repeat` makes {runs}"
    return None


def _most_runs(steps: Iterable[Step]) -> int:
    """How many steps run on a photograph at most."""
    return sum(
        (_most_runs(step.steps) if isinstance(step, Group) else 1)
        * (step.most_times if isinstance(step, Repeat) else 1)
        for step in steps
    )
