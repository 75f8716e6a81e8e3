"""The error of builds."""

from __future__ import annotations

from degrade.errors import CuredError


class BuildError(CuredError):
    """A build that cannot start or cannot finish."""
