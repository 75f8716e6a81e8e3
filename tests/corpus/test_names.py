"""Names of files as plain text, and back."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus.names import path_of, source_of


@given(st.binary(min_size=1, max_size=30) | st.text(min_size=1, max_size=20).map(str.encode))
def test_any_name_survives(name: bytes) -> None:
    path = os.fsdecode(name)
    source = source_of(path)
    assert path_of(source) == path
    assert json.loads(json.dumps(source, ensure_ascii=False).encode().decode()) == source


@pytest.mark.parametrize("name", ["album/Löwe 3.jpg", "100% wool.png", "日本/写真.tif", "line\nbreak.jpg"])
def test_good_names_stay_as_they_are(name: str) -> None:
    assert source_of(name) == name


def test_bad_bytes_and_backslashes() -> None:
    assert source_of(os.fsdecode(b"a\xff\\x.jpg")) == r"a\xff\\x.jpg"
