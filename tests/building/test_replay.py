"""Replay: one pair again, the same as alone and as in the build."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import BuildError, build, replay
from degrade.codecs import decode
from degrade.recipes import load_recipe
from degrade.shards import NoSuchPair, open_pairs


@pytest.fixture
def out(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> Path:
    """A build of three of the photographs."""
    build(recipe, photos, tmp_path / "out", limit=3)
    return tmp_path / "out"


def test_alone_in_a_build_and_replayed(out: Path, photos: Path, recipe: dict[str, Any]) -> None:
    for stored in open_pairs(out):
        made = load_recipe(recipe)
        decoded = decode((photos / stored.row["source"]).read_bytes(), luma=made.reads_luma)
        alone = made.of_photograph(decoded, key=stored.row["photo"], copy=stored.row["copy"], split=stored.split)
        again = replay(out, stored.key)
        for name in ("clean", "degraded", "mask", "loss", "classes"):
            assert np.array_equal(getattr(alone, name), getattr(again, name)), name
        assert np.array_equal(stored.degraded, again.degraded)
        assert np.array_equal(stored.mask, again.mask)
        assert alone.record == again.record == stored.record


@pytest.mark.parametrize("image", ["png", "png16"])
def test_lossless_outputs(photos: Path, recipe: dict[str, Any], tmp_path: Path, image: str) -> None:
    build(recipe | {"output": {"image": image}}, photos, tmp_path / "out", limit=2)
    for stored in open_pairs(tmp_path / "out"):
        again = replay(tmp_path / "out", stored.key)
        assert np.array_equal(stored.clean, again.clean)
        assert np.array_equal(stored.degraded, again.degraded)
        assert again.degraded.dtype == (np.uint16 if image == "png16" else np.uint8)


def test_the_output_and_its_photographs_may_move_together(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "a" / "photos")
    build(recipe, tmp_path / "a" / "photos", tmp_path / "a" / "out", limit=1)
    (tmp_path / "a").rename(tmp_path / "b")
    key = next(open_pairs(tmp_path / "b" / "out").keys)
    assert replay(tmp_path / "b" / "out", key).key == key


def test_without_its_memory_the_source_has_to_be_named(out: Path, photos: Path) -> None:
    shutil.rmtree(out / ".degrade")
    key = next(open_pairs(out).keys)
    with pytest.raises(BuildError, match="--source"):
        replay(out, key)
    assert replay(out, key, photos).key == key
    with pytest.raises(BuildError, match="has no photograph"):
        replay(out, key, "sample")


def test_a_changed_photograph_is_noticed(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, make_picture: Any
) -> None:
    folder = Path(shutil.copytree(photos, tmp_path / "photos"))
    build(recipe, folder, tmp_path / "out", limit=1)
    stored = open_pairs(tmp_path / "out")[0]
    (folder / stored.row["source"]).write_bytes(make_picture(77))
    with pytest.raises(BuildError, match="comes out with another"):
        replay(tmp_path / "out", stored.key)
    assert replay(tmp_path / "out", stored.key, check=False).key == stored.key


def test_a_key_that_is_not_there(out: Path) -> None:
    with pytest.raises(NoSuchPair):
        replay(out, "nobody")
