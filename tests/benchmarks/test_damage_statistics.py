"""What generated photographs measure lies where real ones do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_figure_lies_within_its_span() -> None:
    script = ROOT / "benchmarks" / "damage_statistics.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.count("holds") >= 16
    assert "does not hold" not in done.stdout, done.stdout
