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


def test_smaller_degraded_pictures_for_upscalers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = {"jpeg": {"quality": 60}, "label": "first"}  # still of the large picture
    steps = [{"scratches": {"count": 20}}, first, "grain", {"jpeg": {"quality": 80}, "p": 0.5}]
    recipe = {"recipe": 1, "name": "small", "frame": {"size": [96, 132]}, "steps": steps, "output": {"scale": 4}}
    degrade.build(recipe, source="sample", out=out, limit=4)
    assert verify(out).problems == ()
    for pair in degrade.open_pairs(out):
        assert pair.clean.shape[:2] == pair.mask.shape == (96, 132)
        assert pair.degraded.shape[:2] == (24, 33)
        assert pair.mask.any()
        replay(out, pair.key, check=True)


def test_a_smaller_picture_is_the_mean_of_the_large_one() -> None:
    steps = [{"scratches": {"count": 20}}, "grain"]
    image = np.random.default_rng(1).random((96, 128, 3), np.float32)
    large = degrade.load_recipe({"recipe": 1, "steps": steps})(image, key="a")
    small = degrade.load_recipe({"recipe": 1, "steps": steps, "output": {"scale": 4}})(image, key="a")
    mean = large.degraded.reshape(24, 4, 32, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small.degraded, mean, atol=1e-6)
    assert (small.mask == large.mask).all()
