"""Keep third-party decoders from talking on the user's terminal."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


class _Silence:
    """Python warnings and OpenCV's log are process-wide: the first of the threads to enter mutes, the last unmutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._opencv_muted = False
        self._undo = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._undo.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
            if "cv2" in sys.modules and not self._opencv_muted:
                self._mute_opencv()
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._undo.close()
                self._opencv_muted = False

    def _mute_opencv(self) -> None:
        from cv2.utils import logging

        level = logging.getLogLevel()
        logging.setLogLevel(logging.LOG_LEVEL_SILENT)
        self._undo.callback(logging.setLogLevel, level)
        self._opencv_muted = True


_silence = _Silence()


@contextmanager
def quiet() -> Iterator[None]:
    """No Python warning and no OpenCV log line while inside. libpng and libtiff write some faults to stderr from C,
    which nothing in Python can hold back; the headers are therefore checked before those libraries see a file."""
    _silence.enter()
    try:
        yield
    finally:
        _silence.leave()
