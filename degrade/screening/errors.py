"""The error of screenings."""

from __future__ import annotations

from degrade.errors import CuredError


class ScreeningError(CuredError):
    """A screening that cannot start or cannot go on."""
