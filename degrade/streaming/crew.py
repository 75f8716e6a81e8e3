"""Who makes the pairs of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from degrade.engine.pair import Pair
from degrade.streaming.errors import PairError
from degrade.streaming.maker import PairMaker, Task

Made = Pair | PairError
"""A pair, or why there is none."""


class Crew(Protocol):
    """Makes pairs in the order of their tasks."""

    def made(self, maker: PairMaker, tasks: Iterator[Task]) -> Iterator[Made]:
        """What comes of each task, in their order."""
        ...


class Alone:
    """The reader's own thread, pair by pair."""

    def made(self, maker: PairMaker, tasks: Iterator[Task]) -> Iterator[Made]:
        """See `Crew`."""
        return map(maker.attempt, tasks)
