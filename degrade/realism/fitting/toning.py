"""How photographs are toned: which process and how strongly, by their colours in three bands of tone."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from degrade.engine.compose import Sequence as StepSequence
from degrade.engine.compose import Target
from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice, Constant, Uniform
from degrade.engine.step import Step
from degrade.ops.tone import PROCESSES, Tone
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.knobs import has
from degrade.realism.fitting.readings import Reading, of_values
from degrade.realism.fitting.turning import changed, three, with_attributes
from degrade.recipes import Recipe

_STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)
_LEAST_CHROMA = 4.0
"""CIE chroma below which a print counts as neutral."""
_MOST_SCATTER = 11.0
"""Scatter of a* and b* from which on it is a colour photograph: a toned print has one curve through them."""
_BANDS = ("shadows.a", "shadows.b", "middle.a", "middle.b", "highlights.a", "highlights.b")
_LEVELS = ("p5", "p25", "p50", "p75", "p95")
_PLACES = (1 / 6, 1 / 2, 5 / 6)
"""Quantiles of lightness in the middle of each band."""
_LEAST_SHARE = 0.1
LABEL = "toning"


@dataclass(frozen=True)
class Toning:
    """How a set of photographs is toned.

    Attributes
    ----------
    processes : dict
        Name of a process -> share of the toned photographs that it is nearest to.
    strength : Reading or None
        Of the toned photographs; see `degrade.ops.tone.Tone`.
    share : float
        Toned ones, of all photographs that are not in colour.
    count, coloured : int
        Photographs that are not in colour, and that are.
    """

    processes: dict[str, float]
    strength: Reading | None
    share: float
    count: int
    coloured: int


def toning(table: FeatureTable) -> Toning:
    """The process and strength whose colours are nearest (least squares in a*, b*) to each toned photograph's."""
    chroma, scatter = (np.asarray(table.column(f"common.colour.{name}")) for name in ("chroma", "spread"))
    coloured = scatter >= _MOST_SCATTER
    toned = (chroma >= _LEAST_CHROMA) & ~coloured
    found = [nearest(*one) for one in _bands(table, np.flatnonzero(toned))]
    counts = Counter(process for process, _ in found)
    gray = int((~coloured).sum())
    return Toning(
        {process: number / len(found) for process, number in sorted(counts.items())},
        of_values("toning", "strength of toning", "", [strength for _, strength in found]),
        len(found) / gray if gray else 0.0,
        gray,
        int(coloured.sum()),
    )


def _bands(table: FeatureTable, rows: Array) -> Iterator[tuple[Array, Array]]:
    """(6,) a* and b* of the three bands, and (3,) the lightness in the middle of each, of each of these rows."""
    levels = np.stack([table.column(f"common.tone.{name}") for name in _LEVELS], axis=1)
    bands = np.stack([table.column(f"common.colour.{name}") for name in _BANDS], axis=1)
    for row in rows:
        yield bands[row], np.interp(_PLACES, [0.05, 0.25, 0.5, 0.75, 0.95], levels[row])


def nearest(bands: Array, lightness: Array) -> tuple[str, float]:
    """(process, strength) of a print with these a* and b*, (6,), at these L*, (3,)."""
    best = ("neutral", 0.0)
    least = np.inf
    for (process, strength), curve in _curves().items():
        told = np.stack([np.interp(lightness, curve[0], curve[axis]) for axis in (1, 2)], axis=1).ravel()
        apart = float(np.sum((told - bands) ** 2))
        if apart < least:
            best, least = (process, strength), apart
    return best


@lru_cache(maxsize=1)
def _curves() -> dict[tuple[str, float], Array]:
    """(3, 64) L*, a* and b* along a gray ramp, by process and strength."""
    ramp = np.repeat(np.linspace(8, 250, 64).round().astype(np.uint8)[:, None, None], 3, axis=2)
    return {
        (process, strength): _lab(Tone(process=process, strength=strength, variation=0.0)(ramp))
        for process in PROCESSES
        for strength in _STRENGTHS
    }


def _lab(pixels: Array) -> Array:
    import cv2

    lab: Array = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3).T
    return lab


def tones(found: Toning, recipe: Recipe) -> bool:
    """Whether `recipe` is to be toned so: enough photographs are, and it either tones already or leaves gray."""
    return found.strength is not None and found.share >= _LEAST_SHARE and (has(recipe, "tone") or _is_gray(recipe))


def _is_gray(recipe: Recipe) -> bool:
    return recipe.channels[1] == 1


def with_toning(recipe: Recipe, found: Toning) -> Recipe:
    """`recipe` with its `tone` steps so; where it has none, with one behind the last step that makes the print."""
    assert found.strength is not None
    low, high = (three(value) for value in (found.strength.low, found.strength.high))
    process = list(found.processes)
    shares = [three(share) for share in found.processes.values()]
    values: dict[str, Any] = {
        "process": Constant(process[0]) if len(process) == 1 else Choice(process, shares),
        "strength": Uniform(low, high) if high > low else Constant(low),
    }
    p = min(1.0, three(found.share))

    def change(step: Step) -> Step:
        if isinstance(step, Tone):
            return dataclasses.replace(step, p=p, **values)
        return step

    if has(recipe, "tone"):
        return changed(recipe, change)
    return _inserted(recipe, Tone(p=p, label=LABEL, **values))


def _inserted(recipe: Recipe, tone: Tone) -> Recipe:
    """With `tone` in every chain of steps that makes a print: at the top level, else in each sequence."""
    behind = max((n for n, step in enumerate(recipe.steps) if isinstance(step, Target)), default=-1) + 1
    if any(isinstance(step, Degradation) for step in recipe.steps[behind:]):
        steps = (*recipe.steps[:behind], *_before_ageing(recipe.steps[behind:], tone))
        return dataclasses.replace(recipe, steps=steps)

    def change(step: Step) -> Step:
        if not isinstance(step, StepSequence):
            return step
        own = dataclasses.replace(tone, label=f"{step.address}.{LABEL}")
        return with_attributes(step, steps=_before_ageing(step.steps, own))  # type: ignore[no-any-return]

    return changed(recipe, change)


def _before_ageing(steps: tuple[Step, ...], tone: Tone) -> tuple[Step, ...]:
    stages = [step.stage if isinstance(step, Degradation) and not step.anytime else Stage.SCENE for step in steps]
    place = next((n for n, stage in enumerate(stages) if stage > Stage.PRINT), len(steps))
    return (*steps[:place], tone, *steps[place:])
