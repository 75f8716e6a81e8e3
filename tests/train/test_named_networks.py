"""The loop with degrade's own networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import degrade  # noqa: E402
from degrade.train import TrainError, create_model, load_checkpoint, train  # noqa: E402

Make = Callable[..., dict[str, Any]]
NETWORKS: list[tuple[str, dict[str, Any], str, str]] = [
    ("unet", {"size": "tiny"}, "rgb", "charbonnier"),
    ("unet", {"size": "tiny", "takes": "gray"}, "rgb", "l1"),
    ("unet", {"size": "tiny", "mask_head": True}, "gray", "l1:1,mask:0.1"),
    ("unet", {"size": "tiny"}, "lab", "mse"),
    ("skip_autoencoder", {"widths": [8, 16]}, "rgb", "mse"),
    ("cae_small", {}, "rgb", "mse"),
    ("cae_large", {}, "rgb", "mse"),
    ("unet_small", {}, "rgb", "mse"),
    ("unet_small", {}, "lab", "mse"),
    ("dense_autoencoder", {"side_px": 16, "latent": 10}, "rgb", "mse"),
    ("conv_autoencoder", {}, "rgb", "mse"),
]


@pytest.mark.parametrize(("name", "options", "mode", "loss"), NETWORKS)
def test_it_trains_and_comes_back(
    settings: Make, pairs: Path, tmp_path: Path, name: str, options: dict[str, Any], mode: str, loss: str
) -> None:
    chosen = settings(model=name, options=options, mode=mode, loss=loss, limit=8, epochs=2, samples_every=1, samples=2)
    report = train(chosen)
    module, info = load_checkpoint(tmp_path / "run")
    assert (info["model"], info["mode"]) == (name, mode)
    assert info["options"].items() >= ({"mode": mode} | options).items()
    assert report.parameters == sum(weight.numel() for weight in module.parameters() if weight.requires_grad)
    assert type(module) is type(create_model(name, device="meta", **info["options"]))
    first = {part: tensor.clone() for part, tensor in module.state_dict().items()}
    again, _ = load_checkpoint(tmp_path / "run/best.safetensors")
    assert all(torch.equal(tensor, first[part]) for part, tensor in again.state_dict().items())
    assert len(list((tmp_path / "run/samples").iterdir())) == 2


def test_the_seed_decides_the_first_weights(settings: Make, tmp_path: Path) -> None:
    found = []
    for number, seed in enumerate((1, 1, 2)):
        out = str(tmp_path / str(number))
        train(settings(model="cae_small", out=out, seed=seed, epochs=1, learning_rate=1e-9))
        found.append(load_checkpoint(out)[0].state_dict())
    same, other = (
        all(torch.equal(tensor, found[number][part]) for part, tensor in found[0].items()) for number in (1, 2)
    )
    assert same
    assert not other


@pytest.mark.parametrize(
    ("name", "how", "told"),
    [
        ("unett", {}, "did you mean unet"),
        ("unet", {"options": {"sise": "tiny"}}, "sise"),
        ("unet_small", {"size": 20}, "does not divide by 8"),
        ("dense_autoencoder", {"options": {"latent": 10}}, "64"),
        ("patch_discriminator", {}, "restores nothing by itself"),
        ("unet", {"mode": "gray", "options": {"mode": "rgb"}}, "the mode is gray, the option mode rgb"),
    ],
)
def test_what_cannot_be_trained(settings: Make, tmp_path: Path, name: str, how: dict[str, Any], told: str) -> None:
    with pytest.raises(degrade.DegradeError, match=told) as caught:
        train(settings(model=name, **how))
    assert caught.value.exit_code == 2
    assert not (tmp_path / "run").exists()


def test_a_mode_may_stand_among_the_options(settings: Make, tmp_path: Path) -> None:
    train(settings(model="unet", options={"size": "tiny", "mode": "lab"}, epochs=1, limit=4))
    assert load_checkpoint(tmp_path / "run")[1]["mode"] == "lab"


def test_an_error_of_training_is_one_line() -> None:
    assert "\n" not in str(TrainError("what", "cure"))
