"""The index in memory: where each member of each pair lies, in arrays.

Lists of a million keys would be a million objects, which every process that is forked copies as soon as it touches
them; arrays stay shared.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from isal import isal_zlib

from degrade.shards.arrays import TOLD, no_member
from degrade.shards.errors import ShardError
from degrade.shards.index import ShardIndex
from degrade.shards.layout import INDEX, member_file
from degrade.shards.members import JSON, PICTURES, SIDE_BY_SIDE

_KEYS = "ascii"


class Keys(Sequence[str]):
    """Keys, one after the other in one text."""

    __slots__ = ("_ends", "_text")

    def __init__(self, keys: Sequence[str]) -> None:
        self._text = "".join(keys).encode(_KEYS)
        self._ends = array("I", [0])
        end = 0
        for key in keys:
            end += len(key)
            self._ends.append(end)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._text[self._ends[index] : self._ends[index + 1]].decode(_KEYS)

    def sums(self) -> Iterator[int]:
        """A checksum of each key."""
        text, start = self._text, 0
        for end in self._ends[1:]:
            yield isal_zlib.crc32(text[start:end])
            start = end

    def __reduce__(self) -> Any:
        return _keys, (self._text, self._ends)


def _keys(text: bytes, ends: array[int]) -> Keys:
    keys = Keys.__new__(Keys)
    keys._text, keys._ends = text, ends
    return keys


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """A line of the index.

    Attributes
    ----------
    first : int
        The number of its first pair.
    file, split : str
    keys : Keys
    places : dict
        suffix -> (offset of each pair's member in bytes, its size).
    files : dict
        suffix -> the file that these lie in, where that is not the shard; see `ShardIndex`.
    """

    first: int
    file: str
    split: str
    keys: Keys
    places: dict[str, tuple[array[int], array[int]]]
    files: dict[str, str]

    @classmethod
    def of(cls, line: ShardIndex, first: int) -> Shard:
        """Raises ShardError where the line's numbers are none."""
        try:
            keys = Keys(line.keys)
            places = {name: (array("q", at), _sizes(sizes)) for name, (at, sizes) in line.members.items()}
        except (TypeError, ValueError, OverflowError) as error:
            what = f"the line of {line.shard} in {INDEX} is damaged ({error})"
            raise ShardError(what, "run its build again, it writes the index anew") from error
        return cls(first, line.shard, line.split, keys, places, line.files)

    def place(self, suffix: str, number: int) -> tuple[str, int, int]:
        """(file, offset, size) of a member of the pair `number` of this shard."""
        offsets, sizes = self.places[suffix]
        return self.file_of(suffix, number), offsets[number], sizes[number]

    def file_of(self, suffix: str, number: int) -> str:
        """The file of a member of the pair `number`."""
        pattern = self.files.get(suffix)
        return self.file if pattern is None else member_file(pattern, self.keys[number])

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What is stored of each pair, in order; its JSON is always there, somewhere."""
        return tuple(self.places) if JSON in self.places else tuple(sorted([*self.places, JSON]))

    def suffix_of(self, name: str) -> str:
        """The suffix of the member that the picture `name` is in. Raises ReadError if there is none."""
        for held in (name, SIDE_BY_SIDE) if name in PICTURES else (name,):
            for suffix in (f"{held}.jpg", f"{held}.png"):
                if suffix in self.places:
                    return suffix
        raise no_member(f"a pair of {self.split}", name, [*self.pictures, *TOLD])

    @property
    def pictures(self) -> list[str]:
        """The pictures of each pair, by name, sorted."""
        names = {suffix.rpartition(".")[0] for suffix in self.places if suffix != JSON}
        return sorted(names - {SIDE_BY_SIDE} | set(PICTURES) if SIDE_BY_SIDE in names else names)


def _sizes(sizes: Sequence[int]) -> array[int]:
    return array("q" if max(sizes, default=0) >> 32 else "I", sizes)


class Numbers:
    """The numbers of pairs by their keys, by way of checksums: a tenth of the memory of a dictionary."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = shards
        count = sum(len(shard.keys) for shard in shards)
        sums = np.fromiter((each for shard in shards for each in shard.keys.sums()), np.uint32, count)
        self._order = np.argsort(sums, kind="stable")
        self._sums = sums[self._order]
        self._firsts = [shard.first for shard in shards]

    def of(self, key: str) -> int | None:
        """The number of this key's pair, None if there is none."""
        from bisect import bisect_right

        if not key.isascii():
            return None
        wanted = np.uint32(isal_zlib.crc32(key.encode(_KEYS)))
        low, high = np.searchsorted(self._sums, wanted, "left"), np.searchsorted(self._sums, wanted, "right")
        for number in map(int, self._order[low:high]):
            shard = self._shards[bisect_right(self._firsts, number) - 1]
            if shard.keys[number - shard.first] == key:
                return number
        return None
