"""Each trial as a line of a file, so that a fit that was killed repeats none and ends the same."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from degrade.realism.errors import RealismError
from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.knobs import Settings
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.bootstrap import Interval

FILE = "trials.jsonl"
Evaluate = Callable[[Settings], Figures]
Told = Callable[[str, int], None]
"""Told the stage and the number of a trial that is done."""


class Trials:
    """The trials of a fit in their order. A trial that the file has is read instead of made.

    Parameters
    ----------
    folder : Path
        Where `trials.jsonl` lies; made if need be.
    about : dict
        What the trials hang on, as plain data: another fit's file is refused.
    evaluate : callable
        Settings -> Figures.
    told : callable, optional

    Raises RealismError where the folder holds another fit's trials, WriteError where nothing can be written.
    """

    def __init__(self, folder: Path, about: dict[str, Any], evaluate: Evaluate, told: Told | None = None) -> None:
        self._path, self._evaluate, self._told = folder / FILE, evaluate, told
        self.seconds = 0.0
        """What the trials so far took, those of earlier runs included."""
        self.number = 0
        self._known = [json.loads(line) for line in opened(self._path, about)]

    @property
    def resumed(self) -> int:
        """Trials that the file had."""
        return len(self._known)

    def __call__(self, stage: str, settings: Settings) -> Figures:
        """The figures of these settings, as trial `number`, which goes up by one."""
        row = self._known[self.number] if self.number < len(self._known) else None
        if row is not None and row["settings"] != settings:
            self._forget()
            row = None
        row = row or self._made(stage, settings)
        self.number += 1
        self.seconds += row["seconds"]
        if self._told is not None:
            self._told(stage, self.number)
        return figures_of(row)

    def _forget(self) -> None:
        """The trials from `number` on, of a search that went another way: of another length, say."""
        del self._known[self.number :]
        lines = self._path.read_text("utf-8").splitlines(keepends=True)[: 1 + self.number]
        with writing(self._path):
            write_durably(self._path, "".join(lines).encode())

    def _made(self, stage: str, settings: Settings) -> dict[str, Any]:
        started = time.monotonic()
        figures = self._evaluate(settings)
        row = {
            "trial": self.number, "stage": stage, "settings": settings, **figures.to_data(),
            "seconds": round(time.monotonic() - started, 3),
        }  # fmt: skip
        with writing(self._path), self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(row) + "\n")
        return row


def opened(path: Path, about: dict[str, Any]) -> list[str]:
    """The lines of an earlier run behind the head that says what they hang on; the file is made where there is none.

    Raises RealismError where the file is another fit's, WriteError where nothing can be written.
    """
    head = json.dumps({"fit": about}, sort_keys=True)
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    lines = _whole_lines(path)
    if lines and lines[0] != head:
        what = f"{path} has the trials of another fit (other photographs, recipe, seed or version)"
        raise RealismError(what, f"remove {path.parent}, or give another --out")
    whole = "".join(f"{line}\n" for line in lines or [head]).encode()
    if not path.exists() or path.read_bytes() != whole:  # never cut what a kill would then lose
        with writing(path):
            write_durably(path, whole)
    return lines[1:]


def _whole_lines(path: Path) -> list[str]:
    """The file's lines, without one that a kill cut off."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    return text[: text.rfind("\n") + 1].splitlines()


def figures_of(row: dict[str, Any]) -> Figures:
    """The figures of a line."""
    return Figures(
        row["photographs"], row["pictures"], Interval(**row["auc"]), Interval(**row["mmd"]), row["within"],
        row["gaps"], row["divergence"], row["steps"], row["cost"],
    )  # fmt: skip
