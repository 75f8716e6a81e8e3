"""Locks on files: at once released when their process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.building.errors import BuildError
from degrade.shards.durable import is_still


@contextmanager
def locked(path: Path, busy: str, *, shared: bool = False, passing: bool = False) -> Iterator[int]:
    """Hold the lock at `path`, alone or `shared` with others who share it; gives its file descriptor.

    A forked child must close the descriptor, or it holds the lock as well. A `passing` lock's file is removed by the
    last who held it.

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
    descriptor = _opened(path, busy, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        try:
            if passing:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except BlockingIOError:
            pass  # others share it still
        finally:
            os.close(descriptor)


def _opened(path: Path, busy: str, kind: int) -> int:
    """The descriptor of `path`, locked. Raises BuildError, OSError."""
    import fcntl

    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            if is_still(descriptor, path):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise BuildError(busy, "wait until it has ended, or choose another --out") from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever held it has removed it meanwhile
