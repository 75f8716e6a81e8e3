"""The order of an epoch, and whose part of it is whose."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.key import Key
from degrade.streaming.order import Permutation, Share


def order(size: int, seed: int) -> list[int]:
    return Permutation(size, Key(seed))(np.arange(size, dtype=np.uint64)).tolist()


@given(st.integers(1, 3000), st.integers(0, 2**64))
def test_each_place_is_met_once(size: int, seed: int) -> None:
    assert sorted(order(size, seed)) == list(range(size))


@given(st.integers(1, 2**61), st.integers(0, 9), st.data())
def test_large_orders_need_no_list(size: int, seed: int, data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=20)))
    permutation = Permutation(size, Key(seed))
    found = permutation(np.array(places, np.uint64)).tolist()
    assert len(set(found)) == len(places)
    assert all(0 <= number < size for number in found)
    assert [permutation(np.array([place], np.uint64))[0] for place in places] == found


def test_every_order_is_as_likely() -> None:
    counts = Counter(tuple(order(4, seed)) for seed in range(2400))
    assert set(counts) == set(permutations(range(4)))
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 50  # chi², 23 degrees of freedom, p = 0.001


def test_neighbours_part() -> None:
    places = np.array(order(10_000, 5))
    steps = np.abs(np.diff(places))
    assert 3100 < steps.mean() < 3570  # a third of the size
    assert abs(np.corrcoef(places, np.arange(10_000))[0, 1]) < 0.04


def test_another_key_is_another_order() -> None:
    assert order(50, 1) != order(50, 2)
    assert order(50, 1) == order(50, 1)


@given(
    st.integers(0, 200), st.integers(1, 5), st.integers(1, 5), st.integers(1, 7)
)  # fmt: skip
def test_shares_are_everything_once(size: int, world_size: int, workers: int, batch: int) -> None:
    shares = [
        Share(rank, world_size, worker, workers, batch) for rank in range(world_size) for worker in range(workers)
    ]
    places = [place for share in shares for place in share.places(0, share.count(size)).tolist()]
    assert sorted(places) == list(range(size))
    assert all(share.of_rank(size) in (size // world_size, -(-size // world_size)) for share in shares)


@given(st.integers(0, 200), st.integers(1, 4), st.integers(1, 5), st.integers(1, 7), st.integers(0, 60))
def test_a_share_is_taken_up_anywhere(size: int, world_size: int, workers: int, batch: int, start: int) -> None:
    share = Share(0, world_size, workers - 1, workers, batch)
    end = share.count(size)
    whole = share.places(0, end).tolist()
    assert share.places(min(start, end), end).tolist() == whole[start:]
    assert whole == sorted(whole)


@given(st.integers(0, 100), st.integers(1, 4), st.integers(1, 6))
def test_workers_in_turns_give_the_batches_of_one(size: int, workers: int, batch: int) -> None:
    turns = []
    for worker in range(workers):
        share = Share(0, 1, worker, workers, batch)
        own = share.places(0, share.count(size)).tolist()
        turns.append([own[start : start + batch] for start in range(0, len(own), batch)])
    together = [turn[row] for row in range(max(map(len, turns))) for turn in turns if row < len(turn)]
    assert together == [list(range(start, min(start + batch, size))) for start in range(0, size, batch)]
