"""Pairs by number: the pixels of a build, whatever the recipe and the source."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.corpus.opening import open_corpus
from degrade.corpus.reading import read_pictures
from degrade.engine.pair import Pair
from degrade.recipes import load_recipe
from degrade.shards.members import PhotoEncoder, suffixes

EVERYTHING = ["clean", "degraded", "mask", "loss", "classes", "layers", "instances"]
GRAY = ["grayscale", "target", {"gaussian_noise": {}}, {"scratches": {"count": 3}}]


def same(one: Pair, other: Pair) -> bool:
    """Whether two pairs have the same key, pixels, masks and record."""
    sides = all(np.array_equal(getattr(one, side), getattr(other, side)) for side in ("clean", "degraded", "mask"))
    return sides and (one.key, one.record, one.coverage) == (other.key, other.record, other.coverage)


def check_as_built(recipe: Any, source: Any, out: Path, **asked: Any) -> None:
    """Every pair of every split, made a member, has the bytes that a build has stored, in the build's order."""
    degrade.build(recipe, source, out, workers=1)
    loaded = load_recipe(recipe).without_places()
    corpus = open_corpus(source)
    photographs = {photograph.key: photograph for photograph in corpus.listing().photographs}
    checked = 0
    for split in sorted({pair.split for pair in degrade.open_pairs(out)}):
        pairs = degrade.Pairs(recipe, source, split=split, members=loaded.output.members, **asked)
        stored = degrade.open_pairs(out, split)
        assert list(pairs.keys) == list(stored.keys)
        for built, made in zip(stored, pairs, strict=True):
            photograph = photographs[made.record["photo"]]
            decoded, target = read_pictures(corpus, photograph, loaded.reads_luma)
            encoder = PhotoEncoder(
                photograph.source, target or decoded, loaded.output, suffixes(loaded), photograph.domain,
                photograph.group,
            )  # fmt: skip
            assert made.key == built.key
            for suffix, member in encoder.members(made):
                assert built.member(suffix) == member, (made.key, suffix)
            if loaded.output.image != "jpg":
                assert np.array_equal(made.clean, built.clean)
                assert np.array_equal(made.degraded, built.degraded)
            checked += 1
    assert checked == len(degrade.open_pairs(out)) > 0


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        pytest.param(GRAY, {"output": {"image": "png", "copies": 2}}, id="png, copies"),
        pytest.param([*GRAY, {"jpeg": {}}], {"output": {"copies": 3}}, id="jpg, luma, last jpeg"),
        pytest.param(["grayscale", {"gaussian_noise": {}}, {"jpeg": {}}], {"frame": None}, id="luma, clean in colour"),
        pytest.param([{"gaussian_noise": {}}], {"frame": None}, id="colour, clean passed through"),
        pytest.param(GRAY, {"output": {"image": "png", "members": EVERYTHING}}, id="every member"),
        pytest.param(GRAY, {"output": {"image": "png16"}}, id="16 bits"),
        pytest.param([*GRAY, {"jpeg": {}}], {"output": {"image": "png", "scale": 2}}, id="shrunken"),
        pytest.param(["grayscale", {"target": "gray"}, *GRAY[1:]], {"output": {"image": "png"}}, id="two targets"),
    ],
)
def test_pairs_are_those_of_a_build(steps: list[Any], more: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    recipe = {"recipe": 1, "name": "tiny", "seed": 3, "frame": {"size": 64, "flip": 0.5}, "steps": steps, **more}
    recipe = {name: value for name, value in recipe.items() if value is not None}
    recipe["output"] = recipe.get("output", {}) | {"splits": {"train": 0.7, "val": 0.3}, "pairs_per_shard": 4}
    check_as_built(recipe, photos, tmp_path / "out")


@pytest.mark.parametrize("domain", ["real", "clean", "scans"])
def test_domains_are_those_of_a_build(domain: str, recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    check_as_built(recipe, {"path": str(photos), "domain": domain}, tmp_path / "out")


def test_given_targets_are_those_of_a_build(
    recipe: dict[str, Any], make_picture: Callable[[int], bytes], tmp_path: Path
) -> None:
    for side, shift in (("input", 0), ("target", 50)):
        (tmp_path / side).mkdir()
        for number in range(4):
            (tmp_path / side / f"{number}.jpg").write_bytes(make_picture(number + shift))
    source = {"pairs": {"input": str(tmp_path / "input"), "target": str(tmp_path / "target")}}
    check_as_built(recipe, source, tmp_path / "out")


def test_a_story_and_a_mixture_are_those_of_a_build(photos: Path, tmp_path: Path) -> None:
    source = [{"path": str(photos), "weight": 1}, {"path": str(photos / "album0"), "weight": 1}]
    check_as_built("carte_de_visite", source, tmp_path / "out", limit=None)


def test_a_limit_is_that_of_a_build(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    degrade.build(recipe, photos, tmp_path / "out", workers=1, limit=5)
    for split in ("train", "val"):
        pairs = degrade.Pairs(recipe, photos, split=split, limit=5)
        assert list(pairs.keys) == list(degrade.open_pairs(tmp_path / "out", split).keys)


def test_each_epoch_is_new_in_training_alone(recipe: dict[str, Any], photos: Path) -> None:
    for split, fixed in (("train", False), ("val", True)):
        pairs = degrade.Pairs(recipe, photos, split=split)
        first = list(pairs)
        pairs.set_epoch(1)
        assert pairs.epoch == 1
        second = list(pairs)
        assert [pair.key for pair in first] == [pair.key for pair in second]
        for one, other in zip(first, second, strict=True):
            assert np.array_equal(one.degraded, other.degraded) == fixed
        third = degrade.Pairs(recipe, photos, split=split, epoch=1)
        assert all(map(same, second, third))


def test_copies_of_a_photograph_differ_from_those_of_other_epochs(recipe: dict[str, Any], photos: Path) -> None:
    pairs = degrade.Pairs(recipe, photos, limit=2)
    seen = set()
    for epoch in range(3):
        pairs.set_epoch(epoch)
        seen |= {pair.degraded.tobytes() for pair in pairs}
    assert len(seen) == 3 * len(pairs)


def test_what_a_user_writes_into_a_pair_reaches_no_other(recipe: dict[str, Any], photos: Path) -> None:
    recipe = recipe | {"steps": [{"gaussian_noise": {}}], "frame": {"size": [80, 72]}}
    pairs = degrade.Pairs(recipe, photos)
    expected = pairs[1].degraded.copy()
    first = pairs[0]
    first.clean[:] = 0
    first.degraded[:] = 0
    assert np.array_equal(pairs[1].degraded, expected)


def test_it_is_a_sequence(recipe: dict[str, Any], photos: Path) -> None:
    pairs = degrade.Pairs(recipe, photos)
    assert len(pairs) == len(list(pairs)) == 2 * len({pair.record["photo"] for pair in pairs})
    assert same(pairs[-1], pairs[len(pairs) - 1])
    assert [pair.key for pair in pairs[2:6:3]] == [pairs[2].key, pairs[5].key]
    assert same(pairs.by_key(pairs[3].key), pairs[3])
    assert pairs.split == "train"
    assert pairs.recipe.name == "tiny"
    assert f"{len(pairs)} pairs" in repr(pairs)
    assert same(pairs[np.int64(1)], pairs[1])
    assert all(map(same, pairs.__getitems__([4, -1, 0]), [pairs[4], pairs[-1], pairs[0]]))
    with pytest.raises(IndexError):
        pairs.__getitems__([0, len(pairs)])
    for wrong in (len(pairs), -len(pairs) - 1):
        with pytest.raises(IndexError, match=f"of {len(pairs)}"):
            pairs[wrong]
    with pytest.raises(KeyError):
        pairs.by_key("album0/none")


def test_only_the_masks_that_are_asked_for_are_kept(recipe: dict[str, Any], photos: Path) -> None:
    usual = degrade.Pairs(recipe, photos)[0]
    assert usual.mask.any()
    assert not hasattr(usual, "loss")
    bare = degrade.Pairs(recipe, photos, members=["clean", "degraded"])[0]
    assert not hasattr(bare, "mask")
    whole = degrade.Pairs(recipe, photos, members=EVERYTHING)[0]
    assert set(whole.layers) == {"salt_and_pepper"}
    assert whole.instances
    for pair in (bare, whole):
        assert np.array_equal(pair.degraded, usual.degraded)
    assert np.array_equal(whole.mask, usual.mask)


def in_another_process(pairs: degrade.Pairs, start_method: str) -> list[Pair]:
    with multiprocessing.get_context(start_method).Pool(1) as pool:
        return pool.map(pairs.__getitem__, range(len(pairs)))


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_another_process_makes_the_same(kind: str, recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    import shutil

    source = photos if kind == "folder" else Path(shutil.make_archive(str(tmp_path / "photos"), kind, photos))
    pairs = degrade.Pairs(recipe, source, limit=4, epoch=2)
    expected = list(pairs)
    assert all(map(same, expected, in_another_process(pairs, "fork")))
    again = pickle.loads(pickle.dumps(pairs))
    assert all(map(same, expected, again))
    again.set_epoch(0)
    assert pairs.epoch == 2


@pytest.mark.slow
def test_a_spawned_process_makes_the_same(recipe: dict[str, Any], photos: Path) -> None:
    pairs = degrade.Pairs(recipe, photos, limit=4)
    assert all(map(same, pairs, in_another_process(pairs, "spawn")))


def test_a_pair_is_pickled_with_its_pictures(recipe: dict[str, Any], photos: Path) -> None:
    luma = recipe | {"steps": ["grayscale", {"gaussian_noise": {}}, {"jpeg": {}}], "output": {}}
    del luma["frame"]
    for one in (recipe, luma):
        pair = degrade.Pairs(one, photos)[0]
        again = pickle.loads(pickle.dumps(pair))
        assert same(again, degrade.Pairs(one, photos)[0])
        assert same(pair, again)


# --- what can go wrong ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_bad_files(photos: Path, tmp_path: Path, make_picture: Callable[[int], bytes]) -> Path:
    """A folder of photographs, of which two cannot be used."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(make_picture(number))
    (folder / "cut.jpg").write_bytes(make_picture(9)[:-200])
    (folder / "text.png").write_text("no picture")
    return folder


def test_a_bad_file_is_an_error_with_its_path_and_a_cure(recipe: dict[str, Any], with_bad_files: Path) -> None:
    pairs = degrade.Pairs(recipe | {"output": {}}, with_bad_files)
    assert len(pairs) == 8
    for key, source, reason in (("cut", "cut.jpg", "truncated"), ("text", "text.png", "not_an_image")):
        with pytest.raises(degrade.PairError) as caught:
            pairs.by_key(key)
        error = caught.value
        assert (error.source, error.reason, error.key) == (source, reason, key)
        assert str(error).startswith(f"{source}: {error.detail}; ")
        assert "degrade screen" in error.cure
        assert "\n" not in str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert sum(pairs.by_key(str(number)).mask.size for number in range(6)) == 6 * 64 * 64


def test_a_small_photograph_is_an_error(recipe: dict[str, Any], photos: Path) -> None:
    pairs = degrade.Pairs(recipe | {"frame": {"size": 64, "min_side": 100}}, photos)
    with pytest.raises(degrade.PairError, match="at least 100") as caught:
        pairs[0]
    assert caught.value.reason == "too_small"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"split": "test"}, "no split 'test'; choose train or val"),
        ({"epoch": -1}, "whole number from 0"),
        ({"limit": 0}, "whole number from 1"),
        ({"members": ["picture"]}, "no 'picture'"),
        ({"members": "mask"}, "give a list"),
    ],
)
def test_mistakes_are_told(asked: dict[str, Any], said: str, recipe: dict[str, Any], photos: Path) -> None:
    for kind in (degrade.Pairs, degrade.stream):
        with pytest.raises(degrade.StreamError, match=said) as caught:
            kind(recipe, photos, **asked)
        assert caught.value.exit_code == 2


def test_an_empty_source_is_told(recipe: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(degrade.StreamError, match=r"no photographs in .*1 ignored.*name a folder"):
        degrade.Pairs(recipe, tmp_path)
    with pytest.raises(degrade.DegradeError):
        degrade.Pairs(recipe, tmp_path / "none")


def test_an_empty_split_is_told(recipe: dict[str, Any], photos: Path) -> None:
    with pytest.raises(degrade.StreamError, match="none of the 1 photographs"):
        degrade.Pairs(recipe, photos, split="val", limit=1)


def test_the_strength_may_follow_the_step(recipe: dict[str, Any], photos: Path) -> None:
    asked = []

    def strength(step: int) -> float:
        asked.append(step)
        return 0.0 if step < 5 else 1.0

    pairs = degrade.Pairs(recipe, photos, strength=strength)
    usual = degrade.Pairs(recipe, photos)
    for number, pair in enumerate(pairs):
        gentle = np.array_equal(pair.clean, pair.degraded)
        assert gentle if number < 5 else same(pair, usual[number])
    pairs.set_epoch(3)
    pairs[4]
    assert asked == [*range(len(pairs)), 3 * len(pairs) + 4]
