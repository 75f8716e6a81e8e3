from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result


def test_what_is_found_and_moved(
    run: Callable[..., Result], json_lines: Callable[..., list[dict[str, Any]]], photos: Path
) -> None:
    (photos / "text.png").unlink()
    shutil.copytree(photos, "target")
    (photos / "p0.jpg").write_bytes(b"")
    (photos / "p1.jpg").unlink()
    result = run("pairs", "photos", "target")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["empty", "input/p0.jpg"], ["orphan", "target/p0.jpg"], ["orphan", "target/p1.jpg"],
    ]  # fmt: skip
    assert "3 sound pairs in 4 and 5 files of photos and target: 1 empty, 2 orphan" in result.stderr
    assert run("pairs", "photos", "target", "--strict").exit_code == 1

    lines = json_lines("pairs", "photos", "target", "--move-to", "Disregard", "--json")
    assert [line["event"] for line in lines] == ["finding"] * 3 + ["moved"] * 3 + ["done"]
    assert {line["to"] for line in lines if line["event"] == "moved"} == {
        "input/p0.jpg", "target/p0.jpg", "target/p1.jpg",
    }  # fmt: skip
    assert Path("Disregard/target/p1.jpg").is_file()
    assert "all well" in run("pairs", "photos", "target", "--strict").stderr


def test_wrong_usage_is_one_line(error: Callable[..., str], photos: Path) -> None:
    assert "no folder" in error("pairs", "photos", "nowhere", code=2)
    assert "side by side" in error("pairs", "photos", "photos", code=2)
