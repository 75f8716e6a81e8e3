"""The errors of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from degrade.errors import DegradeError


class TrainError(DegradeError):
    """A training that cannot start or go on.

    Attributes
    ----------
    what : str
        What is wrong.
    cure : str
        What to do about it.
    exit_code : int
        1 failed, 2 wrong usage.
    """

    def __init__(self, what: str, cure: str = "", exit_code: int = 1) -> None:
        super().__init__(what, cure, exit_code)
        self.what = what
        self.cure = cure
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.what}; {self.cure}" if self.cure else self.what


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


class CheckpointError(TrainError):
    """A checkpoint that is not there, is damaged, or does not fit."""


class SettingsError(TrainError, ValueError):
    """Settings with mistakes; `problems` lists all of them, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems), "", 2)

    def __str__(self) -> str:
        return self.what

    def __reduce__(self) -> Any:
        return type(self), (self.problems,)


def no_checkpoint() -> TrainError:
    """The error of a restoration for which no network is named."""
    what = "restoring needs a trained network, and --checkpoint names none"
    if Path("run/best.safetensors").is_file():
        return TrainError(what, "one was trained in the folder run: add --checkpoint run", 2)
    cure = "train one: `degrade train --recipe old_photos --source PHOTOS --out run`, then add --checkpoint run"
    return TrainError(what, cure, 2)
