"""What the page shows is what a build makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg, encode_png
from degrade.demo.choices import Recipes, recipe_names
from degrade.demo.controls import Change
from degrade.demo.errors import DemoError
from degrade.demo.photographs import Given
from degrade.demo.pictures import Asked
from degrade.errors import MissingExtra


def photograph(side: int = 280) -> Given:
    down, across = np.mgrid[:side, : side + 20]
    waves = [np.sin(down / 9 + channel) * 60 + np.cos(across / 13) * 50 + 128 for channel in range(3)]
    return Given("one.jpg", encode_jpeg(np.stack(waves, axis=2).astype(np.uint8), 92))


def recipe_of(*steps: Any, **more: Any) -> degrade.Recipe:
    return degrade.load_recipe({"recipe": 1, "name": "small", "frame": {"size": 96}, "steps": list(steps), **more})


def test_it_shows_the_pair_in_words_and_colours() -> None:
    recipe = recipe_of("target", {"scratches": {"count": 20}}, {"folds": {"count": 3}}, {"blur": {}, "p": 0})
    shown = Asked(photograph(), recipe, 5, 1, {}).shown()
    assert shown.said.startswith("one/c1: ")
    assert shown.steps == "What happened: scratches, folds"
    assert {entry.name for entry in shown.legend.entries} >= {"scratch", "fold"}
    assert shown.mask.any()
    assert not np.array_equal(shown.mask, shown.classes)
    assert json.loads(json.dumps(shown.record)) == shown.record
    assert (shown.record["seed"], shown.record["copy"]) == (5, 1)


def test_the_same_is_shown_for_the_same_and_another_variant_is_another() -> None:
    recipe, photo = recipe_of("grayscale", "target", "grain", "scratches"), photograph()
    first, again, other = (Asked(photo, recipe, None, variant, {}).shown() for variant in (0, 0, 1))
    assert np.array_equal(first.degraded, again.degraded)
    assert not np.array_equal(first.degraded, other.degraded)


def test_a_photograph_to_which_nothing_happens_says_so() -> None:
    shown = Asked(photograph(), recipe_of("target", {"grain": {}, "p": 0}), None, 0, {}).shown()
    assert "no step happened" in shown.said
    assert np.array_equal(shown.clean, shown.degraded)


def test_a_degraded_picture_that_is_smaller_is_shown_beside_the_clean_one() -> None:
    shown = Asked(photograph(), recipe_of("target", "gaussian_noise", output={"scale": 4}), None, 0, {}).shown()
    assert shown.degraded.shape == shown.clean.shape


def test_sixteen_bits_are_shown() -> None:
    shown = Asked(photograph(), recipe_of("target", "grain", output={"image": "png16"}), None, 0, {}).shown()
    assert shown.degraded.dtype == shown.clean.dtype == np.uint8
    assert np.abs(shown.degraded.astype(int) - shown.clean).mean() < 20


@pytest.mark.parametrize("variant", [-1, 100])
def test_there_are_so_many_variants(variant: int) -> None:
    with pytest.raises(DemoError, match="choose one of 0 to 99"):
        Asked(photograph(), recipe_of("grain"), None, variant, {}).shown()


def test_a_build_of_the_export_makes_the_picture_that_was_shown(tmp_path: Path) -> None:
    """By the command line's own way, from the photograph's file to the shard's member."""
    photo = photograph()
    recipe = recipe_of(
        "grayscale", "target", "grain", {"scratches": {"count": [1, 9]}}, "jpeg", output={"splits": {"train": 1.0}}
    )
    settings = {"scratches": Change(fields={"count": 12}), "grain": Change(on=False)}
    pair, asked = Asked(photo, recipe, 77, 3, settings).made()
    shown = Asked(photo, recipe, 77, 3, settings).shown()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / photo.name).write_bytes(photo.data)
    (tmp_path / "mine.yaml").write_text(shown.recipe, "utf-8")
    degrade.build(tmp_path / "mine.yaml", tmp_path / "photos", tmp_path / "out", engine="threads", workers=1)
    built = degrade.open_pairs(tmp_path / "out").by_key("one/c3")
    assert np.array_equal(built.degraded, pair.degraded)
    assert np.array_equal(built.mask, pair.mask)
    assert json.loads(json.dumps(built.record["steps"])) == pair.record["steps"]
    assert degrade.load_recipe(tmp_path / "mine.yaml").fingerprint == asked.fingerprint


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(recipe_names()[::10], marks=pytest.mark.slow, id="some"),
        pytest.param(recipe_names(), marks=pytest.mark.long, id="all"),
    ],
)
def test_every_recipe_shows_what_its_export_gives(names: list[str], tmp_path: Path) -> None:
    """With its first slider beside the probabilities moved to an end."""
    photo = photograph()
    for name in names:
        recipe = Recipes()[name]
        settings = _one_moved(recipe)
        asked = Asked(photo, recipe, 11, 2, settings)
        try:
            pair, _ = asked.made()
        except MissingExtra:
            continue
        shown = asked.shown()
        file = tmp_path / "mine.yaml"
        file.write_text(shown.recipe, "utf-8")
        again = degrade.load_recipe(file)
        other = again.of_photograph(photo.decoded(again.reads_luma), key=photo.key, copy=2)
        assert np.array_equal(other.degraded, pair.degraded), name
        assert np.array_equal(other.clean, pair.clean), name
        assert np.array_equal(other.classes, pair.classes), name
        assert other.record == pair.record == shown.record, name


def _one_moved(recipe: degrade.Recipe) -> dict[str, Change]:
    from degrade.demo.controls import panels_of

    for top in panels_of(recipe):
        for panel in top.flattened():
            for control in panel.controls[1:]:
                return {panel.address: Change(fields={control.name: control.moved(control.high) or control.start})}
    return {}


def test_a_recipe_of_ones_own_comes_first(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("recipe: 1\nsteps: [target, grain]\n", "utf-8")
    recipes = Recipes(str(tmp_path / "mine.yaml"))
    assert recipes.names[0] == recipes.first == str(tmp_path / "mine.yaml")
    assert recipes[recipes.first].name == "mine"
    assert {"animal_faces@C+visible", "imagenet_c@5", "old_photos"} <= set(recipes.names)
    assert Recipes("imagenet_c@3").first == "imagenet_c@3"
    assert Recipes().names == recipe_names()


def test_only_the_one_who_starts_the_page_names_files(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("recipe: 1\nsteps: [target, grain]\n", "utf-8")
    for name in (str(tmp_path / "mine.yaml"), "../recipes/aged_photo.yaml", "hf://datasets/a/b/recipe.yaml"):
        with pytest.raises(degrade.RecipeError):
            Recipes()[name]


def test_png_of_a_pixel_is_refused() -> None:
    tiny = Given("dot.png", encode_png(np.zeros((1, 1, 3), np.uint8), filtered=True))
    with pytest.raises(DemoError, match="take a larger one"):
        Asked(tiny, recipe_of("grain"), None, 0, {}).shown()
