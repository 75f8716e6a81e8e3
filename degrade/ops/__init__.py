"""The degradations, one file each, found by themselves: a new op is one new file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import TYPE_CHECKING

from degrade.plugins import PluginError, registered

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation


def degradations() -> dict[str, type[Degradation]]:
    """Every op by its name, in the order of the stages of a photograph's life, then by name; those of installed
    packages and of plugins that were asked for (`degrade.plugins`) among them.

    Raises
    ------
    PluginError
        An op from outside cannot be loaded, or is called like one of ours.
    """
    return _with(registered())


@lru_cache(maxsize=8)
def _with(others: tuple[type[Degradation], ...]) -> dict[str, type[Degradation]]:
    found = _ours()
    for op in others:
        if op.name in found and found[op.name] is not op:
            raise PluginError(f"{op.__module__} has an op {op.name}, which there is already", "rename its class")
        found[op.name] = op
    return dict(sorted(found.items(), key=lambda item: (item[1].stage, item[0])))


def _ours() -> dict[str, type[Degradation]]:
    from degrade.engine.degradation import Degradation

    found: dict[str, type[Degradation]] = {}
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Degradation) and thing.__module__.endswith(module.name):
                found[thing.name] = thing
    return found
