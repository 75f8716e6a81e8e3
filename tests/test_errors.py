"""The tree of errors."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress

import degrade
from degrade import errors


def below(root: type[errors.DegradeError]) -> Iterator[type[errors.DegradeError]]:
    for cls in root.__subclasses__():
        if cls.__module__.startswith("degrade."):
            yield cls
            yield from below(cls)


def test_the_tree_in_the_documentation_names_every_error() -> None:
    for module in pkgutil.walk_packages(degrade.__path__, "degrade.", onerror=lambda _: None):
        if not module.name.endswith("__main__"):
            with suppress(errors.MissingExtra):  # an adaptor of a library that is not here, or the trainer
                try:
                    importlib.import_module(module.name)
                except ModuleNotFoundError as error:
                    if error.name not in ("torch", "safetensors", "matplotlib"):
                        raise
    named = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert named == {cls.__name__ for cls in below(errors.DegradeError)}


def test_the_root_survives_a_process() -> None:
    assert str(pickle.loads(pickle.dumps(errors.DegradeError("what; cure")))) == "what; cure"
