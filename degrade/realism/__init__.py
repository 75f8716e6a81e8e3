"""Is it like the real thing? Realism measured in figures, without any pretrained weights.

    features_of     pictures, wherever they are -> FeatureTable         (features)
    FeatureTable    a row of numbers a picture
    compare         synthetic pictures beside real ones -> Comparison   (comparing; separating: every test of one set)
    Comparison      all figures, and what may be said of them           (comparison; judging)
    realism_of      a recipe, an output or pictures -> Report           (report; sets; tables and page tell it)
    Report          the comparison, the worst figures in words, the steps' effects, the patches that give it away
    RealismError    what cannot be measured or compared as asked for

One test a module: `c2st`, `mmd`, `frechet`, `scalars`, `masks`; `controls` tests what else might tell sets apart, with
`matching`; `draws` makes everything random from a Key. `explaining` leaves out steps, `remedies` knows which parameter
moves which figure, `patches` what to look at; `reference` holds the numbers of real photographs.

Comparing needs scikit-learn, which comes with ``pip install "degrade[realism]"``; nothing here is loaded before it is
used.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "features_of": "degrade.realism.features.gathering",
    "FeatureTable": "degrade.realism.features.table",
    "LeftOut": "degrade.realism.features.table",
    "compare": "degrade.realism.comparing",
    "Comparison": "degrade.realism.comparison",
    "realism_of": "degrade.realism.report",
    "Report": "degrade.realism.report",
    "RealismError": "degrade.realism.errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.realism' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
