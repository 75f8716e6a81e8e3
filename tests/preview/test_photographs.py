from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_jpeg
from degrade.corpus import CorpusError, open_corpus
from degrade.preview import Example, Skipped, examples, sheet_of_build
from degrade.recipes import load_recipe
from degrade.shards import open_pairs

RECIPE = {
    "recipe": 1,
    "name": "tiny",
    "frame": {"size": 64, "flip": 0.5},
    "steps": ["grayscale", "target", {"salt_and_pepper": {"amount": [0.01, 0.2]}}, "jpeg"],
    "output": {"copies": 2, "members": ["clean", "degraded", "mask", "classes"], "splits": {"train": 0.5, "test": 0.5}},
}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(4):
        y, x = np.mgrid[:80, :100]
        (folder / f"p{number}.jpg").write_bytes(encode_jpeg((x + y + number)[:, :, None].astype(np.uint8), 90))
    (folder / "text.png").write_text("no picture")
    (folder / "small.jpg").write_bytes(encode_jpeg(np.zeros((20, 30, 1), np.uint8), 90))
    return folder


def test_they_are_the_pairs_of_a_build(tmp_path: Path, photos: Path) -> None:
    from degrade.building import build

    recipe, corpus = load_recipe(RECIPE), open_corpus(photos)
    build(recipe, photos, tmp_path / "out", workers=1)
    pairs = open_pairs(tmp_path / "out")
    for key in pairs.keys:
        (shown,) = examples(recipe, corpus, key=key)
        stored = pairs.by_key(key)
        assert isinstance(shown, Example)
        assert np.array_equal(shown.pictures["degraded"], stored.degraded)
        assert np.array_equal(shown.mask, stored.mask)
        assert np.array_equal(shown.classes, stored.classes)
        assert shown.steps == stored.record["steps"]


def test_bad_photographs_are_told_and_do_not_count(photos: Path) -> None:
    found = list(examples(load_recipe(RECIPE), open_corpus(photos), 99))
    assert sorted(each.key for each in found if isinstance(each, Example)) == ["p0", "p1", "p2", "p3"]
    assert sorted(each.source for each in found if isinstance(each, Skipped)) == ["small.jpg", "text.png"]
    assert all(each.why for each in found if isinstance(each, Skipped))
    two = [each for each in examples(load_recipe(RECIPE), open_corpus(photos), 2) if isinstance(each, Example)]
    assert len(two) == 2


def test_nothing_to_show(tmp_path: Path, photos: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="no photographs"):
        list(examples(load_recipe(RECIPE), open_corpus(tmp_path / "empty")))
    for key in ("p9", "p1/c2", "p1/c0", "p1/cx"):
        with pytest.raises(CorpusError):
            list(examples(load_recipe(RECIPE), open_corpus(photos), key=key))


def test_the_sheet_of_an_output(tmp_path: Path, photos: Path) -> None:
    from degrade.building import build

    for out in ("one", "two"):
        build(load_recipe(RECIPE), photos, tmp_path / out, workers=1)
        assert sheet_of_build(tmp_path / out) == tmp_path / out / "contact_sheet.png"
    first, second = ((tmp_path / out / "contact_sheet.png").read_bytes() for out in ("one", "two"))
    assert first == second
    assert [path.name for path in (tmp_path / "one").glob("*.tmp")] == []


def test_an_output_without_pairs_has_no_sheet(tmp_path: Path) -> None:
    from degrade.building import build

    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "text.png").write_text("no picture")
    build(load_recipe(RECIPE), folder, tmp_path / "out", workers=1)
    assert sheet_of_build(tmp_path / "out") is None
    assert not (tmp_path / "out" / "contact_sheet.png").exists()
