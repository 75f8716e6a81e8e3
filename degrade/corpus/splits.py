"""Splits: which photographs train, which validate, which test.

A split is an interval of the hash of the photo's key, so neither a seed nor another photograph moves one, and all
recipes divide a corpus alike. `train` comes first, then the others by name.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from fractions import Fraction

from degrade.corpus.listing import CorpusError, Photograph

_END = 1 << 64
_TOLERANCE = Fraction(1, 1_000_000)


def assign_splits(photographs: Iterable[Photograph], splits: Mapping[str, float | int]) -> dict[str, str]:
    """The split of each photograph, by its key.

    Parameters
    ----------
    photographs : iterable of Photograph
        In any order.
    splits : mapping
        Name -> a share (a float above 0) or a number of photographs (an int above 0). Whole numbers are taken from the
        low end of the hash; shares divide what they leave, and sum to 1. If at least as many photographs are left as
        there are shares, no split stays empty: the photograph nearest by hash moves over.

    Raises
    ------
    CorpusError
        For shares that do not sum to 1, other values, or more photographs asked for than there are.
    """
    ordered = sorted(photographs, key=lambda photograph: (photograph.order, photograph.key))
    names = sorted(splits, key=lambda name: (name != "train", name))
    counts = {name: value for name in names if isinstance(value := splits[name], int)}
    shares = _shares({name: splits[name] for name in names if name not in counts})
    if not names or any(isinstance(count, bool) or count < 1 for count in counts.values()):
        raise CorpusError(f"splits {dict(splits)}: each is a share such as 0.9 or a number of photographs from 1")
    if not ordered:
        return {}
    _check_counts(counts, shares, len(ordered))

    assigned: dict[str, str] = {}
    for name, count in counts.items():
        start = len(assigned)
        assigned |= {photograph.key: name for photograph in ordered[start : start + count]}
    left = ordered[len(assigned) :]
    if shares:
        low = ordered[len(assigned) - 1].order + 1 if assigned else 0
        for name, members in _divide(left, shares, low).items():
            assigned |= {photograph.key: name for photograph in members}
    return assigned


def _shares(values: Mapping[str, float]) -> dict[str, Fraction]:
    """Shares as exact fractions of their sum; the decimals are read as they are written, so 0.9 is nine tenths."""
    for name, value in values.items():
        if not isinstance(value, float) or not math.isfinite(value) or value <= 0:
            raise CorpusError(
                f"split {name!r} is {value!r}; give a share such as 0.9 or a number of photographs from 1"
            )
    exact = {name: Fraction(str(float(value))) for name, value in values.items()}
    total = sum(exact.values(), Fraction())
    if exact and abs(total - 1) > _TOLERANCE:
        raise CorpusError(f"the shares of the splits sum to {float(total):g}; they must sum to 1")
    return {name: share / total for name, share in exact.items()}


def _check_counts(counts: Mapping[str, int], shares: Mapping[str, Fraction], available: int) -> None:
    wanted = sum(counts.values())
    if not counts:
        return
    asked = ", ".join(f"{name}: {count}" for name, count in counts.items())
    if wanted > available or available - wanted < len(shares):
        others = f" and leave none for {', '.join(shares)}" if wanted <= available else ""
        raise CorpusError(f"the splits ({asked}) take {wanted} of {available} photographs{others}; ask for fewer")
    if not shares and wanted < available:
        cure = "give one split a share instead, such as train: 1.0"
        raise CorpusError(f"the splits ({asked}) leave {available - wanted} of {available} photographs over; {cure}")


def _divide(ordered: list[Photograph], shares: Mapping[str, Fraction], low: int) -> dict[str, list[Photograph]]:
    """The photographs in each share's interval of [low, 2^64)."""
    names = list(shares)
    bounds = [low]
    total = Fraction()
    for share in shares.values():
        total += share
        bounds.append(low + math.floor(total * (_END - low)))
    members: dict[str, list[Photograph]] = {name: [] for name in names}
    for photograph in ordered:
        members[names[min(bisect_right(bounds, photograph.order) - 1, len(names) - 1)]].append(photograph)
    if len(ordered) >= len(names):
        for name, start, end in zip(names, bounds, bounds[1:], strict=False):
            if not members[name]:
                members[name].append(_nearest(members, start, end))
    return members


def _nearest(members: Mapping[str, list[Photograph]], start: int, end: int) -> Photograph:
    """Take out the photograph whose hash is nearest to [start, end), of those that leave no split empty."""

    def distance(photograph: Photograph) -> tuple[int, int, str]:
        away = start - photograph.order if photograph.order < start else photograph.order - end + 1
        return away, photograph.order, photograph.key

    giver, nearest = min(
        ((group, photograph) for group in members.values() if len(group) > 1 for photograph in group),
        key=lambda pair: distance(pair[1]),
    )
    giver.remove(nearest)
    return nearest
