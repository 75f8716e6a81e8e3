"""The errors of the realism suite."""

from __future__ import annotations

from degrade.errors import CuredError


class RealismError(CuredError):
    """Pictures that cannot be measured or compared as asked for."""

    exit_code = 2
