"""Knobs turned at random around what was estimated, then a few at a time from the best: what readings do not tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.knobs import Knob, Settings
from degrade.realism.fitting.trials import Trials

RANDOM_SHARE, MOST_RANDOM = 0.4, 24
"""Of the trials at random, and how many of them at most; the others go on from the best (J. Bergstra and Y. Bengio,
JMLR 13, 2012)."""
_AT_RANDOM = 0.35
"""Deviation of a knob that is turned at random, as a share of its reach; one with a reading is turned half as far."""
_SHORTEST, _LONGEST = 0.04, 0.6
"""Deviations of a local step, as shares of the reach, evenly by their logarithm: a length that follows success grows
short where small steps succeed by chance, and creeps."""
_TURNED = 3
"""Knobs that a local step turns at most."""
Enough = Callable[[int], bool]
"""Whether the search ends after so many trials."""


def searched(
    knobs: Sequence[Knob], start: Settings, figures: Figures, trials: Trials, count: int, key: Key, enough: Enough
) -> tuple[Settings, Figures]:
    """The settings of least cost, and their figures, of `start` and `count` trials; fewer if `enough` says so. Trial n
    draws from `key` at n alone."""
    best, found = dict(start), figures
    first = min(MOST_RANDOM, round(RANDOM_SHARE * count))
    for number in range(count):
        if enough(number):
            break
        draw = generator(key.at("trial", number))
        stage = "searching at random" if number < first else "searching locally"
        candidate = _anywhere(knobs, start, draw) if number < first else _beside(knobs, best, draw)
        tried = trials(stage, candidate)
        if tried.cost < found.cost:
            best, found = candidate, tried
    return best, found


def _anywhere(knobs: Sequence[Knob], start: Settings, draw: np.random.Generator) -> Settings:
    turns = draw.normal(size=len(knobs)) * (draw.random(len(knobs)) < 0.5)
    moves = {}
    for knob, turn in zip(knobs, turns, strict=True):
        moves[knob.name] = float(turn) * _AT_RANDOM * knob.reach * (0.5 if knob.reading else 1.0)
    return _moved(knobs, start, moves)


def _beside(knobs: Sequence[Knob], best: Settings, draw: np.random.Generator) -> Settings:
    length = math.exp(draw.uniform(math.log(_SHORTEST), math.log(_LONGEST)))
    chosen = draw.permutation(len(knobs))[: 1 + int(draw.integers(_TURNED))]
    turns = draw.normal(size=len(chosen))
    moves = {knobs[n].name: float(t) * length * knobs[n].reach for n, t in zip(chosen.tolist(), turns, strict=True)}
    return _moved(knobs, best, moves)


def _moved(knobs: Sequence[Knob], origin: Settings, moves: Settings) -> Settings:
    found = {}
    for knob in knobs:
        x = origin.get(knob.name, 0.0) + moves.get(knob.name, 0.0)
        x = round(min(max(x, -knob.reach), knob.reach), 4)
        if abs(x) > 1e-3:
            found[knob.name] = x
    return found
