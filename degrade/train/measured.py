"""The sums of pairs, by method and photograph, and the figures that they give."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.train.bootstrap import Interval, interval, photo_numbers, weights
from degrade.train.given import Given
from degrade.train.metrics import Sums, figures_of
from degrade.train.regions import Division

Figures = dict[str, Interval]
IDENTITY = "identity"
_RANKED = "psnr"
_NONE = np.empty(0)


class Measured:
    """The sums of all pairs, by method."""

    def __init__(self, methods: list[str], shown: int) -> None:
        self.methods, self._shown = methods, shown
        self.rows: list[dict[str, Any]] = []
        self._numbers: list[int] = []
        self._sums: dict[str, list[Sums]] = {method: [] for method in methods}
        self._pixels: dict[str, dict[str, float]] = {}
        self._all = 0

    def add(self, number: int, given: Given, sums: dict[str, Sums], divided: Sequence[Division]) -> None:
        """Take down a pair."""
        row: dict[str, Any] = {"key": given.key, "photo": given.photo}
        for method, prefix in ((self.methods[0], ""), (IDENTITY, f"{IDENTITY}_")):
            row |= {prefix + name: sums[method][name][0] for name in ("mse", "psnr", "ssim") if name in sums[method]}
        self.rows.append(row)
        self._numbers.append(number)
        for method in self.methods:
            self._sums[method].append(sums[method])
        self._all += given.clean.shape[0] * given.clean.shape[1]
        for group, names, labels in divided:
            counts = np.bincount(labels.ravel(), minlength=len(names) + 1)
            found = self._pixels.setdefault(group, {})
            for label, name in enumerate(names, 1):
                found[name] = found.get(name, 0) + int(counts[label])

    def shares(self) -> dict[str, dict[str, float]]:
        """How much of all pixels is what."""
        return {
            group: {name: count / self._all for name, count in found.items() if count}
            for group, found in self._pixels.items()
        }

    def extremes(self) -> list[tuple[str, int, float, float]]:
        """(rank, number, PSNR, that of identity) of the worst pairs, then of the best."""
        ranked = [
            (row[_RANKED], number, row[f"{IDENTITY}_{_RANKED}"])
            for row, number in zip(self.rows, self._numbers, strict=True)
        ]
        few = min(self._shown, -(-len(ranked) // 2))
        worst = heapq.nsmallest(few, ranked)
        best = [each for each in heapq.nlargest(few, ranked) if each not in worst]
        both = [("worst", each) for each in worst] + [("best", each) for each in best]
        return [(rank, number, psnr, before) for rank, (psnr, number, before) in both]

    def figures(self, resamples: int, seed: int) -> tuple[dict[str, Figures], dict[str, Figures], int]:
        """Figures and gains with their intervals, and the number of photographs."""
        numbers, photos = photo_numbers([row["photo"] for row in self.rows])
        tables = {method: _Table(sums, numbers, photos) for method, sums in self._sums.items()}
        drawn: dict[str, dict[str, list[Any]]] = {method: {} for method in tables}
        for chosen in weights(photos, resamples, seed) if photos > 1 else ():
            for method, table in tables.items():
                for name, values in table.figures(chosen).items():
                    drawn[method].setdefault(name, []).append(values)
        spread = {
            method: {name: np.concatenate(parts) for name, parts in found.items()} for method, found in drawn.items()
        }
        figures: dict[str, Figures] = {}
        gains: dict[str, Figures] = {}
        before = tables[IDENTITY].figures(np.ones(photos))
        for method, table in tables.items():
            values = {name: float(value) for name, value in table.figures(np.ones(photos)).items() if value == value}
            moved = {name: spread[method].get(name, _NONE) for name in values}
            figures[method] = {name: interval(value, moved[name], photos) for name, value in values.items()}
            if method != IDENTITY:
                gains[method] = {
                    name: interval(value - float(before[name]), moved[name] - spread[IDENTITY].get(name, _NONE), photos)
                    for name, value in values.items()
                }
        return figures, gains, photos


class _Table:
    """The sums of one method, a row a photograph and a column a figure's part."""

    def __init__(self, pairs: list[Sums], numbers: npt.NDArray[np.int64], photos: int) -> None:
        self.columns = list(dict.fromkeys(column for sums in pairs for column in sums))
        parts = np.zeros((2, photos, len(self.columns)))
        for sums, number in zip(pairs, numbers, strict=True):
            for place, column in enumerate(self.columns):
                if column in sums:
                    parts[:, number, place] += sums[column]
        self._above, self._below = parts

    def figures(self, chosen: npt.NDArray[np.float64]) -> dict[str, Any]:
        """Of photographs, each as often as `chosen` (photos,) or (R, photos) says: numbers or (R,) arrays."""
        above, below = chosen @ self._above, chosen @ self._below
        return figures_of(
            {column: above[..., place] for place, column in enumerate(self.columns)},
            {column: below[..., place] for place, column in enumerate(self.columns)},
        )
