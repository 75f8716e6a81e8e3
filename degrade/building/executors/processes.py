"""Shards made by several processes of this machine.

A worker process is given a shard's number, and makes it from the recipe, the corpus and the stored plan alone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import types
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.executors.common import check_importable, largest_first
from degrade.building.plan import Plan, Shard
from degrade.building.progress import Progress, ShardDone, Teller
from degrade.building.warm import warm_once_a_machine, warm_recipe
from degrade.building.worker import Job, ShardMaker
from degrade.engine.process import keep_freed_memory, leave_signals_to_parent, single_threaded
from degrade.errors import DegradeError

_PATIENCE = 10.0
"""Seconds that a worker is given to end."""


class Processes:
    """See `Executor`.

    Parameters
    ----------
    start_method : str
        spawn, fork or forkserver.
    descriptors : sequence of int
        Files that a forked worker must not keep open.
    """

    def __init__(self, workers: int, start_method: str, descriptors: Sequence[int]) -> None:
        self.workers, self._start_method, self._descriptors = workers, start_method, descriptors

    def make(self, job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
        """See `Executor`: each shard as soon as a worker is free."""
        todo = deque(largest_first(shards))
        crew: list[_Worker] = []
        try:
            # Here too when workers do the work: a forked one could not end the threads that OpenCV has started here.
            with single_threaded():
                self._gather(job, progress, crew)
                for worker in crew:
                    worker.give(todo.popleft())
                self._drive(crew, todo, progress)
        except BaseException:
            for worker in crew:
                worker.process.terminate()
            raise
        finally:
            for worker in crew:
                worker.dismiss()

    def _gather(self, job: Job, progress: Progress, crew: list[_Worker]) -> None:
        """Compile the kernels and start the workers. Those that are not forked start first, and import what they need
        while this process compiles; it need not, if that was done before."""
        forked = self._start_method == "fork"
        if forked:
            warm_recipe(job.recipe, progress.compiling)
        else:
            check_importable(job)
        for _ in range(self.workers):
            crew.append(_start(job, self._start_method, crew, self._descriptors))
        if not forked:
            warm_once_a_machine(job.recipe, progress.compiling)

    @staticmethod
    def _drive(crew: Sequence[_Worker], todo: deque[Shard], progress: Progress) -> None:
        while busy := {worker.connection: worker for worker in crew if worker.shard}:
            for ready in wait(list(busy)):
                worker = busy[ready]  # type: ignore[index]  # wait gives back what it was given
                done = worker.hear(progress)
                if done is not None:
                    if todo:
                        worker.give(todo.popleft())
                    progress.shard_done(done)


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
        with interrupts_held_back(), main_module_hidden():
            process.start()
    except OSError as error:
        ours.close()
        cure = "use fewer workers, or --workers 1"
        raise BuildError(f"no worker process could be started ({error.strerror or error})", cure) from error
    finally:
        theirs.close()
    return _Worker(process, ours)


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Ctrl-C goes to every process of the terminal; workers inherit that it does not reach them, and the parent ends
    them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def main_module_hidden() -> Iterator[None]:
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
    leave_signals_to_parent()
    for other in unwanted:
        other.close()
    for descriptor in descriptors:
        os.close(descriptor)
    keep_freed_memory()
    maker: ShardMaker | None = None
    teller = Teller(partial(_tell, connection))
    with single_threaded():
        while True:
            try:
                number: int = connection.recv()
            except (EOFError, OSError):
                return
            try:
                maker = maker or ShardMaker.opened(job)
                outcome: tuple[str, Any] = ("done", maker.make(maker.plan.shards[number], teller.advanced))
                teller.flush()
            except DegradeError as error:
                outcome = ("failed", error)
            except _ParentGone:
                return
            with suppress(BrokenPipeError):  # nobody listens any more, as the next `recv` finds
                connection.send(outcome)


class _ParentGone(Exception):
    """Nobody listens any more, which is how a worker learns to be orphaned."""


def _tell(connection: Connection, counts: tuple[int, int, int]) -> None:
    try:
        connection.send(("advanced", counts))
    except (BrokenPipeError, ConnectionResetError) as error:
        raise _ParentGone from error
