"""Planning a build of millions of photographs: seconds and peak memory of each step, and the sizes of what is written.
Seconds at work are those of the processor, which other programs do not lengthen.

    python benchmarks/planning.py                       ten million photographs that were never taken
    python benchmarks/planning.py --photographs 100000

The photographs are listed by a corpus of names alone, planned with three splits and stored as a build stores them, in a
folder that is removed again. Peaks are the process' largest resident memory so far.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from degrade.building.plan import make_plan
from degrade.building.workfolder import WorkFolder
from degrade.corpus import Listing, ListingMaker
from degrade.recipes import load_recipe

SPLITS = {"train": 0.96, "val": 0.02, "test": 0.02}
PER_FOLDER = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=int, default=10_000_000)
    count = parser.parse_args().photographs
    recipe = load_recipe(
        {"recipe": 1, "name": "planning", "steps": ["grayscale", "target"], "output": {"splits": SPLITS}}
    )
    print(f"{count:,} photographs")
    started = time.perf_counter()
    with step("listed"):
        listing = listed(count)
    with step("planned"):
        plan, photographs = make_plan(recipe, listing, None)
    with tempfile.TemporaryDirectory() as out:
        folder = WorkFolder(Path(out))
        with step("stored"), folder.held(None):
            folder.store(plan, photographs, listing.rejects, "sample", {})
        with step("last shard read"):
            last = WorkFolder(Path(out)).photographs(plan.shards[-1])
        print(f"  {len(plan.shards):,} shards, the last one of {len(last)} photographs")
        for path in sorted((Path(out) / ".degrade").glob("*.json*")):
            print(f"  {path.name:16} {path.stat().st_size / 1e6:10.3f} MB")
    spent = time.perf_counter() - started
    print(f"{spent:.1f} s, of which at work {time.process_time():.1f} s, at most {peak():.0f} MB")


def listed(count: int) -> Listing:
    """A listing as a corpus makes it."""
    maker = ListingMaker()
    for number in range(count):
        folder, place = divmod(number * 7919 % count, PER_FOLDER)
        maker.add(f"album_{folder:06d}/IMG_{place:04d}.jpg", 200_000 + place)
    return maker.finish()


@contextmanager
def step(name: str) -> Iterator[None]:
    started, worked = time.perf_counter(), time.process_time()
    yield
    spent, busy = time.perf_counter() - started, time.process_time() - worked
    print(f"{name:16} {spent:8.1f} s   of which at work {busy:6.1f} s   peak {peak():6.0f} MB", flush=True)


def peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
