"""The reference U-Net: any size, its modes, its second head."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given
from hypothesis import strategies as st

from degrade.train.models import ModelError, create_model
from degrade.train.models.layers import padded_to_multiple


@given(height=st.integers(1, 40), width=st.integers(1, 40), depth=st.integers(1, 4))
def test_any_size(height: int, width: int, depth: int) -> None:
    model = create_model("unet", width=2, depth=depth)
    assert model.multiple == 1
    assert model(torch.rand(2, 3, height, width)).shape == (2, 3, height, width)


def test_padding_mirrors_where_it_can() -> None:
    row = torch.arange(5.0).view(1, 1, 1, 5)
    assert padded_to_multiple(row, 8)[0, 0, 0].tolist() == [0, 1, 2, 3, 4, 3, 2, 1]
    assert padded_to_multiple(row, 16)[0, 0, 0].tolist() == [0, 1, 2, 3, 4, *[4] * 11]
    assert padded_to_multiple(row, 5) is not row
    assert padded_to_multiple(row, 5).shape == (1, 1, 5, 5)
    whole = torch.rand(1, 1, 8, 16)
    assert padded_to_multiple(whole, 8) is whole


def test_padding_by_hand_changes_nothing() -> None:
    model = create_model("unet", width=2, depth=2)
    picture = torch.rand(1, 3, 14, 11)
    torch.testing.assert_close(model(padded_to_multiple(picture, 4))[:, :, :14, :11], model(picture))


def test_it_begins_near_doing_nothing() -> None:
    picture = torch.rand(1, 3, 32, 32)
    residual, plain = (create_model("unet", residual=each)(picture) for each in (True, False))
    assert (residual - picture).square().mean() < 0.02
    torch.testing.assert_close(residual, plain + picture)


def test_lightness_is_kept_to_the_bit() -> None:
    model = create_model("unet", size="tiny", mode="lab")
    lightness = torch.rand(2, 1, 21, 13) * 2 - 1
    ab = model(lightness)
    assert ab.shape == (2, 2, 21, 13)
    whole = model.complete(lightness, ab)
    assert whole.shape == (2, 3, 21, 13)
    assert torch.equal(whole[:, :1], lightness)
    assert torch.equal(whole[:, 1:], ab)


def test_lightness_survives_in_rgb() -> None:
    streaming = pytest.importorskip("degrade.streaming.torch")
    from degrade.streaming.lab import rgb_to_lab

    model = create_model("unet", size="tiny", mode="lab")
    lightness = torch.rand(1, 1, 16, 16) * 0.8 - 0.4
    rgb = streaming.to_rgb(lightness, model(lightness).detach() * 0.1)  # faint colours, which RGB can hold
    again, _, _ = rgb_to_lab(*(rgb[0, channel].double().numpy() for channel in range(3)))
    torch.testing.assert_close(torch.from_numpy(again / 50 - 1).float(), lightness[0, 0], atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("mode", "takes", "channels_in", "channels_out"),
    [
        ("gray", None, 1, 1),
        ("rgb", None, 3, 3),
        ("rgb", "gray", 1, 3),
        ("lab", None, 1, 2),
        ("lab", "lightness", 1, 2),
    ],
)
def test_modes(mode: str, takes: str | None, channels_in: int, channels_out: int) -> None:
    model = create_model("unet", size="tiny", mode=mode, takes=takes)
    assert (model.in_channels, model.out_channels) == (channels_in, channels_out)
    assert model(torch.rand(1, channels_in, 9, 9)).shape == (1, channels_out, 9, 9)


def test_gray_is_the_luma_of_rgb() -> None:
    model = create_model("unet", size="tiny", mode="gray").eval()
    picture = torch.rand(2, 3, 16, 16)
    luma = 0.299 * picture[:, :1] + 0.587 * picture[:, 1:2] + 0.114 * picture[:, 2:]
    torch.testing.assert_close(model(picture), model(luma))


def test_the_mask_head_leaves_the_picture_as_it_is() -> None:
    picture = torch.rand(2, 3, 11, 10)
    both = create_model("unet", size="tiny", mask_head=True)
    alone = create_model("unet", size="tiny")
    alone.load_state_dict({name: each for name, each in both.state_dict().items() if "mask" not in name})
    restored = both(picture)
    assert torch.equal(restored.picture, alone(picture))
    assert restored.mask.shape == (2, 1, 11, 10)


@pytest.mark.parametrize("norm", ["none", "batch", "group", "layer", "instance"])
def test_half_precision_with_channels_last(norm: str) -> None:
    model = create_model("unet", size="tiny", norm=norm).to(memory_format=torch.channels_last)
    picture = torch.rand(2, 3, 20, 24).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        restored = model(picture)
    assert restored.shape == picture.shape
    restored.float().square().mean().backward()
    assert torch.isfinite(model.stem.weight.grad).all()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"widht": 3}, "unet has no option 'widht'; did you mean width?"),
        ({"size": "huge"}, "size='huge' is no choice; write tiny | small | base"),
        ({"norm": "bacth"}, "norm='bacth' is no choice; write did you mean batch?"),
        ({"depth": 0}, "depth=0 is not a whole number from 1 to 7"),
        ({"depth": 2.0}, "depth=2.0 is not a whole number"),
        ({"width": True}, "width=True is not a whole number"),
        ({"residual": 1}, "residual=1 is neither true nor false"),
        ({"mode": "lab", "takes": "rgb"}, "takes='rgb' does not go with mode='lab'; write takes=lightness"),
        ({"mode": "cmyk"}, "mode='cmyk' is no choice"),
    ],
)
def test_options_that_it_does_not_take(options: dict[str, object], told: str) -> None:
    with pytest.raises(ModelError) as caught:
        create_model("unet", **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
