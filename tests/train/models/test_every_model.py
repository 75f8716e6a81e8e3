"""What holds for every model: shapes, gradients, seeds, options that make it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch

from degrade.train.models import NAMES, Model, ModelError, create_model

Inputs = Callable[[Any], tuple[Any, ...]]


def pictures(side: int, batch: int = 2) -> Inputs:
    return lambda model: (torch.rand(batch, model.in_channels, side, side),)


def with_mask(model: Any) -> tuple[Any, ...]:
    mask = torch.zeros(2, 1, 32, 32)
    mask[:, :, 4:20, 8:20] = 1
    return torch.randn(2, model.in_channels, 8, 8), mask


def scratched(model: Any) -> tuple[Any, ...]:
    mask = torch.zeros(2, 1, 16, 16)
    mask[:, :, 2:10, 4:12] = 1
    return torch.rand(2, model.in_channels, 16, 16), mask


def judged_pairs(model: Any) -> tuple[Any, ...]:
    return torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)


SMALL: list[tuple[str, dict[str, Any], Inputs]] = [
    ("unet", {"width": 4}, pictures(19)),
    ("unet", {"width": 4, "depth": 2, "norm": "batch", "activation": "gelu"}, pictures(8)),
    ("unet", {"width": 4, "depth": 2, "norm": "group", "activation": "silu", "blocks": 2}, pictures(8)),
    ("unet", {"width": 4, "depth": 1, "norm": "layer", "activation": "leaky_relu", "residual": False}, pictures(8)),
    ("unet", {"width": 4, "depth": 2, "norm": "instance", "mode": "gray"}, pictures(9)),
    ("unet", {"width": 4, "mode": "lab"}, pictures(16)),
    ("unet", {"width": 4, "mode": "rgb", "takes": "gray", "mask_head": True}, pictures(16)),
    *(
        ("skip_autoencoder", {"variant": v, "widths": (4, 8)}, pictures(12))
        for v in ("base", "7x7", "no_skip", "pooling")
    ),
    ("skip_autoencoder", {"variant": "5_layer"}, pictures(64)),
    ("cae_small", {}, pictures(12)),
    ("cae_large", {}, pictures(12)),
    ("unet_small", {"mode": "gray"}, pictures(16)),
    ("unet_small", {"mode": "rgb"}, pictures(16)),
    ("unet_small", {"mode": "lab"}, pictures(16)),
    *(("dense_autoencoder", {"decoder": d, "latent": 10, "side_px": 16}, pictures(16)) for d in (1, 2, 3)),
    ("conv_autoencoder", {"mode": "gray", "head": "3x3"}, pictures(24)),
    ("pix2pix_generator", {"width": 4, "depth": 4}, pictures(32)),
    ("pix2pix_generator", {"width": 4, "depth": 3, "norm": "instance"}, pictures(32)),
    ("resnet_generator", {"width": 4, "blocks": 2}, pictures(16)),
    ("patch_discriminator", {"width": 4}, judged_pairs),
    ("patch_discriminator", {"width": 4, "pairs": False, "norm": "instance"}, pictures(32)),
    ("cyclegan", {"width": 2, "generator": "resnet_6"}, pictures(24)),
    ("deep_image_prior", {}, pictures(200, batch=1)),
    ("deep_image_prior", {"widths": (4, 8)}, pictures(17, batch=1)),
    ("triplet", {"width": 4, "blocks": 1, "most_channels": 8}, pictures(16)),
    ("triplet", {"width": 4, "blocks": 1, "most_channels": 8, "non_local": True, "mode": "gray"}, scratched),
    ("deep_image_prior", {"layout": "denoising", "mode": "gray"}, pictures(70, batch=1)),
    ("triplet_vae", {"width": 8}, pictures(12)),
    ("triplet_mapping", {"code_channels": 4, "most_channels": 16, "blocks": 2}, pictures(8)),
    ("triplet_mapping", {"code_channels": 4, "most_channels": 16, "blocks": 1, "non_local": True}, with_mask),
    ("triplet_discriminator", {"width": 4}, pictures(32)),
    ("triplet_discriminator", {"width": 4, "judges": "codes", "code_channels": 5}, pictures(16)),
]
RESTORERS = {name for name in NAMES if create_model(name, device="meta").restores}


def over(models: list[tuple[str, dict[str, Any], Inputs]]) -> Any:
    """A test's parameters: each of these models."""
    return pytest.mark.parametrize(
        ("name", "options", "inputs"), models, ids=[f"{each[0]}-{each[1]}" for each in models]
    )


every = over(SMALL)


def tensors(output: Any) -> list[Any]:
    """All tensors of an output, which may be nested."""
    return [output] if isinstance(output, torch.Tensor) else [each for part in output for each in tensors(part)]


def test_all_are_here() -> None:
    assert {each[0] for each in SMALL} == set(NAMES)


@every
def test_gradients_reach_every_parameter(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    model = create_model(name, **options)
    outputs = tensors(model(*inputs(model)))
    sum((each * torch.randn_like(each)).sum() for each in outputs).backward()
    used = {  # by a forward that uses some of the networks
        "cyclegan": ("to_clean.",), "triplet": ("degraded.encoder.", "mapping.", "clean.decoder."),
    }  # fmt: skip
    for where, parameter in model.named_parameters():
        if not where.startswith(used.get(name, "")):
            assert parameter.grad is None
        else:
            assert parameter.grad is not None, where
            assert torch.isfinite(parameter.grad).all(), where
            if parameter.ndim > 1:  # a shift before a normalisation changes nothing
                assert parameter.grad.abs().max() > 0, where


@every
def test_weights_begin_as_the_seed_says(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    before = torch.random.get_rng_state()
    model, again, other = (create_model(name, seed=seed, **options) for seed in (3, 3, 4))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert model.state_dict().keys() == again.state_dict().keys()
    for value, same in zip(model.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.isfinite(value).all()
        assert torch.equal(value, same)
    assert any(not torch.equal(one, two) for one, two in zip(model.parameters(), other.parameters(), strict=True))


@every
def test_evaluation_is_deterministic(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    model = create_model(name, **options).eval()
    given = inputs(model)
    with torch.no_grad():
        for one, two in zip(tensors(model(*given)), tensors(model(*given)), strict=True):
            assert torch.equal(one, two)
            assert torch.isfinite(one).all()


@every
def test_options_make_it_again_through_json(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    model = create_model(name, seed=1, **options)
    again = create_model(model.name, **json.loads(json.dumps(model.options)))
    again.load_state_dict(model.state_dict())
    model.eval(), again.eval()
    given = inputs(model)
    with torch.no_grad():
        for one, two in zip(tensors(model(*given)), tensors(again(*given)), strict=True):
            assert torch.equal(one, two)


@over([each for each in SMALL if each[0] in RESTORERS])
def test_restoring_keeps_the_size_and_the_batch(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    model = create_model(name, **options).eval()
    for batch, more in ((1, 0), (3, model.multiple if model.side_px is None else 0)):
        given, *_ = inputs(model)
        given = torch.rand(batch, given.shape[1], given.shape[2] + more, given.shape[3])
        with torch.no_grad():
            restored = tensors(model(given))[0]
        assert restored.shape == (batch, model.out_channels, *given.shape[2:])
        assert restored.dtype == torch.float32


@every
def test_a_wrong_input_is_told(name: str, options: dict[str, Any], inputs: Inputs) -> None:
    model = create_model(name, **options)
    first, *rest = inputs(model)
    judged = [torch.rand(2, 7, *each.shape[2:]) for each in (first, *rest)]
    with pytest.raises(ModelError, match=rf"{name} takes \(N, \d+, H, W\), not \(2, (7|14), "):
        model(*judged)
    with pytest.raises(ModelError, match=r"not torch\.uint8; divide by 255"):
        model((first * 255).byte(), *(each.byte() for each in rest))


def test_models_say_what_they_are() -> None:
    for name in NAMES:
        model = create_model(name, device="meta")
        assert isinstance(model, Model)
        assert model.name == name
        assert model.initialisation in ("glorot", "he", "normal", "uniform")
        assert model.in_channels > 0
        assert model.out_channels > 0
        assert model.multiple > 0
