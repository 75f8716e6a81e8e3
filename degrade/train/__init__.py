"""The reference trainer: a consumer of `degrade` like any other training code.

    create_model       a network by its name, with published parameter counts
    models_table       what there is, as rows for a table
    ModelError         a model that cannot be made or used as asked for

Names are loaded on their first use: only then is torch needed.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "create_model": "degrade.train.models",
    "models_table": "degrade.train.models",
    "ModelError": "degrade.train.errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.train' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
