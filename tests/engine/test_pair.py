from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.pair import checked_image
from degrade.engine.workspace import Workspace, borrowed_workspace


@pytest.mark.parametrize(
    ("image", "error", "says"),
    [
        ([[1, 2], [3, 4]], TypeError, "not list"),
        (np.zeros((2, 2)), TypeError, "not float64"),
        (np.zeros((2, 2), np.int32), TypeError, "not int32"),
        (np.zeros((2, 2), bool), TypeError, "not bool"),
        (np.zeros((2, 2, 4), np.uint8), ValueError, r"not \(2, 2, 4\)"),
        (np.zeros((2, 2, 2), np.uint8), ValueError, r"not \(2, 2, 2\)"),
        (np.zeros(4, np.uint8), ValueError, r"not \(4,\)"),
        (np.zeros((0, 3, 3), np.uint8), ValueError, r"not \(0, 3, 3\)"),
        (np.full((2, 2), 1.01, np.float32), ValueError, r"lies in \[0, 1\]"),
        (np.full((2, 2), -0.01, np.float32), ValueError, r"lies in \[0, 1\]"),
        (np.full((2, 2), np.nan, np.float32), ValueError, "no NaN"),
    ],
)
def test_other_pictures_are_refused_with_the_cure(image: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        checked_image(image)


def test_a_workspace_has_one_holder() -> None:
    with borrowed_workspace() as outer, borrowed_workspace() as inner:
        assert outer is not inner
    with borrowed_workspace() as again:
        assert again in (outer, inner)


def test_a_workspace_that_an_error_left_dirty_is_thrown_away() -> None:
    def fail() -> Workspace:
        with borrowed_workspace() as workspace:
            held.append(workspace)
            raise KeyError

    held: list[Workspace] = []
    with pytest.raises(KeyError):
        fail()
    with borrowed_workspace() as fresh:
        assert fresh is not held[0]
