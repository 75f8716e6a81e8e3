"""Where an output remembers its photographs to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build, replay
from degrade.building.sources import source_from, source_text
from degrade.shards import open_pairs


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (None, "sample"),
        ("sample", "sample"),
        ("./sample", "/home/me/sample"),
        (Path("photos"), "/home/me/photos"),
        ("../*.jpg", "/home/*.jpg"),
        ("s3://bucket/photos", "s3://bucket/photos"),
        ("/[1]", "/[1]"),
        ("{}", "/home/me/{}"),
        ({"path": "a.csv", "root": "b", "name": "c"}, {"path": "/home/me/a.csv", "root": "/home/me/b", "name": "c"}),
        (["a", {"path": "hf://b", "weight": 2}], ["/home/me/a", {"path": "hf://b", "weight": 2}]),
    ],
)
def test_places_move_with_the_output(source: Any, found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "absolute", lambda path: Path("/home/me") / path)
    out = Path("/home/me/deep/out")
    text = source_text(source, out)
    assert "/home" not in text
    assert source_from(text, out) == found


def test_a_remote_output_is_told_no_place_of_this_machine() -> None:
    assert source_text("photos", "s3://bucket/out") is None
    assert source_text(["hf://a", {"path": "b"}], "s3://bucket/out") is None
    assert source_text("sample", "s3://bucket/out") == "sample"
    text = source_text({"path": "ftp://me:secret@host/photos", "weight": 1}, "s3://bucket/out")
    assert text is not None
    assert "secret" not in text
    assert source_from(text, "s3://bucket/out") == {"path": "ftp://me@host/photos", "weight": 1}


def test_licences_and_origins_reach_manifest_and_card(tmp_path: Path) -> None:
    source = [
        {
            "path": "sample",
            "name": "museum",
            "sample": 0.5,
            "licence": "CC0 | public",
            "origin": "a museum",
            "domain": "old",
        },
        {"path": "sample", "name": "attic", "class_by": {"folder": 1}, "group_by": {"regex": "^(.)"}},
    ]
    recipe = {"recipe": 1, "name": "t", "frame": {"size": 64}, "steps": ["target", {"texture": {"source": "dust"}}]}
    out = tmp_path / "out"
    build(recipe, source, out, workers=1)
    manifest = json.loads((out / "manifest.json").read_bytes())
    first, second = manifest["sources"]
    assert first == {"name": "museum", "licence": "CC0 | public", "origin": "a museum", "photographs": 4}
    assert (second["name"], second["origin"], second["photographs"]) == ("attic", "scikit-image", 9)
    assert "Apache-2.0" in manifest["textures"]["dust"]
    card = (out / "README.md").read_text("utf-8")
    assert "| museum | 4 | CC0 \\| public | a museum |" in card
    assert "| dust | generated here" in card
    rows = {pair.row["source"]: pair.row for pair in open_pairs(out)}
    assert len(rows) == 13
    assert {row["domain"] for row in rows.values()} == {"old", "synthetic"}
    assert rows["attic/coins.png"]["group"] == "c"
    assert replay(out, rows["attic/coins.png"]["key"]).key == "attic/coins"
