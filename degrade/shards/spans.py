"""Which bytes to read of a pair: members that lie near each other come by one read."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from degrade.shards.places import Shard


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Members of each pair of a shard that are read at once.

    Attributes
    ----------
    suffixes : tuple of str
        In the order in which they lie.
    file : str or None
        That they are all in; None where each pair has its own.
    """

    shard: Shard
    suffixes: tuple[str, ...]
    file: str | None
    places: tuple[tuple[str, array[int], array[int]], ...]
    starts: array[int]
    lasts: array[int]
    last_sizes: array[int]

    @classmethod
    def of(cls, shard: Shard, suffixes: Sequence[str]) -> Span:
        """Of members in the order in which they lie."""
        places = tuple((suffix, *shard.places[suffix]) for suffix in suffixes)
        file = None if suffixes[0] in shard.files else shard.file
        return cls(shard, tuple(suffixes), file, places, places[0][1], places[-1][1], places[-1][2])

    def piece(self, number: int) -> tuple[str, int, int]:
        """(file, offset, size) of the whole of the pair `number`."""
        start = self.starts[number]
        file = self.file or self.shard.file_of(self.suffixes[0], number)
        return file, start, self.lasts[number] + self.last_sizes[number] - start

    def parts(self, number: int, data: bytes) -> Iterator[tuple[str, bytes]]:
        """(suffix, bytes) of each member, out of the bytes of the whole."""
        start = self.starts[number]
        for suffix, offsets, sizes in self.places:
            at = offsets[number] - start
            yield suffix, data[at : at + sizes[number]]


def spans(shard: Shard, suffixes: Sequence[str], gap: int) -> list[Span]:
    """How to read these members of the pairs of a shard (at least one), with at most `gap` bytes in vain between two,
    on the average."""
    order = sorted(suffixes, key=lambda suffix: (shard.files.get(suffix, ""), shard.places[suffix][0][0]))
    joined = [[order[0]]]
    for before, suffix in pairwise(order):
        together = before not in shard.files and suffix not in shard.files
        if together and _near(shard, before, suffix, gap):
            joined[-1].append(suffix)
        else:
            joined.append([suffix])
    return [Span.of(shard, each) for each in joined]


def _near(shard: Shard, before: str, suffix: str, gap: int) -> bool:
    """Whether a member follows another of the same pair, in every pair."""
    (offsets, sizes), (later, _) = shard.places[before], shard.places[suffix]
    between = np.asarray(later) - np.asarray(offsets) - np.asarray(sizes)
    return bool(between.min() >= 0 and between.mean() <= gap)
