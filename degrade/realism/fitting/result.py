"""What comes out of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from degrade.realism.fitting.judged import Figures
from degrade.realism.fitting.readings import Reading
from degrade.realism.fitting.toning import Toning
from degrade.recipes import Recipe

STORY = "story"
"""Where a value of the recipe's story lies, in place of a step's address."""


@dataclass(frozen=True)
class Value:
    """A value of the recipe that the fit changed.

    Attributes
    ----------
    name : str
        The knob, such as ``grain.strength``; jpeg.quality, tone and story.plate for what files, colours and forms tell
        by themselves.
    how : str
        read (set to what photographs say), weighted (moved by how real pictures look), estimated (turned until pictures
        measure like photographs), searched.
    turned : str
        What was done to it, such as "× 1.8"; of what was set, what was counted, or "".
    reading : Reading or None
        What tells it.
    simulated : float or None
        The median of that figure in pictures of the start.
    steps : dict
        Address of a step, or STORY -> (before, after), as plain data.
    """

    name: str
    how: str
    turned: str
    reading: Reading | None
    simulated: float | None
    steps: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Half:
    """One half of the photographs: the start and the fitted recipe beside them, and clean pictures.

    Attributes
    ----------
    clean, before, after : Figures
    floor, floor_spread : float
        AUC of two halves of these photographs.
    """

    clean: Figures
    before: Figures
    after: Figures
    floor: float
    floor_spread: float


@dataclass(frozen=True)
class Fitted:
    """A recipe fitted to photographs.

    Attributes
    ----------
    recipe : Recipe
        What was written: the fitted one, or the start where that is not worse.
    kept : bool
        Whether it is the fitted one.
    words : str
        What came out, in a sentence.
    start : str
        The recipe that it began from.
    presets : dict
        Of the start, as plain data; the written recipe has them too.
    values : tuple of Value
        What was fitted, kept or not.
    readings : tuple of Reading
        Of the calibration half.
    toning : Toning
    calibration, held_out : Half
    photographs, left_out : int
        Photographs that were measured, and files that could not be.
    clean_photos : int
    trials : int
    warnings : tuple of str
    seed : int
    out, folder : Path
        The recipe's file, and where trials and figures lie.
    """

    recipe: Recipe
    kept: bool
    words: str
    start: str
    presets: Mapping[str, Any]
    values: tuple[Value, ...]
    readings: tuple[Reading, ...]
    toning: Toning
    calibration: Half
    held_out: Half
    photographs: int
    left_out: int
    clean_photos: int
    trials: int
    warnings: tuple[str, ...]
    seed: int
    out: Path
    folder: Path

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON; the recipe as its fingerprint, places by their last component."""
        return {
            "recipe": self.out.name, "fingerprint": self.recipe.fingerprint, "start": self.start, "kept": self.kept,
            "words": self.words, "photographs": self.photographs, "left_out": self.left_out,
            "clean_photos": self.clean_photos, "trials": self.trials, "seed": self.seed,
            "warnings": list(self.warnings), "readings": [asdict(one) for one in self.readings],
            "toning": asdict(self.toning), "values": [asdict(one) for one in self.values],
            "calibration": _half(self.calibration), "held_out": _half(self.held_out),
        }  # fmt: skip


def _half(half: Half) -> dict[str, Any]:
    sets = {name: getattr(half, name).to_data() for name in ("clean", "before", "after")}
    return {"floor": {"auc": half.floor, "spread": half.floor_spread}, **sets}
