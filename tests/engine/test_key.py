from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.key import Key

parts = st.one_of(st.integers(), st.text(st.characters()))
paths = st.lists(parts, max_size=5)


@given(st.integers(), st.text(), st.integers(), paths)
def test_an_address_always_gives_the_same_numbers(seed: int, photo: str, variant: int, path: list[str | int]) -> None:
    first = Key(seed, photo, variant).at(*path)
    again = Key(seed, photo, variant).at(*path)
    assert first.uniforms() == again.uniforms()
    assert first.pair() == again.pair()


@given(paths, paths)
def test_two_addresses_share_nothing(one: list[str | int], other: list[str | int]) -> None:
    assert (Key().at(*one).uniforms() == Key().at(*other).uniforms()) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1,), ("1",)),
        (("ab", "c"), ("a", "bc")),
        (("a", "b"), ("b", "a")),
        ((12,), (1, 2)),
        (("",), ()),
        ((-1,), (1,)),
        (("s1:a",), ("a",)),
        (("i1;",), (1,)),
    ],
)
def test_lookalikes_differ(one: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    assert Key().at(*one).pair() != Key().at(*other).pair()


@pytest.mark.parametrize(
    "key", [Key(1), Key(0, "a"), Key(0, "", 1), Key(-1), Key(2**80), Key(0, "A"), Key(0, "é"), Key(0, "e\u0301")]
)
def test_seed_photo_and_variant_all_count(key: Key) -> None:
    assert key.uniforms() != Key().uniforms()


@given(paths, parts)
def test_a_key_is_not_used_up(path: list[str | int], further: str | int) -> None:
    key = Key(7, "photo").at(*path)
    before = key.uniforms()
    key.at(further).uniforms()
    key.pair()
    key.uniform()
    assert key.uniforms() == before


@given(paths, paths)
def test_an_address_may_be_reached_in_steps(first: list[str | int], second: list[str | int]) -> None:
    assert Key().at(*first).at(*second).pair() == Key().at(*first, *second).pair()


@given(paths, parts, st.integers(0, 8))
def test_the_short_ways_lead_to_the_same_numbers(path: list[str | int], part: str | int, count: int) -> None:
    key = Key(3, "photo").at(*path)
    there = key.at(part)
    assert key.words_at(part, count) == there.words()[:count]
    assert key.uniforms_at(part, count) == there.uniforms()[:count]
    assert key.pair_at(part) == there.pair()


@pytest.mark.parametrize("part", [True, False, 1.0, None, b"a"])
def test_what_is_no_part_is_refused_after_its_equals_too(part: object) -> None:
    Key().at(1, 0, "a")
    with pytest.raises(TypeError, match="a part of a Key is a str or an int"):
        Key().at(part)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a part of a Key is a str or an int"):
        Key().pair_at(part)  # type: ignore[arg-type]


@given(paths)
def test_numbers_lie_within_their_bounds(path: list[str | int]) -> None:
    key = Key().at(*path)
    assert len(key.uniforms()) == 8
    assert all(0 < u < 1 for u in key.uniforms())
    assert key.uniform() == key.uniforms()[0]
    assert all(0 <= word < 2**32 for word in key.pair())


def test_numbers_are_spread_evenly() -> None:
    bins = [0] * 16
    for index in range(2000):
        for u in Key(0, "a").at(index).uniforms():
            bins[int(16 * u)] += 1
    expected = 2000 * 8 / 16
    assert sum((found - expected) ** 2 / expected for found in bins) < 45  # chi-squared, 15 degrees, p = 1e-4


def test_the_eight_numbers_are_independent() -> None:
    rows = [Key(0, "a").at(index).uniforms() for index in range(2000)]
    for i in range(8):
        for j in range(i):
            covariance = sum((row[i] - 0.5) * (row[j] - 0.5) for row in rows) / len(rows)
            assert abs(covariance * 12) < 5 / len(rows) ** 0.5


def test_names_of_files_that_are_no_unicode_are_addresses_too() -> None:
    assert Key(0, "caf\udce9").pair() != Key(0, "caf\udcea").pair()


@pytest.mark.parametrize("part", [True, 1.0, None, b"a", (1,)])
def test_other_parts_are_refused(part: object) -> None:
    with pytest.raises(TypeError, match="a part of a Key is a str or an int"):
        Key().at(part)
