"""The errors of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from degrade.errors import CuredError


class TrainError(CuredError):
    """A training that cannot start or go on."""


class ModelError(CuredError):
    """A model that cannot be made or used as asked for."""

    exit_code = 2


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
