from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from degrade.train import TrainError, load_checkpoint, train  # noqa: E402
from degrade.train.batches import default_workers  # noqa: E402
from degrade.train.checkpoint import read_checkpoint  # noqa: E402
from degrade.train.watching import Watcher  # noqa: E402

Make = Callable[..., dict[str, Any]]
Network = Callable[..., Any]


class CutOff(Exception):
    """Stands for whatever ends a process."""


class CutsOff(Watcher):
    """Ends a training after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def stepped(self, epoch: int, step: int, loss: float | None, images_per_second: float) -> None:
        self.left -= 1

    def told(self) -> None:
        if self.left <= 0:
            raise CutOff


def rows_of(run: Path) -> list[dict[str, float]]:
    with (run / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def weights_of(checkpoint: Path) -> dict[str, Any]:
    return read_checkpoint(checkpoint)[0]


def assert_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert list(first) == list(second)
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


def test_it_learns_and_leaves_its_files(settings: Make, network: Network, tmp_path: Path) -> None:
    report = train(settings(epochs=8, learning_rate=0.01, samples_every=5), model=network())
    run = tmp_path / "run"
    rows = rows_of(run)
    assert [row["epoch"] for row in rows] == list(range(1, 9))
    assert rows[-1]["val_loss"] < rows[0]["val_loss"] / 2
    assert report.best_epoch == min(rows, key=lambda row: row["val_loss"])["epoch"]
    assert rows[0]["val_identity_psnr"] == rows[-1]["val_identity_psnr"] > 10
    assert (report.epochs, report.ended, report.skipped) == (8, "epochs", {})
    assert sorted(path.name for path in (run / "samples").iterdir()) == [f"epoch-{n:04d}.png" for n in range(1, 9)]
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")
    facts = json.loads((run / "run.json").read_text())
    assert facts["settings"]["learning_rate"] == 0.01
    assert facts["environment"]["torch"] == torch.__version__
    assert facts["data"]["pairs"] == 24
    assert facts["report"] == report.to_data()
    assert not list(run.glob(".*"))


def test_the_best_checkpoint_has_the_least_loss_of_all(settings: Make, network: Network, tmp_path: Path) -> None:
    """With a learning rate at which it gets worse again."""
    train(settings(epochs=6, learning_rate=0.3), model=network())
    rows = rows_of(tmp_path / "run")
    best = min(rows, key=lambda row: row["val_loss"])
    module, info = load_checkpoint(tmp_path / "run", network())
    assert info["epoch"] == best["epoch"]
    assert info["figures"]["val_loss"] == pytest.approx(best["val_loss"], rel=1e-6)
    assert not module.training
    assert (info["mode"], info["model"]) == ("rgb", "small")


def test_the_same_settings_give_the_same_weights(settings: Make, network: Network, tmp_path: Path) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    torch.manual_seed(5)
    train(settings(out=first), model=network())
    torch.manual_seed(6)
    train(settings(out=second), model=network())
    assert_same(weights_of(tmp_path / "first/last.safetensors"), weights_of(tmp_path / "second/last.safetensors"))


def test_the_callers_generator_is_left_alone(settings: Make, network: Network) -> None:
    model = network()
    before = torch.get_rng_state()
    train(settings(epochs=1), model=model)
    assert torch.equal(torch.get_rng_state(), before)


RICH = {"ema": 0.9, "clip_norm": 0.5, "schedule": "cosine", "warmup_epochs": 1.0, "accumulate": 2, "flip": True}


@pytest.mark.parametrize("more", [{}, RICH], ids=["plain", "rich"])
def test_what_was_cut_off_anywhere_goes_on_to_the_same_weights(
    settings: Make, network: Network, tmp_path: Path, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of the first epoch, at its end, and in the second; the last one twice."""
    from degrade.train.loop import Training

    whole, saved = tmp_path / "whole", Training._save_state
    train(settings(out=str(whole), save_minutes=0, **more), model=network())
    steps = 24 // 4 // more.get("accumulate", 1)
    for cuts in ([1], [steps - 1], [steps], [steps + 1, 1]):
        run = tmp_path / f"cut{cuts}"
        for steps_made in cuts:
            watcher = CutsOff(steps_made)

            def save_and_die(training: Training, watcher: CutsOff = watcher) -> None:
                saved(training)
                watcher.told()

            monkeypatch.setattr(Training, "_save_state", save_and_die)
            with pytest.raises(CutOff):
                train(settings(out=str(run), save_minutes=0, **more), model=network(), watcher=watcher)
        monkeypatch.setattr(Training, "_save_state", saved)
        train(settings(out=str(run), save_minutes=0, **more), model=network())
        for file in ("last.safetensors", "best.safetensors"):
            assert_same(weights_of(whole / file), weights_of(run / file))
        for row, other in zip(rows_of(whole), rows_of(run), strict=True):
            assert {**row, "seconds": 0} == {**other, "seconds": 0}


def test_a_finished_training_is_not_made_again(settings: Make, network: Network, tmp_path: Path) -> None:
    first = train(settings(), model=network())
    state = (tmp_path / "run/last.safetensors").read_bytes()
    again = train(settings(), model=network())
    assert (tmp_path / "run/last.safetensors").read_bytes() == state
    assert (again.best, again.epochs, again.ended) == (first.best, first.epochs, "epochs")


def test_more_epochs_go_on_as_if_they_had_been_asked_for(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1), model=network())
    train(settings(epochs=3), model=network())
    train(settings(epochs=3, out=str(tmp_path / "whole")), model=network())
    assert_same(weights_of(tmp_path / "whole/last.safetensors"), weights_of(tmp_path / "run/last.safetensors"))


def test_other_settings_are_no_continuation(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1), model=network())
    with pytest.raises(TrainError, match="batch_size was 4 and is 8") as caught:
        train(settings(batch_size=8), model=network())
    assert caught.value.exit_code == 2
    (tmp_path / "run/notes.txt").write_text("mine")
    report = train(settings(batch_size=8, epochs=1), model=network(), overwrite=True)
    assert report.epochs == 1
    assert (tmp_path / "run/notes.txt").exists()


def test_another_number_of_processes_is_no_continuation(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1), model=network())
    run = tmp_path / "run/run.json"
    run.write_text(json.dumps(json.loads(run.read_text()) | {"processes": 2}))
    with pytest.raises(TrainError, match="began with 2 processes, and goes on with 1"):
        train(settings(epochs=2), model=network())


def test_patience_ends_it(settings: Make, network: Network) -> None:
    report = train(settings(epochs=50, patience=2, learning_rate=1e-12), model=network())
    assert report.ended == "patience"
    assert report.epochs < 50


def test_time_ends_it_within_an_epoch_and_more_time_goes_on_exactly(
    settings: Make, network: Network, tmp_path: Path
) -> None:
    short = train(settings(minutes=1e-6), model=network())
    assert (short.ended, short.epochs) == ("minutes", 0)
    assert len(rows_of(tmp_path / "run")) == 1
    assert load_checkpoint(tmp_path / "run", network())[1]["epoch"] == 1
    again = train(settings(minutes=1e-6), model=network())
    assert again.best["val_loss"] == short.best["val_loss"]
    train(settings(), model=network())
    train(settings(out=str(tmp_path / "whole")), model=network())
    assert_same(weights_of(tmp_path / "whole/last.safetensors"), weights_of(tmp_path / "run/last.safetensors"))


def test_accumulated_batches_are_one_larger_batch(settings: Make, pairs: Path, tmp_path: Path) -> None:
    def trained(name: str, **how: int) -> dict[str, Any]:
        torch.manual_seed(2)
        train(settings(out=str(tmp_path / name), epochs=1, **how), model=torch.nn.Conv2d(3, 3, 3, padding=1))
        return weights_of(tmp_path / name / "last.safetensors")

    one, two = trained("one", batch_size=8), trained("two", batch_size=4, accumulate=2)
    for name in ("networks.model.weight", "networks.model.bias"):
        assert torch.allclose(one[name], two[name], atol=1e-6)


def test_ema_is_what_is_judged_and_kept(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1, ema=0.5), model=network())
    last, best = weights_of(tmp_path / "run/last.safetensors"), weights_of(tmp_path / "run/best.safetensors")
    assert torch.equal(last["ema.module.0.weight"], best["networks.model.0.weight"])
    assert not torch.equal(last["networks.model.0.weight"], best["networks.model.0.weight"])


def test_the_precision_is_tried_once_and_then_kept(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(epochs=1, precision="auto"), model=network())
    recorded = json.loads((tmp_path / "run/run.json").read_text())["precision"]
    assert set(recorded["milliseconds_a_step"]) == {
        "float32", "float32, channels last", "bfloat16", "bfloat16, channels last",
    }  # fmt: skip
    changed = recorded | {"bfloat16": True, "channels_last": True}
    facts = json.loads((tmp_path / "run/run.json").read_text()) | {"precision": changed}
    (tmp_path / "run/run.json").write_text(json.dumps(facts))
    report = train(settings(epochs=2, precision="auto"), model=network())
    assert report.precision == "bfloat16, channels last"


@pytest.mark.parametrize("how", [{"precision": "bfloat16"}, {"channels_last": True}])
def test_other_precisions_learn_about_the_same(
    settings: Make, network: Network, tmp_path: Path, how: dict[str, Any]
) -> None:
    plain = train(settings(out=str(tmp_path / "plain")), model=network())
    other = train(settings(**how), model=network())
    assert other.best["val_loss"] == pytest.approx(plain.best["val_loss"], rel=0.05)
    assert other.precision != plain.precision


def test_gray_pairs_are_learnt_in_gray(settings: Make, network: Network, gray_pairs: Path) -> None:
    report = train(settings(data=str(gray_pairs), epochs=1), model=network(1))
    assert report.best["val_identity_psnr"] > 10


def test_colour_pairs_can_be_learnt_in_gray(settings: Make, network: Network) -> None:
    assert train(settings(mode="gray", epochs=1), model=network(1)).epochs == 1


def test_lab_gives_colour_to_lightness(settings: Make, tmp_path: Path) -> None:
    torch.manual_seed(0)
    report = train(settings(mode="lab", epochs=1, samples_every=1), model=torch.nn.Conv2d(1, 2, 3, padding=1))
    assert "val_identity_psnr" not in report.best
    assert (tmp_path / "run/samples/epoch-0001.png").exists()


@pytest.mark.parametrize("mode", ["rgb", "lab"])
def test_a_mode_that_does_not_fit_the_pairs(settings: Make, network: Network, gray_pairs: Path, mode: str) -> None:
    with pytest.raises(TrainError, match=f"the mode {mode} does not fit: the clean pictures are gray; choose the mode"):
        train(settings(data=str(gray_pairs), mode=mode), model=network())


def test_a_network_that_does_not_fit_the_pairs(settings: Make, network: Network, tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"the network does not take pictures of \(3, 16, 16\)"):
        train(settings(), model=network(1))
    with pytest.raises(TrainError, match=r"the network gives \(2, 16, 16\) for pictures of \(3, 16, 16\)"):
        train(settings(), model=torch.nn.Conv2d(3, 2, 1))
    assert not (tmp_path / "run").exists()


def test_masks_that_are_not_there(settings: Make, network: Network, gray_pairs: Path) -> None:
    with pytest.raises(TrainError, match="the loss needs masks"):
        train(settings(data=str(gray_pairs), loss="masked_l1"), model=network(1))
    with pytest.raises(TrainError, match="predicts none"):
        train(settings(loss="l1,mask:0.1"), model=network())


def test_too_few_batches(settings: Make, network: Network) -> None:
    with pytest.raises(TrainError, match="an epoch has 6 batches, fewer than the 7 to accumulate"):
        train(settings(accumulate=7), model=network())


def test_small_data_makes_a_small_batch(settings: Make, network: Network) -> None:
    assert train(settings(batch_size=1000, epochs=1), model=network()).epochs == 1


def test_tensorboard_that_is_wanted_but_not_there(
    settings: Make, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("degrade.train.tensorboard.find_spec", lambda _: None)
    with pytest.raises(Exception, match="pip install tensorboard"):
        train(settings(tensorboard=True), model=network())


def test_workers_change_nothing(settings: Make, network: Network, tmp_path: Path) -> None:
    train(settings(workers=0, out=str(tmp_path / "none")), model=network())
    train(settings(workers=2), model=network())
    assert_same(weights_of(tmp_path / "none/last.safetensors"), weights_of(tmp_path / "run/last.safetensors"))


def test_on_a_cpu_pairs_that_are_made_come_from_a_process_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    assert default_workers(cpu, made=True) == 1
    assert default_workers(cpu, made=False) == 0
    assert default_workers(torch.device("cuda"), made=False) == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert default_workers(cpu, made=True) == 0


def test_pairs_on_the_fly_are_those_of_a_build(
    settings: Make, network: Network, photographs: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    stored = train(settings(epochs=1), model=network())
    made = train(
        settings(data=None, recipe=recipe, source=str(photographs), epochs=1, out=str(tmp_path / "made")),
        model=network(),
    )
    assert made.best["val_loss"] == pytest.approx(stored.best["val_loss"], rel=1e-6)
    assert made.best["train_loss"] == pytest.approx(stored.best["train_loss"], rel=1e-6)


def test_a_photograph_that_is_bad_is_left_out_and_told(
    settings: Make, network: Network, photographs: Path, recipe: dict[str, Any], tmp_path: Path
) -> None:
    source = tmp_path / "photographs"
    shutil.copytree(photographs, source)
    broken = min(source.iterdir())
    broken.write_bytes(broken.read_bytes()[:60])
    told: list[str] = []

    class Hears(Watcher):
        def message(self, text: str) -> None:
            told.append(text)

    report = train(settings(data=None, recipe=recipe, source=str(source)), model=network(), watcher=Hears())
    assert list(report.skipped) == [broken.name]
    assert sum(broken.name in text for text in told) == 1
