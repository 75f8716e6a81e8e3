"""Shards whose members are files of their own: the formats folder and aligned.

Every picture is data/SPLIT/FOLDER/KEY.SUFFIX, and the JSON columns of all pairs of a split are lines of one
metadata.jsonl, which also names the files, relative to itself, as `datasets`' ImageFolder reads it.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from degrade.jsontext import from_json
from degrade.shards.durable import DurableFile, sync_folder
from degrade.shards.index import COMPACT, ShardIndex
from degrade.shards.layout import DATA, member_file, plain_name, temporary
from degrade.shards.members import COLUMNS, JSON, SIDE_BY_SIDE
from degrade.shards.storage import Storage
from degrade.shards.tar import Sealed

_AT_ONCE = 16
"""Files that are put on disk, or sent to a remote output, at the same time."""


class FolderShard:
    """A shard of the formats folder and aligned; see `degrade.shards.writers.ShardWriter`.

    On this machine files are written under temporary names, and renamed when all are on disk. Of a remote output they
    are kept in memory, and sent when all are made.
    """

    def __init__(self, storage: Storage, index: ShardIndex, planned: Iterable[str]) -> None:
        self.index = index
        self.rows: list[str] = []
        self._digest = hashlib.sha256()
        self._size = self._row_size = 0
        self._files: _Files = _LocalFiles(storage, index) if storage.is_local else _RemoteFiles(storage)
        try:
            storage.remove(list(own_names(index, planned)))  # what an attempt that was killed has left
        except BaseException:
            self._files.close()
            raise

    def add(self, key: str, members: Iterable[tuple[str, bytes]]) -> None:
        """Write a pair's pictures, and remember its row."""
        places = {}
        for suffix, data in members:
            if suffix == JSON:
                row = self._row(key, data)
                places[suffix] = self._row_size, len(row)
                self.rows.append(row.decode("ascii"))
                self._row_size += len(row) + 1
                data = row + b"\n"
            else:
                places[suffix] = 0, len(data)
                self._files.add(member_file(self.index.files[suffix], key), data)
            self._digest.update(data)
            self._size += len(data)
        self.index.add(key, places)

    def _row(self, key: str, data: bytes) -> bytes:
        """The JSON columns, after the names of the pair's files."""
        return COMPACT(file_names(self.index, key))[:-1].encode("ascii") + b"," + data[1:]

    def commit(self) -> Sealed:
        """Put all files in place."""
        if not self.index.keys:
            return Sealed(0, None)
        self._files.commit()
        return Sealed(self._size, self._digest.hexdigest())

    def __enter__(self) -> FolderShard:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()


class _Files(Protocol):
    """The files of a shard, which are given up at `close` unless `commit` was called."""

    def add(self, name: str, data: bytes) -> None: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


class _LocalFiles:
    def __init__(self, storage: Storage, index: ShardIndex) -> None:
        self._storage = storage
        self._pending: list[Path] = []
        for pattern in index.files.values():
            storage.path(pattern).parent.mkdir(parents=True, exist_ok=True)
        self._guard = DurableFile(storage.path(index.shard))  # keeps others out; it never gets a name

    def add(self, name: str, data: bytes) -> None:
        path = self._storage.path(name)
        self._pending.append(path)
        temporary(path).write_bytes(data)

    def commit(self) -> None:
        _at_once(_sync, [temporary(path) for path in self._pending])
        for path in self._pending:
            temporary(path).replace(path)
        for folder in dict.fromkeys(path.parent for path in self._pending):
            sync_folder(folder)
            sync_folder(folder.parent)
        self._pending = []

    def close(self) -> None:
        try:
            for path in self._pending:
                temporary(path).unlink(missing_ok=True)
        finally:
            self._guard.give_up()


class _RemoteFiles:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._pending: list[tuple[str, bytes]] = []

    def add(self, name: str, data: bytes) -> None:
        self._pending.append((name, data))

    def commit(self) -> None:
        _at_once(lambda file: self._storage.write(*file), self._pending)

    def close(self) -> None:
        self._pending = []


def _at_once(call: Callable[[Any], None], each: Sequence[Any]) -> None:
    """`call` with each, several at a time: file systems put on disk together what is asked for together, which takes a
    twentieth of the time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        deque(pool.map(call, each), maxlen=0)  # asking for each outcome raises what went wrong


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- names ------------------------------------------------------------------------------------------------------------


def own_names(index: ShardIndex, keys: Iterable[str]) -> Iterator[str]:
    """The names of these pairs' own files, relative to the output, half-written ones too."""
    for key in keys:
        for pattern in index.files.values():
            if "*" in pattern:
                name = member_file(pattern, key)
                yield name
                yield temporary(Path(name)).as_posix()


def own_folders(index: ShardIndex) -> Sequence[str]:
    """The folders that a shard's files are in, and around these; the innermost first."""
    inner = {Path(pattern).parent.as_posix() for pattern in index.files.values()}
    return sorted(inner | {f"{DATA}/{index.split}"}, reverse=True)


def file_names(index: ShardIndex, key: str) -> dict[str, str]:
    """The names of a pair's files, relative to the split's folder, by their columns: ``clean_file_name`` and so on,
    just ``file_name`` for the only picture of a pair, which `datasets` then calls ``image``."""
    names = {}
    for suffix, pattern in index.files.items():
        if suffix != JSON:
            column = "file_name" if plain_name(suffix) == SIDE_BY_SIDE else f"{plain_name(suffix)}_file_name"
            names[column] = member_file(pattern, key).removeprefix(f"{DATA}/{index.split}/")
    return names


def columns_of_row(line: bytes) -> dict[str, Any]:
    """The JSON columns out of a line of metadata. Raises ValueError, KeyError or TypeError where it is damaged."""
    row: Mapping[str, Any] = from_json(line)
    return {name: row[name] for name in COLUMNS}
