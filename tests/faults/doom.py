"""How a process ends, or what it runs into, at the n-th thing that it does to the files of a folder.

What it does is told by the interpreter's own audit events (PEP 578) and, which these leave out, by `os.fsync`. So a
fault strikes between two calls of the system, always the same two, and every place of a program where a fault can do
harm has its number. A timer strikes anywhere, within a call too.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import Any, NamedTuple

KILL = "kill"
FULL, FORBIDDEN, BROKEN = "ENOSPC", "EACCES", "EIO"
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod")
_ON_A_FULL_DISK = ("open", "os.mkdir", "os.fsync")
"""What fails where no room is left; what is there may still be renamed and removed."""


class Doom(NamedTuple):
    """What strikes.

    Attributes
    ----------
    kind : str
        "kill", or the name of an error; an error stays: all that comes later fails likewise.
    folder : str
        Whose files are watched; "" for none.
    call : int
        Which of the calls fails, from 1; 0 for none.
    seconds : float
        After how long the process ends, whatever it is doing; 0 for never.
    """

    kind: str = KILL
    folder: str = ""
    call: int = 0
    seconds: float = 0.0


class Watch:
    """Counts the calls of this process, and strikes. There is no way back: for processes that will end."""

    def __init__(self, doom: Doom) -> None:
        self.calls = 0
        self._doom = doom
        self._folder = str(Path(doom.folder).resolve()) if doom.folder else None
        if self._folder:
            sys.addaudithook(self._heard)
            self._sync = os.fsync
            os.fsync = self._synced
        if doom.seconds:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process at once, as SIGKILL does
            signal.setitimer(signal.ITIMER_REAL, doom.seconds)

    def _synced(self, descriptor: Any) -> None:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        self._called("os.fsync", Path(f"/proc/self/fd/{number}").readlink())
        self._sync(descriptor)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and _writes(arguments)):
            self._called(event, arguments[0])

    def _called(self, event: str, path: Any) -> None:
        if isinstance(path, int) or not os.fsdecode(path).startswith(self._folder or "\0"):
            return
        self.calls += 1
        if not self._doom.call or self.calls < self._doom.call:
            return
        if self._doom.kind == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._doom.kind != FULL or event in _ON_A_FULL_DISK:
            number = getattr(errno, self._doom.kind)
            raise OSError(number, os.strerror(number), os.fsdecode(path))


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Whether an `open` may change the file."""
    _, mode, flags = arguments
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) if mode is None else any(c in mode for c in "wax+")
