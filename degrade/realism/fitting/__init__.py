"""Fitting a recipe to real photographs: what can be read off them is read, the rest is searched.

    fit         a folder of photographs -> Fitted, with the recipe that comes closest   (fitter; result)
    readings    figures read off the photographs, median and quartiles    (qualities: of JPEG; toning: of the print)
    knobs       what of a recipe may be turned, and how far               (turning: the recipe with knobs turned)
    making      degraded pictures of a recipe, measured                   (clean: of which photographs)
    reweighting all distributions moved by how real pictures look         (refitting: to weighted draws)
    exploring   the pictures of a round: knobs turned at random, so that they reach farther than the recipe
    aligning    knobs turned until the pictures have the readings         (moments)
    searching   knobs turned at random, then from the best
    judged      how far pictures are from photographs: AUC, MMD, gaps     (halves: which photographs judge)
    trials      each trial as a line of a file, so that none is repeated
    writing     the recipe as YAML with a comment on each value           (report: the figures as a table)

Half of the photographs calibrate; figures that count are those on the other half.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "fit": "degrade.realism.fitting.fitter",
    "Fitted": "degrade.realism.fitting.result",
}

__all__ = ["Fitted", "fit"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.realism.fitting' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
