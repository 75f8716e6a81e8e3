"""Photo keys: the address of a photograph in every build, made from its path alone.

The key is the path relative to the corpus without its suffix, in `[A-Za-z0-9_-/]`. A path that cannot be kept as it is
ends in `-` and 8 hex digits of its own hash:

- a path with any other character, each of which becomes `_`;
- a path with a component over 80 characters, or of over 150 altogether, which is cut (a tar's header has 100 characters
  for a name, 155 for the folders before it);
- a path below a folder whose last component is `c` and a number, since `KEY/c1` is the key of KEY's second copy;
- all but the first, in byte order, of the paths that would have equal keys.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from hashlib import blake2b

MAX_COMPONENT = 80
MAX_KEY = 150

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")
_COPY = re.compile(r"c[0-9]+")
_TAIL = 9  # a dash and eight digits


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
    taken: dict[str, str] = {}
    for path in sorted(set(paths), key=_raw):
        key = next(key for key in _claims(path) if key not in taken)
        taken[key] = path
    return {path: key for key, path in taken.items()}


def _claims(path: str) -> Iterable[str]:
    """The keys that a path asks for, one after the other: as it is if that is a key, then with ever new digits."""
    parts = [_FOREIGN.sub("_", part) or "_" for part in _without_suffix(path).split("/")]
    kept = "/".join(parts)
    numbered_like_a_copy = len(parts) > 1 and _COPY.fullmatch(parts[-1])
    too_long = len(kept) > MAX_KEY or max(map(len, parts)) > MAX_COMPONENT
    if kept == _without_suffix(path) and not numbered_like_a_copy and not too_long:
        yield kept
    for attempt in itertools.count():
        digits = blake2b(_raw(path), digest_size=4, salt=attempt.to_bytes(8, "big")).hexdigest()
        last = f"{parts[-1][: MAX_COMPONENT - _TAIL]}-{digits}"
        folders = "/".join(part[:MAX_COMPONENT] for part in parts[:-1])[: MAX_KEY - len(last) - 1].rstrip("/")
        yield f"{folders}/{last}" if folders else last


def _without_suffix(path: str) -> str:
    folders, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return f"{folders}{slash}{stem}" if dot and stem else path


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")
