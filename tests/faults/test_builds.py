"""Builds that are killed, run out of room or lose their rights anywhere; then the same command."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.engine.key import Key
from degrade.shards import verify
from degrade.shards.index import ShardIndex
from degrade.shards.layout import MANIFEST
from tests.faults.conftest import COPIES, PHOTOGRAPHS, recipe_of
from tests.faults.crew import Crew, Ended, dooms, twice
from tests.faults.doom import BROKEN, FORBIDDEN, FULL, Doom

pytestmark = pytest.mark.slow
FORMATS = ("tar", "parquet", "folder", "aligned")


def contents(out: Path) -> dict[str, bytes]:
    """All files by name, but for the output's own memory."""
    paths = (path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file())
    return {str(path): (out / path).read_bytes() for path in paths if path.parts[0] != ".degrade"}


def finished(out: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """The files of all shards that have a ledger, and what changes when they are made again."""
    for ledger in (out / ".degrade" / "ledgers").glob("0*.jsonl"):
        facts, line, *_ = ledger.read_text().splitlines()
        own = [name for name, _ in ShardIndex.from_line(line).own_files()]
        for path in (out / name for name in own or [json.loads(facts)["file"]]):
            if path.exists():  # all its photographs may have been rejects
                yield path, (path.stat().st_ino, path.stat().st_mtime_ns)


class Undisturbed:
    """A build, what it holds in the end, and the disturbed ones beside it."""

    def __init__(self, crew: Crew, photos: Path, folder: Path, format: str, **how: Any) -> None:
        if format == "parquet":
            pytest.importorskip("pyarrow")
        self._crew, self._how = crew, {"recipe": recipe_of(format), "source": str(photos), **how}
        self.folder = folder
        self.out = folder / "undisturbed"
        whole = crew.whole("build", self.out, out=str(self.out), **self._how)
        self.calls, self._result = whole.calls, whole.result
        self._expected = contents(self.out)
        assert self._result["pairs"] == PHOTOGRAPHS * COPIES

    def run(self, out: Path, doom: Doom) -> Ended:
        """The same command into `out`, disturbed. What is whole must be right, and what was finished must stay."""
        before = dict(finished(out))
        ended = self._crew.run("build", doom, out=str(out), **self._how)
        whole = {name: data for name, data in contents(out).items() if not Path(name).name.startswith(".")}
        assert whole.items() <= self._expected.items()
        assert before.items() <= dict(finished(out)).items()
        if (out / MANIFEST).exists():
            assert verify(out).ok
        return ended

    def is_completed(self, out: Path) -> None:
        """The same command once more: the bytes of the undisturbed build, nothing lost, twice or left over."""
        before = dict(finished(out))
        ended = self._crew.whole("build", out, out=str(out), **self._how)
        assert ended.result == self._result
        assert contents(out) == self._expected
        assert before.items() <= dict(finished(out)).items()
        assert list(out.rglob("*.tmp")) == []
        shutil.rmtree(out)


def killed(undisturbed: Undisturbed, key: Key, sequences: int) -> int:
    """Builds that are killed, and killed again while the same command goes on; how often."""
    kills = 0
    out = undisturbed.folder / "out"
    for one, other in twice(key, out, undisturbed.calls, sequences):
        assert undisturbed.run(out, one).killed
        kills += 1 + undisturbed.run(out, other).killed
        undisturbed.is_completed(out)
    return kills


@pytest.mark.parametrize("format", FORMATS)
def test_killed_anywhere(builders: Crew, photos: Path, tmp_path: Path, format: str) -> None:
    undisturbed = Undisturbed(builders, photos, tmp_path, format)
    assert killed(undisturbed, Key(1, f"builds in {format}", 0), 2) >= 3


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
def test_killed_at_many_places(builders: Crew, photos: Path, tmp_path: Path, format: str) -> None:
    undisturbed = Undisturbed(builders, photos, tmp_path, format)
    assert killed(undisturbed, Key(2, f"builds in {format}", 0), 20) >= 30


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
def test_killed_at_any_instant(builders: Crew, photos: Path, tmp_path: Path, format: str) -> None:
    """By a timer, within calls too; where a build was too fast for it, nothing has happened."""
    undisturbed = Undisturbed(builders, photos, tmp_path, format)
    for share in Key(3, format, 0).at("seconds").uniforms():
        assert undisturbed.run(tmp_path / "out", Doom(seconds=0.01 + 0.2 * share)).code in (0, -signal.SIGALRM)
        undisturbed.is_completed(tmp_path / "out")


def refused(undisturbed: Undisturbed, kind: str, key: Key, count: int) -> None:
    """Builds that the file system refuses something at a random place: each ends with one line and the cure."""
    out = undisturbed.folder / "out"
    told = 0
    for doom in dooms(key, out, undisturbed.calls, count, kind):
        ended = undisturbed.run(out, doom)
        assert ended.code in (0, 1), ended.error
        if ended.code:
            told += 1
            assert "\n" not in ended.error
            assert "; " in ended.error
        undisturbed.is_completed(out)
    assert told > 0


@pytest.mark.parametrize("kind", [FULL, FORBIDDEN, BROKEN])
def test_refused_anywhere(builders: Crew, photos: Path, tmp_path: Path, kind: str) -> None:
    """No room is left, rights are taken away, the disk fails: from a random call on."""
    refused(Undisturbed(builders, photos, tmp_path, "tar"), kind, Key(4, kind, 0), 2)


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", [FULL, FORBIDDEN, BROKEN])
def test_refused_at_many_places(builders: Crew, photos: Path, tmp_path: Path, kind: str, format: str) -> None:
    refused(Undisturbed(builders, photos, tmp_path, format), kind, Key(5, f"{kind} {format}", 0), 12)


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
def test_workers_that_die(builders: Crew, photos: Path, tmp_path: Path, format: str) -> None:
    """Of two workers whichever comes to the place first; the build tells it, and the same command goes on."""
    how = {"workers": 2, "start_method": "fork"}
    undisturbed = Undisturbed(builders, photos, tmp_path, format, **how)
    out = tmp_path / "out"
    told = 0
    for doom in dooms(Key(6, format, 0), out, undisturbed.calls, 10):
        ended = undisturbed.run(out, doom)
        if ended.code == 1:
            assert "; " in ended.error
            told += 1
        else:
            assert ended.killed or ended.done, ended.error
        undisturbed.is_completed(out)
    assert told > 0
