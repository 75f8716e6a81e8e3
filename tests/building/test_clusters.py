"""What docs/clusters.md tells to type, typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "clusters.md"


def block(mark: str) -> str:
    """The code that follows a mark."""
    after = PAGE.read_text("utf-8").partition(f"<!-- {mark} -->\n```bash\n")[2]
    assert after
    return after.partition("```\n")[0]


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs bash in the test's folder, where `degrade` is this one and `sbatch` does at once what it is told: a job of
    an array is numbered as SLURM does it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    sbatch = """
import os, subprocess, sys
options = [word for word in sys.argv[1:] if word.startswith("--")]
words = [word for word in sys.argv[1:] if not word.startswith("--")]
if "--wrap" in options:
    assert "--dependency=afterok:4711" in options
    sys.exit(subprocess.run(["bash", "-c", words[0]]).returncode)
array = next(line for line in open(words[0]) if line.startswith("#SBATCH --array="))
assert array.strip().endswith("=1-16")
for number in map(str, range(16, 0, -1)):
    slurm = {"SLURM_ARRAY_TASK_ID": number, "SLURM_CPUS_PER_TASK": "1"}
    subprocess.run(["bash", *words], env=os.environ | slurm, check=True)
print(4711)
"""
    for name, arguments in {"degrade": "-m degrade", "sbatch": f"-c '{sbatch}'"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        (programs / name).chmod(0o755)

    def shell(text: str, **more: str) -> subprocess.CompletedProcess[str]:
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=tmp_path, env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)} | more, capture_output=True,
            text=True, check=False,
        )  # fmt: skip

    return shell


def test_a_part_as_slurm_numbers_it(
    shell: Callable[..., subprocess.CompletedProcess[str]],
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    contents: Callable[[Path], dict[str, bytes]],
    expected: dict[str, bytes],
) -> None:
    """Three parts, the last one twice, and the merging."""
    (tmp_path / "tiny.yaml").write_text(json.dumps(recipe))
    (tmp_path / "array.sbatch").write_text(block("file: array.sbatch").replace("16", "3"))
    for number in ("2", "3", "1", "1"):
        done = shell(f"bash array.sbatch tiny.yaml '{photos}' out", SLURM_ARRAY_TASK_ID=number, SLURM_CPUS_PER_TASK="1")
        assert done.returncode == 0, done.stderr
        assert f"part {number}/3 is done" in done.stderr
    done = shell("degrade merge out")
    assert done.returncode == 0, done.stderr
    (tmp_path / "out" / "contact_sheet.png").unlink()
    assert contents(tmp_path / "out") == expected


@pytest.mark.long
def test_the_whole_array(
    shell: Callable[..., subprocess.CompletedProcess[str]],
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    contents: Callable[[Path], dict[str, bytes]],
    expected: dict[str, bytes],
) -> None:
    """Sixteen parts of seven shards: nine have nothing to do."""
    (tmp_path / "tiny.yaml").write_text(json.dumps(recipe))
    (tmp_path / "array.sbatch").write_text(block("file: array.sbatch"))
    send = block("commands: send").replace("old_photos", "tiny.yaml").replace("/shared/photos", str(photos))
    done = shell(send.replace("/shared/pairs", "out"))
    assert done.returncode == 0, done.stderr
    (tmp_path / "out" / "contact_sheet.png").unlink()
    assert contents(tmp_path / "out") == expected
