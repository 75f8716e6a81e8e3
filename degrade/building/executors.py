"""Where shards are made: in this process, or in several.

A worker process is given a shard's number, and makes it from the recipe, the corpus and the stored plan alone; so
neither how many there are nor who makes which can reach a byte.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import types
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.plan import Plan, Shard
from degrade.building.progress import Progress, ShardDone
from degrade.building.worker import Job, ShardMaker, keep_freed_memory, single_threaded
from degrade.errors import DegradeError

START_METHODS = ("spawn", "fork", "forkserver")
_TELL_EVERY = 0.2
"""Seconds between a worker's words on how far it is."""
_PATIENCE = 10.0
"""Seconds that a worker is given to end."""


def make_here(job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
    """Make the shards in this process, one after the other.

    Raises BuildError, WriteError.
    """
    maker = ShardMaker(job, plan)
    keep_freed_memory()
    for shard in shards:
        progress.shard_done(maker.make(shard, progress.advanced))


def make_in_processes(
    job: Job,
    shards: Sequence[Shard],
    progress: Progress,
    *,
    workers: int,
    start_method: str,
    descriptors: Sequence[int] = (),
) -> None:
    """Make the shards in `workers` processes, each as soon as a worker is free.

    Parameters
    ----------
    start_method : str
        spawn, fork or forkserver.
    descriptors : sequence of int
        Files that a forked worker must not keep open.

    Raises
    ------
    BuildError
        A worker died or could not be started, or the recipe has an op that no other process can import.
    WriteError
        A worker could not write.
    """
    if start_method != "fork":
        _check_importable(job)
    todo = deque(shards)
    crew: list[_Worker] = []
    try:
        for _ in range(min(workers, len(shards))):
            worker = _start(job, start_method, crew, descriptors)
            crew.append(worker)
            worker.give(todo.popleft())
        while busy := {worker.connection: worker for worker in crew if worker.shard}:
            for ready in wait(list(busy)):
                worker = busy[ready]  # type: ignore[index]  # wait gives back what it was given
                done = worker.hear(progress)
                if done is not None:
                    if todo:
                        worker.give(todo.popleft())
                    progress.shard_done(done)
    except BaseException:
        for worker in crew:
            worker.process.terminate()
        raise
    finally:
        for worker in crew:
            worker.dismiss()


@dataclass
class _Worker:
    """A process, and what it is at."""

    process: BaseProcess
    connection: Connection
    shard: Shard | None = None

    def give(self, shard: Shard) -> None:
        self.shard = shard
        with suppress(BrokenPipeError):  # it has died, which `hear` will find out and tell
            self.connection.send(shard.number)

    def hear(self, progress: Progress) -> ShardDone | None:
        """Take in one message; gives what it has finished."""
        try:
            kind, content = self.connection.recv()
        except (EOFError, OSError):
            raise self._death() from None
        if kind == "failed":
            raise content
        if kind == "advanced":
            progress.advanced(*content)
            return None
        self.shard = None
        return content  # type: ignore[no-any-return]

    def _death(self) -> BuildError:
        self.process.join(_PATIENCE)
        code = self.process.exitcode
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
            how += ", as when memory runs out," if code == -signal.SIGKILL else ""
        else:
            how = f"ended with exit code {code}"
        at = self.shard.file if self.shard else "its start"
        return BuildError(
            f"a worker process {how} while at {at}",
            "run the same command again, with fewer workers if memory is short; finished shards are kept",
        )

    def dismiss(self) -> None:
        self.connection.close()
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _check_importable(job: Job) -> None:
    """Raises BuildError for an op that is defined in the script or notebook itself, which workers never run."""
    for step in job.recipe.steps:
        for part in step.flattened():
            if type(part).__module__ == "__main__":
                name = type(part).__name__
                cure = "move it to a module of its own, or build with workers=1 or start_method='fork'"
                raise BuildError(f"workers cannot import {name}, which is defined in the script itself", cure, 2)


# --- starting ---------------------------------------------------------------------------------------------------------


def _start(job: Job, start_method: str, crew: Sequence[_Worker], descriptors: Sequence[int]) -> _Worker:
    context: Any = multiprocessing.get_context(start_method)
    ours, theirs = context.Pipe()
    forked = start_method == "fork"
    unwanted = [ours, *(worker.connection for worker in crew)] if forked else []
    process = context.Process(
        target=_serve, args=(theirs, job, unwanted, list(descriptors) if forked else []), daemon=True, name="degrade"
    )
    try:
        with _interrupts_held_back(), _main_module_hidden():
            process.start()
    except OSError as error:
        ours.close()
        cure = "use fewer workers, or --workers 1"
        raise BuildError(f"no worker process could be started ({error.strerror or error})", cure) from error
    finally:
        theirs.close()
    return _Worker(process, ours)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C goes to every process of the terminal; workers inherit that it does not reach them, and the parent ends
    them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Under spawn and forkserver, `multiprocessing` runs the caller's script once more in every worker, for the sake of
    functions that are defined there. Ours are not; and a script without an `if __name__ == "__main__"` would start a
    build in each worker."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# --- in the worker ----------------------------------------------------------------------------------------------------


def _serve(connection: Connection, job: Job, unwanted: Sequence[Connection], descriptors: Sequence[int]) -> None:
    """Make shard after shard, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in unwanted:
        other.close()
    for descriptor in descriptors:
        os.close(descriptor)
    keep_freed_memory()
    maker: ShardMaker | None = None
    with single_threaded():
        while True:
            try:
                number: int = connection.recv()
            except (EOFError, OSError):
                return
            try:
                maker = maker or ShardMaker.opened(job)
                teller = _Teller(connection)
                outcome: tuple[str, Any] = ("done", maker.make(maker.plan.shards[number], teller.advanced))
                teller.flush()
            except DegradeError as error:
                outcome = ("failed", error)
            except _ParentGone:
                return
            with suppress(BrokenPipeError):  # nobody listens any more, as the next `recv` finds
                connection.send(outcome)


class _ParentGone(Exception):
    """Nobody listens any more."""


class _Teller:
    """Adds up how far a shard is, and tells it now and then. That this fails is how a worker learns to be orphaned."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sums = [0, 0, 0]
        self._next = time.monotonic() + _TELL_EVERY

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        self._sums = [before + more for before, more in zip(self._sums, (photographs, pairs, rejects), strict=True)]
        if time.monotonic() >= self._next:
            self.flush()

    def flush(self) -> None:
        try:
            self._connection.send(("advanced", tuple(self._sums)))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _ParentGone from error
        self._sums = [0, 0, 0]
        self._next = time.monotonic() + _TELL_EVERY
