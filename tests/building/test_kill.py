"""`kill -9` of builds by several processes, then the same command: the bytes of an undisturbed build.

One process alone is killed at every kind of place in tests/faults.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build
from degrade.shards import verify
from degrade.shards.layout import MANIFEST
from tests.faults.command import Command

pytestmark = pytest.mark.slow

SCRIPT = """
import degrade.building as building

class Lines(building.Progress):
    def planned(self, planned): print("planned", flush=True)
    def advanced(self, *counts): print("advanced", flush=True)
    def shard_done(self, shard): print("shard", flush=True)
    def finishing(self): print("finishing", flush=True)

building.build({recipe!r}, {photos!r}, {out!r}, workers={workers}, progress=Lines())
print("done", flush=True)
"""

# After how many lines, and how many further milliseconds, the process is killed.
MOMENTS = [(1, 0), (1, 40), (3, 3), (2, 7), (5, 1), (4, 0), (7, 2)]


@pytest.fixture
def command(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> Callable[[int], Command]:
    recipe["output"]["pairs_per_shard"] = 2  # a shard a photograph

    def command(workers: int) -> Command:
        out = str(tmp_path / "out")
        return Command(SCRIPT.format(recipe=recipe, photos=str(photos), out=out, workers=workers))

    return command


def ended(run: Command) -> None:
    code, lines, err = run.end()
    assert (code, lines[-1:], err) == (0, ["done"], "")


def whole_files(out: Path) -> Iterator[tuple[str, bytes]]:
    for path in (out / "data").rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield str(path.relative_to(out)), path.read_bytes()


def test_killed_again_and_again(
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    command: Callable[[int], Command],
    contents: Callable[[Path], dict[str, bytes]],
) -> None:
    build(recipe, photos, tmp_path / "undisturbed", workers=1)
    expected = contents(tmp_path / "undisturbed")
    out = tmp_path / "out"
    for lines, milliseconds in MOMENTS:
        run = command(2)
        seen = run.read_lines(lines)
        time.sleep(milliseconds / 1000)
        run.kill(everybody=True)
        if "done\n" not in seen:
            assert dict(whole_files(out)).items() <= expected.items()
            if (out / MANIFEST).exists():
                assert verify(out).ok
    ended(command(2))
    assert contents(out) == expected


@pytest.mark.long
@pytest.mark.parametrize("format", ["parquet", "folder", "aligned"])
def test_killed_in_other_formats(
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    command: Callable[[int], Command],
    contents: Callable[[Path], dict[str, bytes]],
    format: str,
) -> None:
    if format == "parquet":
        pytest.importorskip("pyarrow")
    recipe["output"] |= {"format": format, "members": ["clean", "degraded"]}
    build(recipe, photos, tmp_path / "undisturbed", workers=1)
    expected = contents(tmp_path / "undisturbed")
    out = tmp_path / "out"
    for lines, milliseconds in MOMENTS:
        run = command(2)
        seen = run.read_lines(lines)
        time.sleep(milliseconds / 1000)
        run.kill(everybody=milliseconds % 2 == 0)  # or the parent alone, which leaves workers that go on for a while
        if "done\n" not in seen:
            assert dict(whole_files(out)).items() <= expected.items()
    ended(command(2))
    assert contents(out) == expected
    assert verify(out).ok


def test_workers_whose_parent_was_killed(
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    command: Callable[[int], Command],
    contents: Callable[[Path], dict[str, bytes]],
) -> None:
    build(recipe, photos, tmp_path / "undisturbed", workers=1)
    for lines in (1, 2, 4):
        run = command(2)
        run.read_lines(lines)
        run.kill(everybody=False)
    ended(command(2))
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")


def test_ctrl_c_says_nothing_in_workers_and_resumes(tmp_path: Path, command: Callable[[int], Command]) -> None:
    run = command(2)
    run.read_lines(3)
    run.interrupt()
    code, _, err = run.end()
    assert code != 0
    assert err.count("Traceback") == 1  # the script's own, which does not catch it
    assert err.rstrip().endswith("KeyboardInterrupt")
    ended(command(2))
    assert verify(tmp_path / "out").ok
