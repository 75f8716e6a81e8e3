"""Where shards are made: in this process, in several, in threads, or on a Ray cluster.

    Executor    what they have in common
    How         which one, as the caller asked for it
    opened      that one, ready to make shards

Whoever makes a shard makes it from the recipe, the corpus, the stored plan and the shard's number alone; so neither the
engine nor how many workers there are nor who makes which can reach a byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from degrade.building.executors.common import ENGINES, START_METHODS, Executor, How, processors
from degrade.building.plan import Shard

__all__ = ["ENGINES", "START_METHODS", "Executor", "How", "opened"]

_TOO_FEW_FOR_PROCESSES = 256
"""Pairs below which starting processes takes longer than they save."""


@contextmanager
def opened(how: How, todo: Sequence[Shard], copies: int, descriptors: Sequence[int]) -> Iterator[Executor]:
    """The executor for the shards `todo`, while inside: never with more workers than there are shards.

    Parameters
    ----------
    copies : int
        Pairs of each photograph.
    descriptors : sequence of int
        Open files that a forked process must not keep.

    Raises
    ------
    BuildError
        The Ray cluster cannot be reached or started.
    """
    if how.engine == "ray" and todo:
        from degrade.building.executors.ray_cluster import connected

        with connected(how.ray_address, how.workers, len(todo)) as executor:
            yield executor
        return
    yield _here(how, todo, copies, descriptors)


def _here(how: How, todo: Sequence[Shard], copies: int, descriptors: Sequence[int]) -> Executor:
    """An executor on this machine."""
    from degrade.building.executors.processes import Processes
    from degrade.building.executors.threads import Threads

    pairs = copies * sum(shard.photographs for shard in todo)
    few = how.engine == "processes" and pairs < _TOO_FEW_FOR_PROCESSES
    workers = min(how.workers or (1 if few else processors()), len(todo))
    if how.engine == "processes" and workers > 1:
        return Processes(workers, how.start_method, descriptors)
    return Threads(workers)
