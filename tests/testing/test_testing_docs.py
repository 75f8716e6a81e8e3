"""docs/testing.md: its code runs, its tables say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from degrade.testing import CHECKS
from degrade.testing.__main__ import main
from degrade.testing.peers import Row, albumentations_rows, table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/testing.md").read_text("utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_its_code_runs(code: str) -> None:
    exec(compile(code, "docs/testing.md", "exec"), {"__name__": "page"})


def test_every_check_is_explained() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE, re.MULTILINE))
    assert {name: rows.get(name) for name in CHECKS} == {name: check.about for name, check in CHECKS.items()}


@pytest.mark.slow
def test_the_run_over_albumentations_finds_what_the_page_says() -> None:
    pytest.importorskip("albumentations")
    named = ("NoOp", "HorizontalFlip", "GlassBlur", "GaussNoise")
    found = {row.name: row for row in albumentations_rows(names=named)}
    assert set(found) == set(named)
    for row in found.values():
        line = next((line for line in PAGE.splitlines() if line.startswith(f"| {row.name} |")), None)
        assert (line is not None) == bool(row.failed or row.small)


def test_the_table_has_a_row_for_each_transform_with_a_finding() -> None:
    rows = [Row("A", ("uint8",), {}), Row("B", ("uint8",), {"fresh": "x | y", "order": "x | y"}), Row("C", (), {}, "z")]
    assert table(rows).splitlines()[2:4] == ["| B | fresh, order: x \\| y | passes |", "| C | passes | z |"]
    assert "Of 3 transforms 2 pass" in table(rows)
    assert "and 1 of these" in table(rows)


def test_wrong_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: python -m degrade.testing albumentations" in capsys.readouterr().err


@pytest.mark.slow
def test_it_is_a_command() -> None:
    pytest.importorskip("albumentations")
    done = subprocess.run(
        [sys.executable, "-m", "degrade.testing", "albumentations", "NoOp"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0
    assert "| NoOp | fresh: what came out shares memory" in done.stdout
