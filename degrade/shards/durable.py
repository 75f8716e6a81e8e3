"""Files that appear whole, or not at all, even after a crash or a power cut."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from degrade.shards.layout import temporary

BUFFER = 1 << 16
"""Bytes a write call; on ext4 larger ones took five times as long, pages being allocated in larger blocks."""
_EARLY = 4 << 20
"""Bytes after which the system is asked to begin writing to disk; then little is left to wait for at the end."""


class DurableFile:
    """A file that is written under its temporary name and renamed when it is complete and on disk.

    As a context manager it is given up unless `commit` was called. Two processes that write the same file wait for each
    other: the second starts from nothing when the first has committed or died.

    Raises OSError from every method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._temporary = temporary(path)
        self._file: BinaryIO | None = opened_alone(self._temporary)
        self._pending = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        assert self._file is not None
        self._file.write(data)
        self._pending += len(data)
        if self._pending >= _EARLY and hasattr(os, "posix_fadvise"):  # macOS has none
            self._pending = 0
            os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def commit(self, last: bool = True) -> None:
        """Put everything on disk, then give the file its name; this is on disk, too, once the `last` of the files that
        one after the other come into a folder has its own."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        if not is_still(self._file.fileno(), self._temporary):
            raise FileNotFoundError(errno.ENOENT, "its temporary file was removed", str(self._temporary))
        self._temporary.replace(self.path)
        self._file.close()
        self._file = None
        if last:
            sync_folder(self.path.parent)

    def give_up(self) -> None:
        """Leave nothing behind; without effect after `commit`."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            self._temporary.unlink(missing_ok=True)
        finally:
            with suppress(OSError):  # closing flushes what nobody wants any more; on a full disk that fails
                file.close()

    def __enter__(self) -> DurableFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_up()


def opened_alone(path: Path) -> BinaryIO:
    """`path` opened for writing, empty, and locked against every other who opens it so, such as a DurableFile.

    Raises OSError.
    """
    import fcntl

    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if is_still(descriptor, path):
                os.ftruncate(descriptor, 0)
                return os.fdopen(descriptor, "wb", BUFFER)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever held it has renamed or removed it meanwhile


def is_still(descriptor: int, path: Path) -> bool:
    """Whether `path` names the file that is open as `descriptor`, and not another one or none. Raises OSError."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes, last: bool = True) -> None:
    """Make `path` hold `data`; what it held before stays until then. `last` is that of `commit`. Raises OSError."""
    with DurableFile(path) as file:
        file.write(data)
        file.commit(last)


def remove_left_over(path: Path) -> None:
    """Remove a temporary file, unless somebody who is still alive writes it. Raises OSError."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_still(descriptor, path):
            path.unlink()
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)
