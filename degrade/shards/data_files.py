"""Reading pieces of an output's files."""

from __future__ import annotations

import io
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from degrade.shards.errors import ShardError
from degrade.shards.storage import Storage

if TYPE_CHECKING:
    from degrade.shards.parquet import ParquetRows

_MOST_ROWS = 16
"""Parquet files that a row group of JSON columns is kept of."""


class DataFiles:
    """The files of the shards."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._rows: OrderedDict[str, ParquetRows] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str, offset: int, size: int) -> bytes:
        try:
            data = self._storage.read_range(name, offset, size)
        except OSError as error:
            why = error.strerror or "there is no such file"
            raise ShardError(f"{name} cannot be read ({why})", "run its build again") from error
        if len(data) != size:
            raise ShardError(f"{name} ends before byte {offset + size}", "run its build again, or copy it again")
        return data

    def size(self, name: str) -> int:
        """Of a file, in bytes. Raises OSError or StorageError."""
        return self._storage.size(name)

    def rows(self, name: str) -> ParquetRows:
        """The JSON columns of a parquet shard. Raises ShardError."""
        from degrade.shards.parquet import ParquetRows

        with self._lock:
            rows = self._rows.get(name)
        if rows is None:
            try:
                rows = ParquetRows(_Seekable(self, name))
            except (OSError, ValueError) as error:
                raise ShardError(f"{name} cannot be read ({error})", "run its build again") from error
        with self._lock:
            self._rows[name] = rows
            self._rows.move_to_end(name)
            if len(self._rows) > _MOST_ROWS:
                self._rows.popitem(last=False)
        return rows


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
