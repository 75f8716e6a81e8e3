"""The error of builds."""

from __future__ import annotations

from degrade.errors import DegradeError


class BuildError(DegradeError):
    """A build that cannot start or cannot finish.

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
