from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.engine.kernels.dropout import CHANCES

GRAY = np.full((300, 400), 0.5, np.float32)
COLOUR = np.full((300, 400, 3), 0.5, np.float32)
DROPOUT = int(degrade.DamageClass.DROPOUT)


def is_plausible(hits: int, trials: int, probability: float) -> bool:
    return abs(hits - trials * probability) <= 6 * np.sqrt(trials * probability * (1 - probability)) + 4


@given(amount=st.sampled_from([1e-4, 0.003, 0.05, 0.4]), share=st.sampled_from([0.1, 0.5, 0.8]), key=st.text())
def test_as_many_are_lost_as_asked_for(amount: float, share: float, key: str) -> None:
    out = degrade.SaltAndPepper(amount=amount, salt_share=share)(GRAY, key=key)
    white, black = np.count_nonzero(out == 1), np.count_nonzero(out == 0)
    assert white + black == np.count_nonzero(out != 0.5)
    assert is_plausible(white, out.size, amount * share)
    assert is_plausible(black, out.size, amount * (1 - share))


@pytest.mark.parametrize("per_channel", [False, True])
def test_the_masks_hold_what_is_lost_and_nothing_else(per_channel: bool) -> None:
    pair = degrade.SaltAndPepper(amount=0.05, per_channel=per_channel).pair(COLOUR, key="a")
    lost = (pair.degraded != pair.clean).any(axis=2)
    assert 0 < lost.mean() < 0.5
    assert np.array_equal(pair.mask, np.where(lost, 255, 0))
    assert np.array_equal(pair.loss, pair.mask)
    assert np.array_equal(pair.classes, np.where(lost, DROPOUT, 0))


def test_channels_are_lost_together_or_each_by_itself() -> None:
    together = degrade.SaltAndPepper(amount=0.05).pair(COLOUR, key="a").degraded
    assert np.array_equal(together[..., 0], together[..., 1])
    assert np.array_equal(together[..., 0], together[..., 2])
    apart = degrade.SaltAndPepper(amount=0.05, per_channel=True).pair(COLOUR, key="a")
    lost = apart.degraded != 0.5
    for channel in range(3):
        assert is_plausible(np.count_nonzero(lost[..., channel]), GRAY.size, 0.05)
    assert is_plausible(np.count_nonzero(lost[..., 0] & lost[..., 1]), GRAY.size, 0.05**2)
    assert is_plausible(np.count_nonzero(apart.mask), GRAY.size, 1 - 0.95**3)


def test_a_gray_picture_loses_the_same_places_as_a_colour_one() -> None:
    op = degrade.SaltAndPepper(amount=0.05)
    assert np.array_equal(op(COLOUR, key="a")[..., 2], op(GRAY, key="a"))


def test_a_tiny_amount_is_kept_on_average() -> None:
    op = degrade.SaltAndPepper(amount=2e-6)
    hits = sum(np.count_nonzero(op(GRAY, key=str(index)) != 0.5) for index in range(100))
    assert is_plausible(hits, 100 * GRAY.size, 2e-6)
    assert hits > 0


def test_everything_can_be_lost_to_white_or_to_black() -> None:
    assert (degrade.SaltAndPepper(amount=1, salt_share=1)(COLOUR) == 1).all()
    assert (degrade.SaltAndPepper(amount=1, salt_share=0)(COLOUR) == 0).all()
    assert set(np.unique(degrade.SaltAndPepper(amount=1, salt_share=0.5)(COLOUR))) == {0, 1}


@pytest.mark.parametrize("amount", [0, 0.4 / CHANCES])
def test_nothing_lost_is_the_identity(amount: float) -> None:
    pair = degrade.SaltAndPepper(amount=amount).pair(COLOUR)
    assert np.array_equal(pair.degraded, COLOUR)
    assert not pair.mask.any()


def test_places_are_spread_evenly() -> None:
    mask = degrade.SaltAndPepper(amount=0.1).pair(GRAY, key="a").mask > 0
    blocks = mask.reshape(10, 30, 10, 40).sum(axis=(1, 3))
    assert is_plausible(int(mask[:, 1:][mask[:, :-1]].sum()), int(mask[:, :-1].sum()), 0.1)
    assert is_plausible(int(mask[1:][mask[:-1]].sum()), int(mask[:-1].sum()), 0.1)
    assert ((blocks - 120) ** 2 / (120 * 0.9)).sum() < 100 + 6 * np.sqrt(200)
