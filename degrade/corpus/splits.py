"""Splits: which photographs train, which validate, which test.

A split is an interval of the hash of the photo's key, or of its group's name, so neither a seed nor another photograph
moves one, and all recipes divide a corpus alike. `train` comes first, then the others by name. A source may impose
splits on its photographs, which then are not divided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from degrade.corpus.columns import Numbers
from degrade.corpus.listing import CorpusError, Photograph
from degrade.corpus.photographs import Photographs
from degrade.corpus.units import Units
from degrade.recipes.output import SPLIT, Part

_END = 1 << 64
_TOLERANCE = Fraction(1, 1_000_000)
NONE = -1
"""The code of a photograph that is in no split."""


@dataclass(frozen=True)
class Division:
    """Which photographs are in which split.

    Attributes
    ----------
    names : list of str
        Those asked for and those that the source imposes; `train` first, then by name.
    codes : (N,) int16
        The place of each photograph's split among them, or `NONE`.
    """

    names: list[str]
    codes: Numbers

    def members(self, name: str) -> Numbers:
        """The places of a split's photographs, ascending."""
        return np.flatnonzero(self.codes == self.names.index(name)).astype(np.uint32)


def assign_splits(photographs: Iterable[Photograph], splits: Mapping[str, Part]) -> dict[str, str]:
    """The split of each photograph that is in one, by its key; see `divide`."""
    columns = Photographs.of(photographs)
    division = divide(columns, splits)
    codes = zip(columns.keys(), division.codes.tolist(), strict=True)
    return {key.decode(): division.names[code] for key, code in codes if code != NONE}


def divide(photographs: Photographs, splits: Mapping[str, Part]) -> Division:
    """Divide photographs, in any order, into splits.

    Parameters
    ----------
    splits : mapping
        Name -> a share (a float above 0), a number of photographs (an int above 0), or numbers by class. Numbers are
        taken from the low end of the hash; shares divide what they leave, and sum to 1. If at least as many photographs
        (or groups) are left as there are shares, no split stays empty: the nearest by hash moves over. What numbers by
        class leave over, without shares, is in no split.

    Raises
    ------
    CorpusError
        For shares that do not sum to 1, other values, more photographs asked for than there are, groups that do not add
        up to a number, or a split that the source imposes and no split can be called.
    """
    asked = sorted(splits, key=train_first)
    shares = _shares({name: splits[name] for name in asked if not isinstance(splits[name], int | Mapping)})
    numbers = [part for name in asked for part in _numbers(splits[name])]
    if not asked or any(isinstance(number, bool) or not isinstance(number, int) or number < 1 for number in numbers):
        raise CorpusError(f"splits {dict(splits)}: each is a share such as 0.9 or a number of photographs from 1")
    names = sorted({*asked, *_imposed_names(photographs)}, key=train_first)
    units = Units(photographs, names)
    if len(units):
        _check_numbers({name: part for name in asked if isinstance(part := splits[name], int)}, shares, splits, units)
    for name in asked:
        part = splits[name]
        if isinstance(part, int):
            units.take(part, names.index(name), name)
        elif isinstance(part, Mapping):
            units.take_by_class(part, names.index(name), name)
    if shares:
        _divide(units, {names.index(name): share for name, share in shares.items()})
    return Division(names, units.photograph_codes())


def train_first(name: str) -> tuple[bool, str]:
    """The order of splits."""
    return name != "train", name


def _numbers(part: Part) -> list[int]:
    if isinstance(part, Mapping):
        return list(part.values()) or [0]
    return [part] if isinstance(part, int) else []


def _imposed_names(photographs: Photographs) -> list[str]:
    splits = photographs.table.splits
    if splits is None:
        return []
    there = np.unique(splits.codes[photographs.rows]).tolist()
    names = [splits.values[code] for code in there if splits.values[code]]
    for name in names:
        if not SPLIT.fullmatch(name):
            cure = "use small letters, digits and _, such as train, val and test"
            raise CorpusError(f"the source has a split {name!r}, which is no name of a split; {cure}")
    return names


def _shares(values: Mapping[str, Part]) -> dict[str, Fraction]:
    """Shares as exact fractions of their sum; the decimals are read as they are written, so 0.9 is nine tenths."""
    exact = {}
    for name, value in values.items():
        if not isinstance(value, float) or not math.isfinite(value) or value <= 0:
            raise CorpusError(
                f"split {name!r} is {value!r}; give a share such as 0.9 or a number of photographs from 1"
            )
        exact[name] = Fraction(str(float(value)))
    total = sum(exact.values(), Fraction())
    if exact and abs(total - 1) > _TOLERANCE:
        raise CorpusError(f"the shares of the splits sum to {float(total):g}; they must sum to 1")
    return {name: share / total for name, share in exact.items()}


def _check_numbers(
    counts: Mapping[str, int], shares: Mapping[str, Fraction], splits: Mapping[str, Part], units: Units
) -> None:
    wanted, available = sum(counts.values()), units.photographs_left
    if not counts:
        return
    asked = ", ".join(f"{name}: {count}" for name, count in counts.items())
    if wanted > available or available - wanted < len(shares):
        others = f" and leave none for {', '.join(shares)}" if wanted <= available else ""
        raise CorpusError(f"the splits ({asked}) take {wanted} of {available} photographs{others}; ask for fewer")
    if len(counts) == len(splits) and wanted < available:
        cure = "give one split a share instead, such as train: 1.0"
        raise CorpusError(f"the splits ({asked}) leave {available - wanted} of {available} photographs over; {cure}")


def _divide(units: Units, shares: Mapping[int, Fraction]) -> None:
    """Give each free unit to the split (by code) in whose share's interval of [low, 2^64) its hash lies."""
    low = units.low
    total = Fraction()
    bounds = [low]
    for share in shares.values():
        total += share
        bounds.append(low + math.floor(total * (_END - low)))
    free = units.codes == NONE
    ends = [int(np.searchsorted(units.orders, np.uint64(bound))) for bound in bounds[1:-1]] + [len(units)]
    counts = []
    start = 0
    for code, end in zip(shares, ends, strict=True):
        units.codes[start:end][free[start:end]] = code
        counts.append(int(np.count_nonzero(free[start:end])))
        start = end
    if 0 in counts and sum(counts) >= len(counts):
        _fill(units, np.flatnonzero(free), list(shares), counts, bounds)


def _fill(units: Units, free: Numbers, codes: list[int], counts: list[int], bounds: list[int]) -> None:
    """Give each split without units the one whose hash is nearest to its interval, of those that leave none empty."""
    for place, code in enumerate(codes):
        if counts[place]:
            continue
        giving = [code for code, count in zip(codes, counts, strict=True) if count > 1]
        may_go = free[np.isin(units.codes[free], giving)]
        start, end = bounds[place], bounds[place + 1]
        best: tuple[int, int, int] | None = None
        for candidate in _candidates(units.orders[may_go], start, end):
            unit = int(may_go[candidate])
            order = int(units.orders[unit])
            away = start - order if order < start else order - end + 1
            best = min(best or (away, order, unit), (away, order, unit))
        assert best is not None
        counts[codes.index(int(units.codes[best[2]]))] -= 1
        counts[place] += 1
        units.codes[best[2]] = code


def _candidates(orders: Numbers, start: int, end: int) -> Iterable[int]:
    """The places of the sorted `orders` that may be nearest to [start, end): those beside it."""
    below = int(np.searchsorted(orders, np.uint64(min(start, _END - 1)), side="left"))
    above = int(np.searchsorted(orders, np.uint64(min(end, _END - 1)), side="left"))
    first = int(np.searchsorted(orders, orders[below - 1], side="left")) if below else 0
    return {place for place in (first, below, above) if 0 <= place < len(orders)}
