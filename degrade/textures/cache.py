"""Sheets kept in the user's cache, mapped into memory: made once, then shared by all processes of the machine."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tokenize import TokenError

import numpy as np

from degrade.cachedir import user_cache
from degrade.textures.sheet import Bytes, shape_of

_SOURCES = ("textures/*.py", "engine/kernels/draw.py", "engine/kernels/noise.py")


@lru_cache(maxsize=1)
def generators_digest() -> str:
    """16 hex digits: the hash of all code that decides what a sheet looks like."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for pattern in _SOURCES:
        for source in sorted(package.glob(pattern)):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def digest_of(*parts: str | int) -> str:
    """16 hex digits: the hash of these parts and of the code that makes sheets."""
    return hashlib.blake2b(repr((generators_digest(), *parts)).encode(), digest_size=8).hexdigest()


def kept(folder: str, name: str, make: Callable[[], Bytes]) -> Bytes:
    """The packed sheet `name`: from the cache's `folder`, else made now and put there.

    Several processes may make the same sheet at the same time: they make the same bytes. Where nothing can be written,
    or the disk is full, the sheet stays in memory. Whatever decides the bytes must be hashed into the names.

    Parameters
    ----------
    make : callable
        Gives the packed sheet (see `degrade.textures.sheet.packed_levels`).
    """
    root = user_cache()
    if root is None:
        return make()
    path = root / "textures" / folder / f"{name}.npy"
    found = _opened(path)
    if found is None:
        made = make()
        found = _opened(path) if _stored(path, made) else made
    return made if found is None else found


def _opened(path: Path) -> Bytes | None:
    """The packed sheet in a file, mapped read-only; None if there is none, or a broken one."""
    try:
        packed = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        shape_of(packed)
    except (OSError, ValueError, EOFError, SyntaxError, TokenError):
        return None
    return packed


def _stored(path: Path, packed: Bytes) -> bool:
    """Whether the sheet could be written; it appears under its name all at once."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
            np.save(file, packed, allow_pickle=False)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        return False
    return True
