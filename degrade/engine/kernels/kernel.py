"""The `kernel` decorator: how every compiled loop of this package is compiled, cached and announced."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
from numba.core import event

from degrade.cachedir import user_cache

_HOMES = ("engine/kernels", "textures")
_decorating = threading.Lock()
_settings: Any = numba.config


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Where compiled kernels are kept, or None where nothing can be written.

    The folder's name is a hash of all kernels' sources and numba's version, since numba by itself does not notice the
    edit of a helper in another file; and of the package's place, since numba goes by the time of a source's last
    change, so that two checkouts of the same sources would forever compile each other's kernels anew.
    """
    root = user_cache()
    if root is None:
        return None
    package = Path(__file__).resolve().parents[2]
    digest = hashlib.blake2b(f"{numba.__version__}\0{package}\0".encode(errors="surrogateescape"), digest_size=8)
    for home in _HOMES:
        for source in sorted((package / home).glob("*.py")):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    folder = root / "kernels" / digest.hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` on its first call: without the GIL, without fastmath, kept in the user's cache.

    numba emits no fused multiply-add without fastmath, so that + - * / and sqrt give the same bits on every CPU.
    """
    folder = cache_folder()
    with _decorating:
        before = _settings.CACHE_DIR
        _settings.CACHE_DIR = str(folder) if folder else before
        try:
            return numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
        finally:
            _settings.CACHE_DIR = before


class _Announcer(event.Listener):
    def __init__(self, say: Callable[[], None]) -> None:
        self._say: Callable[[], None] | None = say

    def on_start(self, _event: Any) -> None:
        say, self._say = self._say, None
        if say is not None:
            say()

    def on_end(self, _event: Any) -> None:
        return None


@contextmanager
def announce_compilation(say: Callable[[], None]) -> Iterator[None]:
    """Call `say` once if anything has to be compiled in the block, as opposed to being read from the cache."""
    with event.install_listener("numba:compile", _Announcer(say)):
        yield
