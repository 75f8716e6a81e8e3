"""Recipes with what was changed, and their export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import degrade
from degrade.demo.changes import changed, exported
from degrade.demo.choices import recipe_names
from degrade.demo.controls import Change, Panel, Settings, panels_of
from degrade.recipes import Recipe
from degrade.recipes.loading import load_shipped

SMALL = {"recipe": 1, "name": "small", "seed": 3, "frame": {"size": 48, "min_side": 16}}


def recipe_of(*steps: Any) -> Recipe:
    return degrade.load_recipe({**SMALL, "steps": ["target", *steps]})


def picture() -> Any:
    down, across = np.mgrid[:48, :48]
    return np.stack([down * 5, across * 5, 255 - down * 5], axis=2).astype(np.uint8)


def drawn(recipe: Recipe, **more: Any) -> dict[str, Any]:
    """What was drawn for each step, by label."""
    return {step["label"]: step for step in recipe(picture(), key="one", **more).record["steps"]}


@pytest.mark.parametrize("name", recipe_names())
def test_nothing_changed_is_the_same_recipe(name: str) -> None:
    recipe = load_shipped(name)
    again = changed(recipe, {})
    assert again.fingerprint == recipe.fingerprint
    assert again.to_data() == recipe.to_data()


def test_a_number_stands_in_place_of_its_distribution() -> None:
    recipe = recipe_of({"gaussian_noise": {"sigma": [0.01, 0.2]}}, {"scratches": {}})
    fixed = changed(recipe, {"gaussian_noise": Change(fields={"sigma": 0.07})})
    assert drawn(fixed)["gaussian_noise"]["drawn"]["sigma"] == 0.07
    assert drawn(fixed)["scratches"] == drawn(recipe)["scratches"]


def test_a_step_that_is_off_happens_to_nobody_and_moves_no_other() -> None:
    recipe = recipe_of({"gaussian_noise": {}}, {"scratches": {"count": 9}}, {"sequence": ["folds", "dye_fading"]})
    off = changed(recipe, {"scratches": Change(on=False), "sequence(folds,dye_fading)": Change(on=False)})
    before, after = drawn(recipe), drawn(off)
    assert [label for label, step in after.items() if not step["fired"]] == ["scratches", "folds", "dye_fading"]
    for label, step in after.items():
        assert step["drawn"] == before[label]["drawn"]


@pytest.mark.parametrize("word", ["one_of", "some_of"])
@pytest.mark.parametrize("weights", [None, [5, 1, 0]])
def test_of_a_choice_another_one_is_taken(word: str, weights: list[float] | None) -> None:
    group: dict[str, Any] = {word: ["folds", "scratches", "foxing"], "label": "kind"}
    recipe = recipe_of(group if weights is None else {**group, "weights": weights})
    off = changed(recipe, {"folds": Change(on=False)})
    for copy in range(20):
        fired = [label for label, step in drawn(off, copy=copy).items() if step["fired"] and label != "target"]
        assert len(fired) == 1
        assert "folds" not in fired
        assert weights is None or fired == ["scratches"]


def test_of_a_choice_all_of_which_is_off_nothing_happens() -> None:
    recipe = recipe_of({"one_of": ["folds", "scratches"], "label": "kind", "weights": [1, 0]})
    for off in ({"folds": Change(on=False)}, {name: Change(on=False) for name in ("folds", "scratches")}):
        assert not any(step["fired"] for label, step in drawn(changed(recipe, off)).items() if label != "target")


def test_what_cannot_be_is_an_error() -> None:
    recipe = recipe_of({"gaussian_noise": {}})
    with pytest.raises(degrade.ParameterError, match="sigma"):
        changed(recipe, {"gaussian_noise": Change(fields={"sigma": 1000.0})})


def test_a_build_makes_the_variant_that_was_seen() -> None:
    recipe = load_shipped("aged_photo")
    assert changed(recipe, {}, variant=1).output.copies == recipe.output.copies == 2
    assert changed(recipe, {}, variant=6).output.copies == 7


def settings_for(panels: tuple[Panel, ...], data: st.DataObject) -> Settings:
    """Some changes of any of the panels."""
    flat = [panel for top in panels for panel in top.flattened()]
    settings = {}
    for panel in data.draw(st.lists(st.sampled_from(flat), max_size=4, unique_by=lambda each: each.address)):
        numbers = {}
        for control in data.draw(st.lists(st.sampled_from(panel.controls), max_size=3, unique=True)):
            moved = control.moved(data.draw(st.floats(control.low, control.high)))
            if moved is not None:
                numbers[control.name] = moved
        settings[panel.address] = Change(data.draw(st.booleans()), numbers.pop("p", None), numbers)
    return settings


@settings(max_examples=8)
@given(data=st.data())
def test_an_exported_recipe_is_the_recipe(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    recipe = load_shipped(data.draw(st.sampled_from([name for name in recipe_names() if name != "film_pairs"])))
    moved = settings_for(panels_of(recipe), data)
    seed, variant = data.draw(st.integers(0, 2**53 - 1)), data.draw(st.integers(0, 9))
    try:
        asked = changed(recipe, moved, seed, variant)
    except degrade.ParameterError:  # numbers that do not go together, such as two sizes of one thing
        return
    file = Path(tmp_path_factory.mktemp("exported")) / "mine.yaml"
    file.write_text(exported(asked, "album/0042", variant), "utf-8")
    again = degrade.load_recipe(file)
    assert again.fingerprint == asked.fingerprint
    assert (again.name, again.seed) == (recipe.name, seed)
