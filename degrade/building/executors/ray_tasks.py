"""Shards made by tasks of Ray Core, one a shard.

A task is given a shard's number, and tells what `ShardDone` says: photographs, pictures and tars never pass through
Ray, its workers read and write them where they lie. What all tasks need, the `Errand`, is put into the object store
once, and opened once by each worker process. A task whose process or machine dies is made again elsewhere. The shard
has the same bytes and the same temporary name wherever it is made, so whatever a dead worker has left is overwritten.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from degrade.building.errors import BuildError
from degrade.building.executors.common import check_importable, largest_first
from degrade.building.plan import Plan, Shard, versions
from degrade.building.progress import Progress, ShardDone
from degrade.building.warm import warm_once_a_machine
from degrade.building.worker import Job, ShardMaker
from degrade.building.workfolder import WorkFolder
from degrade.corpus import CorpusReadError, Photograph
from degrade.engine.process import keep_freed_memory
from degrade.errors import DegradeError
from degrade.shards.errors import writing

if TYPE_CHECKING:
    from ray import ObjectRef

_ATTEMPTS = 6
"""How often a shard is begun whose workers die."""
_LOOK_EVERY = 5.0
"""Seconds after which the cluster is asked for its size again."""
_PATIENCE = 10.0
"""Seconds that running tasks are given to end."""
_SEEN_WITHIN = 90.0
"""Seconds after which a network file system shows what another machine has written (NFS: `acdirmax` is 60)."""
_OUTCOME = ShardDone | DegradeError


@dataclass(frozen=True)
class Errand:
    """What a worker needs to know, and what it must see as the sender does.

    Attributes
    ----------
    job : Job
    versions : dict
        Of all that decides bytes.
    contents : dict
        As in the plan.
    photograph : (Photograph, str) or None
        One that can be read, and the digest of its bytes.
    """

    job: Job
    versions: dict[str, str]
    contents: dict[str, str]
    photograph: tuple[Photograph, str] | None


class RayTasks:
    """See `Executor`; on the cluster that this process is connected to."""

    def __init__(self, workers: int | None, shards: int) -> None:
        self._asked = workers
        self.workers = min(workers or _cluster_processors(), shards)
        self._looked = time.monotonic()
        self._slots = 2 * _cluster_processors()

    def make(self, job: Job, plan: Plan, shards: Sequence[Shard], progress: Progress) -> None:
        """See `Executor`."""
        import ray

        check_importable(job)
        folder = WorkFolder(job.out)
        seen = _readable(job, folder.photographs(shards[0]))
        errand = [ray.put(Errand(job, plan.versions, plan.contents, seen))]
        task = ray.remote(num_cpus=1, max_retries=_ATTEMPTS - 1, retry_exceptions=False, name="degrade")(make_shard)
        todo = deque(largest_first(shards))
        pending: dict[ObjectRef[Any], Shard] = {}
        try:
            self._send(task, errand, todo, pending)
            warm_once_a_machine(job.recipe, progress.compiling)
            while pending:
                ready, _ = ray.wait(list(pending), num_returns=1, timeout=_LOOK_EVERY)
                for reference in ready:
                    done = _outcome(reference, pending.pop(reference))
                    progress.advanced(done.photographs, done.pairs, len(done.rejects))
                    progress.shard_done(done)
                self._send(task, errand, todo, pending)
        finally:
            _cancel(list(pending))
            with writing(folder.out):
                folder.sweep_shards()
        _wait_until_seen(folder, plan, shards)

    def _send(self, task: Any, errand: list[Any], todo: deque[Shard], pending: dict[ObjectRef[Any], Shard]) -> None:
        """Give as many shards as keep the cluster busy: twice its processors, or exactly as many as were asked for."""
        if self._asked is None and time.monotonic() - self._looked > _LOOK_EVERY:
            self._looked, self._slots = time.monotonic(), 2 * _cluster_processors()  # machines come and go
        while todo and len(pending) < (self._asked or self._slots):
            shard = todo.popleft()
            pending[task.remote(errand, shard.number)] = shard


def _cluster_processors() -> int:
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 0)))


def _readable(job: Job, photographs: Sequence[Photograph]) -> tuple[Photograph, str] | None:
    """The first of them that can be read here, and its digest; None if none can."""
    for photograph in photographs:
        with suppress(CorpusReadError):
            return photograph, _digest(job.corpus.read(photograph))
    return None


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _outcome(reference: ObjectRef[Any], shard: Shard) -> ShardDone:
    """What a task has to tell. Raises the DegradeError that it met, or BuildError if it could not even be run."""
    import ray
    from ray.exceptions import RayError, RayTaskError

    try:
        outcome: _OUTCOME = ray.get(reference)
    except RayTaskError as error:
        what = " ".join(str(error.cause).split()) if error.cause else str(error).strip().splitlines()[-1]
        cure = "install the same version of degrade and of Ray on every machine of the cluster"
        raise BuildError(f"a worker failed at {shard.file} ({what})", cure) from error
    except RayError as error:
        what = f"{shard.file} was begun {_ATTEMPTS} times, and its worker died each time ({type(error).__name__})"
        cure = "see that no machine runs out of memory, and run the same command again; finished shards are kept"
        raise BuildError(what, cure) from error
    if isinstance(outcome, DegradeError):
        raise outcome
    return outcome


def _cancel(references: list[ObjectRef[Any]]) -> None:
    """End tasks: by an interrupt, after which they leave nothing behind, or by force."""
    import ray

    for force in (False, True):
        for reference in references:
            ray.cancel(reference, force=force)
        if references:
            _, references = ray.wait(references, num_returns=len(references), timeout=_PATIENCE)


def _wait_until_seen(folder: WorkFolder, plan: Plan, shards: Sequence[Shard]) -> None:
    """Raises BuildError if shards were written where this machine does not see them."""
    until = time.monotonic() + _SEEN_WITHIN
    while missing := folder.unfinished(plan, shards):
        if time.monotonic() > until:
            what = f"{len(missing)} shards were made, such as {missing[0].file}, but are not in {folder.out} here"
            raise BuildError(what, "choose an --out that all machines of the cluster share")
        time.sleep(1)


# --- in the worker ----------------------------------------------------------------------------------------------------

_opened: dict[str, ShardMaker] = {}
"""By the reference of its errand; one at most."""


def make_shard(errand: Sequence[ObjectRef[Any]], number: int) -> _OUTCOME:
    """The task: make shard `number`. `errand` is the reference to the Errand, within a list so that Ray does not fetch
    and unpickle it for each task."""
    try:
        maker = _opened.get(errand[0].hex()) or _open(errand[0])
        return maker.make(maker.plan.shards[number], lambda *_: None)
    except DegradeError as error:
        return error


def _open(reference: ObjectRef[Any]) -> ShardMaker:
    """What makes shards in this process from now on.

    Raises BuildError where this machine would make other bytes, or write them elsewhere.
    """
    import cv2
    import ray

    _opened.clear()
    errand: Errand = ray.get(reference)
    cv2.setNumThreads(1)
    keep_freed_memory()
    here = ray.util.get_node_ip_address()
    _check_versions(errand, here)
    try:
        maker = ShardMaker.opened(errand.job)
    except BuildError as error:
        cure = "choose an --out that all machines of the cluster share"
        raise BuildError(f"{here} does not see the plan in {WorkFolder(errand.job.out).out}", cure) from error
    _check_sight(errand, here)
    errand.job.recipe.prepare()
    warm_once_a_machine(errand.job.recipe)
    _opened[reference.hex()] = maker
    return maker


def _check_versions(errand: Errand, here: str) -> None:
    mine = versions()
    if other := [f"{name} {mine.get(name)}, not {version}" for name, version in errand.versions.items()
                 if mine.get(name) != version]:  # fmt: skip
        raise BuildError(f"{here} has {'; '.join(other)}", "install the same versions on every machine of the cluster")


def _check_sight(errand: Errand, here: str) -> None:
    """Without this, a machine that lacks the photographs would reject them all."""
    if errand.contents and errand.job.recipe.contents() != errand.contents:
        names = ", ".join(errand.contents)
        raise BuildError(f"{here} has other textures in {names}", "share the folder with all machines of the cluster")
    if errand.photograph is None:
        return
    photograph, digest = errand.photograph
    try:
        same = _digest(errand.job.corpus.read(photograph)) == digest
    except CorpusReadError:
        same = False
    if not same:
        cure = "let all machines of the cluster see the photographs at the same place"
        raise BuildError(
            f"{here} cannot read {photograph.source} of {errand.job.corpus.name} as the machine that builds", cure
        )
