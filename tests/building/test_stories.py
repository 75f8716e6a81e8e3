"""Recipes with a story, built."""

from __future__ import annotations

from pathlib import Path

import degrade
from degrade.building import replay
from degrade.shards.verify import verify


def test_recipes_whose_steps_are_linked_to_a_story_can_be_built(tmp_path: Path) -> None:
    recipe = {
        "recipe": 1,
        "name": "told",
        "frame": {"size": 96},
        "story": {"handling": {"normal": {"mean": 0, "sigma": 1}}, "storage": {"choice": ["album", "wallet"]}},
        "steps": [
            {"vignette": {}, "p": 0.5, "link": {"handling": 1}},
            {"scratches": {}, "link": {"handling": 1}, "when": {"storage": "wallet"}},
        ],
    }
    out = tmp_path / "out"
    degrade.build(recipe, source="sample", out=out)
    assert verify(out).problems == ()
    for pair in degrade.open_pairs(out):
        assert set(pair.record["story"]) == {"handling", "storage"}
        replay(out, pair.key, check=True)
