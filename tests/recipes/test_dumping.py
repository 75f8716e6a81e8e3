"""A recipe as YAML text that loads to an equal recipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.compose import OneOf, Sequence, SomeOf, Target
from degrade.engine.distributions import Choice
from degrade.ops import degradations
from degrade.ops.grain import Grain
from degrade.ops.grayscale import Grayscale
from degrade.ops.jpeg import Jpeg
from degrade.recipes import Recipe, Shipped, dump, load_recipe, shipped_recipes
from degrade.recipes.frame import Frame
from degrade.recipes.grammar import read
from degrade.recipes.loading import load_with_presets
from degrade.recipes.output import Output
from degrade.recipes.text import parse_document


def loaded(text: str) -> Recipe:
    return read(parse_document(text.encode(), "r.yaml"), "r").recipe


@given(st.data())
def test_a_dump_loads_to_an_equal_recipe(recipes: st.SearchStrategy[Recipe], data: st.DataObject) -> None:
    recipe = data.draw(recipes)
    text = dump(recipe)
    again = loaded(text)
    assert again == recipe
    assert again.fingerprint == recipe.fingerprint
    assert dump(again) == text


@given(st.data())
def test_plain_data_of_a_recipe_loads_too(recipes: st.SearchStrategy[Recipe], data: st.DataObject) -> None:
    recipe = data.draw(recipes)
    plain = json.loads(json.dumps(recipe.to_data()))
    again = load_recipe({**plain, "frame": None if recipe.frame is None else recipe.frame.changed()})
    assert again.fingerprint == recipe.fingerprint


@pytest.mark.parametrize("op", degradations().values(), ids=degradations())
def test_every_setting_of_every_op_survives(op: type[Grain]) -> None:
    step = op()
    recipe = load_recipe({"recipe": 1, "steps": [step.canonical()]})
    assert recipe.steps == (step,)
    assert recipe.fingerprint == load_recipe({"recipe": 1, "steps": [op.name]}).fingerprint


def test_a_default_in_other_words_survives_with_its_fingerprint() -> None:
    (usual,) = load_recipe({"recipe": 1, "name": "t", "steps": ["crack_network"]}).steps
    mean = usual.count.mean  # type: ignore[attr-defined]
    for same in (int(mean), float(mean)):
        steps = [{"crack_network": {"count": {"poisson": same}}}]
        recipe = load_recipe({"recipe": 1, "name": "t", "steps": steps})
        assert load_recipe(recipe.to_data()).fingerprint == recipe.fingerprint


def test_a_dump_reads_like_a_recipe() -> None:
    recipe = Recipe(
        "mine", about="Two things: old & gray", seed=7, frame=Frame(size=(480, 640), flip=0.5),
        steps=(
            Grayscale(response=Choice(["rec601", "panchromatic"], [3, 1])),
            Target(),
            OneOf([Grain(strength=(0.02, 0.03)), Sequence([Grain(label="second", p=0.5)])], weights=[2, 1], p=0.4),
            SomeOf([Jpeg(subsampling="444"), Jpeg(quality=80, label="again")], n=2),
        ),
        output=Output(splits={"train": 0.9, "val": 0.1}),
    )  # fmt: skip
    assert dump(recipe) == (
        "recipe: 1\n"
        "name: mine\n"
        "about: 'Two things: old & gray'\n"
        "seed: 7\n"
        "format: print_10x15\n"
        "frame: {size: [480, 640], flip: 0.5}\n"
        "steps:\n"
        "- grayscale: {response: {choice: [rec601, panchromatic], weights: [3.0, 1.0]}}\n"
        "- target\n"
        "- one_of:\n"
        "  - grain: {strength: {uniform: [0.02, 0.03]}}\n"
        "  - sequence:\n"
        "    - grain: {}\n"
        "      p: 0.5\n"
        "      label: second\n"
        "  weights: [2, 1]\n"
        "  p: 0.4\n"
        "- some_of:\n"
        "  - jpeg: {subsampling: '444'}\n"
        "  - jpeg: {quality: 80}\n"
        "    label: again\n"
        "  n: 2\n"
        "output: {splits: {train: 0.9, val: 0.1}}\n"
    )


def test_words_that_yaml_would_take_for_something_else_are_quoted() -> None:
    recipe = Recipe("no", (), about="1e-3", source="~")
    text = dump(recipe)
    assert loaded(text) == recipe
    assert "'1e-3'" in text
    assert yaml.safe_load(text)["source"] == "~"


def test_a_frame_without_settings_is_not_the_same_as_none() -> None:
    with_frame, without = Recipe("r", (), frame=Frame()), Recipe("r", ())
    assert loaded(dump(with_frame)) == with_frame
    assert loaded(dump(without)) == without
    assert with_frame.fingerprint != without.fingerprint


def test_a_dumped_file_loads(tmp_path: Path) -> None:
    recipe = load_recipe("aged_photo")
    (tmp_path / "other_name.yaml").write_text(dump(recipe), "utf-8")
    assert load_recipe(tmp_path / "other_name.yaml") == recipe


@pytest.mark.parametrize("shipped", shipped_recipes(), ids=lambda shipped: shipped.name)
def test_a_dump_may_have_the_presets(shipped: Shipped, tmp_path: Path) -> None:
    """Where the default settings change nothing; each of the others then gives what it gave."""
    recipe, presets = load_with_presets(shipped.name)
    text = dump(recipe, presets)
    (tmp_path / "again.yaml").write_text(text, "utf-8")
    assert load_with_presets(tmp_path / "again.yaml") == (recipe, presets)
    settings = [setting for choice in presets.values() for setting in choice]
    assert all(load_recipe(f"{tmp_path}/again.yaml@{one}") == load_recipe(f"{shipped.name}@{one}") for one in settings)


def test_presets_have_lines_of_their_own() -> None:
    recipe, presets = load_with_presets("old_photos")
    lines = dump(recipe, presets).splitlines()
    place = lines.index("presets:")
    assert lines[place + 1 : place + 4] == [
        "  kind:",
        "    all: {}",
        "    prints: {without: [glass_negative, cine_frame, separations, two], story: {plate: single}}",
    ]
    assert lines[lines.index("steps:") - 1].startswith("    single: {without:")


@pytest.mark.parametrize("name", ["old_photos@film", "aged_photo"])
def test_there_are_no_presets_of_what_one_has_changed(name: str) -> None:
    assert load_with_presets(name) == (load_recipe(name), {})


def test_defaults_that_change_something_leave_no_presets() -> None:
    presets = {"how": {"weak": {"steps": {"grain": {"strength": 0.01}}}, "strong": {}}}
    assert load_with_presets({"recipe": 1, "steps": ["grain"], "presets": presets})[1] == {}


@pytest.mark.parametrize("text", ["\x85", "a\u2028b", "x\u2029", " \x85 y", "it's: so", "\n"])
def test_line_breaks_of_every_kind_survive(text: str) -> None:
    recipe = load_recipe({"recipe": 1, "name": "r", "about": text, "steps": ["grain"]})
    assert loaded(dump(recipe)).about == text


@pytest.mark.parametrize("train", [1, 1.0])
def test_one_photograph_is_not_all_of_them(train: float) -> None:
    recipe = load_recipe({"recipe": 1, "name": "a", "steps": ["grain"], "output": {"splits": {"train": train}}})
    again = load_recipe(recipe.to_data())
    assert type(again.output.splits["train"]) is type(train)
    assert again.fingerprint == recipe.fingerprint
