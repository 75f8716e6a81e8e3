"""The degradations, one file each, found by themselves: a new op is one new file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation


@lru_cache(maxsize=1)
def degradations() -> dict[str, type[Degradation]]:
    """Every op by its name, in the order of the stages of a photograph's life, then by name."""
    from degrade.engine.degradation import Degradation

    found: dict[str, type[Degradation]] = {}
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Degradation) and thing.__module__.endswith(module.name):
                found[thing.name] = thing
    return dict(sorted(found.items(), key=lambda item: (item[1].stage, item[0])))
