from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.damage import DamageClass
from degrade.preview import contact_sheet, example_of, page
from degrade.recipes import load_recipe

STEPS = [
    "grayscale",
    "target",
    {"salt_and_pepper": {"amount": 0.1}},
    {"grain": None, "p": 0},
    {"jpeg": {"quality": 80}},
]


def picture(channels: int, dtype: Any = np.uint8) -> npt.NDArray[Any]:
    values = np.arange(90 * 100 * channels).reshape(90, 100, channels) * 3 % 250
    return (values * (257 if dtype == np.uint16 else 1)).astype(dtype)


@pytest.mark.parametrize("frame", [None, {"size": 64, "flip": 1}])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_stages_lead_from_the_photograph_to_the_degraded_picture(frame: Any, channels: int) -> None:
    recipe = load_recipe({"recipe": 1, "name": "r", "frame": frame, "steps": STEPS})
    source = picture(channels)
    pair = recipe(source, key="k")
    shown = example_of(pair, source)
    assert [label for label, _ in shown.stages] == [
        "framed" if frame else "source", "grayscale", "salt_and_pepper", "jpeg"
    ]  # fmt: skip
    assert shown.stages[0][1].shape == (*pair.mask.shape, channels)
    assert np.array_equal(shown.stages[1][1], pair.clean)
    assert np.array_equal(shown.stages[-1][1], pair.degraded)


def test_an_example_has_what_the_pair_has() -> None:
    recipe = load_recipe({"recipe": 1, "name": "r", "steps": STEPS})
    pair = recipe(picture(3), key="k")
    shown = example_of(pair)
    assert shown.key == "k"
    assert shown.pictures.keys() == {"clean", "degraded"}
    assert shown.stages == []
    assert shown.mask is not None
    assert shown.classes is not None
    assert set(np.unique(shown.classes)) == {0, DamageClass.DROPOUT}
    assert shown.steps == pair.record["steps"]


def test_sixteen_bits_are_shown_with_eight() -> None:
    recipe = load_recipe({"recipe": 1, "name": "r", "steps": ["grayscale"]})
    source = picture(1, np.uint16)
    shown = example_of(recipe(source, key="k"), source)
    assert {each.dtype for each in [*shown.pictures.values(), shown.stages[0][1]]} == {np.dtype(np.uint8)}
    assert np.array_equal(shown.pictures["clean"][:, :, :1], picture(1))


def test_masks_are_laid_over_a_picture_of_their_size() -> None:
    small = load_recipe({"recipe": 1, "name": "r", "steps": ["coarse_dropout"], "output": {"scale": 4}})
    example = example_of(small(np.full((96, 64, 3), 128, np.uint8), key="k", apart=True))
    assert example.pictures["degraded"].shape == (24, 16, 3)
    assert example.behind is example.pictures["clean"]
    assert contact_sheet([example]).ndim == 3
    assert "<svg" in page([example], "t") or "<img" in page([example], "t")
