"""Scratches on the negative: physics decides whether they are light or dark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.pair import Pair
from degrade.ops.negative_scratches import NegativeScratches

SIDE = 384
ARCS = {"lines": 0, "arcs": 40}


def pair(key: str = "a", pixels: int = SIDE, channels: int = 1, **fields: Any) -> Pair:
    image = np.full((pixels, pixels, channels), 0.5, np.float32)
    return NegativeScratches(**fields).pair(image, key=key)


@pytest.mark.parametrize(
    ("medium", "side", "sign"),
    [
        ("print", "base", 1),
        ("print", "emulsion", -1),
        ("negative", "base", 1),
        ("negative", "emulsion", -1),
        ("positive", "base", -1),
        ("positive", "emulsion", 1),
    ],
)
def test_polarity(medium: str, side: str, sign: int) -> None:
    image = np.full((SIDE, SIDE, 1), 0.5, np.float32)
    p = NegativeScratches(medium=medium, side=side, **ARCS).pair(image, key="a")
    change = sign * (p.degraded - p.clean)
    assert change.min() >= 0
    assert change.max() > 0.05
    assert p.loss.any() == ((medium, side) == ("positive", "emulsion"))


def test_a_line_in_the_base_has_rims_of_the_opposite_sign() -> None:
    p = NegativeScratches(lines=1, arcs=0, side="base", line_um=600, density=0.4, blur_um=0).pair(
        np.full((SIDE, SIDE, 1), 0.5, np.float32), key="b"
    )
    change = (p.degraded - p.clean)[:, :, 0]
    assert change.max() > 0.05
    assert change.min() < -0.01
    row = change[np.argmax(change.max(axis=1))]
    core, rims = np.flatnonzero(row > 0.02), np.flatnonzero(row < -0.005)
    assert rims.min() < core.min()
    assert rims.max() > core.max()


@pytest.mark.parametrize("transport", ["vertical", "horizontal"])
def test_lines_run_along_the_film(transport: str) -> None:
    leaning, long = [], 0
    for key in range(12):
        mask = pair(str(key), lines=1, arcs=0, side="emulsion", transport=transport).mask
        rows, columns = np.nonzero(mask if transport == "vertical" else mask.T)
        if np.ptp(rows) > 60:
            leaning.append(abs(np.polyfit(rows, columns, 1)[0]))
        long += np.ptp(rows) > 0.95 * SIDE
    assert np.max(leaning) < np.tan(np.radians(5.5))
    assert 3 <= long <= 11


def test_arcs_lie_anywhere() -> None:
    slopes = []
    for key in range(20):
        rows, columns = np.nonzero(pair(str(key), lines=0, arcs=1, side="emulsion", arc_um=4000).mask)
        if len(rows) > 20:
            slopes.append(np.ptp(columns) > np.ptp(rows))
    assert 0.2 < np.mean(slopes) < 0.8


def test_colour_film_loses_its_layers_one_after_the_other() -> None:
    fields = {"side": "emulsion", "film": "colour", **ARCS}
    scratched = (pair(channels=3, depth=depth, **fields) for depth in (0.3, 0.9))
    shallow, deep = ((p.degraded - p.clean).min(axis=(0, 1)) for p in scratched)
    assert np.abs(shallow[:2]).max() < 1e-4
    assert shallow[2] < -0.02
    assert deep[0] < -0.05
    silver = pair(channels=3, depth=0.3, side="emulsion", **ARCS)
    change = silver.degraded - silver.clean
    assert np.abs(change - change[:, :, :1]).max() < 1e-6


def test_none_there_is_the_identity() -> None:
    for nothing in ({"lines": 0, "arcs": 0}, {"density": 0, "depth": 0}):
        p = pair(**nothing)
        assert np.array_equal(p.degraded, p.clean)
        assert not p.mask.any()


def test_they_are_the_same_at_twice_the_resolution() -> None:
    least = most = 0.0
    for key in "abcd":
        small = pair(key, 512, lines=4, arcs=15).mask.astype(float)
        large = pair(key, 1024, lines=4, arcs=15).mask.astype(float).reshape(512, 2, 512, 2).mean(axis=(1, 3))
        least, most = least + np.minimum(small, large).sum(), most + np.maximum(small, large).sum()
    assert least / most > 0.9
