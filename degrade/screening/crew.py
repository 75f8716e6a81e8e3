"""Processes that look at photographs.

A decoder that crashes must not take the screening with it: the photographs that a dead process had in hand are looked
at once more, one by one in a process that is alone, and one that ends this too is a finding.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from degrade.building.executors.processes import interrupts_held_back, main_module_hidden
from degrade.corpus import Corpus, Photograph
from degrade.engine.process import keep_freed_memory, leave_signals_to_parent, single_threaded
from degrade.screening.errors import ScreeningError
from degrade.screening.examine import Criteria, Examined, examine, unusable

Advanced = Callable[[int], None]
"""Told how many more photographs were looked at."""
_CHUNK = 16
"""Photographs that are sent to a process at a time."""
_Todo = deque[Sequence[int]]
_PATIENCE = 10.0
"""Seconds that a process is given to end."""


def look(
    corpus: Corpus, photographs: Sequence[Photograph], criteria: Criteria, workers: int, advanced: Advanced
) -> list[Examined]:
    """What is known of each photograph, in their order.

    Raises
    ------
    ScreeningError
        Memory ran out, or no process could be started.
    """
    if workers == 1:
        return _look_here(corpus, photographs, criteria, advanced)
    job = _Job(corpus, criteria)
    known: dict[int, Examined] = {}
    chunks = (range(at, min(at + _CHUNK, len(photographs))) for at in range(0, len(photographs), _CHUNK))
    with _Crew(job, workers, photographs, known, advanced) as crew:
        suspects = crew.work(chunks)
    if suspects:
        with _Crew(job, 1, photographs, known, advanced) as crew:
            guilty = crew.work([number] for number in sorted(suspects))
        for number, how in guilty.items():
            known[number] = Examined((unusable(photographs[number], "crashed", how),))
            advanced(1)
    return [known[number] for number in range(len(photographs))]


def _look_here(
    corpus: Corpus, photographs: Iterable[Photograph], criteria: Criteria, advanced: Advanced
) -> list[Examined]:
    examined = []
    with single_threaded():
        for photograph in photographs:
            examined.append(examine(corpus, photograph, criteria))
            advanced(1)
    return examined


@dataclass(frozen=True)
class _Job:
    """What a process needs to know, to be sent to it once."""

    corpus: Corpus
    criteria: Criteria


@dataclass
class _Worker:
    """A process, and what it has in hand."""

    process: BaseProcess
    connection: Connection
    chunk: Sequence[int] = field(default=())
    ready: bool = False

    def death(self) -> str:
        """How it died, in words."""
        self.process.join(_PATIENCE)
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def dismiss(self) -> None:
        self.connection.close()
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class _Crew:
    """So many processes, each given a chunk as soon as it has none. As a context manager it leaves none behind."""

    def __init__(
        self, job: _Job, workers: int, photographs: Sequence[Photograph], known: dict[int, Examined], advanced: Advanced
    ) -> None:
        self._job, self._workers, self._photographs = job, workers, photographs
        self._known, self._advanced = known, advanced
        self._crew: list[_Worker] = []

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for worker in self._crew:
            if kind is not None:
                worker.process.terminate()
        for worker in self._crew:
            worker.dismiss()

    def work(self, chunks: Iterable[Sequence[int]]) -> dict[int, str]:
        """Have all chunks looked at. Gives the photographs that dead processes had in hand, and how these died."""
        lost: dict[int, str] = {}
        todo: _Todo = deque(chunks)
        for _ in range(min(self._workers, len(todo))):
            self._give(self._start(), todo)
        while busy := {worker.connection: worker for worker in self._crew if worker.chunk}:
            for ready in wait(list(busy)):
                worker = busy[ready]  # type: ignore[index]  # wait gives back what it was given
                try:
                    message = worker.connection.recv()
                except (EOFError, OSError):
                    lost |= self._bury(worker)
                    if todo:
                        self._give(self._start(), todo)
                else:
                    self._take(worker, message, todo)
        return lost

    def _take(self, worker: _Worker, message: list[Examined] | ScreeningError | None, todo: _Todo) -> None:
        """What a process says: None that it is ready, then what it knows of its chunk."""
        if isinstance(message, ScreeningError):
            raise message
        if message is None:
            worker.ready = True
            return
        self._known.update(zip(worker.chunk, message, strict=True))
        self._advanced(len(message))
        self._give(worker, todo)

    def _bury(self, worker: _Worker) -> dict[int, str]:
        """Take leave of a dead process. Gives what it had in hand, and how it died."""
        how = worker.death()
        if not worker.ready:
            raise ScreeningError(f"a process {how} before it could begin", "use --workers 1")
        self._crew.remove(worker)
        worker.dismiss()
        return dict.fromkeys(worker.chunk, f"the process that read it {how}; convert it anew, or take it out")

    def _give(self, worker: _Worker, todo: _Todo) -> None:
        worker.chunk = todo.popleft() if todo else ()
        if worker.chunk:
            with suppress(BrokenPipeError):  # it has died, which `work` will find out
                worker.connection.send([self._photographs[number] for number in worker.chunk])

    def _start(self) -> _Worker:
        context: Any = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._job), daemon=True, name="degrade")
        try:
            with interrupts_held_back(), main_module_hidden():
                process.start()
        except OSError as error:
            ours.close()
            what = f"no process could be started ({error.strerror or error})"
            raise ScreeningError(what, "use fewer workers, or --workers 1") from error
        finally:
            theirs.close()
        self._crew.append(_Worker(process, ours))
        return self._crew[-1]


def _serve(connection: Connection, job: _Job) -> None:
    """In the process: look at chunk after chunk, until the other end is closed."""
    leave_signals_to_parent()
    keep_freed_memory()
    with single_threaded(), suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send(None)
        while True:
            chunk: list[Photograph] = connection.recv()
            try:
                connection.send([examine(job.corpus, photograph, job.criteria) for photograph in chunk])
            except ScreeningError as error:
                connection.send(error)
