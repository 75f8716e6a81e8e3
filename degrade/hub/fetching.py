"""Fetching files of a repository, each to be of a size and a digest that is known before.

A file comes into a folder beside, where a broken transfer goes on, and gets its name when all of it is right. No name
that a server has chosen is ever one of a file here: names are made by `degrade.shards.layout`.
"""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Event, Lock
from typing import TypeVar

from degrade.hub.client import KIND, Remote
from degrade.hub.errors import HubError, asking
from degrade.hub.local import LocalFile
from degrade.hub.progress import Progress
from degrade.hub.sending import PAUSES
from degrade.recipes.fetching import HubFile, first_bytes, opened
from degrade.recipes.hub_errors import passes, why_and_cure
from degrade.shards.errors import writing

T = TypeVar("T")
_PIECE = 1 << 20
_AT_ONCE = 8
"""Files that are fetched at the same time."""


@dataclass(frozen=True)
class Wanted:
    """A file to be fetched.

    Attributes
    ----------
    name : str
        In the repository and in the folder.
    size : int
        Its bytes: no more are taken.
    remote : Remote
        What the Hub says of it.
    sha256 : str
        By the manifest; "" where that says nothing.
    """

    name: str
    size: int
    remote: Remote
    sha256: str = ""

    def is_at(self, path: Path) -> bool:
        """Whether a file here is this one. Raises OSError."""
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return False
            here = LocalFile.of(self.name, path)
        except FileNotFoundError:
            return False
        return self._is(here)

    def is_content(self, data: bytes) -> bool:
        """Whether these bytes are this file's."""
        return self._is(LocalFile.of(self.name, data))

    def _is(self, here: LocalFile) -> bool:
        if here.size != self.size:
            return False
        return here.sha256 == self.sha256 if self.sha256 else here.is_as(self.remote)


class Fetching:
    """Files of one commit on their way into a folder.

    Parameters
    ----------
    name, commit : str
        The dataset, ``user/name``, and which state of it.
    out : Path
        The folder.
    beside : Path
        Where files under way lie, on the same file system.
    """

    def __init__(self, name: str, commit: str, out: Path, beside: Path, progress: Progress) -> None:
        self.name, self.commit, self.out, self.beside = name, commit, out, beside
        self._progress = progress
        self._lock = Lock()
        self._ended = Event()

    def fetch(self, files: Iterable[Wanted]) -> None:
        """Fetch files, several at a time. Raises HubError, WriteError."""
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            deque(pool.map(self._one, files), maxlen=0)  # asking for each outcome raises what went wrong
        except BaseException:
            self._ended.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def fetch_beside(self, files: Iterable[Wanted]) -> None:
        """Fetch files that stay beside. Raises HubError, WriteError."""
        for wanted in files:
            self._fetched(wanted)

    def read(self, wanted: Wanted) -> bytes:
        """A file, kept in memory. Raises HubError."""
        file = HubFile(KIND, self.name, self.commit, wanted.name)
        data = self._tried(lambda: first_bytes(file, wanted.size + 1))
        if not wanted.is_content(data):
            raise self._unlike(wanted)
        return data

    def _one(self, wanted: Wanted) -> None:
        path = self._fetched(wanted)
        target = self.out / wanted.name
        with writing(target):
            below(self.out, wanted.name).mkdir(parents=True, exist_ok=True)
            path.replace(target)
        with self._lock:
            self._progress.moved(wanted.name, wanted.size)

    def _fetched(self, wanted: Wanted) -> Path:
        path = self.beside / wanted.name
        with writing(path):
            below(self.beside, wanted.name).mkdir(parents=True, exist_ok=True)
        self._tried(lambda: self._receive(wanted, path))
        if not wanted.is_at(path):
            path.unlink(missing_ok=True)
            raise self._unlike(wanted)
        return path

    def _tried(self, call: Callable[[], T]) -> T:
        """What `call` gives; again where that may help. Raises HubError, WriteError."""
        for pause in PAUSES:
            try:
                with asking(self.name, "read"):
                    return call()
            except HubError as error:
                if error.__cause__ is None or not passes(error.__cause__):
                    raise
                known = why_and_cure(error.__cause__, self.name)
                with self._lock:
                    self._progress.waiting(pause, known[0] if known else "it failed")
                self._ended.wait(pause)
        with asking(self.name, "read"):
            return call()

    def _receive(self, wanted: Wanted, path: Path) -> None:
        """Go on with a file where it ended. Raises what the client raises, HubError, WriteError."""
        with writing(path):
            file = path.open("ab")
        with file:
            have = file.tell() if file.tell() <= wanted.size else file.truncate(0)
            if have == wanted.size:
                return
            self._told(have)
            with opened(HubFile(KIND, self.name, self.commit, wanted.name), have) as answer:
                if have and answer.status_code != 206:
                    self._told(-have)
                    have = file.truncate(0)
                for piece in answer.iter_bytes(_PIECE):
                    if self._ended.is_set():
                        raise HubError(f"{wanted.name} was broken off", "run the same command again")
                    have += len(piece)
                    if have > wanted.size:
                        raise self._unlike(wanted)
                    with writing(path):
                        file.write(piece)
                    self._told(len(piece))
        if have < wanted.size:
            raise ConnectionError(f"the connection ended after {have:,} of {wanted.size:,} bytes")

    def _unlike(self, wanted: Wanted) -> HubError:
        what = f"{wanted.name} of {self.name} is not what the manifest says"
        return HubError(what, "run the same command again; if that does not help, tell the owner of the dataset")

    def _told(self, size: int) -> None:
        with self._lock:
            self._progress.advanced(size)


def below(root: Path, name: str) -> Path:
    """The folder that the file `name` lies in below `root`; raises HubError if a link leads elsewhere on the way."""
    folder = root
    for part in PurePosixPath(name).parent.parts:
        folder /= part
        if folder.is_symlink():
            what = f"{folder} is a link, which a pull does not follow"
            raise HubError(what, "remove it, or choose another --to")
    return folder
