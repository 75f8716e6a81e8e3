"""The command line where a build cannot be: one line with the cure, the exit code, nothing under a final name."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build
from degrade.shards.layout import MANIFEST

Command = Callable[..., subprocess.CompletedProcess[str]]
Contents = Callable[[Path], dict[str, bytes]]
Bound = Callable[[], None] | None

FULL_DISK = """
mount -t tmpfs -o size="$1" tmpfs disk && mkdir disk/out || exit 99
shift
"$@"
code=$?
cp -a disk/out kept || exit 98
exit $code
"""
"""Runs a command beside a disk of so many bytes, which only it can see, and keeps what it leaves there."""
NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")


def told(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line of error with which a command has ended."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert [done.stderr.splitlines()[-1]] == lines
    assert "; " in lines[0]
    return lines[0]


def build_command(*more: str) -> tuple[str, ...]:
    return ("build", "--recipe", "tiny.yaml", *more)


# --- nothing to begin with --------------------------------------------------------------------------------------------


def test_an_empty_corpus(command: Command, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    line = told(command(*build_command("--source", "nothing", "--out", "out")), 2)
    assert "there are no photographs in nothing" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("aged_foto", "did you mean 'aged_photo'?"), ("mine.yaml", "mine.yaml"), ("", "recipe")]
)
def test_an_unknown_recipe(command: Command, photos: Path, tmp_path: Path, name: str, words: str) -> None:
    before = sorted(tmp_path.iterdir())
    assert words in told(command("build", "--recipe", name, "--source", str(photos)), 2)
    assert sorted(tmp_path.iterdir()) == before


def test_an_output_of_another_recipe(command: Command, recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    build(recipe, photos, tmp_path / "out", limit=3)
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    line = told(command("build", "--recipe", "aged_gray", "--source", str(photos), "--out", "out", "--limit", "3"), 1)
    assert "was built by another plan (" in line
    assert "--overwrite" in line
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


# --- nowhere to write -------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that may be read and not written."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize("out", ["locked", "locked/out", "locked/deep/er"])
def test_an_unwritable_folder(
    command: Command, photos: Path, locked: Path, bound_by_permissions: Bound, out: str
) -> None:
    done = command(*build_command("--source", str(photos), "--out", out), preexec_fn=bound_by_permissions)
    line = told(done, 1)
    assert "cannot write" in line
    assert "Permission denied; choose a place that you may write to" in line
    assert list(locked.iterdir()) == []


def test_an_output_that_became_unwritable(
    command: Command,
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    bound_by_permissions: Bound,
    contents: Contents,
    expected: dict[str, bytes],
) -> None:
    build(recipe, photos, tmp_path / "out", workers=1)
    shard = next((tmp_path / "out" / "data").iterdir())
    shard.write_bytes(b"damaged, so that it has to be made again")
    (tmp_path / "out" / "data").chmod(0o555)
    try:
        arguments = build_command("--source", str(photos), "--out", "out", "--workers", "1")
        line = told(command(*arguments, preexec_fn=bound_by_permissions), 1)
    finally:
        (tmp_path / "out" / "data").chmod(0o755)
    assert "cannot write" in line
    assert not (tmp_path / "out" / MANIFEST).exists()
    build(recipe, photos, tmp_path / "out", workers=1)
    assert contents(tmp_path / "out") == expected


def test_a_source_that_may_not_be_read(command: Command, tmp_path: Path, bound_by_permissions: Bound) -> None:
    folder = tmp_path / "photos"
    folder.mkdir(mode=0)
    try:
        done = command(*build_command("--source", "photos", "--out", "out"), preexec_fn=bound_by_permissions)
        line = told(done, 2)
    finally:
        folder.chmod(0o755)
    assert "permissions" in line
    assert not (tmp_path / "out").exists()


# --- no room ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disks(tmp_path: Path) -> None:
    """A folder for disks of a few kilobytes; skips the test where none can be mounted."""
    (tmp_path / "disk").mkdir()
    mount = [*NAMESPACE, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path / "disk")]
    if shutil.which("unshare") is None or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")


@pytest.mark.parametrize(("workers", "size"), [("1", "4k"), ("1", "96k"), ("2", "24k"), ("2", "96k")])
def test_a_full_disk(
    command: Command,
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    small_disks: None,
    contents: Contents,
    expected: dict[str, bytes],
    workers: str,
    size: str,
) -> None:
    arguments = build_command("--source", str(photos), "--out", "disk/out", "--workers", workers)
    line = told(command(*arguments, before=(*NAMESPACE, "sh", "-c", FULL_DISK, "sh", size)), 1)
    assert "No space left on device; free some space there and run the same command again" in line
    left = contents(tmp_path / "kept")
    final = {name: data for name, data in left.items() if not Path(name).name.startswith(".")}
    assert MANIFEST not in final
    assert {name: expected.get(name) for name in final} == final

    build(recipe, photos, tmp_path / "kept", workers=1)
    assert contents(tmp_path / "kept") == expected
