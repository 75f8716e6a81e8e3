"""Where an output lies: a folder of this machine, or a URL that fsspec knows, such as s3://bucket/folder.

Names are relative to the output, with slashes: ``data/train-00000-of-00003.tar``. A file is complete or absent under
its name, wherever it lies: a remote one is made in a folder of this machine and then sent in one piece.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path, PurePath

from degrade.shards.errors import StorageError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<rest>.*)", re.DOTALL)
_LOCAL_SCHEMES = ("file", "local")


class Storage(ABC):
    """The files of one output. May be pickled, and used from several threads and processes at once.

    Attributes
    ----------
    place : Path or str
        The folder, absolute, or the URL without what is secret in it.
    is_local : bool
    in_one_process : bool
        Whether other processes see nothing of it, as with memory://.
    is_writable : bool
        Whether a build can write there, which it cannot to the Hub.
    """

    place: Path | str
    is_local: bool
    in_one_process = False
    is_writable = True

    @property
    def name(self) -> str:
        """`place` for people."""
        return str(self.place)

    @property
    @abstractmethod
    def workplace(self) -> Path:
        """The folder of this machine that files are made in: the output itself if it is local.

        Raises StorageError where there is no such folder.
        """

    @abstractmethod
    def place_of(self, name: str) -> Path | str:
        """Where a file lies, for people."""

    # ------------------------------------------------------------------ writing

    @abstractmethod
    def path(self, name: str) -> Path:
        """Where on this machine to write a file: its final place, or one to send it from by `publish`.

        Raises OSError, or StorageError where there is no such place.
        """

    @abstractmethod
    def publish(self, name: str) -> None:
        """Send what was written at `path`, whole or not at all, and remove it there; locally nothing is to be done.

        Raises OSError or StorageError.
        """

    @abstractmethod
    def discard(self, name: str) -> None:
        """Give up what `path` was asked for; without effect after `publish`, and locally."""

    @abstractmethod
    def write(self, name: str, data: bytes, last: bool = True) -> None:
        """Make a small file hold `data`, whole or not at all; one that is not the `last` of several in a folder has its
        name for sure when that one has. Raises OSError or StorageError."""

    @abstractmethod
    def remove(self, names: Sequence[str]) -> None:
        """Remove files, those that are there. Raises OSError or StorageError."""

    # ------------------------------------------------------------------ reading

    @abstractmethod
    def read(self, name: str) -> bytes:
        """All of a file. Raises OSError (FileNotFoundError where there is none) or StorageError."""

    @abstractmethod
    def read_range(self, name: str, offset: int, size: int) -> bytes:
        """`size` bytes from `offset`, fewer where the file ends. Raises as `read`."""

    @abstractmethod
    def read_ranges(self, pieces: Sequence[tuple[str, int, int]]) -> Sequence[bytes]:
        """`read_range` of each (name, offset, size), several at a time where they are remote. Raises as `read`."""

    @abstractmethod
    def open(self, name: str) -> BufferedIOBase:
        """A file to read and seek in, to be closed; a remote one is fetched whole. Raises as `read`."""

    @abstractmethod
    def read_many(self, names: Sequence[str]) -> Iterator[bytes]:
        """All of each file, in this order, several at a time where they are remote. Raises as `read`."""

    @abstractmethod
    def heads(self, names: Sequence[str], size: int) -> Iterator[tuple[bytes, int] | None]:
        """(its first `size` bytes, its whole size) of each file, None where there is none. Raises StorageError."""

    @abstractmethod
    def sizes(self, names: Sequence[str]) -> list[int | None]:
        """The bytes of each file, None where there is none. Raises StorageError."""

    def size(self, name: str) -> int:
        """The bytes of a file. Raises FileNotFoundError or StorageError."""
        (size,) = self.sizes([name])
        if size is None:
            raise FileNotFoundError(name)
        return size

    def exists(self, name: str) -> bool:
        """Whether there is such a file. Raises StorageError."""
        return self.sizes([name]) != [None]

    @abstractmethod
    def list(self, prefix: str) -> dict[str, int]:
        """The files below the folder `prefix` ("" for all) and their sizes, sorted by name; none if there is no such
        folder. Raises OSError or StorageError.
        """

    @abstractmethod
    def top(self) -> set[str]:
        """The names of the files and folders that lie directly in the output; none if it does not exist.

        Raises NotADirectoryError where it is a file, OSError or StorageError.
        """

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


Place = str | os.PathLike[str] | Storage
"""What an output may be named by."""


def open_storage(out: Place) -> Storage:
    """The storage of the output `out`, which need not exist yet; nothing is read.

    Parameters
    ----------
    out : str, path or Storage
        A folder, ``file://``, or any URL that fsspec knows: ``s3://bucket/folder``, ``gs://``, ``memory://`` …;
        ``hf://datasets/user/name``, with ``@revision`` behind it, to be read.
        Credentials and endpoints come from where their libraries look for them, such as ``AWS_*`` and
        ``FSSPEC_S3_*`` in the environment.

    Raises
    ------
    StorageError
        No such kind of URL, or the library for it is not installed; `exit_code` 2.
    """
    from degrade.shards.storage_hub import HubStorage
    from degrade.shards.storage_local import LocalStorage
    from degrade.shards.storage_remote import HUB, RemoteStorage

    if isinstance(out, Storage):
        return out
    text = os.fspath(out)
    if "::" in text and "://" in text:
        raise StorageError(f"{text} is a URL within another", "name one URL, without ::", 2)
    url = _URL.fullmatch(text)
    if url is None:
        _check_whole(out, text)
        return LocalStorage(_expanded(Path(text)))
    if url["scheme"].lower() in _LOCAL_SCHEMES:
        return LocalStorage(Path("/", url["rest"]))
    return (HubStorage if url["scheme"].lower() == HUB else RemoteStorage)(text)


def is_url(place: str | os.PathLike[str]) -> bool:
    """Whether `place` is written as a URL that leads elsewhere than to a folder of this machine."""
    url = _URL.fullmatch(os.fspath(place))
    return url is not None and url["scheme"].lower() not in _LOCAL_SCHEMES


def _check_whole(out: object, text: str) -> None:
    """`Path("s3://bucket")` is s3:/bucket: a folder that nobody means."""
    if isinstance(out, PurePath) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/[^/]", text):
        raise StorageError(f"{text} has lost a slash", "give a URL as a text, not as a Path", 2)


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # a folder whose name begins with ~
        return path.absolute()
