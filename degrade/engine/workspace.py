"""Buffers that are used again from photo to photo: fresh large arrays cost more in page faults than the ops on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

_idle = threading.local()
_LARGEST = 32_000_000
"""Bytes above which a buffer is not kept: a build's memory must not remember its largest photo for ever."""


class Workspace:
    """Named arrays; one holder at a time. Their contents are whatever the last holder left there."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
        """The buffer `name`: zeros when newly made, else as it was left."""
        kept = self._arrays.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = np.zeros(shape, dtype)
            if kept.nbytes <= _LARGEST:
                self._arrays[name] = kept
            else:
                self._arrays.pop(name, None)
        return kept


@contextmanager
def borrowed_workspace() -> Iterator[Workspace]:
    """A workspace of this thread that nobody else holds; an op called inside an op gets another one.

    It goes back only after a clean end: verbs leave the coverage buffers zeroed, an exception may not.
    """
    pool: list[Workspace] = _idle.__dict__.setdefault("pool", [])
    workspace = pool.pop() if pool else Workspace()
    yield workspace
    pool.append(workspace)
