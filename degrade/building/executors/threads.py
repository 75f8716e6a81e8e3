"""Shards made by this process: in the caller's thread, or in several.

Kernels and codecs release the GIL, so that threads work at the same time. Each has working buffers of its own (they
belong to threads, see `degrade.engine.workspace`) and its own copy of the corpus, which may hold files open; the recipe
is shared, whose steps never change.
"""

from __future__ import annotations

import dataclasses
import pickle
import threading
from collections import deque
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.executors.common import largest_first
from degrade.building.plan import Plan, Shard
from degrade.building.progress import Progress, Teller
from degrade.building.warm import warm_once_a_machine, warm_recipe
from degrade.building.worker import Job, ShardMaker
from degrade.engine.process import keep_freed_memory, single_threaded

_Words = SimpleQueue[tuple[str, Any]]


class Threads:
    """See `Executor`; one worker is the caller's thread itself."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def make(self, job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
        """See `Executor`."""
        if not shards:
            return
        with single_threaded():
            warm_once_a_machine(job.recipe, progress.compiling)
            keep_freed_memory()
            if self.workers > 1:
                warm_recipe(job.recipe)
                _import_decoders()
                self._in_threads(job, plan, shards, progress)
                return
            maker = ShardMaker(job, plan)
            for shard in shards:
                progress.shard_done(maker.make(shard, progress.advanced))

    def _in_threads(self, job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
        words: _Words = SimpleQueue()
        crew = _Crew(deque(largest_first(shards)), words)
        makers = [ShardMaker(own, plan) for own in _copies(job, self.workers)]
        threads = [
            threading.Thread(target=crew.serve, args=(maker,), name=f"degrade-{number}", daemon=True)
            for number, maker in enumerate(makers)
        ]
        try:
            for thread in threads:
                thread.start()
            missing = len(shards)
            while missing:
                kind, content = words.get()
                if kind == "failed":
                    raise content
                if kind == "advanced":
                    progress.advanced(*content)
                    continue
                missing -= 1
                progress.shard_done(content)
        finally:
            crew.stop.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()


def _import_decoders() -> None:
    """What is imported where the first file of its kind is met: of modules that import each other, two threads at once
    may see half. `warm_recipe` has done so for the steps."""
    import scipy.special  # noqa: F401 - for draws of some distributions
    from PIL import Image, ImageCms  # noqa: F401 - for profiles

    Image.init()


class _Stopped(Exception):
    """The build has ended, in whatever way."""


class _Crew:
    """What the threads share."""

    def __init__(self, todo: deque[Shard], words: _Words) -> None:
        self.todo, self.words = todo, words
        self.stop = threading.Event()

    def serve(self, maker: ShardMaker) -> None:
        """Make shard after shard until there are none left, or the build has ended."""
        teller = Teller(lambda counts: self.words.put(("advanced", counts)))

        def advanced(photographs: int, pairs: int, rejects: int) -> None:
            if self.stop.is_set():
                raise _Stopped
            teller.advanced(photographs, pairs, rejects)

        try:
            while not self.stop.is_set():
                try:
                    shard = self.todo.popleft()
                except IndexError:
                    return
                done = maker.make(shard, advanced)
                teller.flush()
                self.words.put(("done", done))
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            self.words.put(("failed", error))


def _copies(job: Job, count: int) -> list[Job]:
    """`job` so many times, each with a corpus of its own.

    Raises BuildError if the corpus cannot be copied.
    """
    try:
        corpus = pickle.dumps(job.corpus)
        return [dataclasses.replace(job, corpus=pickle.loads(corpus)) for _ in range(count)]  # noqa: S301 - our own
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        what = f"the corpus {job.corpus.name} cannot be given to several workers ({error})"
        raise BuildError(what, "make its class one that can be pickled, or build with workers=1", 2) from error
