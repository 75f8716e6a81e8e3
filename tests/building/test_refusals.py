"""Builds that must not start, or cannot go on: one line, with the cure, and nothing half-written."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import BuildError, Progress, build, merge
from degrade.corpus import CorpusError
from degrade.errors import DegradeError
from degrade.shards import WriteError
from degrade.shards.durable import DurableFile
from degrade.shards.layout import MANIFEST

Contents = Callable[[Path], dict[str, bytes]]


def refusal(*args: Any, **options: Any) -> DegradeError:
    """The error of a build: one line that says what to do."""
    with pytest.raises(DegradeError) as caught:
        build(*args, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert "; " in text
    return caught.value


# --- nothing to build, or nowhere to put it ---------------------------------------------------------------------------


@pytest.mark.parametrize("holds", ["nothing", "other files", "bad files only"])
def test_an_empty_corpus_writes_nothing(recipe: dict[str, Any], tmp_path: Path, holds: str) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    if holds == "other files":
        (folder / "notes.txt").write_text("")
    if holds == "bad files only":
        (folder / "a.jpg").mkdir()
    error = refusal(recipe, folder, tmp_path / "out")
    assert isinstance(error, BuildError)
    assert error.exit_code == 2
    assert "no photographs" in error.what
    assert not (tmp_path / "out").exists()


def test_a_source_that_is_not_there(recipe: dict[str, Any], tmp_path: Path) -> None:
    error = refusal(recipe, tmp_path / "photos", tmp_path / "out")
    assert isinstance(error, CorpusError)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 0},
        {"workers": True},
        {"limit": 0},
        {"limit": 1.5},
        {"start_method": "threads"},
        {"engine": "spark"},
        {"engine": "threads", "start_method": "fork"},
        {"ray_address": "10.0.0.1:6379"},
        {"engine": "ray", "ray_address": "ray://10.0.0.1:10001"},
        {"part": "0/2"},
        {"part": "3/2"},
        {"part": "one"},
        {"part": (1, 2, 3)},
        {"part": "1/2", "overwrite": True},
    ],
)
def test_arguments_out_of_range(recipe: dict[str, Any], photos: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    assert refusal(recipe, photos, tmp_path / "out", **options).exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_foreign_folder_is_left_alone(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "data").mkdir(parents=True)
    (out / "data" / "thesis.txt").write_text("my only copy")
    for overwrite in (False, True):
        error = refusal(recipe, photos, out, overwrite=overwrite)
        assert (error.exit_code, "is not empty" in str(error)) == (2, True)
    assert [path.name for path in out.rglob("*")] == ["data", "thesis.txt"]


def test_an_output_that_is_a_file(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    assert "is a file" in str(refusal(recipe, photos, tmp_path / "out"))
    assert isinstance(refusal(recipe, photos, tmp_path / "out" / "below"), WriteError)


def test_a_folder_that_cannot_be_written(recipe: dict[str, Any], photos: Path) -> None:
    error = refusal(recipe, photos, "/proc/degrade")
    assert isinstance(error, WriteError)
    assert "cannot write /proc/degrade" in error.what


def test_an_empty_folder_will_do(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert build(recipe, photos, tmp_path / "out", limit=1).finished


def test_an_output_inside_the_source(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, make_picture: Callable[[int], bytes], contents: Contents
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(make_picture(1))
    out = folder / "out"
    report = build(recipe, folder, out)
    before = contents(out)
    (out / "preview.png").write_bytes(make_picture(2))  # such as a contact sheet
    again = build(recipe, folder, out)
    assert (again.plan, again.resumed) == (report.plan, report.shards)
    assert contents(out).items() >= before.items()


# --- another plan -----------------------------------------------------------------------------------------------------


def test_an_output_of_another_plan_names_what_differs(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents
) -> None:
    out = tmp_path / "out"
    build(recipe, photos, out, limit=2)
    before = contents(out)
    for options in ({}, {"dry_run": True}, {"part": "1/2"}):
        error = refusal(recipe | {"seed": 8}, photos, out, limit=3, **options)
        assert "seed 7, now 8; limit 2, now 3" in str(error)
        assert "--overwrite" in str(error)
        assert "--out" in str(error)
        assert error.exit_code == 1
    assert contents(out) == before


def test_overwriting_removes_what_a_build_made_and_nothing_else(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents
) -> None:
    out = tmp_path / "out"
    recipe["output"]["pairs_per_shard"] = 2
    build(recipe, photos, out)
    (out / "contact_sheet.png").write_text("drawn by the command line")
    own = {
        out / "notes.txt": "mine",
        out / "data" / "train-mine.tar": "mine too",
        out / ".degrade" / "extra": "and this",
    }
    for path, text in own.items():
        path.write_text(text)
    recipe["output"]["pairs_per_shard"] = 1000
    build(recipe, photos, out, overwrite=True)
    assert {path: path.read_text() for path in own} == own
    for path in own:
        path.unlink()
    build(recipe, photos, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


def test_a_manifest_cannot_lead_the_wiping_astray(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(recipe, photos, out, limit=1)
    precious = tmp_path / "precious.tar"
    precious.write_text("precious")
    manifest = (out / MANIFEST).read_text()
    (out / MANIFEST).write_text(manifest.replace('"file": "data/', '"file": "../precious.tar", "was": "', 1))
    (out / ".degrade" / "plan.json").write_text("{")
    assert "damaged" in str(refusal(recipe, photos, out))
    build(recipe, photos, out, overwrite=True)
    assert precious.read_text() == "precious"


def test_an_output_without_its_memory(recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents) -> None:
    import shutil

    out = tmp_path / "out"
    build(recipe, photos, out, limit=2)
    before = contents(out)
    shutil.rmtree(out / ".degrade")
    assert "cannot be resumed" in str(refusal(recipe, photos, out, limit=2))
    build(recipe, photos, out, limit=2, overwrite=True)
    assert contents(out) == before


def test_a_damaged_ledger(recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents) -> None:
    out = tmp_path / "out"
    build(recipe, photos, out, limit=4)
    before = contents(out)
    ledger = out / ".degrade" / "ledgers" / "00000.jsonl"
    facts = ledger.read_bytes().splitlines(keepends=True)[0]
    for damage in (b"", b"{}", b"[1]\n", b"\xff\n", facts[:-9], facts):
        ledger.write_bytes(damage)
        assert build(recipe, photos, out, limit=4).finished
        assert contents(out) == before


@pytest.mark.parametrize("name", ["listing.jsonl", "starts.json", "rejects.jsonl", "source", "folders.json"])
def test_memory_that_was_lost_in_part(recipe: dict[str, Any], photos: Path, tmp_path: Path, name: str) -> None:
    build(recipe, photos, tmp_path / "out", part="1/2")
    (tmp_path / "out" / ".degrade" / name).unlink()
    assert build(recipe, photos, tmp_path / "out").finished
    (tmp_path / "out" / ".degrade" / name).write_text("{")
    if name == "rejects.jsonl":
        with pytest.raises(BuildError, match="is damaged"):
            merge(tmp_path / "out")
    else:
        assert merge(tmp_path / "out").finished


# --- two at once ------------------------------------------------------------------------------------------------------


class Meanwhile(Progress):
    """Calls `action` when the build has begun."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action

    def planned(self, planned: Any) -> None:
        self.action()


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (None, None, "another build is writing"),
        (None, "1/2", "another build is writing"),
        ("1/2", None, "another build is writing"),
        ("1/2", "1/2", "part 1/2 of"),
    ],
)
def test_two_builds_of_one_output(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, first: Any, second: Any, refused: str
) -> None:
    errors = []

    def again() -> None:
        errors.append(refusal(recipe, photos, tmp_path / "out", limit=4, part=second))

    build(recipe, photos, tmp_path / "out", limit=4, part=first, progress=Meanwhile(again))
    [error] = errors
    assert refused in str(error)
    assert "wait" in str(error)


def test_different_parts_at_once(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents, expected: dict[str, bytes]
) -> None:
    out = tmp_path / "out"

    def all_parts() -> None:
        threads = [
            threading.Thread(target=build, args=(recipe, photos, out), kwargs={"part": part, "workers": 1})
            for part in ("2/3", "3/3", "1/2", "2/2")  # some shards twice over
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    build(recipe, photos, out, part="1/3", progress=Meanwhile(all_parts))
    merge(out)
    assert contents(out) == expected


def test_merging_too_early(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no build"):
        merge(tmp_path / "out")
    build(recipe, photos, tmp_path / "out", part="1/2")
    with pytest.raises(BuildError, match=r"3 of 7 shards are missing \(data/train.*\); build the parts"):
        merge(tmp_path / "out")
    assert not (tmp_path / "out" / MANIFEST).exists()


# --- what happens on the way ------------------------------------------------------------------------------------------


def finished_names(out: Path) -> set[str]:
    return {path.name for path in out.rglob("*") if path.is_file() and not path.name.startswith(".")}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("after", [0, 20_000])
def test_a_full_disk(
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contents: Contents,
    expected: dict[str, bytes],
    workers: int,
    after: int,
) -> None:
    whole = DurableFile.write
    written = 0

    def full(self: DurableFile, data: bytes) -> None:
        nonlocal written
        if self.path.suffix == ".tar":
            written += len(data)
            if written > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(self, data)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(DurableFile, "write", full)
        error = refusal(recipe, photos, out, workers=workers, start_method="fork")
    assert isinstance(error, WriteError)
    assert "No space left on device" in str(error)
    assert "free some space" in str(error)
    assert not (out / MANIFEST).exists()
    for tar in out.glob("data/*.tar"):
        assert tar.read_bytes() == expected[f"data/{tar.name}"]
    build(recipe, photos, out, workers=1)
    assert contents(out) == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_is_full_when_the_buffer_is_flushed(tmp_path: Path) -> None:
    file = DurableFile(tmp_path / "a")
    os.dup2(os.open("/dev/full", os.O_WRONLY), file._file.fileno())  # type: ignore[union-attr]
    file.write(b"fits into the buffer")
    with pytest.raises(OSError, match="No space left"):
        file.commit()
    file.give_up()
    assert list(tmp_path.iterdir()) == []


def test_memory_that_runs_out_stops_the_build(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def huge(*_: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("degrade.corpus.reading.decode", huge)
        error = refusal(recipe, photos, tmp_path / "out", workers=1)
    assert "memory ran out at album" in str(error)
    assert build(recipe, photos, tmp_path / "out").rejects == {}


def test_a_worker_that_is_killed(
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contents: Contents,
    expected: dict[str, bytes],
) -> None:
    parent = os.getpid()

    def deadly(*_: Any) -> Any:
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("degrade.corpus.reading.decode", deadly)
        error = refusal(recipe, photos, out, workers=2, start_method="fork")
    assert error.exit_code == 1
    assert "was killed by SIGKILL" in str(error)
    assert "same command again" in str(error)
    own = {"lock", "plan.json", "listing.jsonl", "starts.json", "rejects.jsonl", "source", "folders.json"}
    assert finished_names(out) <= own
    build(recipe, photos, out)
    assert contents(out) == expected


def test_an_interrupted_build_resumes(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents, expected: dict[str, bytes]
) -> None:
    class Interrupted(Progress):
        def shard_done(self, shard: Any) -> None:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    for workers in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            build(recipe, photos, out, workers=workers, start_method="fork", progress=Interrupted())
    assert not (out / MANIFEST).exists()
    report = build(recipe, photos, out)
    assert report.resumed >= 2
    assert contents(out) == expected


def test_no_worker_outlives_a_build(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    import multiprocessing

    build(recipe, photos, tmp_path / "out", workers=3, start_method="fork")
    assert multiprocessing.active_children() == []


def test_opencv_s_threads_are_given_back(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    import cv2

    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(3)
        # This starts OpenCV's threads. Once they sleep, a forked child that ends them waits for ever.
        cv2.resize(np.zeros((3000, 3000), np.uint8), (999, 999), interpolation=cv2.INTER_AREA)
        time.sleep(0.3)
        build(recipe, photos, tmp_path / "one", workers=1, limit=2)
        build(recipe, photos, tmp_path / "two", workers=2, start_method="fork")
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)


def test_nothing_of_a_build_is_left_in_this_process(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    import sys

    main = sys.modules["__main__"]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    build(recipe, photos, tmp_path / "out", workers=2, start_method="spawn", limit=4)
    assert sys.modules["__main__"] is main
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert subprocess.run(["true"], check=True).returncode == 0
