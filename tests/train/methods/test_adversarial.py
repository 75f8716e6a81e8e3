"""The terms of adversarial methods, by hand, and the pool."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from degrade.train.methods.adversarial import (  # noqa: E402
    entropy,
    feature_matching,
    frozen,
    least_squares,
    picture_distance,
)
from degrade.train.methods.pool import Pool  # noqa: E402


def test_entropy() -> None:
    logits = torch.tensor([0.0, math.log(3.0)])
    assert float(entropy(logits, True)) == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)
    assert float(entropy(logits, False)) == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_least_squares_is_added_up_over_scales() -> None:
    judged = [[torch.full((1, 1, 2, 2), 9.0), torch.tensor([[0.0, 2.0]])], [torch.tensor([[3.0]])]]
    assert float(least_squares(judged, True)) == 1 + 4
    assert float(least_squares(judged, False)) == 2 + 9


def test_feature_matching_leaves_the_logits_out() -> None:
    def maps(first: float, second: float, logits: float) -> list[torch.Tensor]:
        return [torch.full((2, 3), first), torch.full((1, 4), second), torch.full((1,), logits)]

    made, real = [maps(1, 5, 0), maps(0, 0, 0)], [maps(3, 4, 99), maps(0, 7, -99)]
    assert float(feature_matching(made, real)) == ((2 + 1) + (0 + 7)) / 2


def test_distances_of_pictures_are_as_if_in_minus_one_to_one() -> None:
    assert float(picture_distance(torch.tensor([0.0, 0.5]), torch.tensor([1.0, 0.5]))) == 1.0


def test_frozen_networks_pass_gradients_on_and_keep_none() -> None:
    layer, fixed = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    fixed.bias.requires_grad_(False)
    given = torch.ones(1, 2, requires_grad=True)
    with frozen(layer, fixed):
        (layer(given) + fixed(given)).sum().backward()
    assert given.grad is not None
    assert all(weight.grad is None for each in (layer, fixed) for weight in each.parameters())
    assert [weight.requires_grad for each in (layer, fixed) for weight in each.parameters()] == [
        True,
        True,
        True,
        False,
    ]


def pictures(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float32).view(-1, 1, 1, 1)


def numbers(given: torch.Tensor) -> list[float]:
    return given.flatten().tolist()


def test_a_pool_gives_back_what_it_was_given_until_it_is_full() -> None:
    pool = Pool(3, 1)
    assert numbers(pool.exchange(pictures(1, 2, 3))) == [1, 2, 3]


def test_half_of_what_a_full_pool_gives_is_older_and_nothing_is_lost() -> None:
    pool = Pool(50, 1)
    given = [float(number) for number in range(2050)]
    got = numbers(pool.exchange(pictures(*given)))
    older = sum(one != other for one, other in zip(given[50:], got[50:], strict=True))
    assert 0.45 < older / 2000 < 0.55
    # the first 50 are given as they are and kept, so each comes twice but those still held
    kept = numbers(pool.state()["pictures"])
    assert sorted(got + kept) == sorted(given + given[:50])


def test_a_pool_draws_by_number() -> None:
    def drawn(cut: int) -> list[float]:
        pool = Pool(4, 1, "clean")
        got = numbers(pool.exchange(pictures(*range(cut)))) if cut else []
        again = Pool(4, 1, "clean")
        again.restore(pool.state(), torch.device("cpu"))
        torch.rand(7)
        return got + numbers(again.exchange(pictures(*range(cut, 60))))

    whole = drawn(60 - 1)
    for cut in (0, 2, 4, 30):
        assert drawn(cut) == whole


def test_no_pool() -> None:
    made = pictures(1, 2).requires_grad_()
    given = Pool(0, 1).exchange(made)
    assert numbers(given) == [1, 2]
    assert not given.requires_grad
