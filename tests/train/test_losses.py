from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from degrade.train import TrainError  # noqa: E402
from degrade.train.losses import Loss  # noqa: E402
from degrade.train.terms import NAMES, parse_loss  # noqa: E402


def pictures(count: int = 2, channels: int = 3, side: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    shape = (count, channels, side, side)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


def test_each_picture_has_its_own_number() -> None:
    output, target = pictures()
    output[0] = target[0]
    for name in ("mse", "l1", "ssim"):
        first, second = Loss(name)(output, target)["loss"]
        assert first == pytest.approx(0, abs=1e-6)
        assert second > 0.05


def test_what_the_terms_are() -> None:
    output, target = torch.full((1, 1, 12, 12), 0.75), torch.full((1, 1, 12, 12), 0.25)
    assert Loss("l1")(output, target)["loss"].tolist() == [0.5]
    assert Loss("mse")(output, target)["loss"].tolist() == [0.25]
    assert Loss("charbonnier")(output, target)["loss"].item() == pytest.approx((0.25 + 1e-6) ** 0.5)


def test_ssim_is_that_of_scikit_image_where_the_window_fits() -> None:
    from skimage.metrics import structural_similarity

    output, target = (picture[0].permute(1, 2, 0).numpy().astype(np.float64) for picture in pictures(1))
    _, whole = structural_similarity(
        output, target, data_range=1, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        full=True,
    )  # fmt: skip
    inside = whole[5:-5, 5:-5].mean()
    output, target = pictures(1)
    assert 1 - Loss("ssim")(output, target)["loss"].item() == pytest.approx(inside, abs=1e-5)


def test_a_sum_by_weight_tells_its_terms() -> None:
    output, target = pictures()
    found = Loss("l1:2, ssim:0.5")(output, target)
    assert list(found) == ["loss", "l1", "ssim"]
    assert torch.allclose(found["loss"], 2 * found["l1"] + 0.5 * found["ssim"])
    assert list(Loss("l1")(output, target)) == ["loss"]


def wrong_on_the_left() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two outputs that are 0.5 too bright in their left halves, targets, and masks of nothing."""
    target = torch.zeros(2, 3, 8, 8)
    output = target.clone()
    output[:, :, :, :4] = 0.5
    return output, target, torch.zeros(2, 1, 8, 8)


def test_masked_terms_look_at_the_damage_only() -> None:
    output, target, mask = wrong_on_the_left()
    mask[0, :, :, :4] = 0.25
    mask[1, :, :, 2:6] = 1
    assert Loss("masked_l1")(output, target, mask)["loss"].tolist() == pytest.approx([0.5, 0.25])
    assert Loss("masked_l1")(output, target, torch.zeros_like(mask))["loss"].tolist() == [0, 0]


def test_outside_terms_look_at_what_is_sound_only() -> None:
    output, target, mask = wrong_on_the_left()
    mask[0, :, :, :4] = 1
    mask[1, :, :, 4:] = 0.5
    loss = Loss("outside_l1")
    assert loss.needs_mask
    assert loss(output, target, mask)["loss"].tolist() == pytest.approx([0, 1 / 3])
    assert loss(output, target, torch.ones_like(mask))["loss"].tolist() == [0, 0]


def test_a_predicted_mask_is_judged_too() -> None:
    output, target = pictures()
    mask = torch.zeros(2, 1, 24, 24)
    sure, unsure = torch.full_like(mask, -9.0), torch.zeros_like(mask)
    loss = Loss("l1,mask:0.1")
    assert loss.needs_mask
    assert loss.predicts_mask
    assert (loss(output, target, mask, sure)["mask"] < 0.001).all()
    assert loss(output, target, mask, unsure)["mask"].tolist() == pytest.approx([0.6931, 0.6931], abs=1e-4)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "mask"])
def test_gradients_are_numbers_where_pictures_are_equal(name: str) -> None:
    output = torch.full((1, 3, 16, 16), 0.5, requires_grad=True)
    Loss(name)(output, output.detach().clone(), torch.ones(1, 1, 16, 16))["loss"].sum().backward()
    assert torch.isfinite(output.grad).all()


@pytest.mark.parametrize("text", ["", "l2", "l1:0", "l1:-1", "l1:nan", "l1:inf", "l1:x", "l1,l1", "l1:1,,ssim:1"])
def test_no_loss(text: str) -> None:
    with pytest.raises(TrainError):
        parse_loss(text)


def test_weights_are_read() -> None:
    assert parse_loss("l1:1,ssim:0.2") == {"l1": 1.0, "ssim": 0.2}
    assert parse_loss(" mse ") == {"mse": 1.0}
