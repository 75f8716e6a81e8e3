from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from degrade.recipes import load_recipe, recipe_schema, recipe_text, shipped_recipes

Run = Callable[..., Result]
Error = Callable[..., str]
JsonLines = Callable[..., list[dict[str, Any]]]

# --- check ------------------------------------------------------------------------------------------------------------


def test_a_sound_recipe(run: Run, recipe: str) -> None:
    result = run("check", recipe)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "tiny: 4 steps, no mistakes, 0 warnings\n"


MISTAKES = """recipe: 1
steps:
  - grian: {strength: 0.1}
  - jpeg: {quality: 101}
"""


def test_every_mistake_is_told_at_once_with_its_place(run: Run, here: Path) -> None:
    (here / "bad.yaml").write_text(MISTAKES)
    result = run("check", "bad.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error:\n")
    assert "bad.yaml:3:" in result.stderr
    assert "bad.yaml:4:" in result.stderr
    assert "did you mean 'grain'?" in result.stderr


def test_mistakes_as_json(run: Run, here: Path) -> None:
    (here / "bad.yaml").write_text(MISTAKES)
    result = run("check", "bad.yaml", "--json")
    assert result.exit_code == 2
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(record["kind"], record["line"]) for record in records] == [("mistake", 3), ("mistake", 4)]


def test_warnings_leave_the_code_at_0(run: Run, here: Path) -> None:
    (here / "odd.yaml").write_text("recipe: 1\nsteps:\n  - jpeg\n  - grain\n")
    result = run("check", "odd.yaml")
    assert result.exit_code == 0
    assert "warning: odd.yaml:" in result.stderr
    result = run("check", "odd.yaml", "--json")
    assert {json.loads(line)["kind"] for line in result.stdout.splitlines()} == {"warning"}


def test_an_unknown_recipe_is_one_line_with_the_nearest(error: Error) -> None:
    for command in (["check"], ["preview"], ["build", "--recipe"]):
        told = error(*command, "aged_foto", code=2)
        assert "did you mean 'aged_photo'?" in told


# --- recipes and schema -----------------------------------------------------------------------------------------------


def test_all_shipped_recipes_are_listed(run: Run, json_lines: JsonLines) -> None:
    names = [recipe.name for recipe in shipped_recipes()]
    rows = run("recipes").stdout.splitlines()
    assert [row.split()[0] for row in rows] == names
    records = json_lines("recipes", "--json")
    assert [record["name"] for record in records] == names
    assert all(record["about"] for record in records)


def test_a_recipe_is_shown_as_it_stands(run: Run) -> None:
    assert run("recipes", "aged_photo").stdout == recipe_text("aged_photo")


def test_a_recipe_as_json_loads_to_the_same(json_lines: JsonLines) -> None:
    (data,) = json_lines("recipes", "aged_photo", "--json")
    assert load_recipe(data).fingerprint == load_recipe("aged_photo").fingerprint


@pytest.mark.parametrize(
    ("args", "file"),
    [
        (["aged_photo", "--copy", "mine.yaml"], "mine.yaml"),
        (["aged_photo", "--copy"], "aged_photo.yaml"),
        (["--copy", "aged_photo"], "aged_photo.yaml"),
    ],
)
def test_a_copy_does_the_same_under_its_own_name(run: Run, here: Path, args: list[str], file: str) -> None:
    result = run("recipes", *args)
    assert result.exit_code == 0, result.stderr
    copied = load_recipe(here / file)
    assert copied.name == Path(file).stem
    assert copied.fingerprint == load_recipe("aged_photo").fingerprint
    assert "#" not in recipe_text("aged_photo") or "#" in (here / file).read_text()


def test_a_preset_is_copied_settled(run: Run, here: Path) -> None:
    preset = next(recipe for recipe in shipped_recipes() if recipe.presets)
    setting = next(iter(preset.presets.values()))[-1]
    assert run("recipes", f"{preset.name}@{setting}", "--copy", "mine.yaml").exit_code == 0
    assert load_recipe(here / "mine.yaml").fingerprint == load_recipe(f"{preset.name}@{setting}").fingerprint


def test_a_copy_never_replaces_a_file(error: Error, here: Path) -> None:
    (here / "mine.yaml").write_text("precious")
    assert "--copy FILE" in error("recipes", "aged_photo", "--copy", "mine.yaml", code=1)
    assert (here / "mine.yaml").read_text() == "precious"


def test_what_cannot_be_copied(error: Error, here: Path) -> None:
    assert "needs the name" in error("recipes", "--copy", code=2)
    assert "did you mean 'aged_photo'?" in error("recipes", "aged_foto", "--copy", code=2)
    assert "call it mine.yaml" in error("recipes", "aged_photo", "--copy", "mine.txt", code=2)
    assert "make sure that the file or folder is there" in error(
        "recipes", "aged_photo", "--copy", "no/mine.yaml", code=1
    )
    assert list(here.iterdir()) == []


def test_the_schema(run: Run, here: Path) -> None:
    assert json.loads(run("schema").stdout) == recipe_schema()
    assert run("schema", "--out", "recipe.schema.json").stdout == ""
    assert json.loads((here / "recipe.schema.json").read_text("utf-8")) == recipe_schema()
