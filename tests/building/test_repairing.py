"""`repair`: an output that was damaged is what it was, byte for byte; what was not damaged is left alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.building import BuildError, Progress, build, repair
from degrade.errors import DegradeError
from degrade.shards import ShardError, verify
from degrade.shards.layout import CARD, INDEX, MANIFEST, REJECTS
from degrade.shards.manifest import digest

Contents = Callable[[Path], dict[str, bytes]]
FORMATS = ["tar", "parquet", "folder", "aligned"]
USUAL = [("tar", "whole"), ("tar", "damaged"), ("folder", "whole"), ("aligned", "damaged"), ("folder", "gone")]


@pytest.fixture(params=FORMATS)
def format(request: pytest.FixtureRequest) -> str:
    if request.param == "parquet":
        pytest.importorskip("pyarrow")
    return str(request.param)


@pytest.fixture
def made(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> Callable[[str], Path]:
    """Builds a finished output in a format; one of its photographs is broken, and so a reject."""
    source = Path(shutil.copytree(photos, tmp_path / "photos"))
    (source / "album0" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")

    def made(format: str = "tar") -> Path:
        recipe["output"] |= {"format": format} | ({"members": ["clean", "degraded"]} if format == "aligned" else {})
        build(recipe, source, tmp_path / "out", workers=1)
        return tmp_path / "out"

    return made


def flip(path: Path, place: float = 0.5) -> None:
    """Change one bit."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 4
    path.write_bytes(data)


def states(out: Path) -> dict[Path, tuple[int, int]]:
    found = {path: path.stat() for path in out.rglob("*") if path.is_file() and ".degrade" not in path.parts}
    return {path: (one.st_ino, one.st_mtime_ns) for path, one in found.items()}


def data_files(out: Path) -> list[Path]:
    return sorted(path for path in (out / "data").rglob("*") if path.is_file() and path.name != "metadata.jsonl")


def test_one_damaged_shard_of_each_format(made: Callable[[str], Path], contents: Contents, format: str) -> None:
    out = made(format)
    expected, files = contents(out), data_files(out)
    flip(files[0])
    files[-1].unlink()
    before = states(out)
    done = repair(out, workers=1)
    assert not done.before.ok
    assert done.ok
    assert contents(out) == expected
    assert len(done.shards) == 2
    assert done.files == ()
    after = states(out)
    untouched = {path for path in before if after[path] == before[path]}
    whole = [path for path in before if path.parent == out or path.name == "metadata.jsonl"]
    assert untouched.issuperset(whole)
    if format in ("tar", "parquet"):
        assert set(after) - untouched == {files[0], files[-1]}


def swapped_members(path: Path) -> None:
    """Exchange two members of one size in a tar, if there are such, else two blocks."""
    data = path.read_bytes()
    path.write_bytes(data[:512] + data[1024:1536] + data[512:1024] + data[1536:])


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-700]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes() + bytes(512)),
        swapped_members,
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["truncated", "empty", "longer", "swapped", "a folder"],
)
def test_harm_of_a_shard(made: Callable[[], Path], contents: Contents, harm: Callable[[Path], Any]) -> None:
    out = made()
    expected = contents(out)
    shard = data_files(out)[1]
    harm(shard)
    if shard.is_dir():
        with pytest.raises(ShardError, match="cannot write"):
            repair(out, workers=1)
        shard.rmdir()
    done = repair(out, workers=1)
    assert done.shards == (str(shard.relative_to(out)),)
    assert contents(out) == expected


@pytest.mark.parametrize(
    ("format", "ledgers"),
    [
        pytest.param(format, ledgers, marks=[] if (format, ledgers) in USUAL else [pytest.mark.long])
        for format in FORMATS
        for ledgers in ("whole", "damaged", "gone")
    ],
    indirect=["format"],
)
def test_lists_are_made_again(made: Callable[[str], Path], contents: Contents, format: str, ledgers: str) -> None:
    out = made(format)
    expected = contents(out)
    flip(out / INDEX)
    (out / REJECTS).unlink()
    (out / CARD).unlink()
    for metadata in out.rglob("metadata.jsonl"):
        metadata.write_bytes(b"")
    if ledgers == "damaged":
        flip(out / ".degrade" / "ledgers" / "00000.jsonl", 0.7)
        flip(data_files(out)[-1])
    if ledgers == "gone":
        shutil.rmtree(out / ".degrade")
    before = states(out)
    done = repair(out, out.parent / "photos", workers=1)
    assert done.ok
    assert contents(out) == expected
    assert {INDEX, REJECTS, CARD} <= set(done.files)
    if ledgers == "whole":
        assert done.shards == ()
        assert all(states(out)[path] == before[path] for path in data_files(out))
    if ledgers == "gone":
        assert len(done.shards) == len(json.loads((out / MANIFEST).read_text())["shards"])
    assert repair(out) == type(done)(done.after, done.after)


def test_another_shard_after_the_memory_was_lost(made: Callable[[], Path], contents: Contents) -> None:
    out = made()
    expected = contents(out)
    shutil.rmtree(out / ".degrade")
    flip(data_files(out)[2])
    with pytest.raises(BuildError, match="does not know where its photographs are; name their folder with --source"):
        repair(out)
    assert len(repair(out, out.parent / "photos").shards) == 1
    assert contents(out) == expected


def test_an_interrupted_repair_goes_on(made: Callable[[], Path], contents: Contents) -> None:
    class Stops(Progress):
        def shard_done(self, shard: Any) -> None:
            raise KeyboardInterrupt

    out = made()
    expected = contents(out)
    for path in data_files(out):
        flip(path)
    count = len(data_files(out))
    with pytest.raises(KeyboardInterrupt):
        repair(out, workers=1, progress=Stops())
    assert not verify(out).ok
    assert len(repair(out, workers=1).shards) == count - 1
    assert contents(out) == expected


def test_what_is_foreign_is_told_and_left(made: Callable[[], Path]) -> None:
    out = made()
    (out / "data" / "mine.tar").write_bytes(b"mine")
    done = repair(out, workers=1)
    assert not done.ok
    assert done.shards == done.files == ()
    assert [str(problem.file) for problem in done.after.problems] == ["data/mine.tar"]
    assert done.to_data()["repaired"] == {"problems": 1, "shards": [], "files": []}


def photograph_added(out: Path) -> None:
    photos = out.parent / "photos" / "album0"
    shutil.copy(photos / "00.jpg", photos / "new.jpg")


def photograph_changed(out: Path) -> None:
    for path in (out.parent / "photos").rglob("*.jpg"):
        flip(path, 0.6)


def versions_changed(out: Path) -> None:
    edit_manifest(out, lambda manifest: manifest["plan"]["versions"].update(numba="0.1"))


def edit_manifest(out: Path, change: Callable[[dict[str, Any]], Any], seal: bool = True) -> None:
    manifest = json.loads((out / MANIFEST).read_text())
    change(manifest)
    if seal:
        manifest["sha256"] = digest(manifest)
    (out / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (photograph_added, r"was built from something else \(a corpus of 15 photographs, now 16\).*--source names"),
        (lambda out: shutil.rmtree(out.parent / "photos"), r"photos.*; "),
        (photograph_changed, r"comes out different, though its photographs have the same names.*bring back"),
        (versions_changed, r"was built with numba 0\.1, not .*: other versions make other bytes; repair it where"),
        (
            lambda out: edit_manifest(out, lambda manifest: manifest["recipe"].update(seed=8)),
            r"was built from something else \(the recipe's defaults|\(seed 7, now 8\)",
        ),
        (
            lambda out: edit_manifest(out, lambda manifest: manifest.update(fingerprint="0")),
            r"was built from something else \(the recipe's defaults\)",
        ),
        (
            lambda out: edit_manifest(out, lambda manifest: manifest["recipe"].update(steps=["no_such_op"])),
            r"the recipe in .* cannot be used \(there is no degradation or group called 'no_such_op'\); add --plugin",
        ),
        (
            lambda out: edit_manifest(out, lambda manifest: manifest["shards"].pop()),
            r"lists other shards than its plan has; build it anew",
        ),
        (
            lambda out: edit_manifest(out, lambda manifest: manifest.update(members=[]), seal=False),
            r"was edited, so nothing says what the output was.*; copy it from where it is whole, or build it anew",
        ),
        (lambda out: (out / MANIFEST).write_bytes(b"{"), r"cannot be read .*; run its build again"),
        (lambda out: (out / MANIFEST).unlink(), r"has no manifest\.json; "),
    ],
    ids=[
        "added",
        "no photographs",
        "changed",
        "versions",
        "recipe",
        "fingerprint",
        "op",
        "shards",
        "edited",
        "broken",
        "none",
    ],
)
def test_what_cannot_be_repaired(made: Callable[[], Path], change: Callable[[Path], Any], told: str) -> None:
    out = made()
    shard = data_files(out)[0]
    flip(shard)
    change(out)
    before = {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
    with pytest.raises(DegradeError) as error:
        repair(out, workers=1)
    assert re.search(told, str(error.value)), str(error.value)
    assert "\n" not in str(error.value)
    assert {path: path.read_bytes() for path in out.iterdir() if path.is_file()} == before


def test_changed_photographs_that_come_back(made: Callable[[], Path], contents: Contents) -> None:
    """What came out different is not taken for finished afterwards."""
    out = made()
    expected = contents(out)
    flip(data_files(out)[0])
    photograph_changed(out)
    with pytest.raises(BuildError, match="comes out different"):
        repair(out, workers=1)
    photograph_changed(out)  # the same bits again
    assert len(repair(out, workers=1).shards) == 1
    assert contents(out) == expected


@pytest.mark.slow
def test_the_command(command: Callable[..., Any], made: Callable[[], Path], tmp_path: Path) -> None:
    out = made()
    shard = data_files(out)[0]
    name, whole = f"data/{shard.name}", shard.read_bytes()
    flip(shard)
    assert "degrade verify --repair mends it" in command("verify", "out").stderr
    assert "--workers can only stand beside --repair" in command("verify", "out", "--workers", "1").stderr
    (tmp_path / "photos").rename(tmp_path / "moved")
    refused = command("verify", "out", "--repair")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("error: ")
    done = command("verify", "out", "--repair", "--source", "moved", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert f"made again: {name}\n" in done.stderr
    assert done.stderr.endswith(": all is well\n")
    assert shard.read_bytes() == whole
    again = command("verify", "out", "--repair", "--json")
    assert json.loads(again.stdout.splitlines()[-1])["repaired"] == {"problems": 0, "shards": [], "files": []}
    assert "nothing to repair" in again.stderr
