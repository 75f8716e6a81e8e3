"""degrade plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result


def test_a_plan_in_words_writes_nothing(run: Callable[..., Result], recipe: str, photos: Path, here: Path) -> None:
    before = sorted(here.rglob("*"))
    result = run("plan", "--recipe", recipe, "--source", str(photos), "--machines", "4")
    assert result.exit_code == 0, result.output
    words = result.stdout
    assert "photographs  6" in words
    assert "pairs        12 (train " in words
    assert "1 reject" in words
    assert "4 machines" in words
    assert sorted(here.rglob("*")) == before


def test_a_plan_as_json(json_lines: Callable[..., list[dict[str, Any]]], recipe: str, photos: Path) -> None:
    (found,) = json_lines("plan", "--recipe", recipe, "--source", str(photos), "--json", "--limit", "4")
    assert (found["photographs"], found["pairs"], found["machines"]) == (4, 8, 1)
    assert found["shard_bytes"] > 0


def test_another_format_weighs_less(json_lines: Callable[..., list[dict[str, Any]]], recipe: str, photos: Path) -> None:
    how = "plan", "--recipe", recipe, "--source", str(photos), "--json"
    (tars,), (files,) = json_lines(*how), json_lines(*how, "--format", "folder")
    assert files["pairs"] == tars["pairs"]
    assert files["shard_bytes"] < tars["shard_bytes"]


def test_mistakes(error: Callable[..., str], recipe: str) -> None:
    assert "whole number from 1" in error("plan", "--recipe", recipe, "--machines", "0", code=2)
    assert "there is no source" in error("plan", "--recipe", recipe, "--source", "nowhere", code=2)
