from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from degrade.cli.console import COMPILING
from degrade.ops import degradations

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., Result]


def test_every_op_is_listed_in_the_order_of_its_stage(run: Run) -> None:
    result = run("ops")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert len(rows) == len(degradations())
    for row, op in zip(rows, degradations().values(), strict=True):
        assert op.stage.name.lower().replace("_", " ") in row
        assert f" {op.name}" in row
        assert (f" {op.name}* " in row) == (not op.portable)


def test_every_op_has_a_page_with_all_its_fields(run: Run) -> None:
    for name, op in degradations().items():
        page = run("ops", name).stdout
        for spec in op.specs.values():
            assert spec.name in page
            assert spec.unit in page
            assert " ".join(spec.help.split()) in page


def test_json_tells_all(json_lines: Callable[..., list[dict[str, Any]]]) -> None:
    records = json_lines("ops", "--json")
    assert [record["name"] for record in records] == list(degradations())
    (grain,) = json_lines("ops", "grain", "--json")
    assert grain in records
    assert grain["class"] == "Grain"
    strength = grain["fields"][0]
    spec = degradations()["grain"].specs["strength"]
    assert strength["default"] == spec.default.to_data()
    assert strength["low"] == (spec.low if math.isfinite(spec.low) else None)


@pytest.mark.parametrize(("name", "hint"), [("gran", "did you mean 'grain'?"), ("zzzz", "`degrade ops` lists them")])
def test_an_unknown_op(run: Run, name: str, hint: str) -> None:
    result = run("ops", name)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""


def test_there_must_be_a_place_to_keep_what_is_warm(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").write_text("no folder")
    monkeypatch.setenv("DEGRADE_CACHE", str(here / "file"))
    result = run("warm")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: no cache folder can be written, nothing would be kept; name one in DEGRADE_CACHE\n"
    )


@pytest.mark.slow
@pytest.mark.long
def test_after_warming_nothing_is_compiled(here: Path) -> None:
    environment = {**os.environ, "DEGRADE_CACHE": str(here / "cache"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "degrade"]
    first = subprocess.run([*command, "warm"], capture_output=True, text=True, env=environment, check=True)
    assert first.stderr.splitlines() == [COMPILING, f"ready, in {here / 'cache'}"]
    for args in (["warm"], ["build", "--recipe", "aged_photo", "--limit", "2", "--out", "out"]):
        again = subprocess.run([*command, *args], capture_output=True, text=True, env=environment, check=True)
        assert COMPILING not in again.stderr
