"""What executors have in common."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from degrade.building.errors import BuildError
from degrade.building.plan import Plan, Shard
from degrade.building.progress import Progress
from degrade.building.worker import Job

ENGINES = ("processes", "threads", "ray")
START_METHODS = ("spawn", "fork", "forkserver")


@dataclass(frozen=True)
class How:
    """Who makes the shards.

    Attributes
    ----------
    engine : str
        One of ENGINES.
    workers : int or None
        None: as many as there are processors, if it pays.
    start_method : str
        One of START_METHODS; of processes alone.
    ray_address : str or None
        The head of a Ray cluster as "host:port"; None: that of RAY_ADDRESS, else a cluster of this machine alone.
    """

    engine: str = "processes"
    workers: int | None = None
    start_method: str = "spawn"
    ray_address: str | None = None


class Executor(Protocol):
    """Makes shards.

    Attributes
    ----------
    workers : int
        How many it makes at the same time.
    """

    workers: int

    def make(self, job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
        """Make `shards`, and tell `progress`, in this thread, of each. The kernels are compiled before.

        Raises
        ------
        BuildError
            A worker died or could not be started, or an op or corpus cannot be brought to the workers.
        WriteError
            The output cannot be written.
        """
        ...


def largest_first(shards: Iterable[Shard]) -> list[Shard]:
    """In the order in which several workers take them, so that none begins a large shard while the others have nothing
    left to do."""
    return sorted(shards, key=lambda shard: (-shard.photographs, shard.number))


def processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_importable(job: Job) -> None:
    """Raises BuildError for an op that is defined in the script or notebook itself, which workers never run."""
    for step in job.recipe.steps:
        for part in step.flattened():
            if type(part).__module__ == "__main__":
                name = type(part).__name__
                cure = (
                    "move it to a module of its own, or build with workers=1, engine='threads' or start_method='fork'"
                )
                raise BuildError(f"workers cannot import {name}, which is defined in the script itself", cure, 2)
