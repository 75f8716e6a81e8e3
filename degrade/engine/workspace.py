"""Buffers that are used again from photo to photo: fresh large arrays cost more in page faults than the ops on them."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np


class _Idle(threading.local):
    def __init__(self) -> None:
        self.pool: list[Workspace] = []


_idle = _Idle()
_LINE = 64
_LARGEST = 32_000_000
"""Bytes above which a buffer is not kept: a build's memory must not remember its largest photo for ever."""


class Workspace:
    """Named arrays; one holder at a time. Their contents are whatever the last holder left there."""

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[tuple[int, ...], Any, np.ndarray[Any, Any]]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
        """The buffer `name`: zeros when newly made, else as it was left."""
        kept = self._arrays.get(name)
        if kept is not None and kept[0] == shape and kept[1] == dtype:
            return kept[2]
        made = _aligned_zeros(shape, np.dtype(dtype))
        if made.nbytes <= _LARGEST:
            self._arrays[name] = shape, dtype, made
        else:
            self._arrays.pop(name, None)
        return made


def _aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Zeros that begin where a line of the cache does: some kernels are a tenth faster on them."""
    size = math.prod(shape) * dtype.itemsize
    raw = np.zeros(size + _LINE, np.uint8)
    start = -raw.ctypes.data % _LINE
    return raw[start : start + size].view(dtype).reshape(shape)


class borrowed_workspace:
    """A workspace of this thread that nobody else holds, for a `with`; an op called inside an op gets another one.

    It goes back only after a clean end: verbs leave the coverage buffers zeroed, an exception may not.
    """

    __slots__ = ("_workspace",)

    def __enter__(self) -> Workspace:
        pool = _idle.pool
        self._workspace = pool.pop() if pool else Workspace()
        return self._workspace

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            _idle.pool.append(self._workspace)
