"""From a name, a file or a mapping to a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import degrade
from degrade.errors import DegradeError
from degrade.recipes import RecipeError, examine, load_recipe, recipe_text, shipped_recipes

MINE = "recipe: 1\nsteps: [grain]\n"


def message(source: Any) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(source)
    return str(caught.value)


@pytest.mark.parametrize("source", ["aged_photo", "aged_photo.yaml"])
def test_a_shipped_name(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_recipe(source).name == "aged_photo"


def test_it_is_what_the_package_offers() -> None:
    assert degrade.load_recipe is load_recipe
    assert issubclass(degrade.RecipeError, DegradeError)


def test_a_file_comes_before_a_shipped_recipe_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aged_photo.yaml").write_text(MINE)
    assert len(load_recipe("aged_photo.yaml").steps) == 1
    assert len(load_recipe("aged_photo").steps) > 1


def test_an_output_folder_does_not_hide_a_shipped_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aged_photo").mkdir()
    assert load_recipe("aged_photo").name == "aged_photo"


@pytest.mark.parametrize("name", ["r.yaml", "r.yml", "r@home.yaml", "grün.yaml", "r"])
def test_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(MINE, "utf-8")
    for source in (name, str(tmp_path / name), tmp_path / name):
        assert load_recipe(source).name == Path(name).stem


def test_presets_are_chosen_after_an_at_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [step.address for step in load_recipe("animal_faces@CG").steps] == ["gaussian_noise", "coarse_dropout"]
    assert load_recipe("animal_faces.yaml@CG") == load_recipe("animal_faces@CG")
    (tmp_path / "r@home.yaml").write_text(MINE + "presets: {a: {x: {}, y: {without: [grain]}}}\n")
    assert load_recipe("r@home.yaml@y").name == "r@home@y"


def test_a_mistake_names_the_file_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("recipe: 1\nsteps: [grian]\n")
    assert message("bad.yaml").startswith("bad.yaml:2:9: ")
    assert message("./bad.yaml").startswith("./bad.yaml:2:9: ")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("aged_foto", ("there is no file 'aged_foto' and no shipped recipe of that name; did you mean 'aged_photo'? "
         "`degrade recipes` lists the shipped ones")),
        ("zzz", "there is no file 'zzz' and no shipped recipe of that name; `degrade recipes` lists the shipped ones"),
        ("my/zzz.yaml", ("there is no file 'my/zzz.yaml' and no shipped recipe of that name; "
         "`degrade recipes` lists the shipped ones")),
        ("", "there is no file '' and no shipped recipe of that name; `degrade recipes` lists the shipped ones"),
        ("a\0b",
         "there is no file 'a\\x00b' and no shipped recipe of that name; `degrade recipes` lists the shipped ones"),
        (5, "a recipe is a shipped name, a path or a mapping, not an object of int"),
        (b"aged_photo", "a recipe is a shipped name, a path or a mapping, not an object of bytes"),
        (None, "a recipe is a shipped name, a path or a mapping, not an object of NoneType"),
    ],
)  # fmt: skip
def test_what_is_no_recipe(source: Any, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert message(source) == expected


def test_a_path_that_goes_up_reaches_no_shipped_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no file" in message("../recipes/aged_photo")


def test_a_folder_and_a_name_beyond_all_length(tmp_path: Path) -> None:
    assert message(tmp_path) == f"{tmp_path}: this is no regular file; a recipe is a YAML file"
    assert "there is no file" in message("x" * 5000)


def test_an_image_is_no_recipe(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(1 << 19))
    assert "more than 262144 bytes" in message(tmp_path / "photo.jpg")


def test_examine_gives_warnings_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("recipe: 1\nsteps:\n  - jpeg\n  - grain\noutput: {members: [clean]}\n")
    recipe, warnings = examine(tmp_path / "r.yaml")
    assert len(recipe.steps) == 2
    assert [(w.line, w.column, w.path) for w in warnings] == [(4, 5, "steps[1]")]
    assert warnings[0].snippet.splitlines()[0] == "      - grain"


def test_the_listing() -> None:
    listed = {each.name: each for each in shipped_recipes()}
    assert list(listed) == sorted(listed)
    assert listed["aged_photo"].about == load_recipe("aged_photo").about
    assert listed["animal_faces"].presets["strength"] == ("weak", "visible")


def test_the_text_to_copy_is_the_file_with_its_comments() -> None:
    text = recipe_text("aged_photo")
    assert text == recipe_text("aged_photo.yaml")
    assert text.startswith("# ")
    with pytest.raises(RecipeError, match="did you mean 'aged_photo'"):
        recipe_text("aged_phto")
