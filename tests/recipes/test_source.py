"""The grammar of sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from degrade.recipes.source import OPTIONS, WHERE, source_problems, source_schema

DOCS = Path(__file__).resolve().parents[2] / "docs"
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
anything = st.recursive(
    plain | st.sampled_from(["sample", "photos"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHERE, *OPTIONS, "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def test_the_example_of_the_docs_is_sound() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "scale.md").read_text("utf-8"), re.DOTALL)
    assert source_problems(yaml.safe_load(example)) == []


@given(anything)
def test_every_mistake_is_words_at_a_place(source: Any) -> None:
    for path, message, hint in source_problems(source):
        assert isinstance(path, tuple)
        assert message
        assert "\n" not in message + hint


@given(anything)
def test_editors_accept_what_the_grammar_accepts(source: Any) -> None:
    if not source_problems(source):
        jsonschema.validate(source, source_schema())


@pytest.mark.parametrize(
    ("source", "path", "words"),
    [
        ("", (), "empty"),
        (5, (), "expected a text, a mapping"),
        ([], (), "at least one"),
        ([["a"]], (0,), "no further lists"),
        ({"name": "x"}, (), "is missing"),
        ({"path": "a", "nam": "x"}, ("nam",), "no option"),
        ([{"path": "a", "weight": 1}, "b"], (1,), "all sources have one, or none"),
        ({"path": "a", "name": "a/b"}, ("name",), "letters, digits"),
        ({"path": "a", "sample": {"fraction": 0}}, ("sample", "fraction"), "above 0"),
        ({"path": "a", "sample": {"fraction": 0.1, "seed": -1}}, ("sample", "seed"), "from 0"),
        ({"path": "a", "class_by": {"folder": 1}, "classes": []}, ("classes",), "list of classes"),
        ({"path": "a", "class_by": {"folder": 1}, "classes": [1]}, ("classes", 0), "name of a class"),
        ({"path": "a", "split_by": {"folder": True}}, ("split_by", "folder"), "outermost"),
    ],
)
def test_mistakes(source: Any, path: tuple[Any, ...], words: str) -> None:
    ((where, message, _),) = source_problems(source)
    assert where == path
    assert words in message
