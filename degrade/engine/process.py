"""How a process is set up that works on pictures all the time."""

from __future__ import annotations

import ctypes
import signal
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


def leave_signals_to_parent() -> None:
    """In a worker process: Ctrl-C, which goes to every process of the terminal, is for the parent, who ends its
    workers; and a worker ends when told to, where a forked one would else do what its parent does then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def ended_by_termination() -> Iterator[None]:
    """While inside, SIGTERM ends the process as Ctrl-C does, so that what is temporary is removed then too. Works in
    the main thread only, which alone may say what a signal does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # None, if it was not Python that said
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


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
