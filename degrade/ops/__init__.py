"""The degradations, one file each, found by themselves: a new op is one new file in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from degrade.plugins import PluginError, asked, installed, registered

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


class KnownOps(Mapping[str, "type[Degradation]"]):
    """Every op by its name, as `degradations` has them, for looking up: ours come first, then those of plugins that
    were asked for; only for a name of neither, or where all are counted or listed, are those of installed packages
    loaded, which may raise PluginError."""

    def __getitem__(self, name: str) -> type[Degradation]:
        found = _ours().get(name) or asked().get(name) or next((op for op in installed() if op.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(degradations())

    def __len__(self) -> int:
        return len(degradations())


@lru_cache(maxsize=8)
def _with(others: tuple[type[Degradation], ...]) -> dict[str, type[Degradation]]:
    found = dict(_ours())
    for op in others:
        if op.name in found and found[op.name] is not op:
            raise PluginError(f"{op.__module__} has an op {op.name}, which there is already", "rename its class")
        found[op.name] = op
    return dict(sorted(found.items(), key=lambda item: (item[1].stage, item[0])))


@lru_cache(maxsize=1)
def _ours() -> dict[str, type[Degradation]]:
    from degrade.engine.degradation import Degradation

    found: dict[str, type[Degradation]] = {}
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Degradation) and thing.__module__.endswith(module.name):
                found[thing.name] = thing
    return found
