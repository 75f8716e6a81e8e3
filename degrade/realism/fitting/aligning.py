"""Knobs turned until a recipe's pictures have the readings of real photographs: the method of simulated moments.

D. McFadden, A method of simulated moments for estimation of discrete response models without numerical integration
(doi:10.2307/1913621): what cannot be worked backwards, as strengths of steps through all later ones, is simulated, and
parameters are moved until simulated figures match measured ones. By Levenberg's and Marquardt's damped least squares
on all gaps at once, since blur, grain and sharpening act on the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from degrade.realism.features.sheet import Array
from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.knobs import Knob, Settings
from degrade.realism.fitting.trials import Trials

ROUNDS = 6
_STEP = 0.2
"""Share of a knob's reach by which it is turned to see what it does."""
_PRIOR = 0.06
"""How much a knob at the end of its reach weighs beside a gap of an interquartile range, squared."""
_FARTHEST = 4.0
"""Interquartile ranges beyond which a gap counts no more."""
_BESIDE = 0.3
"""Weight of gaps that are no knob's own reading: these depend more on what the photographs show."""


def aligned(knobs: Sequence[Knob], trials: Trials) -> tuple[Settings, Figures]:
    """Settings of the `knobs` that have readings, and their figures; none where these cost more than the recipe as it
    was, since medians that agree are not all there is to it."""
    start = trials("as it was", {})
    if not knobs:
        return {}, start
    reaches = np.array([knob.reach for knob in knobs])
    own = {knob.reading for knob in knobs}
    names = {name: 1.0 if name in own else _BESIDE for name in sorted(start.gaps)}
    x = np.zeros(len(knobs))
    here = _residuals(start, names)
    slopes = _slopes(knobs, names, here, trials)
    best, found = x, start
    damping = 1.0
    for _ in range(ROUNDS):
        step = _step(slopes, here, best / reaches, damping) * reaches
        candidate = np.clip(best + step, -reaches, reaches)
        figures = trials("estimating", settings_of(knobs, candidate))
        there = _residuals(figures, names)
        moved = (candidate - best) / reaches
        if moved @ moved > 1e-9:  # Broyden's update: what the step showed of the slopes
            slopes = slopes + np.outer(there - here - slopes @ moved, moved) / (moved @ moved)
        if _total(there, candidate / reaches) < _total(here, best / reaches):
            best, here, found, damping = candidate, there, figures, damping / 3
        else:
            damping *= 4
    return (settings_of(knobs, best), found) if found.cost < start.cost else ({}, start)


def settings_of(knobs: Sequence[Knob], x: Array) -> Settings:
    """(K,) as settings; what is not turned is left out."""
    return {knob.name: round(float(value), 4) for knob, value in zip(knobs, x, strict=True) if abs(value) > 1e-3}


def _slopes(knobs: Sequence[Knob], names: Mapping[str, float], here: Array, trials: Trials) -> Array:
    """(R, K): what each gap gains when a knob is turned by all of its reach, from a part of it."""
    columns = []
    for knob in knobs:
        figures = trials("trying each", {knob.name: round(_STEP * knob.reach, 4)})
        columns.append((_residuals(figures, names) - here) / _STEP)
    return np.stack(columns, axis=1)


def _step(slopes: Array, here: Array, x: Array, damping: float) -> Array:
    """The damped step, as shares of the reaches: least squares of gaps and of the distance from where it began."""
    normal = slopes.T @ slopes + (_PRIOR + 0.3 * damping) * np.eye(len(x))
    step: Array = np.linalg.solve(normal, -(slopes.T @ here) - _PRIOR * x)
    return np.clip(step, -0.6, 0.6)


def _residuals(figures: Figures, names: Mapping[str, float]) -> Array:
    """(R,): the gaps of these names, each by its weight."""
    return np.array([w * np.clip(figures.gaps.get(name, 0.0), -_FARTHEST, _FARTHEST) for name, w in names.items()])


def _total(residuals: Array, x: Array) -> float:
    return float(residuals @ residuals + _PRIOR * x @ x)
