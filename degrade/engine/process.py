"""How a process is set up that works on pictures all the time."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def keep_freed_memory() -> None:
    """Let glibc hand freed buffers out again instead of returning them to the system: faulting a picture's buffers in
    anew took a tenth of the time of `aged_photo` at 512 px. Where the C library has no `mallopt`, nothing is done."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 16 << 20)
        mallopt(_M_TRIM_THRESHOLD, 64 << 20)


@contextmanager
def single_threaded() -> Iterator[None]:
    """OpenCV on one thread while inside: the build has its own workers, and OpenCV's would fight them for cores."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
