"""Whether a fitted recipe is kept, and its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.report import report
from degrade.realism.fitting.result import Fitted
from degrade.realism.fitting.writing import written
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing


@dataclass(frozen=True)
class Outcome:
    """Whether the fitted recipe is better than the start, on photographs that were not fitted to, and in words."""

    better: bool
    words: str


def verdict(before: Figures, after: Figures) -> Outcome:
    """By the same cost that was made small (`degrade.realism.fitting.judged.cost_of`)."""
    figures = (
        f"AUC {before.auc.value:.3f} -> {after.auc.value:.3f}, MMD {before.mmd.value:.3f} -> {after.mmd.value:.3f}, "
        f"cost {before.cost:.2f} -> {after.cost:.2f}, {after.photographs} photographs"
    )
    if after.cost < before.cost:
        return Outcome(True, f"The fitted recipe is nearer to the held-out photographs than the start: {figures}.")
    words = f"The fitted recipe is worse than the start on the held-out photographs: {figures}."
    return Outcome(False, f"{words} The start's values are kept.")


def keep(fitted: Fitted) -> None:
    """Write fit.json and fit.md to the fit's folder, and last the recipe. Raises WriteError."""
    data = json.dumps(fitted.to_data(), indent=1)
    for name, text in (("fit.json", data), ("fit.md", report(fitted))):
        _write(fitted.folder / name, f"{text.rstrip()}\n")
    _write(fitted.out, written(fitted))


def _write(path: Path, text: str) -> None:
    """All or nothing, since a fit does not go on where there is a recipe; its name is the last thing that is done."""
    with writing(path):
        write_durably(path, text.encode(), last=False)
