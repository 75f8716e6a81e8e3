"""Cross-checking parallel folders: sixty broken pairs among sound ones, and each kind by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from degrade import check_pairs
from degrade.codecs import encode_jpeg, encode_png
from degrade.corpus.pair_names import match_names
from degrade.screening import PairCheck, ScreeningError

Saved = Callable[..., bytes]
SIDES = ("input", "target")
HIDDEN = 4


def tiny(number: int, height: int = 24, width: int = 32, channels: int = 3) -> np.ndarray:
    """A small picture, another for each number."""
    rows, columns, layers = np.ogrid[:height, :width, :channels]
    return (rows * (3 + number % 5) + columns * (1 + number % 7) + layers * 40 + number).astype(np.uint8) % 251


class Folders:
    """Two parallel folders that a test fills, and what it expects to be found in them."""

    def __init__(self, root: Path) -> None:
        self.roots = {side: root / side for side in SIDES}
        self.expected: dict[str, dict[str, str]] = {side: {} for side in SIDES}
        for folder in self.roots.values():
            folder.mkdir()

    def put(self, side: str, name: str, data: bytes, kind: str = "") -> None:
        path = self.roots[side] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists()
        path.write_bytes(data)
        if kind:
            self.expected[side][name] = kind

    def check(self, **how: object) -> PairCheck:
        return check_pairs(self.roots["input"], self.roots["target"], **how)  # type: ignore[arg-type]

    def names(self) -> dict[str, set[str]]:
        return {side: files_below(root) for side, root in self.roots.items()}


def files_below(root: Path) -> set[str]:
    """The relative paths of all files."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() or path.is_symlink()}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def planted(folders: Folders, saved: Saved) -> Folders:
    """Sound pairs in three splits, and sixty broken ones; what is wrong is on either side in turn."""
    jpeg, png = encode_jpeg(tiny(1), 90), encode_png(tiny(1), filtered=True)
    for split in ("train", "val", "test"):
        for number in range(4):
            for side in SIDES:
                folders.put(side, f"{split}/good/{number}.jpg", encode_jpeg(tiny(number), 90))
    bad_files = {
        "empty": ("jpg", b"", "empty"),
        "cut_jpg": ("jpg", jpeg[:-200], "truncated"),
        "cut_png": ("png", png[:-30], "truncated"),
        "text": ("png", b"no picture at all", "not_an_image"),
        "webp": ("jpg", saved(tiny(2), "WEBP"), "misnamed"),
        "inks": ("jpg", saved(tiny(3), "JPEG", "CMYK"), "cmyk"),
    }
    for number in range(5):  # five of each: thirty pairs of which one file is of no use, and the other is left alone
        split = ("train", "val", "test")[number % 3]
        side, other = SIDES if number % 2 else SIDES[::-1]
        for name, (suffix, data, kind) in bad_files.items():
            path = f"{split}/{name}{number}.{suffix}"
            folders.put(side, path, data, kind)
            folders.put(other, path, jpeg if suffix == "jpg" else png, "orphan")
    for number in range(5):  # twenty-six that do not fit each other
        split = ("train", "val", "test")[number % 3]
        side, other = SIDES if number % 2 else SIDES[::-1]
        folders.put(side, f"{split}/alone{number}.jpg", jpeg, "orphan")
        folders.put(
            side, f"{split}/deep{number}.png", encode_png(tiny(4).astype(np.uint16) * 257, True), "depths_differ"
        )
        folders.put(other, f"{split}/deep{number}.png", png, "depths_differ")
        folders.put(side, f"{split}/suffix{number}.jpg", jpeg, "other_suffix")
        folders.put(other, f"{split}/suffix{number}.png", png, "other_suffix")
        folders.put(side, f"{split}/Case{number}.jpg", jpeg, "other_case")
        folders.put(other, f"{split}/case{number}.jpg", jpeg, "other_case")
        folders.put(side, f"{split}/size{number}.jpg", encode_jpeg(tiny(5, 24, 33), 90), "sizes_differ")
        folders.put(other, f"{split}/size{number}.jpg", jpeg, "sizes_differ")
    folders.put("input", "val/colour.jpg", encode_jpeg(tiny(6, channels=1), 90), "channels_differ")
    folders.put("target", "val/colour.jpg", jpeg, "channels_differ")
    for number in range(HIDDEN):  # and four that are hidden on one side
        folders.put(SIDES[number % 2], f"test/.hidden{number}.jpg", jpeg)
        folders.put(SIDES[1 - number % 2], f"test/hidden{number}.jpg", jpeg, "orphan")
    return folders


def test_sixty_broken_pairs(planted: Folders, tmp_path: Path) -> None:
    before = planted.names()
    found = planted.check(split_dirs=True)
    assert {side: found.on(side) for side in SIDES} == planted.expected
    assert len(found.findings) == sum(map(len, planted.expected.values())) == 2 * (30 + 20 + 1) + 5 + HIDDEN
    assert found.pairs == 12
    assert found.splits == {"test": 4, "train": 4, "val": 4}
    assert all(found.ignored[side] == {"hidden": HIDDEN // 2} for side in SIDES)
    assert planted.names() == before

    moved = planted.check(split_dirs=True, move_to=tmp_path / "Disregard")
    assert moved.findings == found.findings
    assert not moved.held
    for side in SIDES:
        assert files_below(tmp_path / "Disregard" / side) == set(planted.expected[side])
        assert planted.names()[side] == before[side] - set(planted.expected[side])

    after = planted.check(split_dirs=True, move_to=tmp_path / "Disregard")
    assert after.ok
    assert not after.moved
    assert after.pairs == 12


def test_a_dry_run_moves_nothing(planted: Folders, tmp_path: Path) -> None:
    before = planted.names()
    found = planted.check(split_dirs=True, move_to=tmp_path / "Disregard", dry_run=True)
    assert len(found.moved) == len(found.findings)
    assert planted.names() == before
    assert not (tmp_path / "Disregard").exists()


def test_the_report_is_the_same_with_any_number_of_workers(planted: Folders) -> None:
    assert planted.check(workers=1) == planted.check(workers=4)


def test_nothing_is_overwritten(folders: Folders, tmp_path: Path) -> None:
    folders.put("input", "a.jpg", b"")
    kept = tmp_path / "Disregard" / "input" / "a.jpg"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"of an earlier run")
    folders.check(move_to=tmp_path / "Disregard")
    assert kept.read_bytes() == b"of an earlier run"
    assert files_below(kept.parent) == {"a.jpg", "a-2.jpg"}


def test_the_first_of_two_pairs_in_other_capitals_is_kept(folders: Folders) -> None:
    for name in ("A.jpg", "a.jpg"):
        for side in SIDES:
            folders.put(side, name, encode_jpeg(tiny(1), 90), "case_clash" if name == "a.jpg" else "")
    found = folders.check()
    assert {side: found.on(side) for side in SIDES} == folders.expected
    assert found.pairs == 1


def test_a_clash_with_a_file_of_no_use_is_none(folders: Folders) -> None:
    for name in ("A.jpg", "a.jpg"):
        for side in SIDES:
            folders.put(side, name, encode_jpeg(tiny(1), 90) if name == "a.jpg" else b"")
    found = folders.check()
    assert found.on("input") == found.on("target") == {"A.jpg": "empty"}
    assert found.pairs == 1


def test_names_that_differ_in_the_suffix_may_be_meant(folders: Folders) -> None:
    folders.put("input", "a.jpg", encode_jpeg(tiny(1), 90))
    folders.put("target", "a.png", encode_png(tiny(1), filtered=True))
    for name in ("b.jpg", "b.png"):
        folders.put("input", name, encode_jpeg(tiny(2), 90) if name == "b.jpg" else encode_png(tiny(2), True))
    folders.put("target", "b.png", encode_png(tiny(2), filtered=True))
    found = folders.check(match="stem")
    assert found.on("input") == {"b.jpg": "ambiguous", "b.png": "ambiguous"}
    assert found.on("target") == {"b.png": "ambiguous"}
    assert found.pairs == 1


def test_splits_are_worlds_of_their_own(folders: Folders) -> None:
    jpeg = encode_jpeg(tiny(1), 90)
    for side in SIDES:
        folders.put(side, "train/a.jpg", jpeg)
    folders.put("input", "train/b.jpg", jpeg, "other_split")
    folders.put("target", "val/b.jpg", jpeg, "other_split")
    folders.put("input", "c.jpg", jpeg, "outside_splits")
    folders.put("target", "c.jpg", jpeg, "outside_splits")
    found = folders.check(split_dirs=True)
    assert {side: found.on(side) for side in SIDES} == folders.expected
    assert found.splits == {"train": 1, "val": 0}
    assert folders.check().on("input") == {"train/b.jpg": "orphan"}


def test_what_a_trainer_can_do_with_is_accepted(folders: Folders, saved: Saved) -> None:
    folders.put("input", "gray.jpg", encode_jpeg(tiny(1, channels=1), 90))
    folders.put("target", "gray.jpg", encode_jpeg(tiny(1), 90))
    folders.put("input", "inks.jpg", saved(tiny(2), "JPEG", "CMYK"))
    folders.put("target", "inks.jpg", encode_jpeg(tiny(2), 90))
    assert len(folders.check().findings) == 4
    assert folders.check(accept=["channels_differ", "cmyk"]).ok


def test_links_and_folders(folders: Folders, tmp_path: Path) -> None:
    jpeg = encode_jpeg(tiny(1), 90)
    (folders.roots["input"] / "broken.jpg").symlink_to("nowhere.jpg")
    (folders.roots["input"] / "folder.jpg").mkdir()
    os.mkfifo(folders.roots["input"] / "pipe.jpg")
    for name in ("broken.jpg", "folder.jpg", "pipe.jpg"):
        folders.put("target", name, jpeg)
    found = folders.check(move_to=tmp_path / "Disregard")
    assert found.on("input") == {"broken.jpg": "broken_link", "folder.jpg": "a_folder", "pipe.jpg": "not_a_file"}
    assert set(found.on("target").values()) == {"orphan"}
    assert {held.source for held in found.held} == {"input/folder.jpg", "input/pipe.jpg"}


def test_an_orphan_says_what_became_of_its_partner(folders: Folders) -> None:
    folders.put("input", "a.jpg", b"")
    folders.put("target", "a.jpg", encode_jpeg(tiny(1), 90))
    orphan = folders.check().findings[1]
    assert (orphan.kind, orphan.other) == ("orphan", "a.jpg")
    assert "empty" in orphan.words


def test_mistakes(folders: Folders, tmp_path: Path) -> None:
    with pytest.raises(ScreeningError, match="side by side"):
        check_pairs(tmp_path, folders.roots["target"])
    with pytest.raises(ScreeningError, match="no folder"):
        check_pairs(tmp_path / "nowhere", folders.roots["target"])
    with pytest.raises(ScreeningError, match="holds folders of splits"):
        folders.check(split_dirs=True)
    with pytest.raises(ScreeningError, match="beside the source"):
        folders.check(move_to=folders.roots["target"] / "Disregard")
    with pytest.raises(ScreeningError, match="sizes_differ"):
        folders.check(accept=["size_differs"])
    with pytest.raises(ScreeningError, match="name or stem"):
        folders.check(match="nome")


@pytest.mark.parametrize("by", ["name", "stem"])
def test_every_name_is_in_a_pair_or_explained(by: str) -> None:
    inputs = ["a.jpg", "A.jpg", "b.jpg", "c/d.png", "c/D.PNG", "e.jpg", "e.png", "f"]
    targets = ["a.jpg", "A.jpg", "b.png", "c/d.png", "e.jpg", "g.jpg", "F"]
    found = match_names(inputs, targets, by)
    assert sorted([pair[0] for pair in found.pairs] + list(found.unmatched["input"])) == sorted(inputs)
    assert sorted([pair[1] for pair in found.pairs] + list(found.unmatched["target"])) == sorted(targets)
    again = match_names([pair[0] for pair in found.pairs], [pair[1] for pair in found.pairs], by)
    assert again.pairs == found.pairs
    assert again.unmatched == {"input": {}, "target": {}}
