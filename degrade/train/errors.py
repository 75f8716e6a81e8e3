"""The errors of training."""

from __future__ import annotations

from degrade.errors import DegradeError


class ModelError(DegradeError):
    """A model that cannot be made or used as asked for.

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
