"""An output in a folder of this machine."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BufferedIOBase
from itertools import repeat
from pathlib import Path
from typing import Any

from degrade.shards.durable import write_durably
from degrade.shards.storage import Storage

_MANY = 64
"""Names from which on their folders are listed first."""
_MOST_OPEN = 128
_LARGE = 16 << 20
"""Bytes from which on a read first asks how many there are: the system sets aside what it is asked for."""


class LocalStorage(Storage):
    """A folder. Its files appear by renaming: see `degrade.shards.durable`."""

    is_local = True
    place: Path

    def __init__(self, place: Path) -> None:
        self.place = place
        self._open: OrderedDict[str, _File] = OrderedDict()

    @property
    def workplace(self) -> Path:
        return self.place

    def place_of(self, name: str) -> Path:
        return self.place / name

    # ------------------------------------------------------------------ writing

    def path(self, name: str) -> Path:
        return self.place / name

    def publish(self, name: str) -> None:
        return None

    def discard(self, name: str) -> None:
        return None

    def write(self, name: str, data: bytes, last: bool = True) -> None:
        write_durably(self.place / name, data, last)

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self.place / name).unlink(missing_ok=True)

    # ------------------------------------------------------------------ reading

    def read(self, name: str) -> bytes:
        return (self.place / name).read_bytes()

    def read_range(self, name: str, offset: int, size: int) -> bytes:
        """A few files stay open. `pread` keeps no position, so threads and forks share them."""
        file = self._open.get(name) or self._file(name)  # held here, so that no other thread closes it meanwhile
        if size > _LARGE:
            size = min(size, max(0, os.fstat(file.descriptor).st_size - offset))
        return os.pread(file.descriptor, size, offset)

    def read_ranges(self, pieces: Sequence[tuple[str, int, int]]) -> Sequence[bytes]:
        return [self.read_range(*piece) for piece in pieces]

    def open(self, name: str) -> BufferedIOBase:
        return (self.place / name).open("rb")

    def read_many(self, names: Sequence[str]) -> Iterator[bytes]:
        return map(self.read, names)

    def heads(self, names: Sequence[str], size: int) -> Iterator[tuple[bytes, int] | None]:
        for name, listed in zip(names, self._listed(names), strict=True):
            head = None
            if listed:
                with suppress(OSError), (self.place / name).open("rb", buffering=0) as file:
                    head = file.read(size), os.fstat(file.fileno()).st_size
            yield head

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        return [self._size(name) if listed else None for name, listed in zip(names, self._listed(names), strict=True)]

    def _listed(self, names: Sequence[str]) -> Iterator[bool]:
        """Whether each may be there: of many names each folder is listed once, as a plan may name a million files that
        are not there, which would be looked for one by one."""
        if len(names) < _MANY:
            yield from repeat(True, len(names))
            return
        folders: dict[str, set[str]] = {}
        for name in names:
            folder, _, leaf = name.rpartition("/")
            if folder not in folders:
                folders[folder] = set()
                with suppress(OSError):
                    folders[folder].update(os.listdir(self.place / folder))  # noqa: PTH208 - names, not paths
            yield leaf in folders[folder]

    def _size(self, name: str) -> int | None:
        with suppress(OSError):
            return (self.place / name).stat().st_size
        return None

    def list(self, prefix: str) -> dict[str, int]:
        found: dict[str, int] = {}
        root = self.place / prefix
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # renamed meanwhile
                    found[path.relative_to(self.place).as_posix()] = path.stat().st_size
        return dict(sorted(found.items()))

    def top(self) -> set[str]:
        try:
            return set(os.listdir(self.place))  # noqa: PTH208 - names, not paths
        except FileNotFoundError:
            return set()

    # ------------------------------------------------------------------ open files

    def _file(self, name: str) -> _File:
        """Without a lock, which a process that is forked meanwhile would inherit locked: threads at worst open a file
        twice. One that gives way is closed once no thread reads from it any more."""
        file = self._open[name] = _File(self.place / name)
        while len(self._open) > _MOST_OPEN:
            with suppress(KeyError):
                self._open.popitem(last=False)
        return file

    def __reduce__(self) -> Any:
        return type(self), (self.place,)


class _File:
    """An open file, closed when nobody uses it any more."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # when all ends, `os` may be gone already
        if hasattr(self, "descriptor"):
            close(self.descriptor)
