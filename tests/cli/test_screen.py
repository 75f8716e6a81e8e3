from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_findings_on_stdout_sums_on_stderr(run: Run, photos: Path) -> None:
    result = run("screen", "photos")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert any(line.startswith("unusable") and "text.png" in line and "not a picture" in line for line in lines)
    assert "6 photographs in photos: 1 unusable" in result.stderr


def test_json(json_lines: Callable[..., list[dict[str, Any]]], photos: Path) -> None:
    (photos / "p0_again.jpg").write_bytes((photos / "p0.jpg").read_bytes())
    lines = json_lines("screen", "photos", "--json", "--near", "0")
    found = [(line["finding"], line["source"]) for line in lines if line["event"] == "finding"]
    assert ("duplicate", "p0_again.jpg") in found
    assert ("unusable", "text.png") in found
    assert lines[-1]["event"] == "done"
    assert lines[-1]["photographs"] == 7


def test_findings_end_well_unless_strict(run: Run, photos: Path) -> None:
    assert run("screen", "photos").exit_code == 0
    strict = run("screen", "photos", "--strict")
    assert strict.exit_code == 1
    assert strict.stderr.splitlines()[-1].startswith("error: ")
    assert "text.png" in strict.stdout
    for path in photos.iterdir():
        if path.name != "p0.jpg":
            path.unlink()
    assert run("screen", "photos", "--strict").exit_code == 0


def test_moving(run: Run, photos: Path, here: Path) -> None:
    assert "1 file would be moved" in run("screen", "photos", "--move-to", "bad", "--dry-run").stderr
    assert not (here / "bad").exists()
    assert "1 file moved" in run("screen", "photos", "--move-to", "bad", "--move", "unusable").stderr
    assert [path.name for path in (here / "bad").iterdir()] == ["text.png"]
    assert "moved" not in run("screen", "photos", "--move-to", "bad").stderr


def test_a_move_that_fails_is_a_failure(run: Run, photos: Path, here: Path) -> None:
    (photos / "deep").mkdir()
    (photos / "text.png").rename(photos / "deep" / "text.png")
    (here / "bad").mkdir()
    (here / "bad" / "deep").write_text("a file")
    result = run("screen", "photos", "--move-to", "bad")
    assert result.exit_code == 1
    assert "1 file could not be moved" in result.stderr.splitlines()[-1]
    assert (photos / "deep" / "text.png").exists()


def test_a_report(run: Run, photos: Path, here: Path) -> None:
    assert run("screen", "photos", "--report", "found.jsonl").exit_code == 0
    lines = [json.loads(line) for line in (here / "found.jsonl").read_text().splitlines()]
    assert {"unusable"} <= {line.get("finding") for line in lines}


def test_splits(json_lines: Callable[..., list[dict[str, Any]]], photos: Path, recipe: str) -> None:
    for number in range(8):
        (photos / f"copy{number}.jpg").write_bytes((photos / "p0.jpg").read_bytes())
    (given, of_recipe) = (
        json_lines("screen", "photos", "--json", *arguments)
        for arguments in (("--splits", "train=0.5,test=0.5"), ("--recipe", recipe))
    )
    assert given == of_recipe
    assert given[-1]["leaks"] > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no source"),
        (("photos", "--move", "nonsense"), "no finding 'nonsense'"),
        (("photos", "--move", ","), "no findings are chosen"),
        (("photos", "--splits", "train"), "train=0.9,test=0.1"),
        (("photos", "--splits", "train=x"), "train=0.9,test=0.1"),
        (("photos", "--splits", "train=0.5,train=0.5"), "train=0.9,test=0.1"),
        (("photos", "--splits", "train=0.5"), "sum to"),
        (("photos", "--move-to", "photos/bad"), "within the source"),
        (("photos", "--near", "40"), "0 to 15"),
        (("photos", "--workers", "0"), "whole number from 1"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage(error: Callable[..., str], photos: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in error("screen", *arguments, code=2)
