"""The division of textures among splits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.textures import bank
from degrade.textures.source import SHARES, division

names = st.sets(st.text(min_size=1, max_size=8), min_size=3, max_size=40)


@given(names)
def test_every_texture_is_in_exactly_one_split_and_no_split_is_empty(given_names: set[str]) -> None:
    divided = division(sorted(given_names), SHARES)
    assert list(divided) == list(SHARES)
    assert sorted(name for members in divided.values() for name in members) == sorted(given_names)
    assert all(divided.values())


@given(names, st.randoms(use_true_random=False))
def test_the_order_of_the_names_is_nothing_to_it(given_names: set[str], shuffler: object) -> None:
    shuffled = sorted(given_names)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert division(shuffled, SHARES) == division(sorted(given_names), SHARES)


def test_a_texture_that_is_added_moves_no_other() -> None:
    many = [f"scan {i}.png" for i in range(60)]
    fewer = division(many[:40], SHARES)
    more = division(many, SHARES)
    assert all(set(fewer[split]) <= set(more[split]) for split in SHARES)


def test_shares_are_kept_roughly() -> None:
    divided = division([f"{i}" for i in range(2000)], {"a": 3, "b": 1})
    assert 0.7 < len(divided["a"]) / 2000 < 0.8


@pytest.mark.parametrize("few", [["only"], ["one", "two"]])
def test_too_few_to_divide_are_shared(few: list[str]) -> None:
    assert division(few, SHARES) == {split: tuple(few) for split in SHARES}


@pytest.mark.parametrize("name", ["dust", "scratches", "paper"])
def test_no_training_texture_is_in_another_split(name: str) -> None:
    source = bank.find(name)
    training = set(source.names_for("train"))
    assert training
    for split in ("val", "valid", "validation", "test", "holdout"):
        assert source.names_for(split)
        assert training.isdisjoint(source.names_for(split))
    assert source.names_for("val") == source.names_for("valid") != source.names_for("test")
    assert source.names_for("holdout") == source.names_for("test")
