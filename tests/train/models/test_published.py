"""What single published models do, and say when they are asked for what they cannot do."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch

from degrade.train.models import ModelError, create_model
from degrade.train.models.skip_autoencoder import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_restores_pictures_of_96_px(variant: str) -> None:
    model = create_model("skip_autoencoder", variant=variant).eval()
    with torch.no_grad():
        restored = model(torch.rand(1, 3, 96, 96))
    assert restored.shape == (1, 3, 96, 96)
    assert 0 <= restored.min() <= restored.max() <= 1


def test_five_layers_need_more_than_48_px() -> None:
    model = create_model("skip_autoencoder", variant="5_layer")
    with pytest.raises(ModelError, match="48 × 48 px does not divide by 32; pad or resize, or take the model unet"):
        model(torch.rand(1, 3, 48, 48))


def test_the_last_skip_is_the_picture_itself() -> None:
    model = create_model("skip_autoencoder", widths=(4,), mode="gray")
    assert model.decoder[-1].merge[0].in_channels == 4 + 1


def test_a_dense_model_has_one_size() -> None:
    model = create_model("dense_autoencoder", latent=5, side_px=24).eval()
    picture = torch.rand(3, 3, 24, 24)
    assert model.encode(picture).shape == (3, 5)
    assert model(picture).shape == picture.shape
    with pytest.raises(ModelError, match=r"made for 24 × 24 px, not 32 × 32; resize to that, or .* side_px=32"):
        model(torch.rand(1, 3, 32, 32))


@pytest.mark.parametrize(
    ("name", "options", "side"),
    [("dense_autoencoder", {"latent": 5, "side_px": 16}, 16), ("pix2pix_generator", {"width": 2, "depth": 4}, 16)],
)
def test_a_batch_of_one_has_no_statistics(name: str, options: dict[str, Any], side: int) -> None:
    model = create_model(name, **options)
    with pytest.raises(ModelError, match="train with batches of two or more"):
        model(torch.rand(1, 3, side, side))
    assert model(torch.rand(2, 3, side, side)).shape == (2, 3, side, side)
    assert model.eval()(torch.rand(1, 3, side, side)).shape == (1, 3, side, side)


def test_pix2pix_goes_down_to_two_pixels() -> None:
    model = create_model("pix2pix_generator", width=2).eval()
    assert model.multiple == 128
    seen = []
    model.downs[-1].register_forward_hook(lambda _, __, output: seen.append(tuple(output.shape[2:])))
    with torch.no_grad():
        assert model(torch.rand(1, 3, 256, 256)).shape == (1, 3, 256, 256)
    assert seen == [(2, 2)]


def test_cyclegan_runs_at_256_px_where_its_deepest_map_is_a_pixel() -> None:
    model = create_model("cyclegan", width=2)
    picture = torch.rand(1, 3, 256, 256)
    restored = model(picture)
    assert restored.shape == picture.shape
    back = model.to_degraded(restored)
    (model.judge_clean(restored).mean() + (back - picture).abs().mean()).backward()
    assert torch.isfinite(restored).all()
    assert model.to_degraded.head.weight.grad.abs().max() > 0


@pytest.mark.parametrize("name", ["pix2pix_generator", "resnet_generator"])
def test_pictures_lie_in_the_same_range_on_either_side(name: str) -> None:
    options: dict[str, Any] = {"depth": 3} if name == "pix2pix_generator" else {"blocks": 1}
    model = create_model(name, width=2, **options)
    torch.nn.init.constant_([*model.parameters()][-1], 9.0)  # the shift of the last layer: as bright as can be
    restored = model(torch.rand(2, 3, 32, 32))
    torch.testing.assert_close(restored, torch.ones_like(restored))


def test_deep_image_prior_fits_one_picture() -> None:
    model = create_model("deep_image_prior", layout="denoising", mode="gray")
    noise = model.noise(64, 67, seed=5)
    assert noise.shape == (1, model.in_channels, 64, 67)
    assert 0 <= noise.min() <= noise.max() <= 0.1
    assert torch.equal(noise, model.noise(64, 67, seed=5))
    assert not torch.equal(noise, model.noise(64, 67, seed=6))
    target = torch.linspace(0, 1, 67).expand(1, 1, 64, 67)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    errors = []
    for _ in range(6):
        error = (model(noise) - target).square().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(error.item())
    assert errors[-1] < errors[0] / 2


def test_deep_image_prior_needs_room_for_its_borders() -> None:
    model = create_model("deep_image_prior")
    assert model(torch.rand(1, 1, 192, 193)).shape == (1, 3, 192, 193)
    with pytest.raises(ModelError, match="give it at least 192 × 192 px"):
        model(torch.rand(1, 1, 191, 192))


def test_triplet_codes() -> None:
    model = create_model("triplet_vae")
    picture = torch.rand(1, 3, 64, 64)
    means = model.encode(picture)
    assert means.shape == (1, model.code_channels, 16, 16) == (1, 64, 16, 16)
    assert model.divergence(means) == means.square().mean()
    drawn = model.draw(means) - means
    assert abs(drawn.mean()) < 0.05
    assert abs(drawn.std() - 1) < 0.05
    model.eval()
    assert model.draw(means) is means
    torch.testing.assert_close(model.decode(model.encode(picture)), model(picture))


def test_what_is_destroyed_is_not_looked_at() -> None:
    model = create_model("triplet_mapping", code_channels=4, most_channels=8, blocks=1, non_local=True)
    block = model.whole
    x, hole = torch.randn(2, 8, 4, 4), torch.zeros(2, 1, 4, 4)
    hole[:, :, 1, 2] = 1
    other = x.clone()
    other[:, :, 1, 2] = 100.0
    intact = (hole == 0).expand(2, 8, 4, 4)
    torch.testing.assert_close(block(x, hole)[intact], block(other, hole)[intact])
    assert not torch.allclose(block(x, torch.zeros_like(hole))[intact], block(other, torch.zeros_like(hole))[intact])


def test_attention_by_hand() -> None:
    block = create_model("triplet_mapping", code_channels=2, most_channels=4, blocks=1, non_local=True).whole
    x, hole = torch.randn(1, 4, 2, 3), torch.rand(1, 1, 2, 3)
    query, key, value = (each(x)[0].flatten(1) for each in (block.query, block.key, block.value))
    likeness = (query.T @ key / 2**0.5).exp() * (1 - hole.flatten())
    seen = value @ (likeness / likeness.sum(1, keepdim=True)).T
    torch.testing.assert_close(block(x, hole), block.out(seen.view(1, 2, 2, 3)))


def test_the_mask_chooses_between_the_branches() -> None:
    model = create_model("triplet_mapping", code_channels=4, most_channels=8, blocks=1, non_local=True).eval()
    plain = create_model("triplet_mapping", code_channels=4, most_channels=8, blocks=1).eval()
    plain.load_state_dict({k: v for k, v in model.state_dict().items() if k.split(".")[0] in ("out", "local", "back")})
    codes = torch.randn(1, 4, 8, 8)
    torch.testing.assert_close(model(codes, torch.zeros(1, 1, 32, 32)), plain(codes))
    everything = model(codes, torch.ones(1, 1, 32, 32))
    assert torch.isfinite(everything).all()
    assert not torch.allclose(everything, plain(codes))


def test_the_mapping_takes_a_mask_where_it_has_use_for_one() -> None:
    plain, partial = (
        create_model("triplet_mapping", code_channels=4, most_channels=8, blocks=1, non_local=each)
        for each in (False, True)
    )
    codes, mask = torch.randn(1, 4, 8, 8), torch.zeros(1, 1, 8, 8)
    with pytest.raises(ModelError, match="has no use for a mask; make it with non_local=True"):
        plain(codes, mask)
    with pytest.raises(ModelError, match="needs the mask of what is destroyed"):
        partial(codes)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("unett", {}, "there is no model 'unett'; did you mean unet?"),
        ("cae_small", {"width": 3}, "cae_small has no option 'width'; its options are mode"),
        ("skip_autoencoder", {"variant": "9x9"}, "skip_autoencoder: variant='9x9' is no choice"),
        ("skip_autoencoder", {"widths": 32}, "widths=32 is no list of 1 to 8 channel counts"),
        ("skip_autoencoder", {"widths": []}, "widths=[] is no list of 1 to 8 channel counts"),
        ("skip_autoencoder", {"dropout": 1}, "dropout=1 is not a number from 0 to below 1"),
        ("dense_autoencoder", {"decoder": 4}, "decoder=4 is no choice; write 1 | 2 | 3"),
        ("dense_autoencoder", {"side_px": 60}, "side_px=60 does not divide by 8; choose 56 or 64"),
        ("cyclegan", {"generator": "resnet"}, "cyclegan: generator='resnet' is no choice"),
        ("cae_small", {"mode": "lab"}, "cae_small: mode='lab' is no choice; write gray | rgb"),
        ("deep_image_prior", {"layout": "library"}, "layout='library' is no choice"),
        ("triplet_discriminator", {"scales": 9}, "scales=9 is not a whole number from 1 to 4"),
    ],
)
def test_options_that_they_do_not_take(name: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError) as caught:
        create_model(name, **options)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "cure"),
    [
        ((3, 16, 16), r"add the batch's dimension"),
        ((1, 16, 16, 3), r"put channels first"),
        ((1, 1, 16, 16), r"Collate\(colour='rgb'\)"),
        ((1, 4, 16, 16), r"give it 3 channels"),
    ],
)
def test_the_cure_for_a_wrong_shape(shape: tuple[int, ...], cure: str) -> None:
    with pytest.raises(ModelError, match=cure):
        create_model("cae_small")(torch.rand(shape))


def test_nothing_but_torch_is_needed_to_know_what_there_is() -> None:
    import degrade.train

    assert degrade.train.create_model is create_model
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = degrade.train.no_such_name
    assert set(degrade.train.__all__) <= set(dir(degrade.train))
