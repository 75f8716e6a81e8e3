"""The error of screenings."""

from __future__ import annotations

from degrade.errors import DegradeError


class ScreeningError(DegradeError):
    """A screening that cannot start or cannot go on.

    Attributes
    ----------
    what : str
        What is wrong, in one line.
    cure : str
        What to do about it.
    exit_code : int
        1 failed, 2 wrong usage.
    """

    def __init__(self, what: str, cure: str, exit_code: int = 1) -> None:
        super().__init__(what, cure, exit_code)
        self.what = what
        self.cure = cure
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.what}; {self.cure}"
