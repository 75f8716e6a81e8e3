"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from degrade.cli import main
from degrade.codecs import encode_jpeg

Run = Callable[..., Result]

RECIPE = """recipe: 1
name: tiny
about: Two steps on small pictures.
seed: 7
frame: {size: 64}
steps:
  - grayscale
  - target
  - salt_and_pepper: {amount: [0.01, 0.05]}
  - jpeg: {quality: [60, 90]}
output: {copies: 2, pairs_per_shard: 4, splits: {train: 0.5, test: 0.5}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(here: Path) -> Run:
    """Runs the command line in the empty folder."""

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, list(args), prog_name="degrade")

    return run


@pytest.fixture
def photos(here: Path) -> Path:
    """Five photographs of 80 x 100 pixels, and one file that is none."""
    folder = here / "photos"
    folder.mkdir()
    for number in range(5):
        y, x = np.mgrid[:80, :100]
        picture = np.stack([x * 2 + number * 9, y * 3, x + y], axis=2).astype(np.uint8)
        (folder / f"p{number}.jpg").write_bytes(encode_jpeg(picture, 90))
    (folder / "text.png").write_text("no picture")
    return folder


@pytest.fixture
def recipe(here: Path) -> str:
    """A recipe of one's own."""
    (here / "tiny.yaml").write_text(RECIPE)
    return "tiny.yaml"


@pytest.fixture
def json_lines(run: Run) -> Callable[..., list[dict[str, Any]]]:
    """Runs a command that must not fail, and gives the JSON lines on its stdout."""

    def json_lines(*args: str) -> list[dict[str, Any]]:
        result = run(*args)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return json_lines


@pytest.fixture
def error(run: Run) -> Callable[..., str]:
    """Runs a command that must fail with `code`, with one line of error and no data, and gives that line."""

    def error(*args: str, code: int) -> str:
        result = run(*args)
        assert result.exit_code == code, result.output
        assert result.stdout == ""
        errors = [line for line in result.stderr.splitlines() if "error" in line]
        assert len(errors) == 1, result.stderr
        assert result.stderr.splitlines()[-1] == errors[0]
        return errors[0].removeprefix("error: ")

    return error
