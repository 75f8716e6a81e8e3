"""The files of an output as they are to lie on the Hub, and whether they are those of its manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from degrade.hub.client import Remote
from degrade.hub.errors import HubError
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import INDEX, MANIFEST, REJECTS, in_own_files, is_data_file
from degrade.shards.manifest import digest, read_manifest
from degrade.shards.storage import Storage, open_storage
from degrade.shards.storage_local import LocalStorage

_PIECE = 1 << 20
_MOST_SHOWN = 3


@dataclass(frozen=True)
class LocalFile:
    """A file to be on the Hub.

    Attributes
    ----------
    name : str
        In the repository.
    content : Path or bytes
    size : int
        In bytes.
    promised : str
        Its SHA-256 by the manifest; "" where that says nothing of it.
    """

    name: str
    content: Path | bytes
    size: int
    promised: str = ""

    @classmethod
    def of(cls, name: str, content: Path | bytes, promised: str = "") -> LocalFile:
        """With its size as it is. Raises OSError."""
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        return cls(name, content, size, promised)

    @cached_property
    def sha256(self) -> str:
        """Of its bytes, read now. Raises OSError."""
        return self._digest(hashlib.sha256())

    def is_as(self, remote: Remote | None) -> bool:
        """Whether the file on the Hub is this one, by the digest that the manifest promises. Raises OSError."""
        if remote is None or remote.size != self.size:
            return False
        if remote.sha256 is not None:
            return remote.sha256 == (self.promised or self.sha256)
        blob = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)  # git's id of a file
        return remote.blob == self._digest(blob)

    def check(self) -> None:
        """Raises HubError if its bytes are not those that the manifest promises, or OSError."""
        if self.promised and self.sha256 != self.promised:
            raise HubError(f"{self.name} is not whole: its SHA-256 is not the manifest's", _AGAIN)

    def _digest(self, digest: Any) -> str:
        if isinstance(self.content, bytes):
            digest.update(self.content)
        else:
            with self.content.open("rb") as file:
                for piece in _pieces(file):
                    digest.update(piece)
        return str(digest.hexdigest())


_AGAIN = "see `degrade verify`, and run its build again"


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


@dataclass(frozen=True)
class Output:
    """A finished output on this machine: its storage, its manifest, and the files of data and lists."""

    storage: Storage
    manifest: dict[str, Any]
    shards: tuple[LocalFile, ...]
    lists: tuple[LocalFile, ...]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return Path(self.storage.place)


def open_output(out: Any) -> Output:
    """The output `out`, looked at as far as that is cheap: every file is there with its size, and the manifest, the
    lists and, where members are files of their own, the shards have their digests. A tar's own digest is compared when
    it is sent.

    Raises
    ------
    ShardError
        It is not finished.
    HubError
        It lies elsewhere, or it is not what its manifest says.
    """
    storage = open_storage(out)
    if not isinstance(storage, LocalStorage):
        what = f"{storage.name} lies elsewhere, and is not pushed from there"
        raise HubError(what, "copy it to a folder of this machine, and name that", 2)
    manifest = read_manifest(storage)
    if manifest.get("sha256") != digest(manifest):
        raise HubError(f"{storage.place_of(MANIFEST)} was edited: its digest is another", _AGAIN)
    try:
        lists = tuple(_lists(storage, manifest))
        shards = tuple(_shards(storage, manifest))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HubError(f"{storage.place_of(MANIFEST)} is damaged ({error!r})", _AGAIN) from error
    except FileNotFoundError as error:
        raise HubError(f"{storage.name} is not whole: {Path(error.filename).name} is missing", _AGAIN) from error
    return Output(storage, manifest, shards, lists)


def _lists(storage: LocalStorage, manifest: dict[str, Any]) -> Iterator[LocalFile]:
    """Index, rejects and metadata, whose digests must hold; and the manifest."""
    files = manifest["files"]
    for name in (INDEX, REJECTS, *filter(is_data_file, files)):
        file = LocalFile.of(name, storage.path(name), files[name])
        file.check()
        yield file
    yield LocalFile.of(MANIFEST, storage.path(MANIFEST))


def _shards(storage: LocalStorage, manifest: dict[str, Any]) -> Iterator[LocalFile]:
    entries = [entry for entry in manifest["shards"] if entry["pairs"]]
    own = [entry for entry in entries if in_own_files(entry["file"])]
    if own:
        yield from _own_files(storage, own)
        return
    sizes = storage.sizes([entry["file"] for entry in entries])
    wrong = [
        f"{entry['file']} is missing" if size is None else f"{entry['file']} has {size:,} bytes, not {entry['bytes']:,}"
        for entry, size in zip(entries, sizes, strict=True)
        if size != entry["bytes"]
    ]
    if wrong:
        more = f" and {len(wrong) - _MOST_SHOWN} more" if len(wrong) > _MOST_SHOWN else ""
        raise HubError(f"{storage.name} is not whole: {', '.join(wrong[:_MOST_SHOWN])}{more}", _AGAIN)
    for entry in entries:
        yield LocalFile(entry["file"], storage.path(entry["file"]), entry["bytes"], entry["sha256"])


def _own_files(storage: LocalStorage, entries: list[dict[str, Any]]) -> Iterator[LocalFile]:
    """The pictures of shards whose members are files of their own; the digest of a shard is that of all of them."""
    lines = {line.shard: line for line in read_index(storage)}
    for entry in entries:
        line = lines[entry["file"]]
        whole = hashlib.sha256()
        for file, data in _members(storage, line):
            whole.update(data)
            if file is not None:
                yield file
        if whole.hexdigest() != entry["sha256"]:
            raise HubError(f"{entry['file']} is not whole: its files are not those of the manifest", _AGAIN)


def _members(storage: LocalStorage, line: ShardIndex) -> Iterator[tuple[LocalFile | None, bytes]]:
    """The files and bytes of a shard's members in their order; no file for what stands in lines of metadata."""
    for number in range(len(line.keys)):
        for suffix in line.members:
            name, offset, size = line.place(suffix, number)
            if "*" in line.files[suffix]:
                data = storage.read(name)
                yield LocalFile(name, storage.path(name), len(data), hashlib.sha256(data).hexdigest()), data
            else:
                yield None, storage.read_range(name, offset, size + 1)  # with the end of its line
