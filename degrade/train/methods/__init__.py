"""How networks learn: `method` is what the loop knows of it, each kind is a file with functions `needs` and `create`.

create_method   the method that trains a network of this name
needs_of        what it needs of the pairs
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from torch import nn

from degrade.train.methods.method import Method
from degrade.train.needs import Needs
from degrade.train.settings import Settings

KINDS: dict[str, str] = {
    "pix2pix_generator": "pix2pix",
    "cyclegan": "cyclegan",
    "triplet_vae": "triplet_vae",
    "triplet_mapping": "triplet_mapping",
    "triplet": "triplet",
    "deep_image_prior": "deep_image_prior",
}
"""The file of this package that trains a network, by the network's name; all others are trained by `supervised`."""


def create_method(settings: Settings, mode: str, model: nn.Module | None = None) -> Method:
    """The method for `settings.model`, or for the caller's own `model`.

    Raises
    ------
    ModelError, TrainError
        There is no such network or option, or it does not work in this mode.
    """
    method: Method = _kind(settings, model).create(settings, mode, model)
    return method


def needs_of(settings: Settings, model: nn.Module | None = None) -> Needs:
    """What the method for `settings.model`, or for the caller's own `model`, needs of the pairs.

    Raises
    ------
    TrainError
        It has no such option, or is not trained on pairs.
    """
    needs: Needs = _kind(settings, model).needs(settings)
    return needs


def _kind(settings: Settings, model: nn.Module | None) -> Any:
    kind = "supervised" if model is not None else KINDS.get(settings.model, "supervised")
    return import_module(f"degrade.train.methods.{kind}")
