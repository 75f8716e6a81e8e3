"""Planning takes a bounded number of bytes for each photograph."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BYTES = 75
"""A photograph at the peak: with it, ten million stay below a gigabyte."""


def peak(photographs: int) -> int:
    """Megabytes (of 1024 · 1024 bytes)."""
    command = [sys.executable, str(ROOT / "benchmarks" / "planning.py"), "--photographs", str(photographs)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    found = re.search(r"at most (\d+) MB", done.stdout)
    assert found is not None, done.stdout
    return int(found[1])


@pytest.mark.slow
@pytest.mark.long
def test_memory_by_photograph() -> None:
    assert (peak(3_000_000) - peak(1_000_000)) * 1024**2 < BYTES * 2_000_000
