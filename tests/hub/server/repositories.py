"""Repositories: commits, branches, tags, and the files of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.hub.server.messages import Refusal

MAIN = "main"
KINDS = ("model", "dataset", "space")
KEPT_APART = (".tar", ".parquet", ".zip", ".gz", ".jpg", ".jpeg", ".png", ".webp", ".tiff", ".npy", ".arrow")
"""Endings of files that a fresh dataset keeps outside of git."""
_FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
_ATTRIBUTES = "".join(f"*{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in KEPT_APART).encode()


class Digest(NamedTuple):
    """What tests compare: SHA-256 in hexadecimal, and the size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class File:
    """A file of a commit. `large`: kept outside of git, which holds a pointer; `xet`: the hash of its Xet file."""

    data: bytes
    large: bool = False
    xet: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def pointer(self) -> bytes:
        """The text that git holds in the file's place (git-lfs specification, version 1)."""
        lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{self.sha256}", f"size {len(self.data)}")
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def blob_id(self) -> str:
        """What git calls the file."""
        return git_oid("blob", self.pointer if self.large else self.data)

    @property
    def content_id(self) -> str:
        """What clients compare with their own file, and the ETag: SHA-256 of a large file, else git's name."""
        return self.sha256 if self.large else self.blob_id


def git_oid(kind: str, data: bytes) -> str:
    """SHA-1 in hexadecimal of an object of git."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()


@dataclass(frozen=True)
class Commit:
    """All files at one moment."""

    oid: str
    files: Mapping[str, File]
    title: str
    message: str
    author: str
    date: str
    parent: str | None

    def as_last(self) -> dict[str, str]:
        """As listings show it."""
        return {"id": self.oid, "title": self.title, "date": self.date}


@dataclass
class Discussion:
    """A discussion, or a pull request with commits of its own at `refs/pr/number`."""

    number: int
    title: str
    author: str
    date: str
    pull_request: bool
    status: str
    events: list[dict[str, Any]] = field(default_factory=list)
    merge_commit: str | None = None

    @property
    def reference(self) -> str:
        return f"refs/pr/{self.number}"


class Repository:
    """A repository. `objects` holds what was uploaded outside of git, by SHA-256, committed or not; `parts` the parts
    of what is not complete, by SHA-256 and number."""

    def __init__(self, kind: str, name: str, author: str, visibility: str) -> None:
        self.kind, self.name, self.author, self.visibility = kind, name, author, visibility
        self.gated: str | bool = False
        self.admitted: set[str] = set()
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.pull_requests: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.discussions: list[Discussion] = []
        self.commit(MAIN, {".gitattributes": File(_ATTRIBUTES)}, "initial commit", author=author)

    @property
    def path(self) -> str:
        """Where its page is: `/datasets/user/name`."""
        return f"/{self.name}" if self.kind == "model" else f"/{self.kind}s/{self.name}"

    @property
    def owner(self) -> str:
        return self.name.split("/")[0]

    @property
    def private(self) -> bool:
        return self.visibility == "private"

    def date(self) -> str:
        """A moment of the repository's own time, which goes on by a second a commit: results know no clock."""
        return f"{_FIRST_DAY + timedelta(seconds=len(self.commits)):%Y-%m-%dT%H:%M:%S}.000Z"

    def at(self, revision: str) -> Commit:
        """The commit of a branch, a tag, a pull request or (the beginning of) an id. Refused with 404 where none is."""
        revision = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        for names in (self.branches, self.tags, self.pull_requests):
            if revision in names:
                return self.commits[names[revision]]
        found = [oid for oid in self.commits if len(revision) >= 7 and oid.startswith(revision)]
        if len(found) != 1:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[found[0]]

    def heads(self, revision: str) -> dict[str, str]:
        """The table in which a commit to `revision` moves a name: tags and ids do not move."""
        for names in (self.branches, self.pull_requests):
            if revision in names:
                return names
        raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def commit(
        self, revision: str, files: Mapping[str, File], title: str, message: str = "", author: str = ""
    ) -> Commit:
        """Makes `files` the content of a branch or pull request, all at once."""
        heads = self.heads(revision) if self.commits else self.branches
        parent = heads.get(revision)
        listing = "\n".join(f"{path}\0{file.blob_id}" for path, file in sorted(files.items()))
        date = self.date()
        oid = git_oid("commit", "\n".join((str(parent), title, message, date, listing)).encode())
        commit = Commit(oid, dict(files), title, message, author, date, parent)
        self.commits[oid] = commit
        heads[revision] = oid
        return commit

    def history(self, revision: str) -> Iterator[Commit]:
        """From the newest commit to the first."""
        commit: Commit | None = self.at(revision)
        while commit is not None:
            yield commit
            commit = self.commits[commit.parent] if commit.parent else None


def file_entry(path: str, file: File) -> dict[str, Any]:
    """A file in a listing."""
    entry: dict[str, Any] = {"type": "file", "oid": file.blob_id, "size": len(file.data), "path": path}
    if file.large:
        entry["lfs"] = {"oid": file.sha256, "size": len(file.data), "pointerSize": len(file.pointer)}
    if file.xet:
        entry["xetHash"] = file.xet
    return entry


def folder_entry(path: str, files: Mapping[str, File]) -> dict[str, Any]:
    """A folder in a listing; its id depends on all that is in it."""
    inside = "".join(f"{name}\0{file.blob_id}\n" for name, file in sorted(files.items()) if name.startswith(f"{path}/"))
    return {"type": "directory", "oid": git_oid("tree", inside.encode()), "size": 0, "path": path}


def listing(files: Mapping[str, File], folder: str, recursive: bool) -> list[dict[str, Any]]:
    """Files and folders of `folder`, by path. Refused with 404 where there is no such folder."""
    prefix = f"{folder}/" if folder else ""
    entries: dict[str, dict[str, Any]] = {}
    for path, file in files.items():
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts) if recursive else min(2, len(parts))):
            parent = prefix + "/".join(parts[:depth])
            if parent not in entries:
                entries[parent] = folder_entry(parent, files)
        if recursive or len(parts) == 1:
            entries[path] = file_entry(path, file)
    if folder and not entries:
        raise Refusal(404, f"{folder} does not exist on this revision", "EntryNotFound")
    return [entries[path] for path in sorted(entries)]
