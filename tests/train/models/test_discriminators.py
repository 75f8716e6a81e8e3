"""What discriminators see, measured, and what they refuse."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from degrade.train.models import ModelError, create_model


def seen_px(logits: torch.Tensor, picture: torch.Tensor) -> tuple[int, int]:
    """Rows and columns of the picture that one judgement in the middle hangs on, by its gradient."""
    middle = logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, picture)
    reached = gradient[0].abs().sum(0) > 0
    return int(reached.any(1).sum()), int(reached.any(0).sum())


def test_a_patch_is_70_px() -> None:
    model = create_model("patch_discriminator", pairs=False, width=4).eval()
    picture = torch.rand(1, 3, 160, 160, requires_grad=True)
    assert seen_px(model(picture), picture) == (70, 70)
    assert model.receptive_field_px == 70


def test_256_px_give_30_judgements_a_side() -> None:
    model = create_model("patch_discriminator", width=4)
    assert model(torch.rand(1, 3, 256, 256), torch.rand(1, 3, 256, 256)).shape == (1, 1, 30, 30)
    assert model(torch.rand(1, 3, model.least_px, 64), torch.rand(1, 3, model.least_px, 64)).shape == (1, 1, 1, 6)


def test_pairs_are_judged_together() -> None:
    model = create_model("patch_discriminator", width=4).eval()
    clean, degraded = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32)
    assert not torch.equal(model(clean, degraded), model(clean, clean))
    with pytest.raises(ModelError, match="give it the degraded pictures too"):
        model(clean)
    with pytest.raises(ModelError, match="give it the pictures alone"):
        create_model("patch_discriminator", pairs=False, width=4)(clean, degraded)
    with pytest.raises(ModelError, match=r"16 × 32 px is too small; give it at least 24 × 24 px"):
        model(clean[:, :, :16], degraded[:, :, :16])


def test_scales_see_twice_as_far() -> None:
    model = create_model("triplet_discriminator", width=4, scales=2)
    picture = torch.rand(1, 3, 64, 64)
    fine, coarse = model(picture)
    assert [each.shape[1] for each in fine] == [4, 8, 16, 32, 1]
    assert [each.shape[1] for each in coarse] == [4, 8, 16, 32, 1]
    assert coarse[0].shape[2] < fine[0].shape[2]


def test_codes_are_judged_at_one_scale() -> None:
    model = create_model("triplet_discriminator", judges="codes", width=4)
    (maps,) = model(torch.randn(1, 64, 16, 16))
    assert maps[-1].shape[1] == 1
