"""An output at a URL, through fsspec.

Writing to an open remote file publishes what was written so far if anything goes wrong; so a file is made in a folder
of this machine (`degrade.shards.staging`), and then sent by one call. Object stores show it once all of it has come;
elsewhere it is sent under a temporary name and renamed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from os.path import commonpath
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, cast

from degrade.cachedir import user_cache
from degrade.shards.errors import StorageError
from degrade.shards.layout import DATA, TOP, WORK, temporary
from degrade.shards.remote_errors import missing_library, reaching, unknown_scheme, without_secrets
from degrade.shards.staging import StagedFile, staging_folder, sweep_all, wait_until_alone
from degrade.shards.storage import Storage

_WHOLE_BY_THEMSELVES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
"""Object stores whose fsspec libraries send a file by calls of which the last one makes it appear."""
HUB = "hf"
"""Whose fsspec library remembers of a repository for as long as the process lives that it was not there."""
_AT_ONCE = 64
_PIECE = 16 << 20


class RemoteStorage(Storage):
    """A URL. What fsspec knows of the place is never kept: other machines may write there."""

    is_local = False
    place: str

    def __init__(self, url: str) -> None:
        self.place = without_secrets(url)
        self.scheme = url.partition("://")[0].lower()
        self.in_one_process = self.scheme == "memory"
        if set(self.place) & set("*?[]"):
            raise StorageError(f"{self.place} is a pattern", "name one place, without * ? [ ]", 2)
        self._url = url
        self._lock = Lock()
        self._staged: dict[str, StagedFile] = {}
        self._connected: tuple[int, Any, str] | None = None
        self._check_place()

    def _check_place(self) -> None:
        if not self._connection()[1]:
            raise StorageError(f"{self.place} names no bucket or folder", f"name one: {self.scheme}://bucket/folder", 2)

    @property
    def workplace(self) -> Path:
        return staging_folder(self.place)

    def place_of(self, name: str) -> str:
        return f"{self.place}/{name}"

    # ------------------------------------------------------------------ writing

    def path(self, name: str) -> Path:
        with self._lock:
            if name not in self._staged:
                root = self.workplace
                sweep_all(root)
                self._staged[name] = StagedFile(root, name)
            return self._staged[name].path

    def publish(self, name: str) -> None:
        with self._lock:
            staged = self._staged[name]
        with reaching(self.place_of(name), "write"):
            self._send(name, lambda fs, target: fs.put_file(str(staged.path), target))
        self.discard(name)

    def discard(self, name: str) -> None:
        with self._lock:
            staged = self._staged.pop(name, None)
        if staged is not None:
            staged.discard()

    def write(self, name: str, data: bytes, last: bool = True) -> None:
        with reaching(self.place_of(name), "write"):
            self._send(name, lambda fs, target: fs.pipe_file(target, data))

    def _send(self, name: str, send: Any) -> None:
        fs, target = self._connection()[0], self._target(name)
        if self.scheme in _WHOLE_BY_THEMSELVES:
            send(fs, target)
            return
        under_way = str(temporary(Path(target)))
        fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        send(fs, under_way)
        if fs.exists(target):
            fs.rm_file(target)
        fs.mv(under_way, target)

    def remove(self, names: Sequence[str]) -> None:
        there = [self._target(name) for name, size in zip(names, self.sizes(names), strict=True) if size is not None]
        with reaching(self.place, "write"):
            for start in range(0, len(there), 1000):
                self._connection()[0].rm(there[start : start + 1000])

    def settle(self) -> None:
        """Wait for the processes of builds that were killed on this machine, and remove what they have left: files
        here, parts of large uploads there. Nobody else may be building.

        Raises OSError, or StorageError if they go on for minutes.
        """
        wait_until_alone(self.workplace, self.place)
        if self.scheme not in _WHOLE_BY_THEMSELVES:
            self.remove([name for name in self.list("") if _is_half_sent(PurePosixPath(name))])
        with reaching(self.place, "write"):
            self._abort_uploads()

    def _abort_uploads(self) -> None:
        """The parts of an upload that never ended cannot be seen, but are paid for."""
        fs, root = self._connection()
        if self.scheme not in ("s3", "s3a"):
            return
        bucket, _, folder = root.partition("/")
        try:
            found = fs.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=f"{folder}/" if folder else "")
            for upload in found.get("Uploads", []):
                fs.abort_mpu(bucket, upload["Key"], upload["UploadId"])
        except (PermissionError, FileNotFoundError, NotImplementedError):
            return  # they may not be seen or touched, have just ended, or the server has no such thing

    # ------------------------------------------------------------------ reading

    def read(self, name: str) -> bytes:
        with reaching(self.place_of(name), "read"):
            return bytes(self._connection()[0].cat_file(self._target(name)))

    def read_range(self, name: str, offset: int, size: int) -> bytes:
        if size == 0:
            return b""
        with reaching(self.place_of(name), "read"):
            return bytes(self._connection()[0].cat_file(self._target(name), start=offset, end=offset + size))

    def read_ranges(self, pieces: Sequence[tuple[str, int, int]]) -> Sequence[bytes]:
        wanted = [(self._target(name), offset, offset + size) for name, offset, size in pieces if size]
        with reaching(self.place, "read"):
            paths, starts, ends = zip(*wanted, strict=True) if wanted else ((), (), ())
            fs = self._connection()[0]
            got = iter(fs.cat_ranges(list(paths), list(starts), list(ends), on_error="raise"))
        return [bytes(next(got)) if size else b"" for _, _, size in pieces]

    def open(self, name: str) -> BufferedIOBase:
        size = self.size(name)
        file = cast(BufferedIOBase, TemporaryFile(dir=user_cache()))  # noqa: SIM115 - the caller closes it
        try:
            for offset in range(0, size, _PIECE):
                file.write(self.read_range(name, offset, min(_PIECE, size - offset)))
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def read_many(self, names: Sequence[str]) -> Iterator[bytes]:
        sizes = self.sizes(names)
        for start in range(0, len(names), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            for name, data in zip(names[some], self._ranges(names[some], sizes[some]), strict=True):
                if data is None:
                    raise FileNotFoundError(self.place_of(name))
                yield data

    def heads(self, names: Sequence[str], size: int) -> Iterator[tuple[bytes, int] | None]:
        sizes = self.sizes(names)
        ends = [None if whole is None else min(size, whole) for whole in sizes]
        for start in range(0, len(names), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            for head, whole in zip(self._ranges(names[some], ends[some]), sizes[some], strict=True):
                yield None if head is None or whole is None else (head, whole)

    def _ranges(self, names: Sequence[str], sizes: Sequence[int | None]) -> list[bytes | None]:
        """The first bytes of several files at a time, None for a file without a size."""
        wanted = [(self._target(name), size) for name, size in zip(names, sizes, strict=True) if size]
        with reaching(self.place, "read"):
            fs = self._connection()[0]
            ends = [size for _, size in wanted]
            got = iter(fs.cat_ranges([path for path, _ in wanted], [0] * len(wanted), ends, on_error="raise"))
        return [bytes(next(got)) if size else (None if size is None else b"") for size in sizes]

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        """A single one is asked for; several are looked up in the listing of the folder that they have in common."""
        if len(names) == 1:
            with reaching(self.place_of(names[0]), "read"):
                return [self._size(names[0])]
        found = self.list(commonpath([name.rpartition("/")[0] for name in names])) if names else {}
        return [found.get(name) for name in names]

    def _size(self, name: str) -> int | None:
        try:
            info = self._connection()[0].info(self._target(name))
        except FileNotFoundError:
            return None
        return int(info["size"]) if info["type"] == "file" else None

    def list(self, prefix: str) -> dict[str, int]:
        fs, root = self._connection()
        with reaching(self.place, "read"):
            fs.invalidate_cache()
            try:
                found = fs.find(self._target(prefix) if prefix else root, detail=True)
            except FileNotFoundError:
                return {}
        named = {path[len(root) + 1 :]: info for path, info in found.items()}
        return {name: int(named[name]["size"]) for name in sorted(named) if named[name]["type"] == "file" and name}

    def top(self) -> set[str]:
        fs, root = self._connection()
        with reaching(self.place, "read"):
            fs.invalidate_cache()
            try:
                found = fs.ls(root, detail=True)
            except FileNotFoundError:
                return set()
        names = {info["name"].rstrip("/")[len(root) + 1 :] for info in found}
        if "" in names and any(info["type"] == "file" and info["name"] == root for info in found):
            raise NotADirectoryError(self.place)
        return names - {""}

    # ------------------------------------------------------------------ fsspec

    def _target(self, name: str) -> str:
        return f"{self._connection()[1]}/{name}".rstrip("/")

    def _connection(self) -> tuple[Any, str]:
        """fsspec's file system, and the path of the output in it. Connections do not survive a fork.

        Raises StorageError.
        """
        if self._connected is None or self._connected[0] != os.getpid():
            fs, root = _connect(self._url, self.scheme, self.place)
            self._connected = os.getpid(), fs, root.rstrip("/")
        return self._connected[1:]

    def __reduce__(self) -> Any:
        return type(self), (self._url,)


def _is_half_sent(path: PurePosixPath) -> bool:
    own = path.parts[0] in (DATA, WORK) or str(path) in (f".{name}.tmp" for name in TOP)
    return own and path.name.startswith(".") and path.name.endswith(".tmp")


def check_library(scheme: str) -> None:
    """Raises StorageError if nothing knows such URLs, or what does is not installed."""
    try:
        from fsspec.registry import get_filesystem_class
    except ImportError:
        raise missing_library(scheme) from None
    try:
        get_filesystem_class(scheme)
    except ImportError:
        raise missing_library(scheme) from None
    except ValueError:
        raise unknown_scheme(scheme) from None


def _connect(url: str, scheme: str, place: str) -> tuple[Any, str]:
    check_library(scheme)
    from fsspec.core import url_to_fs

    with reaching(place, "open"):
        fs, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=scheme == HUB)
    return fs, root
