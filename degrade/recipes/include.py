"""Steps taken over from a shipped recipe: what a mixture of recipes is made of.

    - one_of:
        - include: album_snapshot
        - include: heavy_damage
      weights: [3, 1]

The steps behind the included recipe's target stand there as one sequence, each under the label ``NAME.LABEL``. Its
frame, format, story and output are left out: those of the including recipe hold.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from degrade.engine.compose import Group, Sequence, Target
from degrade.engine.degradation import Degradation
from degrade.engine.step import Step

INCLUDE = "include"
"""Its name in YAML."""


def included(name: str, **beside: Any) -> Sequence:
    """The steps of the shipped recipe `name` (with presets, such as ``animal_faces@C``) as one; `beside`: p, label and
    so on.

    Raises
    ------
    RecipeError
        There is no such recipe, or it has mistakes.
    ParameterError
        What stands beside it is impossible.
    """
    from degrade.recipes.loading import load_shipped

    steps = load_shipped(name).steps
    behind = max((place for place, step in enumerate(steps) if isinstance(step, Target)), default=-1) + 1
    label = beside.pop("label", None) or name.partition("@")[0]
    return Sequence([_relabelled(step, label) for step in steps[behind:]], label=label, **beside)


def _relabelled(step: Step, prefix: str) -> Step:
    """`step` and all within it, the label ``grain`` becoming ``prefix.grain``."""
    if isinstance(step, Degradation):
        return dataclasses.replace(step, label=f"{prefix}.{step.address}")
    twin = copy.copy(step)
    if isinstance(step, Group):
        object.__setattr__(twin, "steps", tuple(_relabelled(one, prefix) for one in step.steps))
        if step.label is not None:
            object.__setattr__(twin, "label", f"{prefix}.{step.label}")
    return twin
