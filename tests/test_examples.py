"""The examples run as they stand, on the sample photographs, and learn something."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def needs(*libraries: str) -> pytest.MarkDecorator:
    missing = [name for name in libraries if find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """In a folder of its own, offline, with the package of this checkout."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def printed(name: str, folder: Path, *options: str) -> str:
    done = run([str(EXAMPLES / name), *options], folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def errors_in(output: str) -> list[float]:
    return [float(number) for number in re.findall(r"error ([\d.]+)", output)]


def test_each_example_is_tested_and_told_of() -> None:
    page = (ROOT / "docs" / "streaming.md").read_text("utf-8")
    here = Path(__file__).read_text("utf-8")
    for path in EXAMPLES.glob("*.py"):
        assert f"../examples/{path.name}" in page
        assert f'"{path.name}"' in here


def test_jax_or_numpy(tmp_path: Path) -> None:
    output = printed("jax_loop.py", tmp_path)
    before, *after = errors_in(output)
    assert len(after) == 3
    assert before > after[0] > after[1] > after[2]
    assert output.startswith("JAX" if find_spec("jax") else "numpy")


@pytest.mark.slow
@pytest.mark.long
@needs("torch", "torchdata")
def test_torch_and_that_a_stopped_run_ends_the_same(tmp_path: Path) -> None:
    whole = printed("train_with_torch.py", tmp_path)
    first, last = errors_in(whole)
    assert last < first
    for workers in ("0", "2"):
        options = ("--checkpoint", f"kept{workers}.pt", "--workers", workers)
        assert printed("train_with_torch.py", tmp_path, *options, "--steps", "5") == "stopped after step 5\n"
        resumed = printed("train_with_torch.py", tmp_path, *options)
        assert resumed == f"going on after step 3\n{whole}"


@pytest.mark.slow
@needs("torch", "webdataset")
def test_webdataset(tmp_path: Path) -> None:
    errors = errors_in(printed("train_with_webdataset.py", tmp_path))
    assert len(errors) == 3
    assert errors[0] != errors[1], "another epoch has other damage"


@pytest.mark.slow
@needs("torch", "datasets")
def test_datasets(tmp_path: Path) -> None:
    output = printed("train_with_datasets.py", tmp_path)
    assert len(errors_in(output)) == 3
    assert "map gave 9 rows of name, clean, degraded, mask" in output


@pytest.mark.slow
@needs("torch", "lightning")
def test_lightning(tmp_path: Path) -> None:
    (error,) = errors_in(printed("lightning_module.py", tmp_path))
    assert 0 < error < 0.2


def test_without_lightning_it_says_what_to_install(tmp_path: Path) -> None:
    path = str(EXAMPLES / "lightning_module.py")
    without = f"import runpy, sys; sys.modules['lightning'] = None; runpy.run_path({path!r}, run_name='__main__')"
    done = run(["-c", without], tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == 'this example needs lightning; pip install "degrade[stream]" lightning\n'
