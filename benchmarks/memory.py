"""Peak memory of a build against the size of its corpus: it must be flat.

    python benchmarks/memory.py [--small 200] [--large 2000] [--workers 2] [--recipe aged_photo]

Prints the peak of resident memory, parent and largest worker, of two builds in fresh processes, and their quotient.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from photographs import write_corpus

CHILD = """
import json, resource, sys
import degrade
source, out, recipe, workers = sys.argv[1:]
report = degrade.build(degrade.load_recipe(recipe), source=source, out=out, workers=int(workers))
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps(peak))
"""


def peaks(source: Path, out: Path, recipe: str, workers: int) -> list[int]:
    """[parent, largest worker] in KiB."""
    command = [sys.executable, "-c", CHILD, str(source), str(out), recipe, str(workers)]
    return list(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]))


def main() -> None:
    """Print one row a build, and the quotient."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=200)
    parser.add_argument("--large", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recipe", default="aged_photo")
    chosen = parser.parse_args()
    unit = 1024 * (1024 if sys.platform == "darwin" else 1)  # macOS counts in bytes
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for count in (chosen.small, chosen.large):
            source = write_corpus(Path(folder) / f"photos{count}", count, 512)
            found[count] = peaks(source, Path(folder) / f"out{count}", chosen.recipe, chosen.workers)
            parent, worker = (peak / unit for peak in found[count])
            print(f"{count} photos: parent {parent:.0f} MiB, largest worker {worker:.0f} MiB")
    for who, small, large in zip(("parent", "worker"), found[chosen.small], found[chosen.large], strict=True):
        more = chosen.large / chosen.small
        print(f"{who}: {large / max(small, 1):.3f} times the memory for {more:.0f} times the photos")


if __name__ == "__main__":
    main()
