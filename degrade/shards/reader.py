"""Pairs out of an output, by number or by key, through the index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from operator import index as whole
from typing import Any, overload

from degrade.shards.arrays import USUAL, Reading
from degrade.shards.data_files import DataFiles
from degrade.shards.errors import NoSuchPair, ReadError, ShardError
from degrade.shards.index import read_index
from degrade.shards.members import JSON
from degrade.shards.places import Numbers, Shard
from degrade.shards.routes import Route, row_of
from degrade.shards.storage import Place, open_storage
from degrade.shards.stored_pair import StoredPair

_MOST_ROUTES = 4096


class StoredPairs(Sequence[StoredPair]):
    """The pairs of an output, in the order of its shards; made by `open_pairs`.

    May be pickled, and used from several threads and forked processes at once: what is open belongs to a process, and
    no file keeps a position.

    Attributes
    ----------
    out : Path or str
        The folder, absolute, or the URL.
    split : str or None
        None for all splits.
    """

    def __init__(self, out: Place, split: str | None = None) -> None:
        storage = open_storage(out)
        self.out = storage.place
        self.split = split
        self.files = DataFiles(storage)
        self.shards: list[Shard] = []
        length = 0
        splits = set()
        for line in read_index(storage):
            splits.add(line.split)
            if line.keys and split in (None, line.split):
                self.shards.append(Shard.of(line, length))
                length += len(line.keys)
        if split is not None and split not in splits:
            raise ShardError(f"{self.out} has no split {split!r}", f"choose one of {', '.join(sorted(splits))}")
        self._length = length
        self._firsts = [shard.first for shard in self.shards]
        self._routes: dict[tuple[Any, ...], Route] = {}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> StoredPair: ...
    @overload
    def __getitem__(self, index: slice) -> list[StoredPair]: ...
    def __getitem__(self, index: int | slice) -> StoredPair | list[StoredPair]:
        """The pair, or pairs, at `index`; nothing is read yet. Raises IndexError."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._length))]
        shard, place = self.place(index)
        return StoredPair(self, shard, place)

    def __iter__(self) -> Iterator[StoredPair]:
        """All pairs in order; nothing is read yet."""
        ahead = self.files.ahead()
        for number, shard in enumerate(self.shards):
            for place in range(len(shard.keys)):
                yield StoredPair(self, number, place, ahead)

    def place(self, index: int) -> tuple[int, int]:
        """(number of its shard, number in the shard) of a pair. Raises IndexError."""
        number = whole(index)
        if not 0 <= number < self._length:
            if not -self._length <= number < 0:
                raise IndexError(f"pair {number} of {self._length}")
            number += self._length
        shard = bisect_right(self._firsts, number) - 1
        return shard, number - self._firsts[shard]

    @property
    def keys(self) -> Iterator[str]:
        """The pairs' keys, in order."""
        return (key for shard in self.shards for key in shard.keys)

    @property
    def domains(self) -> Iterator[str]:
        """The pairs' domains (`degrade.shards.members.COLUMNS`), in order; reads the JSON of all. Raises ShardError."""
        for shard in self.shards:
            numbers = range(len(shard.keys))
            lines: Iterable[bytes | None] = repeat(None, len(numbers))
            if JSON in shard.places:
                lines = self.files.read_many([shard.place(JSON, number) for number in numbers])
            for number, line in zip(numbers, lines, strict=True):
                yield str(row_of(self.files, shard, number, line)["domain"])

    def by_key(self, key: str) -> StoredPair:
        """The pair of this key. Raises NoSuchPair, a ShardError and a KeyError."""
        return self[self.number(key)]

    def number(self, key: str) -> int:
        """Where the pair of this key stands. Raises NoSuchPair."""
        number = self._numbers.of(key)
        if number is None:
            raise NoSuchPair(f"{self.out} has no pair {key!r}", self._cure(key))
        return number

    def read(
        self,
        members: Sequence[str] = USUAL,
        size: int | Sequence[int] | None = None,
        dtype: Any = "uint8",
        layout: str = "HWC",
    ) -> PairArrays:
        """These pairs, each as a dict of arrays; see `degrade.shards.arrays.as_arrays`."""
        return PairArrays(self, Reading.of(members, size, dtype, layout))

    def route(self, shard: int, reading: Reading) -> Route:
        """How the pairs of a shard are read in one way. Raises ReadError where they have no such members."""
        route = self._routes.get((shard, reading))
        if route is None:
            if len(self._routes) >= _MOST_ROUTES:
                self._routes.clear()
            route = self._routes[shard, reading] = Route(self.files, self.shards[shard], reading)
        return route

    def route_as(self, shard: int, members: Sequence[str], size: Any, dtype: Any, layout: str) -> Route:
        """`route` of a reading as people write it; what was asked for in the same words before is found at once."""
        if size is not None or type(members) is not tuple or type(dtype) is not str:
            return self.route(shard, Reading.of(members, size, dtype, layout))
        words = shard, members, dtype, layout
        route = self._routes.get(words)
        if route is None:
            route = self.route(shard, Reading.of(members, size, dtype, layout))
            self._routes[words] = route
        return route

    def _cure(self, key: str) -> str:
        from difflib import get_close_matches
        from itertools import islice

        near = get_close_matches(key, list(islice(self.keys, 10_000)), 1)
        return f"did you mean {near[0]!r}?" if near else "see the keys in index.jsonl, and what failed in rejects.jsonl"

    @cached_property
    def _numbers(self) -> Numbers:
        return Numbers(self.shards)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_numbers"} | {"_routes": {}}

    def __repr__(self) -> str:
        return f"StoredPairs({str(self.out)!r}, split={self.split!r}, {self._length} pairs)"


class PairArrays(Sequence[dict[str, Any]]):
    """The pairs of an output, each as a dict of arrays: what a `torch.utils.data.DataLoader` or grain takes as it is.

    Made by ``open_pairs(…, read=…)`` or ``pairs.read(…)``; as picklable and shareable as StoredPairs.

    Attributes
    ----------
    pairs : StoredPairs
    reading : Reading
        What is read of each, and how.
    """

    def __init__(self, pairs: StoredPairs, reading: Reading) -> None:
        self.pairs = pairs
        self.reading = reading
        self._routes: list[Route | None] = [None] * len(pairs.shards)
        if pairs.shards:
            self._route(0)  # names the members that there are not

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """The pair, or pairs, at `index`. Raises IndexError, ShardError or CodecError."""
        if isinstance(index, slice):
            return self.__getitems__(range(*index.indices(len(self))))
        shard, place = self.pairs.place(index)
        return (self._routes[shard] or self._route(shard)).read(place)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All pairs in order. Raises ShardError or CodecError."""
        ahead = self.pairs.files.ahead()
        for number, shard in enumerate(self.pairs.shards):
            read = self._route(number).read
            for place in range(len(shard.keys)):
                yield read(place, ahead)

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """Several pairs, as torch asks for a batch: from a URL all their bytes come at the same time."""
        if self.pairs.files.is_local:
            return [self[index] for index in indices]
        found = [(self._route(shard), place) for shard, place in map(self.pairs.place, indices)]
        pieces = [list(route.pieces(place)) for route, place in found]
        held = iter(self.pairs.files.read_many([piece for each in pieces for piece in each]))
        return [
            route.arrays(place, [next(held) for _ in each]) for (route, place), each in zip(found, pieces, strict=True)
        ]

    @property
    def keys(self) -> Iterator[str]:
        """The pairs' keys, in order."""
        return self.pairs.keys

    def by_key(self, key: str) -> dict[str, Any]:
        """The pair of this key. Raises NoSuchPair, ShardError or CodecError."""
        return self[self.pairs.number(key)]

    def _route(self, shard: int) -> Route:
        route = self._routes[shard]
        if route is None:
            route = self._routes[shard] = self.pairs.route(shard, self.reading)
        return route

    def __reduce__(self) -> Any:
        return type(self), (self.pairs, self.reading)

    def __repr__(self) -> str:
        return f"PairArrays({self.pairs!r}, {self.reading!r})"


@overload
def open_pairs(path: Place, split: str | None = None, read: None = None) -> StoredPairs: ...
@overload
def open_pairs(path: Place, split: str | None = None, *, read: Mapping[str, Any]) -> PairArrays: ...
def open_pairs(
    path: Place, split: str | None = None, read: Mapping[str, Any] | None = None
) -> StoredPairs | PairArrays:
    """The pairs of an output.

    Parameters
    ----------
    path : str or path
        The folder that a build has written, or its URL, such as s3://bucket/folder, or hf://datasets/user/name with
        @revision behind it: a dataset on the Hugging Face Hub.
    split : str, optional
        Only this split's.
    read : mapping, optional
        Give each pair as a dict of arrays: some of the keywords ``members``, ``size``, ``dtype`` and ``layout`` of
        `degrade.as_arrays`, ``{}`` for none.

    Returns
    -------
    StoredPairs, or PairArrays with `read`
        `len(pairs)`, `pairs[i]`, `pairs[i:j]`, `pairs.by_key(key)`; each a StoredPair, or a dict.

    Raises
    ------
    ShardError
        There is no finished output, or no such split; a StorageError where a URL cannot be reached; a ReadError where
        `read` asks for what there is not.
    """
    if read is None:
        return StoredPairs(path, split)
    known = ("members", "size", "dtype", "layout")
    for name in read:
        if name not in known:
            raise ReadError(f"`read` has no {name!r}", f"it takes {', '.join(known)}")
    return StoredPairs(path, split).read(**read)
