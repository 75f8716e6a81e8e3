"""Pairs out of an output, by number or by key, through the index."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from degrade.shards.arrays import TOLD, USUAL, Array, Held, Reading, no_member
from degrade.shards.data_files import DataFiles
from degrade.shards.errors import NoSuchPair, ShardError
from degrade.shards.index import COMPACT, ShardIndex, read_index
from degrade.shards.layout import member_file
from degrade.shards.members import JSON, LAYERS, PICTURES, SIDE_BY_SIDE
from degrade.shards.storage import Place, open_storage


class _Shard(NamedTuple):
    """A line of the index, compact, and the number of its first pair."""

    first: int
    file: str
    split: str
    keys: list[str]
    places: dict[str, tuple[array[int], array[int]]]
    files: dict[str, str]

    def place(self, suffix: str, number: int) -> tuple[str, int, int]:
        """(file, offset, size) of a member of the pair `number` of this shard."""
        offsets, sizes = self.places[suffix]
        return member_file(self.files.get(suffix, self.file), self.keys[number]), offsets[number], sizes[number]


class StoredPair:
    """A pair as it stands in a shard; each member is read when it is first asked for.

    Attributes
    ----------
    key : str
        The photo's key, with ``/c1``, ``/c2`` … for further copies.
    split : str
    suffixes : tuple of str
        What is stored: some of clean.jpg, degraded.jpg, mask.png, loss.png, classes.png (or .png), and json; of the
        format aligned aligned.jpg and json.
    """

    def __init__(self, pairs: StoredPairs, shard: _Shard, place: int) -> None:
        self.key = shard.keys[place]
        self.split = shard.split
        self.suffixes = tuple(shard.places) if JSON in shard.places else tuple(sorted([*shard.places, JSON]))
        self._pairs = pairs
        self._shard = shard
        self._place = place

    def read(
        self,
        members: Sequence[str] = USUAL,
        size: int | Sequence[int] | None = None,
        dtype: Any = "uint8",
        layout: str = "HWC",
    ) -> dict[str, Any]:
        """The members as arrays; see `degrade.shards.arrays.as_arrays`. Nothing of it is kept in the pair."""
        return Reading.of(members, size, dtype, layout).arrays(self.held)

    @property
    def held(self) -> Held:
        """The pair, read anew at each call, for `degrade.shards.arrays`."""
        return _Held(self)

    def member(self, suffix: str) -> bytes:
        """The bytes of one member, such as "clean.jpg". Raises ShardError."""
        if suffix == JSON and (JSON not in self._shard.places or JSON in self._shard.files):
            return COMPACT(self.row).encode("ascii")
        if suffix not in self._shard.places:
            raise ShardError(
                f"{self.key} has no {suffix}, it has {', '.join(self.suffixes)}", "build with it among `members`"
            )
        return self._pairs.files.read(*self._shard.place(suffix, self._place))

    @cached_property
    def row(self) -> dict[str, Any]:
        """The JSON columns (`degrade.shards.members.COLUMNS`). Raises ShardError."""
        try:
            return self._row()
        except (ValueError, KeyError, TypeError) as error:
            raise ShardError(f"the JSON of {self.key} is damaged ({error})", "run `degrade verify`") from error

    def _row(self) -> dict[str, Any]:
        if JSON not in self._shard.places:
            return self._pairs.files.rows(self._shard.file)[self._place]
        line = self._pairs.files.read(*self._shard.place(JSON, self._place))
        if JSON in self._shard.files:
            from degrade.shards.folders import columns_of_row

            return columns_of_row(line)
        row: dict[str, Any] = json.loads(line)
        return row

    @property
    def pictures(self) -> frozenset[str]:
        """What of a pair is stored as a picture: some of clean, degraded, mask, loss, classes, layers, clean.TARGET."""
        names = frozenset(suffix.rpartition(".")[0] for suffix in self._shard.places if suffix != JSON)
        return names - {SIDE_BY_SIDE} | {"clean", "degraded"} if SIDE_BY_SIDE in names else names

    @cached_property
    def record(self) -> dict[str, Any]:
        """`Pair.record`, from which `degrade.replay_record` makes the pair again."""
        from degrade.shards.members import record_of

        return record_of(self.row)

    @cached_property
    def clean(self) -> npt.NDArray[Any]:
        """(H, W, C) uint8, or uint16 of a 16-bit output; C is 1 or 3. Raises ShardError or CodecError."""
        return self.side("clean")

    @cached_property
    def degraded(self) -> npt.NDArray[Any]:
        """(H, W, C) uint8, or uint16 of a 16-bit output; C is 1 or 3. Raises ShardError or CodecError."""
        return self.side("degraded")

    @cached_property
    def mask(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 soft coverage of all damage. Raises ShardError or CodecError."""
        return self.picture("mask")[:, :, 0]

    @cached_property
    def loss(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 soft coverage of destroyed content. Raises ShardError or CodecError."""
        return self.picture("loss")[:, :, 0]

    @cached_property
    def classes(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 codes of `DamageClass`. Raises ShardError or CodecError."""
        return self.picture("classes")[:, :, 0]

    @cached_property
    def layers(self) -> dict[str, npt.NDArray[np.uint8]]:
        """The (H, W) uint8 soft coverage of each structural step, by label. Raises ShardError or CodecError."""
        labels = self.record.get("layers", [])
        stacked = self.picture("layers")[:, :, 0]
        return dict(zip(labels, np.split(stacked, len(labels)), strict=True)) if labels else {}

    def target(self, name: str) -> npt.NDArray[Any]:
        """The further clean picture called `name`, (H, W, C). Raises ShardError or CodecError."""
        return self.picture(f"clean.{name}")

    def side(self, name: str) -> npt.NDArray[Any]:
        """The clean or degraded picture, (H, W, C), decoded anew. Raises ShardError or CodecError."""
        if f"{name}.jpg" in self._shard.places or f"{name}.png" in self._shard.places:
            return self.picture(name)
        if name not in self.pictures:
            return self.picture(name)  # which says that there is none
        both = self.picture(SIDE_BY_SIDE)
        return np.ascontiguousarray(np.split(both, 2, axis=1)[PICTURES.index(name)])

    def picture(self, name: str) -> npt.NDArray[Any]:
        """The member called `name`, (H, W, C), decoded anew. Raises ShardError or CodecError."""
        from degrade.codecs import decode_jpeg, decode_png

        suffix = f"{name}.jpg" if f"{name}.jpg" in self._shard.places else f"{name}.png"
        return (decode_jpeg if suffix.endswith(".jpg") else decode_png)(self.member(suffix))

    def __repr__(self) -> str:
        return f"StoredPair({self.key!r}, {self.split}, {', '.join(self.suffixes)})"


class _Held:
    """A stored pair as `Held`: every picture is decoded anew."""

    def __init__(self, pair: StoredPair) -> None:
        self._pair = pair
        self._extent: tuple[int, int] | None = None

    @property
    def names(self) -> list[str]:
        return [*sorted(self._pair.pictures), *TOLD]

    def told(self, name: str) -> Any:
        return self._pair.row if name == "json" else getattr(self._pair, name)

    def picture(self, name: str) -> Array:
        if name not in self._pair.pictures:
            raise no_member(self._pair.key, name, self.names)
        side = name in PICTURES
        pixels = self._pair.side(name) if side else self._pair.picture(name)
        if name not in ("degraded", LAYERS):
            self._extent = pixels.shape[0], pixels.shape[1]
        return pixels

    def extent(self) -> tuple[int, int]:
        if self._extent is None:
            self._extent = int(self._pair.row["height"]), int(self._pair.row["width"])
        return self._extent


class StoredPairs(Sequence[StoredPair]):
    """The pairs of an output, in the order of its shards; made by `open_pairs`.

    May be pickled (its index is then read again), and used from several threads and forked processes at once.

    Attributes
    ----------
    out : Path or str
        The folder, absolute, or the URL.
    split : str or None
        None for all splits.
    """

    def __init__(self, out: Place, split: str | None = None) -> None:
        self._storage = open_storage(out)
        self.out = self._storage.place
        self.split = split
        self.files = DataFiles(self._storage)
        self._shards: list[_Shard] = []
        self._length = 0
        splits = set()
        for line in read_index(self._storage):
            splits.add(line.split)
            if line.keys and split in (None, line.split):
                self._shards.append(_compact(line, self._length))
                self._length += len(line.keys)
        if split is not None and split not in splits:
            raise ShardError(f"{self.out} has no split {split!r}", f"choose one of {', '.join(sorted(splits))}")

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> StoredPair: ...
    @overload
    def __getitem__(self, index: slice) -> list[StoredPair]: ...
    def __getitem__(self, index: int | slice) -> StoredPair | list[StoredPair]:
        """The pair, or pairs, at `index`; nothing is read yet. Raises IndexError."""
        from bisect import bisect_right
        from operator import index as whole

        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._length))]
        number = whole(index)
        if not -self._length <= number < self._length:
            raise IndexError(f"pair {number} of {self._length}")
        number %= self._length
        shard = self._shards[bisect_right(self._shards, number, key=lambda shard: shard.first) - 1]
        return StoredPair(self, shard, number - shard.first)

    @property
    def keys(self) -> Iterator[str]:
        """The pairs' keys, in order."""
        return (key for shard in self._shards for key in shard.keys)

    def by_key(self, key: str) -> StoredPair:
        """The pair of this key. Raises NoSuchPair, a ShardError and a KeyError."""
        try:
            return self[self._numbers[key]]
        except KeyError:
            raise NoSuchPair(f"{self.out} has no pair {key!r}", self._cure(key)) from None

    def _cure(self, key: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(key, list(self.keys)[:10_000], 1)
        return f"did you mean {near[0]!r}?" if near else "see the keys in index.jsonl, and what failed in rejects.jsonl"

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.keys)}

    def __reduce__(self) -> Any:
        return type(self), (self._storage, self.split)

    def __repr__(self) -> str:
        return f"StoredPairs({str(self.out)!r}, split={self.split!r}, {self._length} pairs)"


def _compact(line: ShardIndex, first: int) -> _Shard:
    places = {suffix: (array("q", offsets), array("q", sizes)) for suffix, (offsets, sizes) in line.members.items()}
    return _Shard(first, line.shard, line.split, line.keys, places, line.files)


def open_pairs(path: Place, split: str | None = None) -> StoredPairs:
    """The pairs of an output.

    Parameters
    ----------
    path : str or path
        The folder that a build has written, or its URL, such as s3://bucket/folder.
    split : str, optional
        Only this split's.

    Returns
    -------
    StoredPairs
        `len(pairs)`, `pairs[i]`, `pairs.by_key(key)`; each a StoredPair.

    Raises
    ------
    ShardError
        There is no finished output, or no such split; a StorageError where a URL cannot be reached.
    """
    return StoredPairs(path, split)
