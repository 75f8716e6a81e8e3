"""The ground truth of every structural op, found by itself: its layer and instances are what it changed, and without it
the picture is otherwise there alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Kind
from degrade.engine.instances import COVERED, MOST
from degrade.engine.pair import Pair
from degrade.ops import degradations
from degrade.preview.sweep import op_at
from degrade.recipes import Recipe
from degrade.recipes.frame import Frame

Array = npt.NDArray[Any]
Op = type[Degradation]

STRUCTURAL = {name: op for name, op in degradations().items() if op.damage is not None}
LEAVE_TRACES = ("album_glue", "crack_network", "folds", "scratches", "tear", "tide_lines")
"""What others of their stage look at comes first; each damages some pictures at its defaults, not all."""
KINDS = ("gray", "colour", "patch", "options")
KEYS = tuple("abcdefgh")
SHARES = (0.05, 0.5, 0.95)
"""Of the default distributions of its numbers, where an op is tried."""

GIVEN = {"texture": {"shows": "auto"}, "coarse_dropout": {"fill": Choice(("value", "noise"))}}
"""Words that are left out: a sheet that shows nothing keeps no mask, and the mean of a picture hangs on all before."""

every_structural_op = pytest.mark.parametrize("name", STRUCTURAL)


def picture(height: int, width: int, channels: int) -> Array:
    """Rubble in the middle tones (H, W, C) float32: no change to it is lost."""
    return np.random.default_rng(0).random((height, width, channels), np.float32) * np.float32(0.8) + np.float32(0.1)


def in_order(*, by_chance: bool = False) -> tuple[Degradation, ...]:
    """All structural ops, by stage; what reads masks after what draws them, what lies in a trace after what left it.
    With `by_chance` any of their words and switches."""
    ranked = sorted(
        STRUCTURAL.values(), key=lambda op: (op.stage, bool(op.reads), op.name not in LEAVE_TRACES, op.name)
    )
    return tuple(op(**_any_words(op)) if by_chance else op() for op in ranked)


def _any_words(op: Op) -> dict[str, Any]:
    words = {name: Choice(spec.options) for name, spec in op.specs.items() if spec.kind is Kind.OPTION}
    switches = {name: Choice((False, True)) for name, spec in op.specs.items() if spec.kind is Kind.FLAG}
    return words | switches | GIVEN.get(op.name, {})


def rendered(kind: str, key: str, **asked: Any) -> Pair:
    """A picture with every damage there is: gray, in colour, a patch of a larger print, or with any options."""
    frame = Frame(size=(216, 288), fit="patch") if kind == "patch" else None
    image = picture(240, 320, 3) if kind == "patch" else picture(216, 256, 1 if kind == "gray" else 3)
    return Recipe("all", in_order(by_chance=kind == "options"), frame=frame)(image, key=key, **asked)


@cache
def told(kind: str, key: str) -> Pair:
    """`rendered`, with its damages told apart."""
    return rendered(kind, key, apart=True)


def decoded(segmentation: dict[str, Any]) -> Array:
    """A COCO run-length code as (H, W) bool."""
    counts = segmentation["counts"]
    height, width = segmentation["size"]
    assert sum(counts) == height * width
    flat: Array = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape(width, height).T


def instances_of(pair: Pair, label: str) -> list[Array]:
    """The single damages of one step, (H, W) bool each."""
    return [decoded(one["segmentation"]) for one in pair.instances if one["label"] == label]


# --- without one of them ----------------------------------------------------------------------------------------------


@every_structural_op
@pytest.mark.parametrize("kind", KINDS)
def test_without_it_the_picture_is_otherwise_inside_its_mask_alone(name: str, kind: str) -> None:
    changes = spared = 0
    for key in KEYS:
        whole, other = told(kind, key), rendered(kind, key, without=[name])
        changed = (whole.degraded != other.degraded).any(axis=2)
        outside = whole.layers[name] == 0 if name in whole.layers else np.ones_like(changed)
        assert not (changed & outside).any()
        for layer in ("mask", "loss", "classes"):
            assert np.array_equal(getattr(whole, layer), getattr(other, layer)), layer
        changes += np.count_nonzero(changed)
        spared += np.count_nonzero(outside)
    assert changes
    assert spared


# --- layers and instances ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_layers_of_all_together_are_the_mask(kind: str) -> None:
    for key in KEYS:
        pair = told(kind, key)
        assert (np.maximum.reduce(list(pair.layers.values())) == pair.mask).all()
        assert pair.record["layers"] == [op.name for op in in_order()]
    assert set().union(*(told(kind, key).layers for key in KEYS)) == set(STRUCTURAL)


@every_structural_op
@pytest.mark.parametrize("share", SHARES)
def test_its_layer_and_its_instances_are_what_it_changed(name: str, share: float) -> None:
    op = op_at(STRUCTURAL[name], share)
    before = [STRUCTURAL["folds"](count=2), STRUCTURAL["scratches"]()] if op.reads else []
    for key, channels in zip(KEYS, (1, 3, 1, 3), strict=False):
        image = picture(192, 256, channels)
        pair = Recipe("one", (*before, op))(image, key=key, apart=True)
        clean = Recipe("none", tuple(before))(image, key=key).degraded if before else pair.clean
        layer = pair.layers.get(name, np.zeros(image.shape[:2], np.uint8))
        changed = (pair.degraded != clean).any(axis=2)
        assert not changed[layer == 0].any()
        if not before:
            assert np.array_equal(layer, pair.mask)
        singles = instances_of(pair, name)
        together = np.logical_or.reduce(singles) if singles else np.zeros_like(changed)
        assert sum(single.sum() for single in singles) == together.sum()
        if len(singles) < MOST:
            assert np.array_equal(together, layer >= COVERED)
        else:
            assert not together[layer < COVERED].any()
