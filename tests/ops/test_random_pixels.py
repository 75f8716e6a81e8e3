from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

import degrade

GRAY = np.full((300, 400), 0.123, np.float32)
COLOUR = np.full((300, 400, 3), 0.123, np.float32)


@given(amount=st.sampled_from([1e-3, 0.05, 0.5]), key=st.text())
def test_as_many_are_replaced_as_asked_for(amount: float, key: str) -> None:
    hits = np.count_nonzero(degrade.RandomPixels(amount=amount).pair(GRAY, key=key).mask)
    assert abs(hits - amount * GRAY.size) <= 6 * np.sqrt(GRAY.size * amount * (1 - amount)) + 1


@pytest.mark.parametrize("image", [GRAY, COLOUR])
def test_values_are_uniform_and_channels_independent(image: npt.NDArray[np.float32]) -> None:
    pair = degrade.RandomPixels(amount=0.3).pair(image, key="a")
    drawn = pair.degraded[pair.mask > 0]
    assert drawn.min() < 0.001
    assert drawn.max() > 0.999
    for channel in range(drawn.shape[1]):
        assert kstest(drawn[:5000, channel], "uniform").pvalue > 1e-3
    if drawn.shape[1] == 3:
        assert np.abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 6 / np.sqrt(len(drawn))


def test_the_masks_hold_what_is_replaced_and_nothing_else() -> None:
    pair = degrade.RandomPixels(amount=0.1).pair(COLOUR, key="a")
    changed = (pair.degraded != pair.clean).any(axis=2)
    assert np.array_equal(pair.mask, np.where(changed, 255, 0))
    assert np.array_equal(pair.loss, pair.mask)
    assert np.array_equal(pair.classes, np.where(changed, int(degrade.DamageClass.DROPOUT), 0))


def test_values_do_not_tell_the_place() -> None:
    pair = degrade.RandomPixels(amount=0.3).pair(GRAY, key="a")
    low = degrade.RandomPixels(amount=0.03).pair(GRAY, key="a")
    both = (pair.mask > 0) & (low.mask > 0)
    assert both.sum() == np.count_nonzero(low.mask)
    assert np.array_equal(pair.degraded[both], low.degraded[both])
    assert kstest(low.degraded[both][:, 0], "uniform").pvalue > 1e-3


def test_all_or_nothing() -> None:
    assert degrade.RandomPixels(amount=1).pair(GRAY).mask.all()
    assert np.array_equal(degrade.RandomPixels(amount=0)(COLOUR), COLOUR)
