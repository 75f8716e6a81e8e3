"""Looking at single steps: their own masks, single damages, the picture without one, further targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.instances import COVERED
from degrade.recipes import Recipe, load_recipe, replay_record
from degrade.recipes.replaying import replay_source

ROWS, COLUMNS, LAYERS = np.ogrid[:120, :160, :3]
IMAGE = ((ROWS * 2 + COLUMNS + LAYERS * 50) % 256).astype(np.uint8)
STEPS: list[Any] = [
    "grayscale",
    "grain",
    {"folds": {"count": 2}},
    {"scratches": {"count": 6}},
    {"repeat": [{"texture": {"source": "dust"}}], "times": 2},
    "dirt_in_relief",
    {"coarse_dropout": {}},
    {"rotate": {}},
    {"jpeg": {"quality": 80}},
]


def recipe(steps: list[Any], **more: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "steps": steps, **more})


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_telling_damages_apart_changes_nothing(key: str) -> None:
    made = recipe(STEPS)
    plain, apart = made(IMAGE, key=key), made(IMAGE, key=key, apart=True)
    for name in ("clean", "degraded", "mask", "loss", "classes"):
        assert np.array_equal(getattr(plain, name), getattr(apart, name)), name
    assert plain.layers == {}
    assert plain.instances == []


def test_the_layers_together_are_the_mask() -> None:
    pair = recipe(STEPS[:-2])(IMAGE, key="a", apart=True)
    assert pair.record["layers"] == ["folds", "scratches", "texture", "dirt_in_relief", "coarse_dropout"]
    assert set(pair.layers) <= set(pair.record["layers"])
    assert (np.maximum.reduce(list(pair.layers.values())) == pair.mask).all()


def test_layers_are_replayed() -> None:
    pair = recipe(STEPS)(IMAGE, key="a", apart=True)
    again = replay_source(IMAGE.copy(), pair.record, np.uint8, apart=True)
    assert {label: layer.tobytes() for label, layer in again.layers.items()} == {
        label: layer.tobytes() for label, layer in pair.layers.items()
    }


def test_instances_cover_exactly_what_the_layers_cover() -> None:
    pair = recipe(STEPS)(IMAGE, key="a", apart=True)
    assert pair.instances
    for label, layer in pair.layers.items():
        drawn = np.zeros(layer.shape, bool)
        for instance in pair.instances:
            if instance["label"].partition("[")[0] != label:
                continue
            one = decoded(instance["segmentation"])
            assert one.sum() == instance["area"]
            rows, columns = np.nonzero(one)
            x, y, width, height = instance["bbox"]
            assert (columns.min(), rows.min()) == (x, y)
            assert (columns.max() + 1, rows.max() + 1) == (x + width, y + height)
            drawn |= one
        assert (drawn == (layer >= COVERED)).all(), label


def decoded(segmentation: dict[str, Any]) -> np.ndarray[Any, Any]:
    """A COCO run-length code as (H, W) bool."""
    counts = segmentation["counts"]
    height, width = segmentation["size"]
    assert sum(counts) == height * width
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape(width, height).T


def test_a_muted_step_leaves_the_picture_and_keeps_the_masks() -> None:
    made = recipe(STEPS[:-2])
    told, other = made(IMAGE, key="a"), made(IMAGE, key="a", without=["scratches"])
    assert (told.degraded != other.degraded).any()
    for name in ("mask", "loss", "classes"):
        assert np.array_equal(getattr(told, name), getattr(other, name)), name


def test_further_targets_are_the_picture_where_they_stand() -> None:
    steps = [{"target": "colour"}, "grayscale", "target", "grain", {"target": "grainy"}, {"scratches": {"count": 9}}]
    pair = recipe(steps)(IMAGE, key="a")
    grainy = recipe(["grayscale", "grain"])(IMAGE, key="a")
    assert list(pair.targets) == ["colour", "grainy"]
    assert (pair.targets["colour"] == IMAGE).all()
    assert pair.clean.shape[2] == 1
    assert (pair.targets["grainy"] == grainy.degraded).all()
    assert pair.mask.any()
    again = replay_record(IMAGE, pair.record)
    assert all((again.targets[name] == image).all() for name, image in pair.targets.items())


def test_targets_move_with_the_picture() -> None:
    steps = ["target", {"target": "twin"}, {"flip": {"vertical": True}}]
    pair = recipe(steps)(IMAGE, key="a")
    assert (pair.targets["twin"] == pair.clean).all()


@pytest.mark.parametrize("layers", [("mask",), ("mask", "loss"), ("mask", "classes")])
def test_masks_that_nobody_asks_for_change_nothing(layers: tuple[str, ...]) -> None:
    made = recipe(
        [
            *STEPS[:-1],
            {"salt_and_pepper": {}},
            {"random_pixels": {}},
            {"texture": {"blend": "multiply"}, "label": "dirt"},
        ]
    )
    whole = made(IMAGE, key="a")
    part = made.make(IMAGE.copy(), key="a", layers=layers)
    for name in ("clean", "degraded", *layers):
        assert np.array_equal(getattr(whole, name), getattr(part, name)), name
