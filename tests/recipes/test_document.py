"""Mappings that never were a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.recipes import RecipeError
from degrade.recipes.document import plain_document


def test_plain_data_of_other_libraries() -> None:
    data = {"a": (1, 2), "b": np.float32(0.5), "c": np.int64(3), "d": np.bool_(True), "e": np.array(4)}
    assert plain_document(data).data == {"a": [1, 2], "b": 0.5, "c": 3, "d": True, "e": 4}


@pytest.mark.parametrize(
    ("data", "mistake"),
    [
        ({"a": [Path("x")]}, "a[0]: expected plain data (numbers, texts, lists, mappings), not an object of PosixPath"),
        ({"a": {1: 2}}, "a: a key of a mapping must be a name, not 1"),
        ({"a": np.zeros(2)}, "a: expected plain data (numbers, texts, lists, mappings), not an object of ndarray"),
    ],
)
def test_objects_are_refused(data: dict[str, Any], mistake: str) -> None:
    with pytest.raises(RecipeError) as caught:
        plain_document(data)
    assert str(caught.value).startswith(mistake)


def test_a_mapping_that_holds_itself() -> None:
    data: dict[str, Any] = {"steps": []}
    data["steps"] += [data, data]
    with pytest.raises(RecipeError, match="nested more than 32 deep"):
        plain_document(data)
