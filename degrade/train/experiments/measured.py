"""Figures of trainings, as an experiment compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.train.bootstrap import Interval, interval, photo_numbers, weights
from degrade.train.experiments.plan import Training

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures on pairs that were not learnt from.

    Attributes
    ----------
    figures, gains : dict
        Figure (`degrade.train.metrics`) -> Interval; gains are over doing nothing to the same pictures.
    photos : list of str
        Of each pair.
    psnr : (N,) float64
        Of each pair, in dB; none for baselines.
    """

    figures: Mapping[str, Interval]
    gains: Mapping[str, Interval]
    photos: list[str] = field(default_factory=list)
    psnr: Array = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Measured:
        """From `Evaluation.to_data()` with its rows."""
        figures, gains = (
            {name: Interval(**each) for name, each in told[part].get(told["method"], {}).items()}
            for part in ("figures", "gains")
        )
        rows = told["rows"]
        return cls(figures, gains, [row["photo"] for row in rows], np.array([row["psnr"] for row in rows], np.float64))


@dataclass(frozen=True, eq=False)
class Result:
    """What came of one training.

    Attributes
    ----------
    training : Training
    told : dict
        Of its report: parameters, epochs, seconds, images_per_second, precision.
    measured : Measured or None
    real : dict or None
        On real pairs: figure -> (N,) values of each picture (`degrade.train.experiments.real`).
    """

    training: Training
    told: Mapping[str, Any]
    measured: Measured | None = None
    real: Mapping[str, Array] | None = None

    @property
    def seconds(self) -> float:
        """Of the training."""
        return float(self.told["seconds"])


@dataclass(frozen=True, eq=False)
class Results:
    """All of an experiment.

    Attributes
    ----------
    each : list of Result
    simple : dict
        Group -> baseline -> Measured.
    real : dict or None
        Of real pairs as they are: figure -> (N,), and "source" -> the source of each.
    source, photographs
        Where the crops are from, and how many photographs there were.
    grid : callable or None
        Draws what a group's networks make of test pairs, as a JPEG file (`degrade.train.experiments.grids`).
    """

    each: Sequence[Result]
    simple: Mapping[str, Mapping[str, Measured]]
    real: Mapping[str, Any] | None = None
    source: str = ""
    photographs: int = 0
    grid: Callable[[str], bytes] | None = None

    def all(self) -> Sequence[Result]:
        """In the plan's order."""
        return self.each

    def groups(self) -> list[str]:
        """As they are first named."""
        return list(dict.fromkeys(result.training.group for result in self.each if result.training.measured))

    def rows(self, group: str) -> list[Row]:
        """A group's rows, as they are first named."""
        found: dict[str, list[Result]] = {}
        for result in self.each:
            if result.training.group == group and result.training.measured:
                found.setdefault(result.training.row, []).append(result)
        return [Row(name, results) for name, results in found.items()]

    def row(self, group: str, name: str) -> Row:
        """One of them."""
        return next(row for row in self.rows(group) if row.name == name)


@dataclass(frozen=True, eq=False)
class Row:
    """The trainings that differ in their seed alone."""

    name: str
    results: list[Result]

    def value(self, figure: str) -> float | None:
        """The mean over seeds; None where a picture cannot tell it."""
        found = [each.figures.get(figure) for each in self._measured]
        values = [each.value for each in found if each is not None]
        return sum(values) / len(values) if values else None

    def gain(self, figure: str) -> float | None:
        """Over doing nothing, the mean over seeds."""
        found = [each.gains.get(figure) for each in self._measured]
        values = [each.value for each in found if each is not None]
        return sum(values) / len(values) if values else None

    def spread(self, figure: str) -> float | None:
        """The standard deviation between seeds; None for a single one."""
        values = [each.figures[figure].value for each in self._measured if figure in each.figures]
        return float(np.std(values, ddof=1)) if len(values) > 1 else None

    def interval(self) -> Interval:
        """Of PSNR over photographs, each pair's PSNR being meaned over seeds."""
        return over_photos(self._psnr, self._measured[0].photos)

    def over(self, other: Row) -> Interval:
        """PSNR over that of another row on the same pairs, in dB."""
        return over_photos(self._psnr - other._psnr, self._measured[0].photos)

    @property
    def _measured(self) -> list[Measured]:
        return [each.measured for each in self.results if each.measured is not None]

    @property
    def _psnr(self) -> Array:
        mean: Array = np.mean([each.psnr for each in self._measured], axis=0)
        return mean

    def told(self, name: str) -> float:
        """Of the trainings' reports, the mean over seeds."""
        return float(np.mean([each.told[name] for each in self.results]))


def over_photos(values: Array, photos: Sequence[str]) -> Interval:
    """The mean of pairs' `values` (N,), and its interval if other photographs had been taken. NaN tell nothing."""
    numbers, count = photo_numbers(photos)
    told = ~np.isnan(values)
    sums = np.bincount(numbers, np.where(told, values, 0), count)
    pairs = np.bincount(numbers, told, count)
    if not pairs.sum():
        return Interval(float("nan"))
    drawn = [np.empty(0)]
    with np.errstate(invalid="ignore"):
        drawn += [chosen @ sums / (chosen @ pairs) for chosen in weights(count)] if count > 1 else []
    return interval(float(sums.sum() / pairs.sum()), np.concatenate(drawn), count)
