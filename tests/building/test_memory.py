"""Memory does not grow with the corpus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import resource
import degrade
report = degrade.build({recipe!r}, {photos!r}, {out!r}, workers={workers})
peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(report.pairs, *peaks)
"""


def peaks(recipe: dict[str, Any], photos: Path, out: Path, workers: int) -> tuple[int, list[int]]:
    text = SCRIPT.format(recipe=recipe, photos=str(photos), out=str(out), workers=workers)
    done = subprocess.run(
        [sys.executable, "-c", text],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs, *found = (int(word) for word in done.stdout.split())
    return pairs, found


@pytest.mark.parametrize("workers", [1, 2])
def test_ten_times_the_photographs(photos: Path, recipe: dict[str, Any], tmp_path: Path, workers: int) -> None:
    files = sorted(photos.rglob("*.jpg"))
    recipe["output"] = {"pairs_per_shard": 50, "splits": {"train": 0.9, "val": 0.1}}
    found = {}
    peaks(recipe, photos, tmp_path / "warm", 1)  # compiles, which takes memory of its own
    for count in (200, 2000):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:04d}.jpg").hardlink_to(files[number % len(files)])
        pairs, found[count] = peaks(recipe, folder, tmp_path / f"out{count}", workers)
        assert pairs == count
    assert all(large <= 1.1 * small for small, large in zip(found[200], found[2000], strict=True)), found
