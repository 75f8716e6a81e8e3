from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import Result

from degrade.cli.console import Interrupted
from degrade.cli.outputs import build, size_in_words
from degrade.codecs import decode_png
from degrade.recipes.output import SHARD_FORMATS
from degrade.shards import open_pairs

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Result]
Error = Callable[..., str]
JsonLines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def out(run: Run, here: Path, recipe: str, photos: Path) -> Path:
    """A finished output of ten pairs."""
    result = run("build", "--recipe", recipe, "--source", "photos", "--out", "out", "--workers", "1")
    assert result.exit_code == 0, result.stderr
    return here / "out"


def contents(folder: Path) -> dict[str, bytes]:
    """What is in an output, but for the work folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".degrade" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# --- build ------------------------------------------------------------------------------------------------------------


def test_build_says_where_everything_is(run: Run, here: Path, recipe: str, photos: Path) -> None:
    result = run("build", "--recipe", recipe, "--source", "photos")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    said = result.stderr
    assert "10 pairs of 6 photographs" in said
    assert "1 rejected: 1 not an image; see tiny/rejects.jsonl" in said
    assert "pairs:         tiny/data" in said
    assert "contact sheet: tiny/contact_sheet.png" in said
    assert "no --source" not in said
    assert decode_png((here / "tiny/contact_sheet.png").read_bytes()).shape[2] == 3


def test_without_a_source_it_says_which_one_it_takes(run: Run, here: Path, photos: Path) -> None:
    result = run("build", "--recipe", "aged_gray", "--dry-run")
    assert "no --source: taking the sample photographs\n" in result.stderr
    assert not (here / "aged_gray").exists()
    (here / "own.yaml").write_text("recipe: 1\nsource: photos\nsteps: [grayscale]\n")
    assert "no --source: taking photos\n" in run("build", "--recipe", "own.yaml", "--dry-run").stderr


def test_a_dry_run_writes_nothing(json_lines: JsonLines, here: Path, recipe: str, photos: Path) -> None:
    (done,) = json_lines("build", "--recipe", recipe, "--source", "photos", "--dry-run", "--json")
    assert done["event"] == "done"
    assert done["dry_run"]
    assert done["pairs"] == 12
    assert done["contact_sheet"] is None
    assert sorted(path.name for path in here.iterdir()) == ["photos", "tiny.yaml"]


def test_a_build_as_json_lines(json_lines: JsonLines, recipe: str, photos: Path) -> None:
    planned, *shards, done = json_lines("build", "--recipe", recipe, "--source", "photos", "--json")
    assert planned["event"] == "planned"
    assert (planned["photographs"], planned["pairs"]) == (6, 12)
    assert {shard["event"] for shard in shards} == {"shard"}
    assert len(shards) == planned["shards"] == done["shards"]
    assert sum(shard["pairs"] for shard in shards) == done["pairs"] == 10
    assert done["event"] == "done"
    assert done["rejects"] == {"not_an_image": 1}
    assert Path(done["contact_sheet"]).is_file()


def test_another_format_than_the_recipes(run: Run, error: Error, here: Path, recipe: str, photos: Path) -> None:
    how = "build", "--recipe", recipe, "--source", "photos", "--workers", "1"
    for format in ("folder", "aligned"):
        result = run(*how, "--out", format, "--format", format)
        assert result.exit_code == 0, result.stderr
        assert ("the format aligned holds clean and degraded alone, not mask" in result.stderr) == (format == "aligned")
    names = {path.name for path in (here / "folder/data/train").iterdir()}
    assert names == {"clean", "degraded", "mask", "metadata.jsonl"}
    assert {pair.pictures for pair in open_pairs(here / "aligned")} == {frozenset({"clean", "degraded"})}
    assert "another plan" in error(*how, "--out", "folder", "--format", "tar", code=1)
    assert "'zip' is not one of 'tar', 'parquet', 'folder', 'aligned'" in error(*how, "--format", "zip", code=2)


def test_the_formats_are_those_of_recipes() -> None:
    (option,) = [option for option in build.params if option.name == "format"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == SHARD_FORMATS


def test_again_gives_the_same_bytes_the_contact_sheet_included(run: Run, out: Path) -> None:
    before = contents(out)
    result = run("build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "out")
    assert result.exit_code == 0
    assert "finished before" in result.stderr
    assert contents(out) == before
    assert run("build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "out", "--overwrite").exit_code == 0
    assert contents(out) == before


def test_parts_and_merge_give_the_same_bytes(run: Run, out: Path, here: Path) -> None:
    command = ["build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "parts"]
    for part in ("1/2", "2/2"):
        result = run(*command, "--part", part)
        assert result.exit_code == 0, result.stderr
        assert f"part {part} is done; when all are, finish by: degrade merge parts" in result.stderr
        assert not (here / "parts/contact_sheet.png").exists()
    result = run("merge", "parts")
    assert result.exit_code == 0, result.stderr
    assert "contact sheet: parts/contact_sheet.png" in result.stderr
    assert contents(here / "parts") == contents(out)


def test_what_build_refuses(error: Error, here: Path, recipe: str, photos: Path) -> None:
    (here / "empty").mkdir()
    (here / "full").mkdir()
    (here / "full/precious.txt").write_text("precious")
    (here / "file").write_text("a file")
    before = sorted(here.rglob("*"))
    command = ("build", "--recipe", recipe, "--source", "photos")
    assert "there are no photographs" in error("build", "--recipe", recipe, "--source", "empty", code=2)
    assert "there is no source" in error("build", "--recipe", recipe, "--source", "nowhere", code=2)
    for part in ("0/2", "3/2", "x", "1/0", "1", "1/2/3"):
        assert "is no part; give i/n" in error(*command, "--part", part, code=2)
    assert "workers" in error(*command, "--workers", "0", code=2)
    assert "workers" in error(*command, "--workers", "two", code=2)
    assert "limit" in error(*command, "--limit", "0", code=2)
    assert "--start-method" in error(*command, "--start-method", "thread", code=2)
    assert "is not empty" in error(*command, "--out", "full", code=2)
    assert "is not empty" in error(*command, "--out", "full", "--overwrite", code=2)
    assert "is a file" in error(*command, "--out", "file", code=2)
    assert "choose a place" in error(*command, "--out", "file/out", code=1)
    assert sorted(here.rglob("*")) == before


def test_an_output_of_another_recipe_is_named_with_the_cure(error: Error, here: Path, out: Path) -> None:
    before = contents(out)
    text = (here / "tiny.yaml").read_text()
    (here / "tiny.yaml").write_text(text.replace("seed: 7", "seed: 8"))
    told = error("build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "out", code=1)
    assert "seed 7, now 8" in told
    assert "--overwrite" in told
    assert contents(out) == before


def test_all_rejected_is_a_failure(run: Run, here: Path, recipe: str) -> None:
    (here / "texts").mkdir()
    (here / "texts/a.png").write_text("no picture")
    result = run("build", "--recipe", recipe, "--source", "texts", "--out", "none")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("error: every photograph was rejected; ")
    assert "1 not an image" in result.stderr
    assert not (here / "none/contact_sheet.png").exists()


def test_what_merge_refuses(error: Error, run: Run, recipe: str, photos: Path) -> None:
    assert "holds no build" in error("merge", "nowhere", code=2)
    assert run("build", "--recipe", recipe, "--source", "photos", "--out", "parts", "--part", "1/2").exit_code == 0
    assert "shards are missing" in error("merge", "parts", code=1)


def test_ctrl_c_says_that_the_same_command_goes_on(
    run: Run, recipe: str, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("degrade.building.build", interrupted)
    result = run("build", "--recipe", recipe, "--source", "photos")
    assert result.exit_code == Interrupted.exit_code == 130
    assert result.stderr == "interrupted; the same command goes on where this one stopped\n"


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_with_130_and_the_same_command_resumes(here: Path, photos: Path, workers: str) -> None:
    for number in range(150):
        (photos / f"copy{number}.jpg").write_bytes((photos / "p0.jpg").read_bytes())
    (here / "slow.yaml").write_text(
        "recipe: 1\nframe: {size: 512}\nsteps: [blur, grain, jpeg]\noutput: {copies: 4, pairs_per_shard: 16}\n"
    )
    command = [sys.executable, "-m", "degrade", "build", "--recipe", "slow.yaml", "--source", "photos", "--json"]
    command += ["--out", "out", "--workers", workers]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as build:
        assert build.stdout
        assert json.loads(build.stdout.readline())["event"] == "planned"
        assert json.loads(build.stdout.readline())["event"] == "shard"
        os.killpg(build.pid, signal.SIGINT)  # a terminal sends it to the whole group
        _, said = build.communicate(timeout=120)
    assert build.returncode == Interrupted.exit_code
    assert said.splitlines()[-1] == "interrupted; the same command goes on where this one stopped"
    assert "Traceback" not in said
    _all_gone(build.pid)
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert 0 < events[0]["resumed"] < events[0]["shards"]
    assert events[-1]["pairs"] == 155 * 4


def _all_gone(group: int) -> None:
    """Wait until no process of the group is left."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("workers outlived the build")


# --- verify and replay ------------------------------------------------------------------------------------------------


def test_verify_a_sound_output(run: Run, json_lines: JsonLines, out: Path) -> None:
    result = run("verify", "out")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "with 10 pairs: all is well" in result.stderr
    (found,) = json_lines("verify", "out", "--json")
    assert found["ok"]
    assert found["pairs"] == 10


def test_verify_lists_all_that_is_wrong(run: Run, out: Path) -> None:
    first, *others = sorted((out / "data").iterdir())
    first.write_bytes(first.read_bytes()[:-10] + b"0123456789")
    others[0].unlink()
    result = run("verify", "out")
    assert result.exit_code == 1
    assert f"wrong: data/{first.name}: " in result.stderr
    assert f"wrong: data/{others[0].name}: it is missing" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("error: ")
    found = json.loads(run("verify", "out", "--json").stdout)
    assert not found["ok"]
    assert len(found["problems"]) >= 2


def test_verify_what_is_no_output(error: Error, here: Path) -> None:
    assert "name the folder of a finished build" in error("verify", "nowhere", code=1)


def test_replay_makes_the_same_pair(run: Run, here: Path, out: Path) -> None:
    result = run("replay", "out", "p3/c1", "--to", "again")
    assert result.exit_code == 0, result.stderr
    assert "p3/c1: made again, the same as in the output, byte for byte" in result.stderr
    stored = open_pairs(out).by_key("p3/c1")
    for name in ("clean", "degraded", "mask"):
        picture = decode_png((here / f"again/p3/c1.{name}.png").read_bytes())
        expected = getattr(stored, name)
        if name == "clean":  # in the output it went through JPEG
            assert picture.shape == expected.shape
        else:
            assert np.array_equal(picture.reshape(expected.shape), expected)
    assert json.loads((here / "again/p3/c1.json").read_text()) == stored.record


def test_replay_after_the_photographs_have_moved(run: Run, error: Error, here: Path, out: Path, photos: Path) -> None:
    photos.rename(here / "moved")
    assert "there is no source" in error("replay", "out", "p3", code=2)
    assert run("replay", "out", "p3", "--source", "moved").exit_code == 0


def test_replay_from_another_photograph_fails(run: Run, error: Error, out: Path, photos: Path) -> None:
    (photos / "p3.jpg").write_bytes((photos / "p4.jpg").read_bytes())
    assert "comes out with another" in error("replay", "out", "p3", code=1)
    assert run("replay", "out", "p3", "--no-check").exit_code == 0


def test_replay_of_what_is_not_there(error: Error, out: Path) -> None:
    assert "did you mean 'p3'" in error("replay", "out", "p33", code=1)
    assert "has no index" in error("replay", "nowhere", "p3", code=1)


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (5_120_000, "5.12 MB"), (3 * 10**15, "3e+03 TB")]
)
def test_sizes(size: int, words: str) -> None:
    assert size_in_words(size) == words
