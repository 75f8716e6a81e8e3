"""What is divided into splits: single photographs, and groups that must not be torn apart."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from degrade.corpus.columns import Codes, Numbers, chunks
from degrade.corpus.keys import hash_of
from degrade.corpus.listing import CorpusError
from degrade.corpus.photographs import Photographs

_FREE = -1


class Units:
    """Photographs and groups of them, by ascending hash of the photo's key or of the group's name.

    A split that the source imposes on a photograph takes the others of its group along.

    Parameters
    ----------
    photographs : Photographs
    names : sequence of str
        The splits; a code is a place among them.

    Attributes
    ----------
    orders : (U,) uint64
        The hash of each unit.
    codes : (U,) int16
        The split that each is in, -1 while it is in none.
    low : int
        Up to where units were taken by number with none left between them: where the interval of the shares begins.
    """

    def __init__(self, photographs: Photographs, names: Sequence[str]) -> None:
        self._photographs = photographs
        self.orders, self._unit_of = _ordered(photographs)
        alone = len(self.orders) == len(photographs)
        self._sizes = np.ones(len(photographs), np.uint8) if alone else np.bincount(self._unit_of)
        self._imposed = _imposed(photographs, names)
        self._left_over = np.zeros(len(photographs), bool)
        self.codes = np.full(len(self.orders), _FREE, np.int16)
        fixed = np.flatnonzero(self._imposed != _FREE)[::-1]  # backwards, so that the first one of a group decides
        self.codes[self._unit_of[fixed]] = self._imposed[fixed]
        self.low = 0

    def free(self) -> Numbers:
        """The units that are in no split, ascending."""
        return np.flatnonzero(self.codes == _FREE)

    @property
    def photographs_left(self) -> int:
        """How many photographs are in no split."""
        return int(self._sizes[self.codes == _FREE].sum())

    def photograph_codes(self) -> Numbers:
        """(N,) int16: the split of each photograph, -1 for none."""
        by_unit = np.where(self._left_over, np.int16(_FREE), self.codes[self._unit_of])
        return np.where(self._imposed == _FREE, by_unit, self._imposed)

    def take(self, count: int, code: int, name: str) -> None:
        """Put the first `count` free photographs into a split; groups that do not fit any more are passed over.

        Raises CorpusError if no more groups fit.
        """
        free = self.free()
        sums = np.cumsum(self._sizes[free], dtype=np.int64)
        whole = int(np.searchsorted(sums, count, side="right"))
        self.codes[free[:whole]] = code
        left = count - (int(sums[whole - 1]) if whole else 0)
        if not left:
            self.low = int(self.orders[free[whole - 1]]) + 1
            return
        self.low = 0
        for unit in free[whole:].tolist():
            if self._sizes[unit] <= left:
                self.codes[unit] = code
                left -= int(self._sizes[unit])
        if left:
            raise _uneven(f"{name}: {count}", f"{count - left} photographs")

    def take_by_class(self, counts: Mapping[str, int], code: int, name: str) -> None:
        """Put as many free photographs of each class as `counts` says into a split, the first by hash. Of a group that
        is taken, photographs of other classes are in no split.

        Raises CorpusError if there are not as many, or no more groups fit.
        """
        labels = self._photographs.table.labels
        if labels is None:
            cure = "add class_by to the source, such as {path: …, class_by: {folder: 1}}"
            raise CorpusError(f"split {name} asks for classes, and the source has none; {cure}")
        self.low = 0
        wanted = np.full(len(labels.values), _FREE)
        for place, label in enumerate(counts):
            wanted[_code_of(label, labels, name)] = place
        class_of = wanted[labels.codes[self._photographs.rows]]
        candidate = (class_of != _FREE) & (self.codes[self._unit_of] == _FREE)
        if (self._sizes == 1).all():
            for place, (label, count) in enumerate(counts.items()):
                units = np.sort(self._unit_of[candidate & (class_of == place)])
                self._check_enough(label, count, len(units), name)
                self.codes[units[:count]] = code
            return
        self._take_groups(counts, class_of, candidate, code, name)

    def _take_groups(
        self, counts: Mapping[str, int], class_of: Numbers, candidate: Numbers, code: int, name: str
    ) -> None:
        kinds = len(counts)
        pairs, sizes = np.unique(
            self._unit_of[candidate].astype(np.int64) * kinds + class_of[candidate], return_counts=True
        )
        members: dict[int, dict[int, int]] = {}
        for pair, size in zip(pairs.tolist(), sizes.tolist(), strict=True):
            members.setdefault(pair // kinds, {})[pair % kinds] = size
        for place, (label, count) in enumerate(counts.items()):
            self._check_enough(label, count, sum(one.get(place, 0) for one in members.values()), name)
        left = list(counts.values())
        for unit, found in members.items():
            if all(size <= left[place] for place, size in found.items()):
                self.codes[unit] = code
                for place, size in found.items():
                    left[place] -= size
        if any(left):
            reached = {label: count - rest for (label, count), rest in zip(counts.items(), left, strict=True)}
            raise _uneven(f"{name}: {dict(counts)}", str(reached))
        self._left_over |= (class_of == _FREE) & (self.codes[self._unit_of] == code)

    @staticmethod
    def _check_enough(label: str, count: int, available: int, name: str) -> None:
        if available < count:
            what = f"split {name} asks for {count} photographs of the class {label!r}, and {available} are left"
            raise CorpusError(f"{what}; ask for fewer")

    def __len__(self) -> int:
        return len(self.orders)


def _uneven(asked: str, reached: str) -> CorpusError:
    cure = "ask for as many, for shares such as train: 0.9, or leave group_by out"
    return CorpusError(f"groups are not divided, and they do not add up to {asked}, but to {reached}; {cure}")


def _ordered(photographs: Photographs) -> tuple[Numbers, Numbers]:
    """(orders of the units, ascending; the unit of each photograph)."""
    orders = photographs.orders
    groups = photographs.table.groups
    if groups is not None:
        hashes = orders.copy()
        start = 0
        for rows in chunks(photographs.rows):
            for place, group in enumerate(groups.at(rows), start):
                if group:
                    hashes[place] = hash_of(group.encode("utf-8", "surrogatepass"))
            start += len(rows)
        units, unit_of = np.unique(hashes, return_inverse=True)
        return units, unit_of
    if (orders[1:] > orders[:-1]).all():
        return orders, np.arange(len(orders), dtype=np.uint32)
    by_rank = list(zip(orders.tolist(), photographs.keys(), strict=True))
    ranks = np.array(sorted(range(len(orders)), key=by_rank.__getitem__), np.int64)
    unit_of = np.empty(len(orders), np.int64)
    unit_of[ranks] = np.arange(len(orders))
    return orders[ranks], unit_of


def _imposed(photographs: Photographs, names: Sequence[str]) -> Numbers:
    """(N,) int16: the split that the source imposes on each photograph, -1 for none."""
    splits = photographs.table.splits
    if splits is None:
        return np.full(len(photographs), _FREE, np.int16)
    codes = [names.index(value) if value in names else _FREE for value in splits.values]
    imposed: Numbers = np.array(codes, np.int16)[splits.codes[photographs.rows]]
    return imposed


def _code_of(label: str, labels: Codes, name: str) -> int:
    if label and label in labels.values:
        return labels.values.index(label)
    near = difflib.get_close_matches(label, [value for value in labels.values if value], 1)
    hint = f"did you mean {near[0]!r}?" if near else "look at what class_by finds"
    raise CorpusError(f"split {name} asks for the class {label!r}, of which there is no photograph; {hint}")
