"""Where an output remembers its photographs to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from degrade.building.sources import source_from, source_text


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
