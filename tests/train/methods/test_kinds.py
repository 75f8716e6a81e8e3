"""What holds for every kind of training that is not supervised."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from degrade.train import TrainError, load_checkpoint, train  # noqa: E402
from degrade.train.batches import Batch  # noqa: E402
from degrade.train.checkpoint import read_checkpoint  # noqa: E402
from degrade.train.loop import Training  # noqa: E402
from degrade.train.methods import create_method  # noqa: E402
from degrade.train.settings import Settings  # noqa: E402

Asked = Callable[..., dict[str, Any]]
METHODS = {
    "pix2pix_generator": "Pix2pix", "cyclegan": "Cyclegan", "triplet_vae": "TripletVaes", "triplet_mapping": "Mapping",
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", METHODS)
LEARNT = {
    "pix2pix_generator": "train_l1", "cyclegan": "train_cycle", "triplet_vae": "train_clean_l1",
    "triplet_mapping": "train_codes",
}  # fmt: skip
"""The term that gets smaller whatever the discriminators learn."""
RESTORE = {"pix2pix_generator": "pix2pix_generator", "cyclegan": "cyclegan", "triplet_mapping": "triplet"}


class CutOff(Exception):
    """Stands for whatever ends a process."""


def weights_of(checkpoint: Path) -> dict[str, Any]:
    return read_checkpoint(checkpoint)[0]


def rows_of(run: Path) -> list[dict[str, float]]:
    with (run / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def a_batch(count: int = 4, side: int = 32) -> Batch:
    torch.manual_seed(3)
    degraded, clean = torch.rand(2, count, 3, side, side)
    real = torch.tensor([True, False] * (count // 2))
    return Batch([str(n) for n in range(count)], degraded, clean, (degraded[:, :1] > 0.9).float(), [], real)


@every_kind
def test_it_learns_and_leaves_its_files(asked: Asked, kind: str, tmp_path: Path) -> None:
    report = train(asked(kind, samples_every=5, learning_rate=4e-3, epochs=4))
    run = tmp_path / "run"
    rows = rows_of(run)
    assert rows[-1][LEARNT[kind]] < 0.99 * rows[0][LEARNT[kind]]
    assert report.best["val_loss"] == pytest.approx(min(row["val_loss"] for row in rows), rel=1e-6)
    assert len(list((run / "samples").iterdir())) == 4
    assert (run / "curves.png").exists()
    facts = json.loads((run / "run.json").read_text())
    assert facts["notes"] == report.notes
    network, info = load_checkpoint(run)
    assert info["figures"]["val_loss"] == report.best["val_loss"]
    if kind in RESTORE:
        assert info["model"] == RESTORE[kind]
        pictures = torch.rand(1, 3, 32, 32)
        with torch.no_grad():
            restored = network(pictures)
            assert restored.shape == pictures.shape
            assert torch.equal(network(pictures), restored)


@pytest.mark.slow
@every_kind
def test_what_was_cut_off_anywhere_goes_on_to_the_same_weights(
    asked: Asked, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, saved = tmp_path / "whole", Training._save_state
    more = {"save_minutes": 0, "ema": 0.9, "accumulate": 2, "batch_size": 2}
    train(asked(kind, out=str(whole), **more))
    for cuts in ([1], [3, 1]):
        run = tmp_path / f"cut{cuts}"
        for cut in cuts:
            left = [cut]

            def save_and_die(training: Training, left: list[int] = left) -> None:
                saved(training)
                left[0] -= 1
                if not left[0]:
                    raise CutOff

            monkeypatch.setattr(Training, "_save_state", save_and_die)
            with pytest.raises(CutOff):
                train(asked(kind, out=str(run), **more))
        monkeypatch.setattr(Training, "_save_state", saved)
        train(asked(kind, out=str(run), **more))
        for file in ("last.safetensors", "best.safetensors"):
            ours, theirs = weights_of(whole / file), weights_of(run / file)
            assert list(ours) == list(theirs)
            for name, tensor in ours.items():
                assert torch.equal(tensor, theirs[name]), name
        for row, other in zip(rows_of(whole), rows_of(run), strict=True):
            assert {**row, "seconds": 0} == {**other, "seconds": 0}


@every_kind
def test_a_loss_teaches_the_weights_of_its_optimiser_alone(asked: Asked, kind: str) -> None:
    method = create_method(Settings.of(asked(kind)), "rgb")
    method.train()
    everything = [weight for network in method.networks.values() for weight in network.parameters()]
    called = []

    def update(name: str, loss: Any) -> None:
        called.append(name)
        for weight in everything:
            weight.grad = None
        loss.backward()
        own = {id(weight) for group in method.optimisers[name].param_groups for weight in group["params"]}
        assert {id(weight) for weight in everything if weight.grad is not None} == own

    losses = method.step(a_batch(), update)
    assert sorted(called) == sorted(method.optimisers)
    assert "loss" in losses
    assert all(value.ndim == 0 and not value.requires_grad and bool(value.isfinite()) for value in losses.values())
    learnt = sum(len(group["params"]) for each in method.optimisers.values() for group in each.param_groups)
    assert learnt == sum(weight.requires_grad for weight in everything)


@every_kind
def test_the_validation_alone_and_predictions_change_nothing(asked: Asked, kind: str) -> None:
    method = create_method(Settings.of(asked(kind)), "rgb")
    network = method.networks[method.main].eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    batch = a_batch()
    with torch.no_grad():
        figures = method.validate(batch, network)
        assert method.predict(batch, network).shape == batch.clean.shape
    assert all(values.shape == (4,) for values in figures.values())
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


@every_kind
def test_a_loss_that_is_no_number(asked: Asked, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(asked(kind, epochs=1, schedule="constant"))
    state = (tmp_path / "run/last.safetensors").read_bytes()
    made = type(create_method(Settings.of(asked(kind)), "rgb"))
    assert made.__name__ == METHODS[kind]
    step = made.step

    def broken(method: Any, batch: Batch, update: Any) -> dict[str, Any]:
        return {name: value * float("nan") for name, value in step(method, batch, update).items()}

    monkeypatch.setattr(made, "step", broken)
    with pytest.raises(TrainError, match=r"diverged: .* is nan in epoch 2, step 1"):
        train(asked(kind, epochs=3, schedule="constant"))
    assert (tmp_path / "run/last.safetensors").read_bytes() == state


@every_kind
def test_options_that_nobody_has(asked: Asked, kind: str) -> None:
    with pytest.raises(TrainError, match=f"{kind} has no option 'widht'") as caught:
        train(asked(kind, {"widht": 3}))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("kind", "option", "expected"),
    [
        ("pix2pix_generator", {"l1": -1}, r"the option l1 .*expected a number in \[0, 1e\+06\], not -1"),
        ("cyclegan", {"pool": 1.5}, "the option pool .*a whole number"),
        ("triplet_vae", {"real": 2}, r"the option real .*\[0, 1\]"),
        ("triplet_mapping", {"ttur": "yes"}, "the option ttur .*true or false"),
    ],
)
def test_values_that_no_option_takes(asked: Asked, kind: str, option: dict[str, Any], expected: str) -> None:
    with pytest.raises(TrainError, match=expected):
        train(asked(kind, option))


@every_kind
def test_it_is_tried_in_every_precision(asked: Asked, kind: str, tmp_path: Path) -> None:
    train(asked(kind, epochs=1, precision="auto"))
    tried = json.loads((tmp_path / "run/run.json").read_text())["precision"]["milliseconds_a_step"]
    assert "bfloat16, channels last" in tried


@pytest.mark.parametrize("kind", ["pix2pix_generator", "cyclegan", "triplet_vae"])
def test_pairs_made_on_the_fly_and_gray(
    asked: Asked, kind: str, sources: list[dict[str, Any]], domains_recipe: dict[str, Any], tmp_path: Path
) -> None:
    given = asked(kind, data=None, recipe=domains_recipe, source=sources, mode="gray", epochs=1)
    train(given)
    assert load_checkpoint(tmp_path / "run")[1]["mode"] == "gray"
