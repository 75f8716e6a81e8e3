"""Photo keys: the address of a photograph in every build, made from its path alone.

The key is the path relative to the corpus without its suffix, in `[A-Za-z0-9_-/]`. A path that cannot be kept as it is
ends in `-` and 8 hex digits of its own hash:

- a path with any other character, each of which becomes `_`;
- a path with a component over 80 characters, or of over 150 altogether, which is cut (a tar's header has 100 characters
  for a name, 155 for the folders before it);
- a path below a folder whose last component is `c` and a number, since `KEY/c1` is the key of KEY's second copy;
- all but the first, in byte order, of the paths that would have equal keys.

So a path has a list of claims: as it is if that is a key, then with ever new digits. A key belongs to the first path,
in byte order, of those that get to claim it; the others go on to their next claim. Whose turn it is when makes no
difference to who ends with what, so that millions of paths can be settled in a few rounds over arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_COMPONENT = 80
MAX_KEY = 150

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")
_COPY = re.compile(r"c[0-9]+")
_TAIL = 9  # a dash and eight digits
_KEPT = re.compile(
    rb"((?:[A-Za-z0-9_-]{1,80}/)+(?!c[0-9]+(?:\.[^./]*)?\Z)[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,80})(?:\.[^./]*)?\Z"
)
"""A path whose first claim is itself without its suffix, unless that is too long: nearly all of them, at once."""

_ORDER = blake2b(digest_size=8, person=b"order")


def photo_keys(paths: Iterable[str]) -> dict[str, str]:
    """The key of each path; injective.

    A path's key depends on no other path, unless two paths claim the same key.

    Parameters
    ----------
    paths : iterable of str
        Relative, with `/`; sources as `degrade.corpus.names` spells them. Repeated ones count once.

    Returns
    -------
    dict
        path -> key, in byte order of the paths.
    """
    raw = sorted({path.encode("utf-8", "surrogatepass") for path in paths})
    attempts = Claims(raw).attempts
    return {
        path.decode("utf-8", "surrogatepass"): key_of(path, int(attempt)).decode()
        for path, attempt in zip(raw, attempts, strict=True)
    }


def key_of(path: bytes, attempt: int = 0) -> bytes:
    """The claim number `attempt` of a path, as ASCII; both in bytes, the path in UTF-8."""
    kept = None if attempt else _KEPT.match(path)
    if kept and kept.end(1) <= MAX_KEY:
        return kept[1]
    return _changed(path, attempt)


def hash_of(key: str | bytes) -> int:
    """The 64-bit BLAKE2b hash of a photograph's key: the order of shards, and splits."""
    digest = _ORDER.copy()
    digest.update(key.encode() if isinstance(key, str) else key)
    return int.from_bytes(digest.digest(), "big")


def _changed(path: bytes, attempt: int) -> bytes:
    text = path.decode("utf-8", "surrogatepass")
    bare = _without_suffix(text)
    parts = [_FOREIGN.sub("_", part) or "_" for part in bare.split("/")]
    kept = "/".join(parts)
    numbered_like_a_copy = len(parts) > 1 and _COPY.fullmatch(parts[-1])
    too_long = len(kept) > MAX_KEY or max(map(len, parts)) > MAX_COMPONENT
    if kept == bare and not numbered_like_a_copy and not too_long:
        if attempt == 0:
            return kept.encode()
        attempt -= 1
    digits = blake2b(path, digest_size=4, salt=attempt.to_bytes(8, "big")).hexdigest()
    last = f"{parts[-1][: MAX_COMPONENT - _TAIL]}-{digits}"
    folders = "/".join(part[:MAX_COMPONENT] for part in parts[:-1])[: MAX_KEY - len(last) - 1].rstrip("/")
    return (f"{folders}/{last}" if folders else last).encode()


def _without_suffix(path: str) -> str:
    folders, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return f"{folders}{slash}{stem}" if dot and stem else path


class Claims:
    """Which claim each of many paths ends with.

    Parameters
    ----------
    paths : sequence of bytes
        In UTF-8.
    keys : callable, optional
        The claim of (path, attempt), by default `key_of`.

    Attributes
    ----------
    attempts : (N,) uint16
        The claim that each path keeps.
    orders : (N,) uint64
        `hash_of` its key.
    ranks : (N,) int64
        The paths' numbers, sorted by (order, key). Of repeated paths all but the first come last, and are not counted.
    repeated : dict
        The number of a path that was there before -> that of the first.
    """

    def __init__(self, paths: Sequence[bytes], keys: Callable[[bytes, int], bytes] = key_of) -> None:
        self._paths = paths
        self._keys = keys
        self.attempts = np.zeros(len(paths), np.uint16)
        self.orders = np.fromiter((hash_of(keys(path, 0)) for path in paths), np.uint64, len(paths))
        self.repeated: dict[int, int] = {}
        while True:
            self.ranks = np.argsort(self.orders, kind="stable")
            moved = [number for contested in self._contested() for number in self._losers(contested)]
            if not moved:
                break
            for number in moved:
                self.attempts[number] += 1
                self.orders[number] = hash_of(keys(paths[number], int(self.attempts[number])))
        if self.repeated:
            again = np.zeros(len(paths), bool)
            again[list(self.repeated)] = True
            self.ranks = np.concatenate([self.ranks[~again[self.ranks]], self.ranks[again[self.ranks]]])

    def key(self, number: int) -> bytes:
        """The key that path `number` has now."""
        return self._keys(self._paths[number], int(self.attempts[number]))

    def _contested(self) -> Iterator[list[int]]:
        """The numbers of the paths that have an order in common, each time by number."""
        in_order = self.orders[self.ranks]
        same = np.flatnonzero(in_order[1:] == in_order[:-1])
        runs = np.split(same, np.flatnonzero(np.diff(same) > 1) + 1) if len(same) else []
        for run in runs:
            first, last = int(run[0]), int(run[-1]) + 2
            numbers = [number for number in self.ranks[first:last].tolist() if number not in self.repeated]
            self._sort_ties(first, last)
            yield numbers

    def _sort_ties(self, first: int, last: int) -> None:
        """Different keys of one order stand by key."""
        self.ranks[first:last] = sorted(self.ranks[first:last].tolist(), key=lambda number: (self.key(number), number))

    def _losers(self, numbers: list[int]) -> Iterator[int]:
        by_key = sorted(numbers, key=lambda number: (self.key(number), self._paths[number], number))
        for _, claimants in groupby(by_key, key=self.key):
            first, *others = claimants
            for number in others:
                if self._paths[number] == self._paths[first]:
                    self.repeated[number] = first
                else:
                    yield number


def hashes(keys: Iterable[bytes], count: int, purpose: bytes, seed: int = 0) -> npt.NDArray[Any]:
    """(count,) uint64: a 64-bit BLAKE2b hash of each key, another one for each purpose and seed."""
    start = blake2b(digest_size=8, person=purpose, salt=seed.to_bytes(8, "big"))

    def one(key: bytes) -> int:
        digest = start.copy()
        digest.update(key)
        return int.from_bytes(digest.digest(), "big")

    return np.fromiter(map(one, keys), np.uint64, count)
