"""The index: where in which shard each member of each pair lies.

One JSON line a shard, so that it may be cut, joined and read in part.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from degrade.shards.errors import ShardError
from degrade.shards.layout import DATA, INDEX, is_data_file, is_shard_file, member_file
from degrade.shards.storage import Place, open_storage

COMPACT = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode
"""Plain data as one line of JSON, the same everywhere."""


@dataclass(frozen=True)
class ShardIndex:
    """One shard's line.

    Attributes
    ----------
    shard : str
        The file, relative to the output; it does not exist if there are no pairs, or where members are files of their
        own.
    split : str
    keys : list of str
        The pairs' keys, in their order in the shard.
    members : dict
        suffix -> ([offset of each pair's member in bytes], [its size in bytes]). Of a parquet file these are the
        pictures alone.
    files : dict
        suffix -> the file that these lie in, where that is not the shard; a ``*`` stands for the pair's key
        (`layout.member_file`).
    """

    shard: str
    split: str
    keys: list[str]
    members: dict[str, tuple[list[int], list[int]]]
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(
        cls, shard: str, split: str, suffixes: Iterable[str], files: Mapping[str, str] | None = None
    ) -> ShardIndex:
        """The index of a shard without pairs."""
        return cls(shard, split, [], {suffix: ([], []) for suffix in suffixes}, dict(files or {}))

    def add(self, key: str, places: dict[str, tuple[int, int]]) -> None:
        """Append a pair: suffix -> (offset, size)."""
        self.keys.append(key)
        for suffix, (offset, size) in places.items():
            self.members[suffix][0].append(offset)
            self.members[suffix][1].append(size)

    def place(self, suffix: str, number: int) -> tuple[str, int, int]:
        """Where a member of the pair `number` of this shard is: (file, offset, size)."""
        offsets, sizes = self.members[suffix]
        return member_file(self.files.get(suffix, self.shard), self.keys[number]), offsets[number], sizes[number]

    def own_files(self) -> Iterator[tuple[str, int]]:
        """(name, size) of every file that holds one member alone."""
        for suffix, pattern in self.files.items():
            if "*" in pattern:
                for key, size in zip(self.keys, self.members[suffix][1], strict=True):
                    yield member_file(pattern, key), size

    def moved(self, suffix: str, by: int) -> None:
        """The members of `suffix` begin `by` bytes later."""
        offsets = self.members[suffix][0]
        offsets[:] = [offset + by for offset in offsets]

    def line(self) -> str:
        """As JSON, without the end of the line."""
        return COMPACT(
            {
                "shard": self.shard, "split": self.split, "pairs": len(self.keys), "keys": self.keys,
                "members": {
                    suffix: self._file(suffix) | {"offsets": offsets, "sizes": sizes}
                    for suffix, (offsets, sizes) in self.members.items()
                },
            }
        )  # fmt: skip

    def _file(self, suffix: str) -> dict[str, str]:
        return {"file": self.files[suffix]} if suffix in self.files else {}

    @classmethod
    def from_line(cls, line: str | bytes) -> ShardIndex:
        """Raises KeyError, TypeError, ValueError, OverflowError or AttributeError for a line that is none."""
        data = orjson.loads(line)
        if not is_shard_file(data["shard"]) or not data["shard"].startswith(f"{DATA}/{data['split']}-"):
            raise ValueError("it names no shard of an output")
        keys = data["keys"]
        if not isinstance(keys, list) or not "".join(keys).isascii() or not "".join(keys).isprintable():
            raise ValueError("its keys are not plain texts")
        members = {suffix: (place["offsets"], place["sizes"]) for suffix, place in data["members"].items()}
        pairs = len(keys)
        if pairs != data["pairs"] or any(len(one) != pairs for place in members.values() for one in place):
            raise ValueError("its lists differ in length")
        if any(min(array("q", one), default=0) < 0 for place in members.values() for one in place):
            raise ValueError("a place in it is below 0")
        files = {suffix: str(place["file"]) for suffix, place in data["members"].items() if "file" in place}
        if not all(map(is_data_file, files.values())):
            raise ValueError("it names files that are no data of an output")
        return cls(data["shard"], data["split"], keys, members, files)


def read_index(out: Place) -> Iterator[ShardIndex]:
    """The shards of the output `out`, in order.

    Raises
    ------
    ShardError
        There is no index, or a line of it is damaged; a StorageError where the output cannot be reached.
    """
    storage = open_storage(out)
    try:
        with storage.open(INDEX) as lines:
            for number, line in enumerate(lines, 1):
                yield _parsed(line.decode("ascii"), number)
    except (FileNotFoundError, NotADirectoryError):
        raise ShardError(
            f"{storage.name} has no {INDEX}", "name the folder of a finished build, or finish it by the same command"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        what = f"{storage.place_of(INDEX)} cannot be read ({_reason(error)})"
        raise ShardError(what, "run its build again") from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "I/O error") if isinstance(error, OSError) else "it is not plain ASCII"


def _parsed(line: str, number: int) -> ShardIndex:
    try:
        return ShardIndex.from_line(line)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        what: Any = f"line {number} of {INDEX} is damaged ({error})"
        raise ShardError(what, "run its build again, it writes the index anew") from error
