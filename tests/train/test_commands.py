"""`degrade evaluate` and `degrade restore`, as they are typed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from degrade.cli import main
from degrade.codecs import encode_png

Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: Path, pairs: Path) -> Path:
    """The current folder, with a training, its pairs, and two pictures."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(trained, "net")
    shutil.copytree(pairs, "out")
    Path("scans").mkdir()
    for name in "ab":
        Path(f"scans/{name}.png").write_bytes(encode_png(np.full((20, 30, 3), 90, np.uint8), filtered=True))
    return tmp_path


@pytest.fixture
def run(here: Path) -> Run:
    return lambda *args: CliRunner().invoke(main, list(args), prog_name="degrade")


def test_evaluate_prints_tables(run: Run) -> None:
    done = run("evaluate", "net", "--data", "out", "--split", "val", "--device", "cpu")
    assert done.exit_code == 0, done.output
    for words in ("Whole pictures", "PSNR (mean)", "unet", "identity", "non local means", "inside", "ring", "outside"):
        assert words in done.stdout


def test_evaluate_knows_what_the_network_was_trained_on(run: Run, pairs: Path) -> None:
    told = run("evaluate", "net", "--split", "val", "--no-baselines", "--limit", "2", "--device", "cpu")
    assert told.exit_code == 0, told.output
    assert "identity" in told.stdout
    assert "median" not in told.stdout


def test_evaluate_as_json(run: Run) -> None:
    done = run("evaluate", "net", "--data", "out", "--split", "val", "--limit", "3", "--json", "--device", "cpu")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["pair"] * 3 + ["done"]
    assert lines[-1]["pairs"] == 3
    assert set(lines[-1]["figures"]["unet"]["psnr"]) == {"value", "low", "high"}


def test_evaluate_writes_a_page(run: Run) -> None:
    usual = ("evaluate", "net", "--data", "out", "--split", "val", "--device", "cpu")
    done = run(*usual, "--report", "e.html", "--pictures", "1")
    assert done.exit_code == 0, done.output
    assert "the page is e.html" in done.stderr
    assert Path("e.html").read_text("utf-8").count('class="pair"') == 2
    assert "call it e.html" in run(*usual, "--report", "e.txt").stderr
    assert "there is no folder" in run(*usual, "--report", "no/e.html").stderr


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("evaluate", "nowhere", "--data", "out"), 1, "there is no checkpoint nowhere"),
        (("evaluate", "net", "--data", "out", "--split", "test"), 1, "no split 'test'; choose one of train, val"),
        (("evaluate", "net", "--data", "scans"), 1, "scans"),
        (("restore", "scans", "-o", "new"), 2, "degrade train --recipe"),
        (("restore", "scans", "-o", "scans", "--checkpoint", "net"), 2, "would be overwritten"),
        (("restore", "none.jpg", "-o", "new", "--checkpoint", "net"), 2, "there is no none.jpg"),
        (("restore", "scans", "-o", "new", "--checkpoint", "net", "--tile", "64"), 2, "cannot overlap by 128 px"),
        (("restore", "-o", "new", "--checkpoint", "net"), 2, "IMAGE"),
        (("restore", "scans", "--checkpoint", "net"), 2, "--out"),
    ],
)
def test_mistakes_are_one_line(run: Run, args: tuple[str, ...], code: int, told: str) -> None:
    done = run(*args)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert told in line
    assert not Path("new").exists()


def test_restore(run: Run) -> None:
    done = run("restore", "scans", "-o", "new", "--checkpoint", "net", "--device", "cpu")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in Path("new").iterdir()) == ["a.png", "b.png", "restored.html"]
    assert done.stderr.splitlines() == ["restored: 2 pictures", "before and after: new/restored.html"]
    assert run("restore", "scans", "-o", "new", "--checkpoint", "net").exit_code == 2
    again = run("restore", "scans/a.png", "-o", "new", "--checkpoint", "net", "--overwrite", "--no-page")
    assert again.exit_code == 0, again.output
    more = run("restore", "scans", "-o", "new", "--checkpoint", "net", "--skip-existing")
    assert more.stderr.splitlines() == ["restored: 0 pictures; 2 files there before"]
    assert run("restore", "scans", "-o", "new", "--checkpoint", "net", "--skip-existing", "--overwrite").exit_code == 2


def test_restore_goes_on_after_a_bad_file(run: Run) -> None:
    Path("scans/aa.jpg").write_text("no picture")
    done = run("restore", "scans", "-o", "new", "--checkpoint", "net", "--json", "--device", "cpu")
    assert done.exit_code == 1
    assert "not restored: scans/aa.jpg: not a picture" in done.stderr
    assert "restored: 2 pictures; 1 picture could not be restored" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["picture"] * 3 + ["done"]
    assert [line["target"] for line in lines[:3]] == ["new/a.png", None, "new/b.png"]
    assert (lines[-1]["restored"], lines[-1]["failed"], lines[-1]["page"]) == (2, 1, "new/restored.html")
