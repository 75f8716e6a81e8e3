"""Locks on files: at once released when their process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.building.errors import BuildError


@contextmanager
def locked(path: Path, busy: str, *, shared: bool = False) -> Iterator[int]:
    """Hold the lock at `path`, alone or `shared` with others who share it; gives its file descriptor.

    A forked child must close the descriptor, or it holds the lock as well.

    Raises
    ------
    BuildError
        Somebody else holds it (its text begins with `busy`), or this system has no such locks.
    OSError
        The file cannot be made or locked.
    """
    try:
        import fcntl
    except ImportError:
        raise BuildError("this system has no POSIX file locks", "build under Linux, macOS or WSL") from None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(busy, "wait until it has ended, or choose another --out") from None
        yield descriptor
    finally:
        os.close(descriptor)
