"""The triplet domain translation: what its two trainings need of each other, of the data and of a user."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save_file  # noqa: E402

from degrade.train import CheckpointError, ModelError, TrainError, load_checkpoint, train  # noqa: E402
from degrade.train.checkpoint import read_checkpoint  # noqa: E402
from degrade.train.methods import create_method  # noqa: E402
from degrade.train.perceptual import Perceptual  # noqa: E402
from degrade.train.settings import Settings  # noqa: E402

Asked = Callable[..., dict[str, Any]]
OFF = "the perceptual term is off, with which the model was published"


def test_the_autoencoders_stay_as_they_were_trained(asked: Asked, vaes: Path, tmp_path: Path) -> None:
    train(asked("triplet_mapping", epochs=1))
    before, after = read_checkpoint(vaes / "best.safetensors")[0], read_checkpoint(tmp_path / "run/best.safetensors")[0]
    shared = {name for name in after if ".mapping." not in name}
    assert shared == set(before)
    assert all(torch.equal(before[name], after[name]) for name in shared)


def test_autoencoders_alone_restore_nothing(vaes: Path) -> None:
    network, info = load_checkpoint(vaes)
    assert info["options"]["mapped"] is False
    with pytest.raises(ModelError, match="without a mapping restores nothing; train one by `degrade train"):
        network(torch.rand(1, 3, 32, 32))


def test_what_the_mapping_needs(asked: Asked, tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"needs the autoencoders .* --model triplet_vae"):
        train(asked("triplet_mapping", {"vaes": None}))
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        train(asked("triplet_mapping", {"vaes": str(tmp_path / "nowhere")}))
    train(asked("pix2pix_generator", out=str(tmp_path / "other"), epochs=1))
    with pytest.raises(TrainError, match="holds no autoencoders"):
        train(asked("triplet_mapping", {"vaes": str(tmp_path / "other")}))
    with pytest.raises(TrainError, match="works in rgb, the training in gray"):
        train(asked("triplet_mapping", mode="gray"))
    with pytest.raises(TrainError, match="triplet is trained in two steps; train triplet_vae, then triplet_mapping"):
        train(asked("triplet_mapping") | {"model": "triplet"})


def test_the_report_says_what_is_off_and_what_is_missing(asked: Asked, one_domain: Path, tmp_path: Path) -> None:
    report = train(asked("triplet_vae", data=str(one_domain), epochs=1))
    assert report.notes[0].startswith("there are no pictures of the domain real")
    assert report.notes[1].startswith(OFF)
    facts = json.loads((tmp_path / "run/run.json").read_text())
    assert facts["report"]["notes"] == facts["notes"] == report.notes
    assert facts["method"]["features"] == 10


def test_two_time_scales(asked: Asked) -> None:
    settings = Settings.of(asked("triplet_mapping", {"ttur": True}))
    rates = {
        name: (optimiser.param_groups[0]["lr"], optimiser.param_groups[0]["betas"])
        for name, optimiser in create_method(settings, "rgb").optimisers.items()
    }
    assert rates == {"mapping": (1e-4, (0.0, 0.9)), "discriminator": (4e-4, (0.0, 0.9))}
    settings = Settings.of(asked("triplet_mapping", {"ttur": False}))
    usual = create_method(settings, "rgb").optimisers["mapping"].param_groups[0]
    assert (usual["lr"], usual["betas"]) == (2e-4, (0.5, 0.999))


NUMBERS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)


def vgg(path: Path, **changes: Any) -> Path:
    """Weights of a VGG-19 with two channels a layer, each of which passes on what it is given."""
    weights = {}
    for number in NUMBERS:
        weight = torch.zeros(2, 3 if number == 0 else 2, 3, 3)
        weight[0, 0, 1, 1] = weight[1, 1, 1, 1] = 1
        weights |= {
            f"features.{number}.weight": weight,
            f"features.{number}.bias": torch.full((2,), 3.0 * (number == 0)),
        }
    save_file({name: tensor for name, tensor in (weights | changes).items() if tensor is not None}, path)
    return path


def test_the_perceptual_term_by_hand(tmp_path: Path) -> None:
    """Maps are the normed pictures, shifted above 0, in every layer: every block adds its weight times the same."""
    term = Perceptual(vgg(tmp_path / "vgg.safetensors"))
    one, other = torch.full((2, 3, 16, 16), 0.5), torch.full((2, 3, 16, 16), 0.75)
    each = (0.25 / 0.229 + 0.25 / 0.224) / 2
    assert float(term(one, other)) == pytest.approx(each * (1 / 32 + 1 / 16 + 1 / 8 + 1 / 4 + 1), rel=1e-5)
    assert float(term(one[:, :1], one)) == 0
    assert not any(weight.requires_grad for weight in term.parameters())
    with pytest.raises(TrainError, match="at least 16 px"):
        term(one[:, :, :15], other[:, :, :15])


@pytest.mark.parametrize("kind", ["triplet_vae", "triplet_mapping"])
def test_a_users_weights_turn_the_perceptual_term_on(asked: Asked, kind: str, tmp_path: Path) -> None:
    weights = vgg(tmp_path / "vgg.safetensors")
    report = train(asked(kind, {"perceptual": str(weights)}, epochs=1))
    assert not any(note.startswith(OFF) for note in report.notes)
    column = "train_perceptual" if kind == "triplet_mapping" else "train_clean_perceptual"
    assert report.best[column] > 0
    assert not any("perceptual" in name for name in read_checkpoint(tmp_path / "run/last.safetensors")[0])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"features.7.weight": None}, r"has no convolution features\.7"),
        ({"features.7.weight": torch.zeros(2, 5, 3, 3)}, "do not follow from each other"),
        ({"features.7.weight": torch.zeros(2, 2, 1, 1)}, r"has no convolution features\.7"),
    ],
)
def test_weights_of_something_else(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(TrainError, match=told):
        Perceptual(vgg(tmp_path / "vgg.safetensors", **changes))


def test_weights_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"there are no weights .*\.save_file"):
        Perceptual(tmp_path / "vgg.safetensors")
    (tmp_path / "vgg.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(TrainError, match="cannot be read"):
        Perceptual(tmp_path / "vgg.safetensors")
