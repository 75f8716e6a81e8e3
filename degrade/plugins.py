"""Ops from outside of this package: those of installed packages, and those of modules that were asked for.

An installed package names its modules of ops under the entry point group ``degrade.ops``; a module of one's own is
loaded by `load_plugin`, on the command line by ``--plugin``. A recipe can load nothing: it names ops, and finds those
that are there.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from degrade.errors import CuredError

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation

GROUP = "degrade.ops"
"""The entry point group: ``[project.entry-points."degrade.ops"]``, ``my_ops = "my_package.ops"``."""
_asked: dict[str, type[Degradation]] = {}


class PluginError(CuredError):
    """A module of ops that cannot be loaded, or whose ops cannot be used beside those that are there."""

    exit_code = 2


def load_plugin(module: str) -> list[str]:
    """Import a module, and make its ops known: to recipes, the command line and all that lists ops.

    Parameters
    ----------
    module : str
        A module's dotted name, or the path of a file that ends in ``.py``, whose folder becomes one of those that
        modules are imported from.

    Returns
    -------
    list of str
        The names of its ops.

    Raises
    ------
    PluginError
        There is no such module, it fails, it has no ops, or one is called like another op.
    """
    if module.endswith(".py"):
        path = Path(module).resolve()
        if not path.is_file():
            raise PluginError(f"there is no file {module}", "give a module's name, or the path of its file")
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))
        module = path.stem
    found = ops_of(_imported(module, "write ./NAME.py for a file that lies here"))
    for op in found:
        other = _asked.get(op.name, op)
        if other.__module__ != op.__module__:
            raise PluginError(f"{module} and {other.__module__} both have an op {op.name}", "rename one of the classes")
    _asked.update({op.name: op for op in found})
    return [op.name for op in found]


def registered() -> tuple[type[Degradation], ...]:
    """The ops of installed packages, then those that were asked for.

    Raises
    ------
    PluginError
        An installed package's ops cannot be loaded.
    """
    return (*_installed(), *_asked.values())


@lru_cache(maxsize=1)
def _installed() -> tuple[type[Degradation], ...]:
    found: list[type[Degradation]] = []
    for entry in entry_points(group=GROUP):
        package = entry.dist.name if entry.dist else entry.value
        found += ops_of(_imported(entry.module, f"repair or uninstall {package}"))
    return tuple(found)


def _imported(module: str, cure: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise PluginError(f"the ops of {module} cannot be loaded: {type(error).__name__}: {error}", cure) from error


def ops_of(module: ModuleType) -> list[type[Degradation]]:
    """The ops that a module defines. Raises PluginError where there are none."""
    from degrade.engine.degradation import Degradation

    here = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, Degradation)]
    found = [op for op in here if op.__module__ == module.__name__ and hasattr(op, "stage")]
    if not found:
        raise PluginError(f"{module.__name__} has no ops", "define a subclass of degrade.Degradation with a `stage`")
    return found
