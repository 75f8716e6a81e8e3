from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
SHORT = ("--option", "size=tiny", "--epochs", "2", "--batch-size", "2", "--precision", "float32", "--crop", "16")
RECIPE = """recipe: 1
name: tiny
frame: {size: 32}
steps: [target, {salt_and_pepper: {amount: 0.05}}]
output: {splits: {train: 0.6, val: 0.4}}
"""


@pytest.fixture
def torch() -> Any:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


@pytest.fixture
def recipe(here: Path) -> str:
    (here / "tiny.yaml").write_text(RECIPE)
    return "tiny.yaml"


def test_a_network_is_trained_on_the_fly_and_loaded(
    run: Run, torch: Any, here: Path, photos: Path, recipe: str
) -> None:
    from degrade.train import load_checkpoint

    arguments = ("train", "--recipe", recipe, "--source", "photos", "--out", "net", *SHORT)
    done = run(*arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "epoch 2: loss" in done.stderr
    assert "dB before" in done.stderr
    assert "net/best.safetensors" in done.stderr
    module, info = load_checkpoint(here / "net")
    assert info["model"] == "unet"
    assert module(torch.rand(1, 3, 21, 30)).shape == (1, 3, 21, 30)
    again = run(*arguments[:-8], "--epochs", "3", *arguments[-6:])
    assert "going on after epoch 2" in again.stderr
    with (here / "net/history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2", "3"]


def test_settings_of_a_file_and_of_the_command_line(
    run: Run, torch: Any, here: Path, photos: Path, recipe: str
) -> None:
    (here / "net.yaml").write_text(f"recipe: {recipe}\nsource: photos\nepochs: 9\nbatch_size: 2\nsize: 16\n")
    done = run("train", "--settings", "net.yaml", "--model", "cae_small", "--epochs", "1", "--flip", "--json")
    assert done.exit_code == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["started", "epoch", "done"]
    assert events[-1]["parameters"] == 29_507
    settings = json.loads((here / "run/run.json").read_text())["settings"]
    assert (settings["epochs"], settings["flip"], settings["batch_size"]) == (1, True, 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "expected either `data`"),
        (("--data", "none"), "none"),
        (("--data", "a", "--recipe", "b"), "either `data`"),
        (("--data", "a", "--epochs", "0"), "epochs: expected a whole number in [1, 1000000], not 0"),
        (("--data", "a", "--option", "size"), "NAME=VALUE"),
        (("--settings", "none.yaml"), "none.yaml: cannot be read"),
        (("--data", "a", "--mode", "cmyk"), "cmyk"),
    ],
)
def test_mistakes_are_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run("train", *arguments)
    assert done.exit_code in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--model", "u-net"), "did you mean unet?"),
        (("--option", "sizes=tiny"), "size"),
        (("--model", "unet_small", "--size", "20"), "does not divide by 8"),
        (("--model", "patch_discriminator"), "restores nothing by itself"),
        (("--mode", "gray", "--option", "mode=lab"), "the mode is gray, the option mode lab"),
    ],
)
def test_a_network_that_does_not_fit(
    run: Run, torch: Any, photos: Path, recipe: str, arguments: tuple[str, ...], told: str
) -> None:
    done = run("train", "--recipe", recipe, "--source", "photos", *arguments)
    assert done.exit_code == 2, done.stderr
    assert told in done.stderr


def test_help_needs_no_torch() -> None:
    code = (
        "import sys\nfrom degrade.cli import main\ntry:\n    main(['train', '--help'])\nexcept SystemExit:\n    pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print('torch' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
    assert "--learning-rate" in done.stdout
