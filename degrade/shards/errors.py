"""The errors of everything that reads or writes an output."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.errors import CuredError
from degrade.errors import MissingExtra as MissingExtra


class ShardError(CuredError):
    """An output that does not hold what it should."""


class NameTooLong(ShardError):
    """A member's name that USTAR cannot hold."""


class NoSuchPair(ShardError, KeyError):
    """A key that an output has no pair for."""


class ReadError(ShardError):
    """A way to read pairs that there is none of: an unknown member, size, dtype or layout."""

    exit_code = 2


class WriteError(ShardError):
    """The file system refused a write."""


class StorageError(ShardError):
    """A place on the network that cannot be reached, read or written."""


_CURES = {
    errno.ENOSPC: "free some space there and run the same command again, what is finished is kept",
    errno.EDQUOT: "free some of your quota and run the same command again, what is finished is kept",
    errno.EROFS: "choose a place that can be written to",
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.ENOTDIR: "choose a place whose parents are folders",
    errno.EEXIST: "choose a place whose parents are folders",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "allow more open files (ulimit -n) and run the same command again",
    errno.ENOLCK: "build on a file system with file locks, such as a local disk, and copy the result",
    errno.ENOSYS: "build on a file system with file locks, such as a local disk, and copy the result",
    errno.EOPNOTSUPP: "build on a file system with file locks, such as a local disk, and copy the result",
}


@contextmanager
def writing(what: str | Path) -> Iterator[None]:
    """Turn any OSError of the block into a WriteError that names `what` could not be written, why, and the cure."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        cure = _CURES.get(error.errno or 0, "mend that and run the same command again, what is finished is kept")
        raise WriteError(f"cannot write {what}: {reason}", cure) from error
