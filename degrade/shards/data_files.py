"""Reading pieces of an output's files."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from degrade.shards.errors import ShardError
from degrade.shards.storage import Storage

if TYPE_CHECKING:
    from degrade.shards.parquet import ParquetRows

GAP = 16 << 10
"""Bytes of a file of this machine that are rather copied in vain than left out by another read."""
REMOTE_GAP = 1 << 20
"""The same at a URL."""
BLOCK = 128 << 10
"""Bytes of a file of this machine that are read on where pairs are taken in order."""
_MOST_ROWS = 16
"""Parquet files that a row group of JSON columns is kept of."""


class DataFiles:
    """The files of the shards. May be pickled, and used from several threads and forked processes at once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._read_range = storage.read_range
        self._rows: OrderedDict[str, ParquetRows] = OrderedDict()
        self._process = os.getpid()

    @property
    def is_local(self) -> bool:
        return self._storage.is_local

    @property
    def gap(self) -> int:
        """How many bytes are rather read in vain than left out."""
        return GAP if self._storage.is_local else REMOTE_GAP

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Raises ShardError."""
        try:
            data = self._read_range(name, offset, size)
        except OSError as error:
            raise _unreadable(name, error) from error
        if len(data) != size:
            raise _too_short(name, offset + size)
        return data

    def read_on(self, name: str, offset: int, size: int, most: int) -> bytes:
        """`size` bytes and what follows, `most` together. Raises ShardError."""
        try:
            data = self._read_range(name, offset, most)
        except OSError as error:
            raise _unreadable(name, error) from error
        if len(data) < size:
            raise _too_short(name, offset + size)
        return data

    def read_many(self, pieces: Sequence[tuple[str, int, int]]) -> Sequence[bytes]:
        """Of each (name, offset, size) the bytes, several at a time where they are remote. Raises ShardError."""
        try:
            held = self._storage.read_ranges(pieces)
        except OSError as error:
            raise _unreadable(pieces[0][0], error) from error
        for (name, offset, size), data in zip(pieces, held, strict=True):
            if len(data) != size:
                raise _too_short(name, offset + size)
        return held

    def ahead(self) -> Ahead | None:
        """What reads pieces in order; None where every request costs what it asks for."""
        return Ahead(self) if self._storage.is_local else None

    def size(self, name: str) -> int:
        """Of a file, in bytes. Raises OSError or StorageError."""
        return self._storage.size(name)

    def rows(self, name: str) -> ParquetRows:
        """The JSON columns of a parquet shard. Raises ShardError."""
        from degrade.shards.parquet import ParquetRows

        if self._process != os.getpid():  # what pyarrow had open does not survive a fork
            self._rows, self._process = OrderedDict(), os.getpid()
        rows = self._rows.get(name)
        if rows is None:
            try:
                rows = ParquetRows(_Seekable(self, name))
            except (OSError, ValueError) as error:
                raise ShardError(f"{name} cannot be read ({error})", "run its build again") from error
            self._rows[name] = rows
            if len(self._rows) > _MOST_ROWS:
                self._rows.popitem(last=False)
        return rows

    def __reduce__(self) -> Any:
        return type(self), (self._storage,)


class Ahead:
    """Reads files in order, a block at a time, for those who take small pieces one after the other; a piece that does
    not follow the one before is read alone."""

    def __init__(self, files: DataFiles) -> None:
        self._files = files
        self._block = ("", 0, b"")  # its file, where it begins, and what it holds: replaced as a whole, for threads
        self._expected = ("", 0)

    def holding(self, name: str, start: int, end: int) -> tuple[int, bytes]:
        """Bytes of the file `name` that hold those from `start` to `end`, and where they begin. Raises ShardError."""
        held, first, data = self._block
        if first <= start and end <= first + len(data) and held == name:
            return first, data
        file, after = self._expected
        in_order = file == name and 0 <= start - after <= GAP and 4 * (end - start) <= BLOCK
        data = self._files.read_on(name, start, end - start, BLOCK if in_order else end - start)
        self._block = name, start, data
        self._expected = name, start + len(data)
        return start, data

    def __reduce__(self) -> Any:
        return type(self), (self._files,)


def _unreadable(name: str, error: OSError) -> ShardError:
    return ShardError(f"{name} cannot be read ({error.strerror or 'there is no such file'})", "run its build again")


def _too_short(name: str, end: int) -> ShardError:
    return ShardError(f"{name} ends before byte {end}", "run its build again, or copy it again")


class _Seekable(io.RawIOBase):
    """A file of an output for those who want to seek in one."""

    def __init__(self, files: DataFiles, name: str) -> None:
        self._files = files
        self._name = name
        self._size = files.size(name)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._at)
        data = self._files.read(self._name, self._at, left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        return data
