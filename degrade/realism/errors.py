"""The errors of the realism suite."""

from __future__ import annotations

from degrade.errors import DegradeError


class RealismError(DegradeError):
    """Pictures that cannot be measured or compared as asked for.

    Attributes
    ----------
    what : str
        What is wrong.
    cure : str
        What to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.what}; {self.cure}"
