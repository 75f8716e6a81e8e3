"""The options of a source: which photographs are meant, and what is said of them."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import Corpus, CorpusError, Listing, ListingMaker, Photograph, open_corpus
from degrade.corpus.options import excluding, sampled, with_options
from degrade.corpus.photographs import Photographs

ALBUMS = [
    f"{album}/{year}/{number:02d}.jpg" for album in ("anna", "otto") for year in (1911, 1923) for number in range(9)
]


@dataclass(frozen=True)
class Listed:
    """A corpus of sources that were never written."""

    sources: tuple[str, ...]
    column: str = ""

    @property
    def name(self) -> str:
        return "listed"

    def listing(self) -> Listing:
        maker = ListingMaker()
        for source in self.sources:
            maker.add(source, len(source), group=f"{self.column}!" if self.column else "")
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        return photograph.source.encode()

    def with_columns(self, *, group: str = "", split: str = "", label: str = "") -> Corpus:
        assert not split
        assert not label
        return replace(self, column=group)


def chosen(options: dict[str, Any], *sources: str) -> list[Photograph]:
    return list(with_options(Listed(sources or tuple(ALBUMS)), options, "x").listing().photographs)


@pytest.mark.parametrize(
    ("group_by", "source", "group"),
    [
        ({"folder": 1}, "anna/1911/00.jpg", "anna"),
        ({"folder": 2}, "anna/1911/00.jpg", "anna/1911"),
        ({"folder": 3}, "anna/1911/00.jpg", "anna/1911"),
        ({"folder": -1}, "anna/1911/00.jpg", "anna/1911"),
        ({"folder": -2}, "anna/1911/00.jpg", "anna"),
        ({"folder": -3}, "anna/1911/00.jpg", "anna"),
        ({"folder": 1}, "00.jpg", ""),
        ({"folder": -1}, "00.jpg", ""),
        ({"regex": "^([^_]+)_"}, "person7_02.jpg", "person7"),
        ({"regex": "^([^_]+)_"}, "nobody.jpg", ""),
        ({"regex": "_(x)?"}, "a_b.jpg", ""),
        ({"column": "person"}, "a.jpg", "person!"),
    ],
)
def test_groups(group_by: dict[str, Any], source: str, group: str) -> None:
    (photograph,) = chosen({"group_by": group_by}, source)
    assert photograph.group == group


@pytest.mark.parametrize(
    ("level", "split"), [(1, "train"), (2, "cats"), (-1, "cats"), (-2, "train"), (3, ""), (-3, "")]
)
def test_splits_by_folder(level: int, split: str) -> None:
    (photograph,) = chosen({"split_by": {"folder": level}}, "train/cats/1.jpg")
    assert photograph.split == split


def test_options_leave_keys_and_orders_alone() -> None:
    plain = chosen({})
    described = chosen({"group_by": {"folder": 1}, "split_by": {"folder": 2}, "domain": "clean"})
    assert [replace(one, group="", split="", domain="") for one in described] == plain
    assert {one.domain for one in described} == {"clean"}


def test_classes_are_chosen_and_the_others_counted() -> None:
    corpus = with_options(Listed(tuple(ALBUMS)), {"class_by": {"folder": 1}, "classes": ["otto"]}, "x")
    listing = corpus.listing()
    assert {one.source for one in listing.photographs} == {source for source in ALBUMS if source.startswith("otto")}
    assert listing.ignored == {"other_class": 18}
    with pytest.raises(CorpusError, match="did you mean 'otto'"):
        with_options(Listed(tuple(ALBUMS)), {"class_by": {"folder": 1}, "classes": ["oto"]}, "x").listing()


def test_samples_of_31801_names() -> None:
    """2, 12 and 32 % give 636, 3816 and 10176 photographs, each within the next, in whatever order they are listed."""
    names = [f"n{number % 100:02d}/{number:05d}.jpg" for number in range(31_801)]

    def sample(fraction: float, sources: list[str], seed: int = 0) -> list[str]:
        options = {"sample": {"fraction": fraction, "seed": seed}}
        return [one.source for one in chosen(options, *sources)]

    samples = [sample(fraction, names) for fraction in (0.02, 0.12, 0.32)]
    assert [len(one) for one in samples] == [636, 3816, 10_176]
    assert set(samples[0]) < set(samples[1]) < set(samples[2])
    assert sample(0.02, names[::-1]) == samples[0]
    assert set(sample(0.02, names, seed=1)) != set(samples[0])
    spread = Counter(source[:3] for source in samples[2])
    assert min(spread.values()) > 60
    assert max(spread.values()) < 150


@given(st.integers(1, 60), st.integers(1, 100), st.integers(1, 100), st.integers(0, 5))
def test_samples_are_nested_and_exact(count: int, one: int, other: int, seed: int) -> None:
    photographs = Photographs.of(Listed(tuple(f"{number}.jpg" for number in range(count))).listing().photographs)
    small, large = (sampled(photographs, percent / 100, seed) for percent in sorted((one, other)))
    assert (len(small), len(large)) == (count * min(one, other) // 100, count * max(one, other) // 100)
    assert {photograph.key for photograph in small} <= {photograph.key for photograph in large}
    assert list(large) == [photograph for photograph in photographs if photograph in set(large)]


def test_what_is_said_of_a_source() -> None:
    corpus: Any = with_options(Listed(("a.jpg",)), {"licence": "CC0", "origin": "the attic", "name": "old"}, "x")
    assert (corpus.name, corpus.licence, corpus.origin) == ("old", "CC0", "the attic")
    again = pickle.loads(pickle.dumps(corpus))
    assert again == corpus
    assert again.read(again.listing().photographs[0]) == b"a.jpg"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"clases": ["a"]}, "did you mean 'classes'"),
        ({"sample": 2}, "up to 1"),
        ({"sample": {"seed": 1}}, "fraction"),
        ({"group_by": {"regex": "(a"}}, "regular expression"),
        ({"group_by": {"regex": "a"}}, "one group"),
        ({"group_by": "folder"}, "expected one of"),
        ({"split_by": {"regex": "(a)"}}, "folder or column"),
        ({"classes": ["a"]}, "class_by"),
        ({"weight": 0}, "above 0"),
        ({"group_by": {"folder": 0}}, "outermost"),
    ],
)
def test_mistakes_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        with_options(Listed(()), options, "photos")


def test_columns_of_a_corpus_without_columns(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="has no columns"):
        with_options(open_corpus(tmp_path), {"group_by": {"column": "person"}}, str(tmp_path))


def test_the_output_within_the_source_is_left_out(tmp_path: Path) -> None:
    for name in ("a.jpg", "out/b.jpg", "out-of-focus.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    corpus = with_options(open_corpus(tmp_path), {"sample": 1.0}, "x")
    found = {one.source for one in excluding(corpus, tmp_path / "out").listing().photographs}
    assert found == {"a.jpg", "out-of-focus.jpg"}
    assert excluding(corpus, tmp_path.parent / "elsewhere") == corpus
