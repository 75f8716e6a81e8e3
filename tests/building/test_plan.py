"""The plan: what is in which shard, and when two builds are the same."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.building.differences import differences
from degrade.building.plan import Plan, make_plan
from degrade.corpus import Listing, make_listing
from degrade.recipes import load_recipe
from degrade.shards.layout import is_shard_file


def listing(count: int, **changes: int) -> Listing:
    return make_listing({f"{number:04d}.jpg": 100 + number for number in range(count)} | changes)


def plan(recipe: dict[str, Any], photographs: Listing | None = None, limit: int | None = None, **changes: Any) -> Plan:
    return make_plan(load_recipe(recipe | changes), photographs or listing(20), limit)[0]


@given(
    count=st.integers(1, 60),
    copies=st.integers(1, 5),
    pairs_per_shard=st.integers(1, 40),
    splits=st.sampled_from([{"train": 1.0}, {"train": 0.6, "val": 0.4}, {"a": 0.1, "b": 0.1, "train": 0.8}]),
)
def test_every_photograph_is_in_one_shard_of_its_split(
    count: int, copies: int, pairs_per_shard: int, splits: dict[str, float]
) -> None:
    output = {"copies": copies, "pairs_per_shard": pairs_per_shard, "splits": splits}
    made, photographs = make_plan(
        load_recipe({"recipe": 1, "name": "t", "steps": [], "output": output}), listing(count), None
    )
    assert sorted(one.key for one in photographs) == sorted(one.key for one in listing(count).photographs)
    assert [shard.number for shard in made.shards] == list(range(len(made.shards)))
    assert sum(shard.photographs for shard in made.shards) == count
    place = 0
    for shard in made.shards:
        assert shard.first == place
        assert 1 <= shard.photographs <= max(1, pairs_per_shard // copies)
        assert is_shard_file(shard.file)
        place += shard.photographs
    for split in splits:
        of = [shard for shard in made.shards if shard.split == split]
        assert [shard.file for shard in of] == [
            f"data/{split}-{index:05d}-of-{len(of):05d}.tar" for index in range(len(of))
        ]
        orders = [one.order for shard in of for one in photographs[shard.first : shard.first + shard.photographs]]
        assert orders == sorted(orders)


def test_a_plan_is_read_back_as_it_was(recipe: dict[str, Any]) -> None:
    made = plan(recipe)
    assert Plan.from_json(made.to_json()) == made
    with pytest.raises(ValueError, match="hash"):
        Plan.from_json(made.to_json().replace('"limit": null', '"limit": 3'))


def test_what_decides_no_byte_is_not_in_the_hash(recipe: dict[str, Any]) -> None:
    assert plan(recipe).hash == plan(recipe, name="other", about="Words.").hash


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 8}, ["seed 7, now 8"]),
        ({"frame": {"size": 96}}, ["frame.size[0] 64, now 96", "frame.size[1] 64, now 96"]),
        ({"steps": ["grayscale", "target", {"grain": {}}, {"salt_and_pepper": {}}]}, ["steps[4]"]),
        ({"output": {"copies": 3}}, ["output.copies 2, now 3"]),
    ],
)
def test_what_differs_in_the_recipe_is_named(recipe: dict[str, Any], changes: dict[str, Any], words: list[str]) -> None:
    before, now = plan(recipe), plan(recipe, **changes)
    assert before.hash != now.hash
    text = "; ".join(differences(before, now))
    assert all(word in text for word in words), text


def test_many_differences_are_counted(recipe: dict[str, Any]) -> None:
    now = plan(recipe, steps=[{name: {}} for name in ("fade", "blur", "levels", "vignette", "tone", "jpeg")])
    assert "more places of the recipe" in differences(plan(recipe), now)[-1]


def test_what_differs_beside_the_recipe_is_named(recipe: dict[str, Any]) -> None:
    before = plan(recipe)
    others = {
        "a corpus of 20 photographs, now 21": plan(recipe, listing(21)),
        "a corpus of 20 photographs with other names or sizes": plan(recipe, listing(20, **{"0003.jpg": 1})),
        "limit none, now 7": plan(recipe, limit=7),
        f"numpy {before.versions['numpy']}, now 0": dataclasses.replace(
            before, versions=before.versions | {"numpy": "0"}
        ),
    }
    for words, now in others.items():
        assert differences(before, now) == [words]
        assert before.hash != now.hash


def test_rejects_of_the_listing_are_in_the_hash(recipe: dict[str, Any]) -> None:
    whole = listing(20)
    bad = make_listing({one.source: one.size for one in whole.photographs}, [("x.jpg", "a_folder", "a folder")])
    assert plan(recipe, whole).hash != plan(recipe, bad).hash


def test_versions_cover_all_that_decides_bytes(recipe: dict[str, Any]) -> None:
    assert set(plan(recipe).versions) == {"degrade", "numpy", "numba", "cv2", "simplejpeg", "isal"}


def test_the_hash_of_a_listing_is_pinned() -> None:
    """What sources need not tell does not change the plans of those that tell nothing of it."""
    sizes = {f"{number:04d}.jpg": number for number in range(50)}
    sizes |= {"a/é 1.png": 3, "a.jpg": 1, "a.png": 2, 'q"\\\\x.jpg': 5}
    rejects = [("z.jpg", "a_folder", "…"), ("d", "unreadable_folder", "x")]
    made = plan({"recipe": 1, "name": "t", "steps": []}, make_listing(sizes, rejects))
    assert made.corpus == "264bd596e0702b7a5a75fbc45ec5f34d"
