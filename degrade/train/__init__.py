"""The reference trainer: models, the loop that trains them, and what comes out of it.

    train             settings, or keyword arguments, to a trained network and its files: Report
    Settings          everything that a training can be told, each field with its help and bounds
    load_checkpoint   a checkpoint's network, ready to use, and what is known of it
    fit_prior         Deep Image Prior: a network fitted to a single picture, which restores it
    create_model      a network by its name, with published parameter counts
    models_table      what networks there are, as rows for a table
    evaluate          what a network is worth on pairs, beside doing nothing and simple filters: Evaluation
    restore           pictures of one's own, restored: Restoration
    Restorer          a network as a function from picture to picture, of any size

It consumes `degrade` as any other training code would, through the public names. PyTorch comes with
``pip install "degrade[train]"``; nothing here is loaded before it is used.
"""

from __future__ import annotations

import importlib
from typing import Any

from degrade.errors import MissingExtra

_HOMES = {
    "train": "degrade.train.loop",
    "Report": "degrade.train.outcome",
    "Settings": "degrade.train.settings",
    "TrainError": "degrade.train.errors",
    "SettingsError": "degrade.train.errors",
    "CheckpointError": "degrade.train.errors",
    "fit_prior": "degrade.train.prior",
    "Fitted": "degrade.train.prior",
    "load_checkpoint": "degrade.train.checkpoint",
    "create_model": "degrade.train.models",
    "models_table": "degrade.train.models",
    "ModelError": "degrade.train.errors",
    "evaluate": "degrade.train.evaluation",
    "Evaluation": "degrade.train.evaluation",
    "restore": "degrade.train.restoring",
    "Restoration": "degrade.train.restoring",
    "Restorer": "degrade.train.restorer",
}
_NEEDED = {"torch": "PyTorch", "safetensors": "safetensors", "matplotlib": "matplotlib"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.train' has no attribute {name!r}")
    try:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        raise MissingExtra(f"training needs {_NEEDED[error.name]}", 'pip install "degrade[train]"') from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
