"""The error of harvesting."""

from __future__ import annotations

from degrade.errors import CuredError


class HarvestError(CuredError):
    """Scans that nothing can be harvested from as asked for."""

    exit_code = 2
