"""How networks learn: `method` is what the loop knows of it, each kind is a file with a function `create`.

create_method   the method that trains a network of this name
"""

from __future__ import annotations

from importlib import import_module

from torch import nn

from degrade.train.methods.method import Method
from degrade.train.settings import Settings

KINDS: dict[str, str] = {}
"""The file of this package that trains a network, by the network's name; all others are trained by `supervised`."""


def create_method(settings: Settings, mode: str, model: nn.Module | None = None) -> Method:
    """The method for `settings.model`, or for the caller's own `model`.

    Raises
    ------
    ModelError, TrainError
        There is no such network or option, or it does not work in this mode.
    """
    kind = "supervised" if model is not None else KINDS.get(settings.model, "supervised")
    method: Method = import_module(f"degrade.train.methods.{kind}").create(settings, mode, model)
    return method
