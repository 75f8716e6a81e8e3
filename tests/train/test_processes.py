"""Whole processes: killed and started again, and several that train together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from degrade.train.checkpoint import read_checkpoint
from tests.faults.command import Command

pytestmark = [pytest.mark.slow, pytest.mark.long]
ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import json, sys
import torch
torch.set_num_threads(1)
from torch import nn
from degrade.train import train
from degrade.train.watching import Watcher

class Tells(Watcher):
    def stepped(self, epoch, step, loss, images_per_second):
        print(epoch, step, flush=True)

settings, with_statistics = json.loads(sys.argv[1]), sys.argv[2] == "statistics"
torch.manual_seed(1)
middle = [nn.BatchNorm2d(8), nn.Dropout(0.2)] if with_statistics else [nn.GELU()]
model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), *middle, nn.Conv2d(8, 3, 3, padding=1))
train(settings, model=model, watcher=Tells())
"""


def settings(pairs: Path, out: Path, **more: Any) -> str:
    usual = {
        "model": "small", "data": str(pairs), "out": str(out), "epochs": 4, "batch_size": 4, "device": "cpu",
        "precision": "float32", "samples_every": 0, "tensorboard": False,
    }  # fmt: skip
    return json.dumps(usual | more)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def finish(command: Command) -> list[str]:
    """The lines that it prints to its end."""
    code, lines, err = command.end()
    assert code == 0, err
    return lines


def assert_same(first: Path, second: Path) -> None:
    import torch

    for name in ("last", "best"):
        one, other = (read_checkpoint(run / f"{name}.safetensors")[0] for run in (first, second))
        assert list(one) == list(other)
        for part, tensor in one.items():
            assert torch.equal(tensor, other[part]), (name, part)


def test_killed_again_and_again_it_ends_with_the_same_weights(pairs: Path, tmp_path: Path) -> None:
    """Six steps an epoch. It is killed after the 4th step, and 7 and 5 steps further on, at whatever it is doing."""
    finish(Command(CHILD, settings(pairs, tmp_path / "whole", ema=0.9, epochs=20), "statistics"))
    chosen = settings(pairs, tmp_path / "run", ema=0.9, epochs=20, save_minutes=0)
    places = []
    for lines in (4, 7, 5):
        child = Command(CHILD, chosen, "statistics")
        places.append(child.read_lines(lines)[-1])
        time.sleep(0.003 * lines)
        child.kill(everybody=True)
    assert len(set(places)) == 3
    last = Command(CHILD, chosen, "statistics")
    lost = 3  # a step is told before it is saved
    assert 0 < len(finish(last)) <= 120 - (4 + 7 + 5) + lost
    assert_same(tmp_path / "whole", tmp_path / "run")


def test_two_processes_learn_what_one_does_with_batches_twice_as_large(pairs: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    finish(Command(CHILD, settings(pairs, one, batch_size=8), "plain"))
    child = tmp_path / "child.py"
    child.write_text(CHILD)
    run = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-addr=127.0.0.1"]
    run += ["--master-port=0", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"]
    for accumulate, out in ((1, two), (2, tmp_path / "accumulated")):
        chosen = settings(pairs, out, batch_size=4 // accumulate, accumulate=accumulate)
        together = subprocess.run(
            [*run, str(child), chosen, "plain"], capture_output=True, text=True, env=environment(), timeout=240,
            check=False,
        )  # fmt: skip
        assert together.returncode == 0, together.stderr
        rows, others = ((read_checkpoint(o / "last.safetensors")[1]["progress"]["history"]) for o in (one, out))
        assert len(rows) == len(others) == 4
        for row, other in zip(rows, others, strict=True):
            for name in ("train_loss", "val_loss", "val_psnr"):
                assert other[name] == pytest.approx(row[name], rel=1e-4), (accumulate, row["epoch"], name)
    assert json.loads((two / "run.json").read_text())["processes"] == 2


def test_the_command_trains_in_two_processes(pairs: Path, tmp_path: Path) -> None:
    run = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-addr=127.0.0.1"]
    run += ["--master-port=0", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", "-m", "degrade", "train"]
    run += ["--data", str(pairs), "--out", str(tmp_path / "run"), "--epochs", "1", "--option", "size=tiny", "--json"]
    run += ["--precision", "float32"]
    done = subprocess.run(run, capture_output=True, text=True, env=environment(), timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["started", "epoch", "done"]
