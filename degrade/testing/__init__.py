"""Property tests for transforms of pictures: ops of your own, any function, other libraries' transforms.

    images, pictures, keys, distributions, declarations, recipes, corpora
                              Hypothesis strategies, which draw shapes, kinds and seeds, never pixels
    Picture                   a made picture in one line, by which a failure is reproduced
    check_degradation         every check that the ops of this package pass, on an op or a function
    parametrize_with_checks   the same for pytest, each check a test of its own
    check_together            several ops in any order, in threads and in another process
    plain_function, globally_seeded, from_albumentations, from_torch
                              other libraries' transforms, to be checked in the same way
    commutes, evenly, heavier, scales, grows
                              what a transform may promise besides, for `claims=`
    CHECKS, Check             the checks themselves
    CheckFailed               what failed, on the smallest picture found, and the line that reproduces it

Hypothesis and pytest come with ``pip install "degrade[testing]"``; nothing here is loaded before it is used.
"""

from __future__ import annotations

import importlib
from typing import Any

from degrade.errors import MissingExtra

_HOMES = {
    **dict.fromkeys(
        ("images", "pictures", "keys", "distributions", "declarations", "recipes", "corpora"),
        "degrade.testing.strategies",
    ),
    "Picture": "degrade.testing.picture",
    "KINDS": "degrade.testing.picture",
    "LAYOUTS": "degrade.testing.picture",
    **dict.fromkeys(
        ("check_degradation", "parametrize_with_checks", "check_together", "Checked"), "degrade.testing.checking"
    ),
    "CHECKS": "degrade.testing.checks",
    "Check": "degrade.testing.check",
    **dict.fromkeys(("commutes", "evenly", "heavier", "scales", "grows"), "degrade.testing.claims"),
    **dict.fromkeys(
        ("Adapted", "plain_function", "globally_seeded", "from_albumentations", "from_torch"), "degrade.testing.adapted"
    ),
    "Subject": "degrade.testing.subject",
    "Takes": "degrade.testing.subject",
    **dict.fromkeys(("CheckFailed", "NotApplicable", "UnknownCheck"), "degrade.testing.verdict"),
}
_NEEDED = {"hypothesis": "Hypothesis", "pytest": "pytest"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.testing' has no attribute {name!r}")
    try:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        what = f"degrade.testing.{name} needs {_NEEDED[error.name]}"
        raise MissingExtra(what, 'pip install "degrade[testing]"') from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
