"""What a build tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from degrade.corpus import Reject

_TELL_EVERY = 0.2
"""Seconds between a worker's words on how far it is."""


@dataclass(frozen=True)
class Planned:
    """What a build is about to do.

    Attributes
    ----------
    out : Path or str
        The folder, absolute, or the URL.
    photographs, pairs, shards : int
        Planned, of this build or part.
    resumed : int
        Shards of these that are finished already.
    todo_photographs : int
        Photographs in the shards that are not: what `Progress.advanced` adds up to.
    workers : int
    """

    out: Path | str
    photographs: int
    pairs: int
    shards: int
    resumed: int
    todo_photographs: int
    workers: int


@dataclass(frozen=True)
class ShardDone:
    """A shard that is on disk, or that has no file because all of its photographs were rejected.

    Attributes
    ----------
    number : int
        In the plan, from 0.
    file : str
        Relative to the output.
    photographs, pairs, size : int
        How many went in and came out, and the file's bytes.
    rejects : tuple of Reject
    """

    number: int
    file: str
    photographs: int
    pairs: int
    size: int
    rejects: tuple[Reject, ...]


class Progress:
    """Receives a build's events, in the caller's thread and process. Each method does nothing: override what you show.

    The order is `planned`, perhaps `compiling`, any number of `advanced` and `shard_done`, `finishing`. An exception
    raised here stops the build, which can be resumed.
    """

    def planned(self, planned: Planned) -> None:
        """The plan is made, the output is ours, nothing is built yet."""

    def compiling(self) -> None:
        """Kernels have to be compiled, which is done once and may take a minute."""

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        """So many more photographs were dealt with, with so many pairs and rejected photographs."""

    def shard_done(self, shard: ShardDone) -> None:
        """One more shard is finished."""

    def finishing(self) -> None:
        """All shards are there; index, manifest and card are being written."""


class Teller:
    """Adds up what a worker does, and tells it now and then.

    Parameters
    ----------
    tell : callable
        Takes (photographs, pairs, rejects) since it was last called.
    """

    def __init__(self, tell: Callable[[tuple[int, int, int]], None]) -> None:
        self._tell = tell
        self._sums = (0, 0, 0)
        self._next = time.monotonic() + _TELL_EVERY

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        """So many more."""
        before = self._sums
        self._sums = before[0] + photographs, before[1] + pairs, before[2] + rejects
        if time.monotonic() >= self._next:
            self.flush()

    def flush(self) -> None:
        """Tell what was not told yet."""
        sums, self._sums = self._sums, (0, 0, 0)
        self._next = time.monotonic() + _TELL_EVERY
        self._tell(sums)
