"""How damages of one print hang together: what came later lies over what was there before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.recipes import Recipe, load_recipe

ROWS, COLUMNS = np.indices((256, 320))
IMAGE = np.repeat((60 + (ROWS + COLUMNS) // 4).astype(np.uint8)[:, :, None], 3, axis=2)
CRACKS = {"crack_network": {"count": 30, "severity": 1.0, "depth": 1}}


def recipe(*steps: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "steps": list(steps)})


@pytest.mark.parametrize("before", [{"grain": {"strength": 0.2}}, {"foxing": {"strength": 1}}, "tide_lines"])
def test_where_the_emulsion_is_gone_nothing_that_was_in_it_is_left(before: Any) -> None:
    made = recipe("grayscale", before, {"loss": {"count": 12, "depth": 1, "soil": 0, "shadow": 0}}, CRACKS)
    label = before if isinstance(before, str) else next(iter(before))
    seen = 0
    for key in "abcd":
        whole, other = made(IMAGE, key=key), made(IMAGE, key=key, without=[label])
        gone = whole.loss == 255
        assert (whole.degraded[gone] == other.degraded[gone]).all()
        assert (whole.degraded != other.degraded).any()
        seen += int(gone.sum())
    assert seen > 200


def test_cracks_run_on_over_the_white_border() -> None:
    made = recipe({"border": {"width_frac": 0.06}}, CRACKS)
    strip = np.ones(IMAGE.shape[:2], bool)
    strip[14:-14, 14:-14] = False
    masks = [made(IMAGE, key=str(key)).mask for key in range(6)]
    assert np.mean([(mask[strip] > 0).mean() for mask in masks]) > 0.01


def test_pins_sit_in_the_corners() -> None:
    for key in range(8):
        pair = recipe({"pin_rust": {"count": 1, "torn": 0}})(IMAGE, key=str(key))
        rows, columns = np.nonzero(pair.loss == 255)
        across, down = min(columns.mean(), 320 - columns.mean()), min(rows.mean(), 256 - rows.mean())
        assert max(across, down) < 0.25 * 256


def test_dirt_sits_in_the_creases() -> None:
    made = recipe({"folds": {"count": 2, "severity": 0.9, "soil": 0}}, {"dirt_in_relief": {"grime": 0, "amount": 0.6}})
    for key in "abc":
        pair = made(IMAGE, key=key, apart=True)
        dirt, folded = pair.layers["dirt_in_relief"], pair.layers["folds"]
        near = np.zeros(dirt.shape, bool)
        rows, columns = np.nonzero(folded > 0)
        for dy in range(-6, 7):
            for dx in range(-6, 7):
                near[np.clip(rows + dy, 0, 255), np.clip(columns + dx, 0, 319)] = True
        assert dirt.any()
        assert dirt[near].sum() > 0.97 * dirt.sum()


def test_a_last_jpeg_covers_everything() -> None:
    made = recipe("grayscale", {"surface_dust": {}}, {"jpeg": {"quality": 30}})
    plain = recipe("grayscale", {"surface_dust": {}})
    pair, before = made(IMAGE, key="a"), plain(IMAGE, key="a")
    dust = pair.mask > 0
    assert dust.any()
    assert (pair.degraded[dust] != before.degraded[dust]).mean() > 0.5
