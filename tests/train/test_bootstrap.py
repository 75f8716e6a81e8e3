from __future__ import annotations

import numpy as np
import pytest

from degrade.train.bootstrap import interval, photo_numbers, weights


def all_weights(photos: int, resamples: int = 500, seed: int = 0) -> np.ndarray:
    return np.concatenate(list(weights(photos, resamples, seed)))


def test_each_resample_draws_as_many_photographs_as_there_are() -> None:
    drawn = all_weights(7)
    assert drawn.shape == (500, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert abs(drawn.mean(axis=0) - 1).max() < 0.2


def test_they_hang_on_the_seed_alone() -> None:
    assert (all_weights(5) == all_weights(5)).all()
    assert (all_weights(5) != all_weights(5, seed=1)).any()
    assert all_weights(4, 3).tolist() == [[1, 1, 2, 0], [0, 2, 0, 2], [0, 1, 0, 3]]


def test_many_photographs_come_in_parts() -> None:
    parts = list(weights(30_000, 200))
    assert len(parts) > 1
    assert sum(len(part) for part in parts) == 200
    assert all((part.sum(axis=1) == 30_000).all() for part in parts)


def test_the_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(10, 2, 400)
    drawn = np.concatenate([part @ values / 400 for part in weights(400, 2000)])
    found = interval(values.mean(), drawn, 400)
    assert found.low is not None
    assert found.high is not None
    half = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)


def test_one_photograph_tells_no_interval() -> None:
    assert interval(3.0, np.array([1.0, 2.0]), 1) == (3.0, None, None)
    assert interval(3.0, np.array([np.nan]), 9) == (3.0, None, None)


def test_copies_belong_to_their_photograph() -> None:
    numbers, photos = photo_numbers(["b", "a", "b"])
    assert numbers.tolist() == [1, 0, 1]
    assert photos == 2
