"""How a build grows with its workers: one and two processes, one and two threads, Ray, and the ceiling of each.

    python benchmarks/scaling.py [--photos 1200] [--side 512] [--rounds 3] [--recipe aged_photo] [--workers 2] [--json]

The ceiling decodes and encodes the same files with the same codecs in as many processes, and degrades nothing. All take
turns within each round, in processes of their own, and each quotient is taken within its round. Rates hold from when
all workers are at work: the time until the first of them is at work is told apart (`start_s`), and Ray is connected and
warm before.
Listing the photographs and writing the manifest are in the rate of the whole (`whole_pairs_per_s`) alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from end_to_end import QUALITY, ceiling, fresh, plain
from photographs import write_corpus
from timing import ratio

import degrade
from degrade.building import Planned, Progress, ShardDone

PHOTOGRAPHS_A_SHARD = 40
"""Few, so that workers finish at the same time; a shard of a real build has a thousand pairs."""


@dataclasses.dataclass(frozen=True)
class Timed:
    """Seconds a pair, once all was started and of the whole build, and the seconds until then."""

    started: float
    whole: float
    start: float


class Clock(Progress):
    """Takes the time until a worker has first said something; and that from when all surely work, since as many shards
    are finished as there are workers, to the last shard. Workers that are `warm` work from the beginning."""

    def __init__(self, warm: bool) -> None:
        self._warm = warm
        self._workers = self._shards = self.pairs = 0
        self._begun: float | None = None
        self._planned = self._first = self._ended = 0.0

    def planned(self, planned: Planned) -> None:
        self._workers, self._planned = planned.workers, time.perf_counter()
        if self._warm:
            self._begun = self._planned

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        now = time.perf_counter()
        self._first = self._first or now
        if self._begun is not None:
            self.pairs += pairs
        elif self._shards >= self._workers:
            self._begun = now

    def shard_done(self, shard: ShardDone) -> None:
        self._shards += 1

    def finishing(self) -> None:
        self._ended = time.perf_counter()

    def timed(self, whole: float, pairs: int) -> Timed:
        """What was measured of a build of `pairs` that took `whole` seconds."""
        assert self._begun is not None
        return Timed((self._ended - self._begun) / self.pairs, whole / pairs, self._first - self._planned)


def of_build(recipe: Any, source: Path, folder: Path, engine: str, workers: int) -> Timed:
    """One build. Ray is connected before, and its workers have opened the recipe once."""
    if engine != "ray":
        return _measured(recipe, source, folder, engine, workers, warm=False)
    import ray

    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    ray.init(address="local", num_cpus=workers, object_store_memory=80 << 20, **quiet)
    try:
        degrade.build(recipe, source, fresh(folder), engine="ray", workers=workers, limit=4 * PHOTOGRAPHS_A_SHARD)
        return _measured(recipe, source, folder, engine, workers, warm=True)
    finally:
        ray.shutdown()


def _measured(recipe: Any, source: Path, folder: Path, engine: str, workers: int, *, warm: bool) -> Timed:
    clock = Clock(warm)
    before = time.perf_counter()
    # Ray is given its next shards before it has finished those that it is at, unless it was asked for exactly so many.
    count = None if engine == "ray" else workers
    report = degrade.build(recipe, source, fresh(folder), engine=engine, workers=count, progress=clock)
    return clock.timed(time.perf_counter() - before, report.pairs)


class Ceiling:
    """Decoding and encoding, in as many processes as it has workers."""

    def __init__(self, files: Sequence[Path], folder: Path, quality: int, workers: int) -> None:
        self._count = len(files)
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        self._work = []
        for number in range(workers):
            own = folder / f"ceiling-{number}-of-{workers}"
            own.mkdir()
            self._work.append(partial(_ceiling, files[number::workers], own, quality))

    def once(self) -> Timed:
        """Each worker its share of the files, all at the same time."""
        before = time.perf_counter()
        for done in [self._pool.submit(work) for work in self._work]:
            done.result()
        seconds = (time.perf_counter() - before) / self._count
        return Timed(seconds, seconds, 0.0)

    def close(self) -> None:
        self._pool.shutdown()


def _ceiling(files: Sequence[Path], folder: Path, quality: int) -> None:
    """As many files a tar as a build puts into a shard."""
    import cv2

    cv2.setNumThreads(1)
    for start in range(0, len(files), PHOTOGRAPHS_A_SHARD):
        ceiling(files[start : start + PHOTOGRAPHS_A_SHARD], folder, quality)


def measure(name: str, photos: int, side: int, rounds: int, workers: int, folder: Path) -> list[dict[str, Any]]:
    """A row a contender."""
    source = write_corpus(folder / "photos", photos, side)
    recipe = plain(name)
    output = dataclasses.replace(recipe.output, pairs_per_shard=PHOTOGRAPHS_A_SHARD, splits={"train": 1.0})
    recipe = dataclasses.replace(recipe, output=output)
    counts = sorted({1, workers})
    engines = [("processes", n) for n in counts] + [("threads", n) for n in counts if n > 1]
    engines += [("ray", workers)] if find_spec("ray") else []
    ceilings = {n: Ceiling(sorted(source.iterdir()), folder, QUALITY.get(name, 80), n) for n in counts}
    pools = {who: ProcessPoolExecutor(1, mp_context=get_context("spawn")) for who in engines}
    work: dict[tuple[str, int], Callable[[], Timed]] = {("ceiling", n): ceilings[n].once for n in counts}
    for who in engines:
        out = folder / "-".join(map(str, who))
        out.mkdir()
        work[who] = lambda who=who, out=out: pools[who].submit(of_build, recipe, source, out, *who).result()
    times: dict[tuple[str, int], list[Timed]] = {who: [] for who in work}
    try:
        for turn in range(rounds + 1):
            for who, contender in work.items():
                timed = contender()
                if turn:  # the first compiles and opens what it needs
                    times[who].append(timed)
    finally:
        for pool in (*pools.values(), *ceilings.values()):
            pool.shutdown() if isinstance(pool, ProcessPoolExecutor) else pool.close()
    return [_row(who, times) for who in times]


def _row(who: tuple[str, int], times: dict[tuple[str, int], list[Timed]]) -> dict[str, Any]:
    def started(other: tuple[str, int]) -> list[float]:
        return [timed.started for timed in times[other]]

    engine, workers = who
    row: dict[str, Any] = {
        "engine": engine,
        "workers": workers,
        "pairs_per_s": round(1 / statistics.median(started(who)), 1),
    }
    if workers > 1:
        one = ("ceiling" if engine == "ceiling" else "processes", 1)
        row["times_one"] = round(ratio(started(one), started(who)), 2)
    if engine != "ceiling":
        row["of_ceiling"] = round(ratio(started(("ceiling", workers)), started(who)), 3)
        row["start_s"] = round(statistics.median(timed.start for timed in times[who]), 2)
        row["whole_pairs_per_s"] = round(1 / statistics.median(timed.whole for timed in times[who]), 1)
    if engine not in ("ceiling", "processes"):
        row["of_processes"] = round(ratio(started(("processes", workers)), started(who)), 3)
    return row


def main() -> None:
    """Print one row a contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1200)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recipe", default="aged_photo")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(chosen.recipe, chosen.photos, chosen.side, chosen.rounds, chosen.workers, Path(folder))
    for row in rows:
        print(json.dumps(row) if chosen.json else "  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
