"""Damage of one's own scans, cut out and kept as a bank that the step `harvested` lays over photographs.

    harvest        scans, perhaps with masks or restored versions -> a bank: Harvest      (run)
    Harvest        what was found, scan by scan
    HarvestError   scans that nothing can be harvested from as asked for

What lies on a scan is how it differs from its background: that of a blank scan (`backgrounds`), of what surrounds a
mask, of the restored picture (`pairs`). `cutting` cuts it out, `degrade.textures.shapes` says what it is, `counting`
how much of it there is and how it lies, `writing` makes the bank of it.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "harvest": "degrade.harvest.run",
    "Harvest": "degrade.harvest.run",
    "HarvestError": "degrade.harvest.errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'degrade.harvest' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
