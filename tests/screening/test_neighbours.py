"""Pairs of near hashes, against comparing all with all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.screening import neighbours
from degrade.screening.neighbours import MAX_BITS, near_pairs


def with_copies(seed: int, count: int, flips: int) -> np.ndarray:
    """Hashes of which the second half are those of the first with a few bits turned."""
    draws = np.random.default_rng(seed)
    half = count // 2
    hashes = draws.integers(0, 2**64, count, dtype=np.uint64)
    copies = hashes[:half].copy()
    for _ in range(flips):
        copies ^= np.uint64(1) << draws.integers(0, 64, half).astype(np.uint64)
    hashes[half : 2 * half] = copies
    return hashes


def found(hashes: np.ndarray, bits: int) -> list[tuple[int, int, int]]:
    return [(int(i), int(j), int(d)) for part in near_pairs(hashes, bits) for i, j, d in zip(*part, strict=True)]


def compared(hashes: np.ndarray, bits: int) -> list[tuple[int, int, int]]:
    distances = np.bitwise_count(hashes[:, None] ^ hashes[None])
    return [(int(i), int(j), int(distances[i, j])) for i, j in np.argwhere(np.triu(distances <= bits, 1))]


@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(0, 12), st.sampled_from(range(12)))
def test_every_near_pair_once(seed: int, count: int, flips: int, bits: int) -> None:
    hashes = with_copies(seed, count, flips)
    assert sorted(found(hashes, bits)) == compared(hashes, bits)


@pytest.mark.parametrize("parts", [3, 4, 5, 8])
def test_any_number_of_parts_finds_the_same(parts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = with_copies(7, 200, 8)
    monkeypatch.setattr(neighbours, "_PARTITIONS", range(parts, parts + 1))
    assert sorted(found(hashes, 9)) == compared(hashes, 9) != []


def test_the_largest_distance() -> None:
    hashes = with_copies(3, 40, 15)
    assert sorted(found(hashes, MAX_BITS)) == compared(hashes, MAX_BITS)


def test_equal_hashes_in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert sorted(found(np.zeros(20, np.uint64), 2)) == [(i, j, 0) for i in range(20) for j in range(i + 1, 20)]


def test_a_hundred_thousand() -> None:
    hashes = with_copies(1, 100_000, 6)
    pairs = found(hashes, 8)
    near = {(i, j) for i, j, _ in pairs}
    assert len(near) == len(pairs)
    assert {(i, i + 50_000) for i in range(50_000)} <= near
