"""The dataset card: what `datasets` reads, and nothing about this machine."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import yaml

from degrade.shards.layout import CARD
from degrade.shards.manifest import read_manifest
from degrade.shards.members import COLUMNS


def head(out: Path) -> dict[str, object]:
    _, text, _ = (out / CARD).read_text("utf-8").split("---\n", 2)
    loaded: dict[str, object] = yaml.safe_load(text)
    return loaded


def test_splits_and_features_are_fixed(finished: Path) -> None:
    card = head(finished)
    assert card["configs"] == [
        {
            "config_name": "default",
            "data_files": [
                {"split": "train", "path": "data/train-*.tar"},
                {"split": "test", "path": "data/test-*.tar"},
            ],
        }
    ]
    features = {one["name"]: one for one in card["dataset_info"]["features"]}  # type: ignore[index]
    assert set(features) == {*read_manifest(finished)["members"], "__key__", "__url__"}
    assert features["mask.png"]["dtype"] == "image"
    assert [column["name"] for column in features["json"]["struct"]] == list(COLUMNS)


def test_the_card_shows_the_recipe(finished: Path) -> None:
    text = (finished / CARD).read_text("utf-8")
    recipe = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert yaml.safe_load(recipe) == read_manifest(finished)["recipe"]


def test_no_output_speaks_of_this_machine(finished: Path) -> None:
    words = [str(Path.home()), str(finished.parent), socket.gethostname(), "skimage/data"]
    private = [word.encode() for word in words if len(word) > 4]
    for path in finished.rglob("*"):
        whole = path.read_bytes() if path.is_file() else b""
        assert [word for word in private if word in whole] == [], path


def test_datasets_loads_it(finished: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(str(finished), cache_dir=str(tmp_path))
    assert {split: len(rows) for split, rows in loaded.items()} == {
        split: counts["pairs"] for split, counts in read_manifest(finished)["counts"]["splits"].items()
    }
    row = loaded["train"][0]
    assert row["clean.png"].size == row["mask.png"].size == (64, 64)
    assert json.loads(row["json"]["steps"])
