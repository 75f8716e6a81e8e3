"""Reading an output back."""

from __future__ import annotations

import pickle
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from degrade.shards import NoSuchPair, ShardError, data_files, open_pairs
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import INDEX, is_shard_file, shard_file


def test_pairs_are_those_of_the_tars_in_order(finished: Path) -> None:
    pairs = open_pairs(finished)
    stored = []
    for line in read_index(finished):
        with tarfile.open(finished / line.shard) as tar:
            stored += [(member.name, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]
    assert [(f"{pair.key}.{suffix}", pair.member(suffix)) for pair in pairs for suffix in pair.suffixes] == stored


def test_by_number_by_key_by_slice(finished: Path) -> None:
    pairs = open_pairs(finished)
    assert len(pairs) == 18
    assert pairs[-1].key == pairs[17].key == list(pairs.keys)[-1]
    assert [pair.key for pair in pairs[2:9:3]] == [pairs[place].key for place in (2, 5, 8)]
    assert pairs.by_key("coffee/c1").row["photo"] == "coffee"
    assert pairs.by_key("coffee/c1").record["copy"] == 1
    for beyond in (18, -19):
        with pytest.raises(IndexError):
            pairs[beyond]


def test_members_are_decoded(finished: Path) -> None:
    pair = open_pairs(finished).by_key("astronaut")
    assert pair.clean.shape == pair.degraded.shape == (64, 64, 3)
    assert pair.mask.shape == pair.loss.shape == pair.classes.shape == (64, 64)
    changed = (pair.clean != pair.degraded).any(axis=2)
    assert changed.any()
    assert not changed[pair.mask == 0].any()
    assert set(np.unique(pair.classes)) == {0, 15}


def test_splits_part_the_pairs(finished: Path) -> None:
    parts = [open_pairs(finished, split) for split in ("train", "test")]
    assert sorted(key for part in parts for key in part.keys) == sorted(open_pairs(finished).keys)
    assert all(pair.split == part.split == pair.row["split"] for part in parts for pair in part)
    with pytest.raises(ShardError, match="choose one of test, train"):
        open_pairs(finished, "val")


def test_an_unknown_key_is_a_key_error_with_a_guess(finished: Path) -> None:
    with pytest.raises(NoSuchPair, match="did you mean 'coffee'") as caught:
        open_pairs(finished).by_key("cofee")
    assert isinstance(caught.value, KeyError)


def test_pickles_and_threads_read_the_same(finished: Path) -> None:
    pairs = open_pairs(finished, "train")
    again = pickle.loads(pickle.dumps(pairs))
    assert [pair.member("json") for pair in again] == [pair.member("json") for pair in pairs]
    found: list[list[bytes]] = []
    threads = [
        threading.Thread(target=lambda: found.append([pair.member("clean.png") for pair in pairs])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[pair.member("clean.png") for pair in pairs]] * 4


@pytest.mark.parametrize("block", [1, 20_000, 1 << 30])
def test_taken_in_order_or_not_the_pairs_are_the_same(
    finished: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """Blocks that are read on, of any size, whatever is read of them."""
    monkeypatch.setattr(data_files, "BLOCK", block)
    pairs = open_pairs(finished)
    expected = [pairs[place].read() for place in range(len(pairs))]
    held = list(pairs)
    for order in (range(18), range(17, -1, -1), [0, 1, 2, 9, 3, 4, 17, 0]):
        for place in order:
            assert_same(held[place].read(), expected[place])
            assert_same(held[place].read(("mask",)), {"mask": expected[place]["mask"]})
    for found, wanted in zip(pairs.read(), expected, strict=True):
        assert_same(found, wanted)
    assert_same(pickle.loads(pickle.dumps(held[3])).read(), expected[3])


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert list(found) == list(expected)
    for name, pixels in expected.items():
        np.testing.assert_array_equal(found[name], pixels)


def test_more_shards_than_open_files(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.shards.storage_local._MOST_OPEN", 1)
    keys = [pair.row["key"] for pair in open_pairs(finished)]
    assert keys == list(open_pairs(finished).keys)


def test_threads_that_close_each_others_files(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.shards.storage_local._MOST_OPEN", 1)
    pairs = open_pairs(finished)
    expected = [pair.member("json") for pair in pairs]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(lambda number: pairs[number].member("json"), range(len(pairs)))) == expected


def test_a_member_that_is_not_stored(finished: Path) -> None:
    with pytest.raises(ShardError, match=r"coffee has no clean\.jpg"):
        open_pairs(finished).by_key("coffee").member("clean.jpg")


def test_a_folder_that_is_no_output(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ShardError, match="finished build"):
            open_pairs(place)


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"shard": 1', '{"members": {}, "keys": ["a"], "pairs": 2}', "ü"])
def test_a_damaged_index(copied: Path, line: str) -> None:
    (copied / INDEX).write_text(line + "\n", "utf-8")
    with pytest.raises(ShardError, match="again"):
        open_pairs(copied)


def test_a_shortened_or_missing_shard(copied: Path) -> None:
    pairs = open_pairs(copied)
    shard = copied / next(read_index(copied)).shard
    shard.write_bytes(shard.read_bytes()[:2048])
    with pytest.raises(ShardError, match="ends before byte"):
        pairs[2].member("json")
    shard.unlink()
    with pytest.raises(ShardError, match="cannot be read"):
        open_pairs(copied)[0].member("json")


def test_an_index_line_is_read_back_as_it_was() -> None:
    index = ShardIndex.empty("data/train-00000-of-00001.tar", "train", ("clean.jpg", "json"))
    index.add("a", {"clean.jpg": (512, 10), "json": (1536, 2)})
    assert ShardIndex.from_line(index.line()) == index


def test_names_of_shards_lie_in_the_output() -> None:
    assert is_shard_file(shard_file("train", 3, 123_456))
    for foreign in ("../x.tar", "data/../../a-00000-of-00001.tar", "/data/train-00000-of-00001.tar", "README.md", 3):
        assert not is_shard_file(foreign)
