"""What a build writes of each pair."""

from __future__ import annotations

from typing import Any

import pytest

from degrade.engine.declaration import ParameterError
from degrade.recipes.output import Output


def test_members_stand_in_one_order() -> None:
    assert Output(members=("mask", "clean")) == Output(members=["clean", "mask", "clean"])


def test_what_differs_from_the_defaults() -> None:
    assert Output().changed() == {}
    assert Output(copies=2, members=["clean"]).changed() == {"copies": 2, "members": ["clean"]}
    assert Output(**Output(quality=7).settings()) == Output(quality=7)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"copies": 0}, ["copies"]),
        ({"copies": True}, ["copies"]),
        ({"quality": 101, "pairs_per_shard": 0.5}, ["quality", "pairs_per_shard"]),
        ({"members": ()}, ["members"]),
        ({"members": "clean"}, ["members"]),
        ({"members": None}, ["members"]),
        ({"image": "gif", "members": ["clean", "x"]}, ["members", "image"]),
        ({"splits": {}}, ["splits"]),
        ({"splits": {"train": 0.5, "val": 0.6}}, ["splits"]),
        ({"splits": {"Train": 1.0}}, ["splits"]),
        ({"splits": {"train": -1}}, ["splits"]),
        ({"splits": {"train": "all"}}, ["splits"]),
        ({"splits": ["train"]}, ["splits"]),
        ({"splits": {"train": {}}}, ["splits"]),
        ({"splits": {"train": {"cat": 0.5}}}, ["splits"]),
        ({"splits": {"train": {"cat": {"tom": 1}}}}, ["splits"]),
    ],
)
def test_mistakes_all_at_once(fields: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        Output(**fields)
    assert [name for name, _ in caught.value.problems] == names


@pytest.mark.parametrize(
    "splits",
    [{"train": 1.0}, {"a": 0.7, "b": 0.2, "c": 0.1}, {"train": 10, "rest": 1.0}, {"t": 5}, {"t": {"cat": 5}, "v": 2}],
)
def test_shares_and_counts(splits: dict[str, float]) -> None:
    assert Output(splits=splits).splits == splits
