"""Ops from outside of this package: those of installed packages, and those of modules that were asked for.

An installed package names its modules of ops under the entry point group ``degrade.ops``; a module of one's own is
loaded by `load_plugin`, on the command line by ``--plugin``. A recipe can load nothing: it names ops, and finds those
that are there. Installed packages are only asked for an op that is neither ours nor of a module that was asked for, and
where ops are listed.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import CodeType, ModuleType
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


def asked() -> dict[str, type[Degradation]]:
    """The ops of modules that were asked for, by name."""
    return _asked


def installed() -> tuple[type[Degradation], ...]:
    """The ops of installed packages, loaded by the first call.

    Raises
    ------
    PluginError
        A package's ops cannot be loaded.
    """
    return _installed()


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


# --- what their code is -----------------------------------------------------------------------------------------------

_OURS = __name__.partition(".")[0]


def plugin_digests(steps: Iterable[object]) -> dict[str, str]:
    """What code the steps run that is not this package's.

    Parameters
    ----------
    steps : iterable of Degradation or group
        All of a recipe, those within groups among them.

    Returns
    -------
    dict
        A hash of the source text, as 32 hex digits, by the name of the package or module. Of a package that is all its
        Python files; of a module in no package its own file. Other packages that these import are not known of.
    """
    kinds = dict.fromkeys(kind for step in steps for kind in type(step).__mro__)
    others = [kind for kind in kinds if _home(kind) not in (_OURS, *_LANGUAGE)]
    found: dict[str, str] = {}
    for home in dict.fromkeys(map(_home, others)):
        digest = hashlib.blake2b(digest_size=16, person=b"degrade.plugin")
        files = _files(sys.modules.get(home))
        for name, path in files:
            data = path.read_bytes()
            digest.update(f"{name} {len(data)}\n".encode() + data)
        if not files:  # typed at a prompt or in a notebook: the code is all there is
            for kind in others:
                if _home(kind) == home:
                    digest.update(_compiled(kind))
        found[home] = digest.hexdigest()
    return dict(sorted(found.items()))


_LANGUAGE = ("builtins", "abc", "typing")


def _home(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _files(module: ModuleType | None) -> list[tuple[str, Path]]:
    """The Python files of a package by their places in it, or a module's own; none for one without files."""
    folders = [Path(folder) for folder in getattr(module, "__path__", ())]
    if folders:
        return sorted((path.relative_to(top).as_posix(), path) for top in folders for path in top.rglob("*.py"))
    file = getattr(module, "__file__", None)
    return [(Path(file).name, Path(file))] if file and Path(file).is_file() else []


def _compiled(kind: type) -> bytes:
    """The byte code of a class's functions, without the places that they were written at."""
    functions = [(name, getattr(thing, "__func__", thing)) for name, thing in sorted(vars(kind).items())]
    parts = [(name, _plain(function.__code__)) for name, function in functions if hasattr(function, "__code__")]
    return repr((kind.__qualname__, parts)).encode("utf-8", "backslashreplace")


def _plain(code: CodeType) -> tuple[object, ...]:
    consts = tuple(_plain(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, consts, code.co_names, code.co_varnames
