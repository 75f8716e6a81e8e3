"""Members that tell damages apart, and further targets, in a built output."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import degrade
from degrade.building import replay
from degrade.engine.damage import DamageClass
from degrade.shards.verify import verify

RECIPE = {
    "recipe": 1,
    "name": "apart",
    "frame": {"size": [96, 128]},
    "steps": [
        {"target": "colour"},
        "grayscale",
        "target",
        {"scratches": {"count": 8}},
        {"texture": {"source": "dust"}},
        {"jpeg": {"quality": 80}},
    ],
    "output": {"members": ["clean", "degraded", "mask", "layers", "instances"]},
}


def test_a_build_with_layers_instances_and_targets(tmp_path: Path) -> None:
    out = tmp_path / "out"
    degrade.build(RECIPE, source="sample", out=out, limit=3)
    assert verify(out).problems == ()
    suffixes = ["clean.colour.jpg", "clean.jpg", "degraded.jpg", "json", "layers.png", "mask.png"]
    assert json.loads((out / "manifest.json").read_text())["members"] == suffixes
    for pair in degrade.open_pairs(out):
        assert set(pair.layers) == {"scratches", "texture"}
        assert (np.maximum.reduce(list(pair.layers.values())) == pair.mask).all()
        assert pair.target("colour").shape == (96, 128, 3)
        assert pair.clean.shape == (96, 128, 1)
        instances = json.loads(pair.row["instances"])
        assert {one["class"] for one in instances} <= {DamageClass.SCRATCH, DamageClass.DUST}
        replay(out, pair.row["key"], check=True)
