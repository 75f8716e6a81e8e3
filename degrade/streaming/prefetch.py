"""Threads or processes that make the pairs of a stream ahead, for those who use no data loader."""

from __future__ import annotations

import pickle
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any

from degrade.engine.process import leave_signals_to_parent
from degrade.streaming.crew import Made
from degrade.streaming.errors import StreamError
from degrade.streaming.maker import PairMaker, Task
from degrade.streaming.workers import work_alone

KINDS = ("threads", "processes")
START_METHODS = ("spawn", "forkserver", "fork")
_TOGETHER = 4
"""Pairs that a worker makes of one order."""
_Block = list[Made]


@dataclass(frozen=True)
class Prefetching:
    """Makes pairs ahead, in the order of their tasks; see `Crew`.

    Parameters
    ----------
    workers : int
        How many make pairs at the same time.
    using : str
        "threads": kernels and codecs run side by side, nothing is copied. "processes": nothing waits for another, but
        each pair is copied once.
    ahead : int
        How many pairs beyond the reader's own may be made or be at work.
    start_method : str
        How processes are started.

    Raises
    ------
    StreamError
        For any other value.
    """

    workers: int
    using: str = "threads"
    ahead: int = 16
    start_method: str = "spawn"

    def __post_init__(self) -> None:
        for name, value in (("workers", self.workers), ("ahead", self.ahead)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise StreamError(f"{name} is {value!r}", "give a whole number from 1")
        for name, word, words in (("using", self.using, KINDS), ("start_method", self.start_method, START_METHODS)):
            if word not in words:
                raise StreamError(f"{name} is {word!r}", f"choose {', '.join(words)}")

    def made(self, maker: PairMaker, tasks: Iterator[Task]) -> Iterator[Made]:
        """See `Crew`. The workers start with the first pair and end when the pass does, or is let go of."""
        pool, work = self._threads(maker) if self.using == "threads" else self._processes(maker)
        blocks = iter(lambda: list(islice(tasks, _TOGETHER)), [])
        waiting: deque[Future[_Block]] = deque()
        reader = threading.get_ident()
        try:
            for block in blocks:
                with _main_module_hidden():
                    waiting.append(pool.submit(work, block))
                if len(waiting) * _TOGETHER >= self.ahead + _TOGETHER * self.workers:
                    yield from _come(waiting.popleft())
                    reader = threading.get_ident()
            while waiting:
                yield from _come(waiting.popleft())
                reader = threading.get_ident()
        finally:
            _end(pool, reader)

    def _threads(self, maker: PairMaker) -> tuple[Executor, Callable[[list[Task]], _Block]]:
        _import_decoders()
        makers = threading.local()
        copied = _pickled(maker)

        def begin() -> None:
            makers.own = pickle.loads(copied)  # noqa: S301 - our own

        def work(tasks: list[Task]) -> _Block:
            return [makers.own.attempt(task) for task in tasks]

        return ThreadPoolExecutor(self.workers, "degrade", begin), work

    def _processes(self, maker: PairMaker) -> tuple[Executor, Callable[[list[Task]], _Block]]:
        if self.start_method != "fork":
            _check_importable(maker)
        context: Any = get_context(self.start_method)
        begin = partial(_begin, _pickled(maker))
        return ProcessPoolExecutor(self.workers, context, begin), _work


def _end(pool: Executor, reader: int) -> None:
    """End the workers. The garbage collector may find a pass that was let go of in any thread, even in one of the
    pool's own, which cannot wait for itself and may hold the pool's lock: then it is left to another thread."""
    end = partial(pool.shutdown, wait=True, cancel_futures=True)
    if threading.get_ident() == reader:
        end()
    else:
        threading.Thread(target=end, name="degrade-end").start()


def _come(block: Future[_Block]) -> _Block:
    try:
        return block.result()
    except BrokenProcessPool as error:
        cure = "use fewer workers if memory is short, or threads"
        raise StreamError(f"a worker that made pairs has died ({error})", cure) from error


def _pickled(maker: PairMaker) -> bytes:
    """The maker as bytes: each worker has its own corpus, which may hold files open."""
    try:
        return pickle.dumps(maker)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        cure = "give the stream what can be pickled, or read it without prefetching"
        raise StreamError(f"the recipe or corpus cannot be given to other workers ({error})", cure) from error


def _check_importable(maker: PairMaker) -> None:
    for step in maker.recipe.steps:
        for part in step.flattened():
            if type(part).__module__ == "__main__":
                cure = "move it to a module of its own, or prefetch by threads or with start_method='fork'"
                name = type(part).__name__
                raise StreamError(f"workers cannot import {name}, which is defined in the script itself", cure)


def _import_decoders() -> None:
    """What is imported where the first file of its kind is met: of modules that import each other, two threads at once
    may see half."""
    import scipy.special  # noqa: F401 - for draws of some distributions
    from PIL import Image, ImageCms  # noqa: F401 - for profiles

    Image.init()


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Spawned processes would run the caller's script once more, where it may well begin to train."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# --- in a process -----------------------------------------------------------------------------------------------------

_own: list[PairMaker] = []
"""The maker of this process, if it is a worker."""


def _begin(maker: bytes) -> None:
    leave_signals_to_parent()
    work_alone()
    _own.append(pickle.loads(maker))  # noqa: S301 - our own


def _work(tasks: list[Task]) -> _Block:
    return [_own[-1].attempt(task) for task in tasks]
