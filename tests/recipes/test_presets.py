"""Variants of one recipe by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from degrade.engine.compose import OneOf
from degrade.engine.distributions import Constant
from degrade.ops.gaussian_noise import GaussianNoise
from degrade.ops.grain import Grain
from degrade.ops.jpeg import Jpeg
from degrade.recipes import Recipe, RecipeError, load_recipe

TEXT = """recipe: 1
name: mine
frame: {size: 64, flip: 0.5}
presets:
  noise:
    both: {}
    film: {without: [gaussian_noise]}
    digital: {without: [grain], output: {image: png}}
  strength:
    weak:
    strong:
      steps:
        grain: {strength: 0.3, p: 0.9}
        last: {quality: 10}
        choice: {p: 0.7, weights: [1, 5]}
      frame: {size: [32, 48]}
steps:
  - one_of: [grain, gaussian_noise]
    label: choice
  - jpeg: {quality: 90, subsampling: "444"}
    label: last
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, "utf-8")
    return str(path)


def test_the_first_setting_of_each_choice_is_the_default(file: str) -> None:
    assert load_recipe(file) == load_recipe(f"{file}@both+weak") == load_recipe(f"{file}@weak")
    assert load_recipe(file).name == "mine"


def test_a_step_is_left_out(file: str) -> None:
    film = load_recipe(f"{file}@film")
    assert film.name == "mine@film"
    assert film.steps[0] == OneOf([Grain()], label="choice")
    assert load_recipe(f"{file}@digital").output.image == "png"


def test_fields_are_changed_and_the_others_kept(file: str) -> None:
    strong = load_recipe(f"{file}@strong")
    assert strong.name == "mine@strong"
    assert strong.steps == (
        OneOf([Grain(strength=0.3, p=0.9), GaussianNoise()], label="choice", p=0.7, weights=[1, 5]),
        Jpeg(quality=10, subsampling="444", label="last"),
    )
    assert strong.frame is not None
    assert strong.frame.fixed("size") == (32, 48)
    assert strong.frame.flip == Constant(0.5)


def test_settings_of_several_choices_are_joined(file: str) -> None:
    recipe = load_recipe(f"{file}@strong+film")
    assert recipe.name == "mine@film+strong"
    assert recipe.steps[0] == OneOf([Grain(strength=0.3, p=0.9)], label="choice", p=0.7, weights=[1])
    assert recipe.fingerprint == load_recipe(f"{file}@film+strong").fingerprint


def test_a_variant_does_what_the_recipe_written_out_does(file: str) -> None:
    plain = load_recipe({"recipe": 1, "frame": {"size": 64, "flip": 0.5}, "output": {"image": "png"}, "steps": [
        {"one_of": ["gaussian_noise"], "label": "choice"},
        {"jpeg": {"quality": 90, "subsampling": "444"}, "label": "last"},
    ]})  # fmt: skip
    assert load_recipe(f"{file}@digital").fingerprint == plain.fingerprint


def test_a_group_whose_steps_are_all_left_out_goes_too() -> None:
    presets = {"a": {"x": {}, "y": {"without": ["grain", "jpeg"]}, "z": {"without": ["shaken"]}}}
    data = {"recipe": 1, "presets": presets, "steps": ["target", {"shuffle": ["grain", "jpeg"], "label": "shaken"}]}
    assert [len(_chosen(data, name).steps) for name in "xyz"] == [2, 1, 1]


def _chosen(data: dict[str, object], name: str) -> Recipe:
    from degrade.recipes.document import plain_document
    from degrade.recipes.grammar import read

    return read(plain_document(data), "r", [name]).recipe


@pytest.mark.parametrize(
    ("asked", "mistake"),
    [
        ("strnog",
         ("presets: the recipe has no preset 'strnog'; it has both, film, digital, weak, strong; "
          "did you mean 'strong'?")),
        ("film+digital", "presets.noise: 'film' and 'digital' are both settings of noise; choose one of them"),
    ],
)  # fmt: skip
def test_presets_that_cannot_be_chosen(file: str, asked: str, mistake: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(f"{file}@{asked}")
    assert mistake in str(caught.value)
    assert caught.value.problems[0].line in (4, 5)


def test_a_recipe_without_presets_has_none_to_choose() -> None:
    with pytest.raises(RecipeError, match="the recipe has no preset 'x'; it has none"):
        load_recipe("aged_gray@x")


@pytest.mark.parametrize(
    ("presets", "mistake"),
    [
        ("5", "presets: expected choices by name, each with settings by name, not 5"),
        ("{a: 5}", "presets.a: expected at least one setting by name, not 5"),
        ("{a: {}}", "presets.a: expected at least one setting by name, not {}"),
        ("{a: {x: 5}}", "presets.a.x: expected a mapping of without, steps, story, frame, output, not 5"),
        ("{a: {x: {step: {}}}}",
         ("presets.a.x.step: a setting has no 'step'; it may hold without, steps, story, frame, output; "
          "did you mean 'steps'?")),
        ("{a: {x: {without: grain}}}", "presets.a.x.without: expected a list of labels of steps, not 'grain'"),
        ("{a: {x: {without: [grian]}}}", "presets.a.x.without[0]: no step is labelled 'grian'; did you mean 'grain'?"),
        ("{a: {x: {steps: [grain]}}}", "presets.a.x.steps: expected a mapping of what changes, not ['grain']"),
        ("{a: {x: {steps: {grain: 5}}}}", "presets.a.x.steps.grain: expected a mapping of fields, not 5"),
        ("{a: {x: {steps: {grian: {}}}}}",
         "presets.a.x.steps.grian: no step is labelled 'grian'; did you mean 'grain'?"),
        ("{a: {x: {}, y: {steps: {grain: {strength: 9}}}}}",
         "presets.a.y.steps.grain.strength: expected a number in [0, 1], not 9"),
        ("{a: {x: {}, y: {steps: {grain: {p: 9}}}}}",
         "presets.a.y.steps.grain.p: expected a probability in [0, 1], not 9"),
        ("{a: {x: {}, y: {steps: {'one_of(jpeg,blur)': {n: 9}}}}}",
         'presets.a.y.steps["one_of(jpeg,blur)"].n: one_of takes p, label, when, link, weights, not \'n\''),
        ("{a: {x: {}, y: {frame: {fit: corp}}}}",
         ("presets.a.y.frame.fit: expected one of crop, cover, patch, contain, stretch, not 'corp'; "
          "did you mean 'crop'?")),
        ("{a: {x: {}, y: {output: {copies: 0}}}}",
         "presets.a.y.output.copies: expected a whole number in [1, 10000], not 0"),
        ("{a: {x: {}}, b: {x: {}}}", "presets.b.x: 'x' is a setting of a already; name every setting differently"),
        ("{a: {'x y': {}}}", 'presets.a["x y"]: expected a name of letters, digits and _ . -, not \'x y\''),
    ],
)  # fmt: skip
def test_mistakes_in_any_preset_are_found_whatever_is_chosen(tmp_path: Path, presets: str, mistake: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(f"recipe: 1\npresets: {presets}\nsteps: [grain, one_of: [jpeg, blur]]\n", "utf-8")
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    [problem] = caught.value.problems
    assert str(problem).splitlines()[0].removeprefix(f"{path}:2:{problem.column}: ") == mistake
