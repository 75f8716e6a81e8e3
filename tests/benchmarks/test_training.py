"""The benchmark of training runs, and prints a row a network and way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "training.py"


@pytest.mark.slow
@pytest.mark.long
def test_there_is_a_row_for_each_way() -> None:
    pytest.importorskip("torch")
    chosen = ["--models", "cae_small", "--photos", "40", "--side", "16", "--seconds", "0.1", "--precision", "float32"]
    done = subprocess.run([sys.executable, str(SCRIPT), *chosen], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("cae_small") == 4
    assert done.stdout.count("%") == 8
