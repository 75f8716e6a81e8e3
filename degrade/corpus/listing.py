"""What a corpus offers: photographs, and an account of everything that is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Protocol

from degrade.corpus.keys import photo_keys
from degrade.errors import DegradeError

#: Why entries of a source are passed over: they make no claim to be photographs.
IGNORED = {
    "hidden": "its name begins with a dot",
    "not_a_picture": "its name has no suffix of a picture",
    "symlinked_folder": "a link to a folder, which may lead in circles",
}

#: Why an entry that claims to be a photograph cannot be one, at listing or at reading. Never renamed.
REJECTED = {
    "a_folder": "a folder with the name of a picture",
    "not_a_file": "a pipe, a socket or a device",
    "broken_link": "a link to nothing",
    "symlink_loop": "a link that leads to itself",
    "unreadable": "the system refuses to read it",
    "unreadable_folder": "the system refuses to list it, so that what it holds is unknown",
    "vanished": "it was there and is gone",
    "changed": "its size is no longer the listed one",
    "too_large": "more bytes than a photograph has",
}


class CorpusError(DegradeError):
    """A source that cannot be listed or divided; its text says what to give instead.

    Attributes
    ----------
    source : str
        The source as it was given, or "" where the mistake is not in the source.
    """

    exit_code = 2

    def __init__(self, message: str, source: str = "") -> None:
        super().__init__(message, source)
        self.source = source

    def __str__(self) -> str:
        return str(self.args[0])


class CorpusReadError(DegradeError):
    """One photograph that cannot be read: a reject, and no reason to stop.

    Attributes
    ----------
    reason : str
        A stable slug, one of `REJECTED`.
    detail : str
        What happened, in words.
    source : str
        The photograph's `source`.
    """

    def __init__(self, reason: str, detail: str, source: str = "") -> None:
        super().__init__(reason, detail, source)
        self.reason = reason
        self.detail = detail
        self.source = source

    def __str__(self) -> str:
        return f"{self.source}: {self.detail}" if self.source else self.detail


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph of a corpus.

    Attributes
    ----------
    key : str
        Its address in builds: `[A-Za-z0-9_-/]+`, unique in the corpus; see `degrade.corpus.keys`.
    source : str
        Its path relative to the corpus, with `/`; plain text that JSON can hold, see `degrade.corpus.names`.
    size : int
        Bytes.
    order : int
        64-bit hash of the key: its place among the shards and its split.
    """

    key: str
    source: str
    size: int
    order: int


@dataclass(frozen=True, slots=True)
class Reject:
    """One entry that is no usable photograph, as it is written to rejects.jsonl.

    `key` is the key that the photograph would have had, None for what is no photograph (a folder that cannot be read);
    `reason` is a stable slug, `detail` is for people.
    """

    source: str
    key: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Listing:
    """Everything found in a source, each entry in exactly one of the three.

    Attributes
    ----------
    photographs : tuple of Photograph
        Sorted by (order, key).
    ignored : dict
        How many entries were passed over, by reason (`IGNORED`), sorted by it.
    rejects : tuple of Reject
        Entries known to be bad without reading them, sorted by source.
    """

    photographs: tuple[Photograph, ...]
    ignored: dict[str, int]
    rejects: tuple[Reject, ...] = ()

    def limited(self, count: int) -> Listing:
        """The listing with at most `count` of its photographs: drawn by a hash that is independent of `order`, so that
        they spread over all splits, and a larger limit keeps those of a smaller one."""
        by_lot = sorted(self.photographs, key=lambda photograph: (_hash64(photograph.key, b"limit"), photograph.key))
        return replace(self, photographs=_sorted(by_lot[: max(0, count)]))


class Corpus(Protocol):
    """Where clean photographs come from. A corpus can be pickled and is opened without touching the photographs;
    workers only `read`."""

    @property
    def name(self) -> str:
        """A short name for people, never an absolute path."""
        ...

    def listing(self) -> Listing:
        """Look through the source. Raises CorpusError if it cannot be listed at all."""
        ...

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file. Raises CorpusReadError."""
        ...


def make_listing(
    sizes: Mapping[str, int], rejects: Iterable[tuple[str, str, str]] = (), ignored: Mapping[str, int] | None = None
) -> Listing:
    """A listing from `sizes` (source -> bytes), rejects (source, reason, detail) and counts of what was ignored.

    Keys are given to the rejects as well, so that mending a file moves no other file's key.
    """
    rejects = sorted(rejects)
    keys = photo_keys([*sizes, *(source for source, reason, _ in rejects if reason != "unreadable_folder")])
    photographs = (Photograph(keys[source], source, size, hash_of(keys[source])) for source, size in sizes.items())
    return Listing(
        _sorted(photographs),
        dict(sorted((ignored or {}).items())),
        tuple(Reject(source, keys.get(source), reason, detail) for source, reason, detail in rejects),
    )


def hash_of(key: str) -> int:
    """The 64-bit BLAKE2b hash of a photograph's key: the order of shards, and splits."""
    return _hash64(key, b"order")


def _hash64(key: str, purpose: bytes) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8, person=purpose).digest(), "big")


def _sorted(photographs: Iterable[Photograph]) -> tuple[Photograph, ...]:
    return tuple(sorted(photographs, key=lambda photograph: (photograph.order, photograph.key)))
