"""Where files of a remote output are made before they are sent: below the user's cache folder.

    outputs/HASH/            an output, by the hash of its URL; gone when nobody is at work there
    outputs/HASH/lock …      the locks of builds on this machine (degrade.building.locks)
    outputs/HASH/TOKEN/      one file, below its name in the output
    outputs/HASH/TOKEN.own   locked for as long as the process lives that makes it

What a killed process has left is removed by the next that makes a file of any output.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from degrade.cachedir import user_cache
from degrade.shards.durable import is_still, opened_alone
from degrade.shards.errors import StorageError

_OWN = ".own"
_PATIENCE = 120.0
"""Seconds that the processes of a killed build are given to end; each sends at most the shard that it is at."""
_POLL = 0.05


def staging_folder(place: str) -> Path:
    """The folder for the output at `place`, which need not exist yet.

    Raises StorageError where the user has no cache folder.
    """
    cache = user_cache()
    if cache is None:
        what = f"there is no folder to make the files of {place} in before they are sent"
        raise StorageError(what, "set DEGRADE_CACHE to a folder that you may write to")
    digest = hashlib.blake2b(place.encode("utf-8", "surrogateescape"), digest_size=12, person=b"degrade.staging")
    return cache / "outputs" / digest.hexdigest()


class StagedFile:
    """A file to be made and sent, in a folder of its own; `path` is where. Raises OSError."""

    def __init__(self, root: Path, name: str) -> None:
        token = secrets.token_hex(8)
        self._own = root / f"{token}{_OWN}"
        self._folder = root / token
        while True:
            root.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # another process has just removed the empty folder
                self._lock = opened_alone(self._own)
                break
        self.path = self._folder / name
        self.path.parent.mkdir(parents=True)

    def discard(self) -> None:
        """Remove it and what it lay in. Raises OSError."""
        _remove(self._folder, self._own)
        self._lock.close()


def sweep(root: Path) -> bool:
    """Remove the files that processes have left at `root` that are dead; whether nobody else is alive there.

    Raises OSError.
    """
    import fcntl

    alone = True
    for own in root.glob(f"*{_OWN}"):
        try:
            descriptor = os.open(own, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_still(descriptor, own):
                _remove(own.with_suffix(""), own)
        except BlockingIOError:
            alone = False
        finally:
            os.close(descriptor)
    return alone


def sweep_all(root: Path) -> None:
    """Remove what dead processes have left of any output, those beside `root` too. Raises OSError."""
    for other in root.parent.glob("*"):
        sweep(other)
        with suppress(OSError):  # in use
            other.rmdir()


def wait_until_alone(root: Path, place: str) -> None:
    """Until the workers of a build that was killed have ended.

    Raises OSError, or StorageError where that takes too long.
    """
    end = time.monotonic() + _PATIENCE
    while not sweep(root):
        if time.monotonic() > end:
            what = f"processes of an earlier build are still sending files to {place}"
            raise StorageError(what, "wait until they have ended, or end them, and run the same command again")
        time.sleep(_POLL)


def _remove(folder: Path, own: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    own.unlink(missing_ok=True)
    with suppress(OSError):  # others are at work there
        own.parent.rmdir()
