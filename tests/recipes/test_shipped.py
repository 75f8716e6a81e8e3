"""The recipes that come with the package."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest

from degrade.engine.degradation import Degradation
from degrade.recipes import Recipe, dump, examine, load_recipe, recipe_text, shipped_recipes
from degrade.recipes.grammar import read
from degrade.recipes.text import parse_document

SHIPPED = {each.name: each for each in shipped_recipes()}
VARIANTS = [
    "@".join(filter(None, (name, "+".join(settings))))
    for name, each in SHIPPED.items()
    for settings in product(*each.presets.values())
]
KNOWN_WARNINGS = {
    "bopbtl_v2@white": ["shuffle mixes stages of a photograph's life", "loss (wear) follows jpeg (file)"],
    "faces_noise": ["grayscale (scene) follows coarse_dropout (wear)"],
    "bopbtl_v2": ["shuffle mixes stages of a photograph's life"],
    "bsrgan": ["shuffle mixes stages of a photograph's life"],
    "codeformer": ["gaussian_noise (negative) follows downscale (capture)"],
    "imagenet_c": ["elastic moves the degraded picture and not the clean one"],
    "realesrgan_x4plus": [
        *(f"{op} (negative) follows resample (capture)" for op in ("gaussian_noise", "shot_noise")),
        *["kernel_blur (lens) follows jpeg (file)"] * 6,
        *["sinc (capture) follows jpeg (file)"] * 2,
        *["resample (capture) follows jpeg (file)"] * 3,
        *(f"{op} (negative) follows jpeg (file)" for op in ("gaussian_noise", "shot_noise")),
        *(f"{op} (capture) follows jpeg (file)" for op in ("downscale", "sinc")),
    ],
    "rtn_texture": [
        *["kernel_blur (lens) follows texture (surface)"] * 2,
        *(f"{op} (negative) follows resample (capture)" for op in ("gaussian_noise", "speckle")),
        *(f"{op} (capture) follows jpeg (file)" for op in ("brightness", "contrast")),
    ],
    "pik_fix": [
        f"{op} follows downscale (capture)"
        for op in ("crack_network (wear)", "texture (surface)", "missing_corners (wear)", "grayscale (scene)")
    ],
}
"""Warnings of what others' pipelines are: their order is not that of a photograph's life."""


def ops(recipe: Recipe) -> list[str]:
    return [op.name for step in recipe.steps for op in step.flattened() if isinstance(op, Degradation)]


def test_those_that_are_promised_are_there() -> None:
    assert set(SHIPPED) >= {
        *("aged_photo", "aged_gray", "aged_rgb", "plain_list"),
        *("faces_noise", "div2k_aged", "animal_faces", "voc_scratches"),
        *("press_print", "album_snapshot", "handled_snapshot", "heavy_damage", "old_photos"),
        *("carte_de_visite", "cabinet_card", "postcard", "newspaper", "cyanotype", "wet_album", "color_print_1970s"),
        *("glass_negative", "film_35mm_negative", "film_35mm_slide", "cine_frame"),
        *("bopbtl_v2", "realesrgan_x4plus", "bsrgan", "codeformer"),
        *("ivanova_film", "rtn_texture", "pik_fix", "imagenet_c"),
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_is_sound(name: str) -> None:
    recipe, warnings = examine(name)
    bare = name.split("@")[0]
    assert recipe.name.split("@")[0] == bare
    assert recipe.about
    assert not recipe.about.endswith("\n")
    known = KNOWN_WARNINGS.get(name, KNOWN_WARNINGS.get(bare, []))
    assert [w.message.split(":")[0] for w in warnings] == known


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_survives_its_dump(name: str) -> None:
    recipe = load_recipe(name)
    assert read(parse_document(dump(recipe).encode(), "r.yaml"), "r").recipe == recipe


@pytest.mark.parametrize("name", SHIPPED)
def test_each_is_commented_and_says_its_name(name: str) -> None:
    text = recipe_text(name)
    assert text.startswith("# ")
    assert re.search(rf"^name: {name}$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 120


def test_a_name_chooses_its_variant() -> None:
    fingerprints = {name: load_recipe(name).fingerprint for name in VARIANTS}
    assert fingerprints.pop("animal_faces@C+weak") == fingerprints["animal_faces@C+visible"]  # squares have no strength
    assert len(set(fingerprints.values())) == len(fingerprints)


def test_aged_photo_ends_in_a_jpeg_and_draws_damage() -> None:
    recipe = load_recipe("aged_photo")
    assert recipe.channels == (1, 1)
    assert ops(recipe)[-1] == "jpeg"
    assert "mask" in recipe.output.members


@pytest.mark.parametrize(("name", "channels"), [("aged_gray", 1), ("plain_list", 1), ("aged_rgb", 3)])
def test_recipes_for_benchmarks_leave_the_clean_file_alone(name: str, channels: int) -> None:
    recipe = load_recipe(name)
    assert recipe.frame is None
    assert recipe.output.members == ("clean", "degraded")
    assert recipe.output.image == "jpg"
    assert recipe.channels == (3, channels)
    assert "target" not in [step.address for step in recipe.steps]
    assert recipe.steps[-1].address == "jpeg"


def test_animal_faces_has_the_seven_combinations() -> None:
    letters = {"C": "coarse_dropout", "G": "gaussian_noise", "S": "salt_and_pepper"}
    assert SHIPPED["animal_faces"].presets["distortions"] == ("CGS", "C", "G", "S", "CG", "CS", "GS")
    for combination in SHIPPED["animal_faces"].presets["distortions"]:
        recipe = load_recipe(f"animal_faces@{combination}")
        assert sorted(ops(recipe)) == sorted(letters[letter] for letter in combination)
    assert ops(load_recipe("animal_faces")) == ops(load_recipe("animal_faces@CGS+weak"))


@pytest.mark.parametrize("strength", ["weak", "visible"])
def test_animal_faces_does_what_it_says(strength: str) -> None:
    clean = np.full((64, 64, 3), 0.5, np.float32)
    noisy = load_recipe(f"animal_faces@G+{strength}")(clean, key="a").degraded
    low, high = {"weak": (10, 50), "visible": (600, 700)}[strength]
    assert low <= np.var((noisy - clean) * 255) <= high

    pair = load_recipe(f"animal_faces@C+{strength}")(clean, key="a")
    black = (pair.degraded == 0).all(axis=2)
    assert 144 <= black.sum() <= 3 * 144  # three squares of 12 pixels, which may overlap
    assert (pair.degraded[~black] == 0.5).all()

    hit = load_recipe(f"animal_faces@S+{strength}")(clean, key="a").degraded != clean
    share = {"weak": 0.01, "visible": 0.05}[strength]
    assert share * 0.7 < hit.mean() < share * 1.3
    assert hit.any(axis=2).mean() > hit.mean() * 2  # each channel by itself


def test_faces_noise_meets_every_subset() -> None:
    recipe = load_recipe("faces_noise")
    image = np.random.default_rng(0).integers(40, 200, (100, 100, 3), np.uint8)
    pairs = [recipe(image, key=str(i)) for i in range(120)]
    subsets = {tuple(step["op"] for step in pair.record["steps"] if step["fired"]) for pair in pairs}
    assert len(subsets) == 16
    assert {pair.degraded.shape for pair in pairs} == {(96, 96, 3)}


def test_div2k_aged_varies_both_pictures_alike_in_training_alone() -> None:
    image = np.random.default_rng(0).integers(0, 256, (700, 1100, 3), np.uint8)
    gray, coloured = load_recipe("div2k_aged"), load_recipe("div2k_aged@rgb")
    assert gray.channels == (1, 1)
    assert coloured.channels == (3, 1)
    train, val = (gray(image, key="a", split=split) for split in ("train", "val"))
    assert train.clean.shape == val.clean.shape == (672, 1024, 1)
    assert train.record["frame"]["zoom"] != 1
    assert val.record["frame"]["zoom"] == 1
