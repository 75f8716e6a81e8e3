"""Every kind of mistake: its exact place, its path, what was expected, and the cure."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.recipes import RecipeError, load_recipe
from degrade.recipes.errors import Problem
from degrade.recipes.grammar import FIELDS, read
from degrade.recipes.source import OPTIONS, WHERE
from degrade.recipes.text import parse_document

MARK = "»"
"""Stands before the place of a mistake, and is taken away before reading."""


def mistakes(text: str) -> list[Problem]:
    with pytest.raises(RecipeError) as caught:
        read(parse_document(text.encode(), "r.yaml"), "r")
    return caught.value.problems


def check(marked: str, *expected: str) -> None:
    """The mistakes of `marked` stand at its marks and read as `expected`: ``path: message; hint``."""
    places = []
    for number, line in enumerate(marked.split("\n"), 1):
        parts = line.split(MARK)
        places += [(number, sum(map(len, parts[: i + 1])) + 1) for i in range(len(parts) - 1)]
    problems = mistakes(marked.replace(MARK, ""))
    assert [str(p).splitlines()[0].split(": ", 1)[1] for p in problems] == list(expected)
    assert [(p.line, p.column) for p in problems] == sorted(places)
    assert {p.file for p in problems} == {"r.yaml"}
    for problem in problems:
        shown, caret = problem.snippet.splitlines()
        assert shown.strip()
        assert caret.strip() == "^"


def in_steps(step: str) -> str:
    return f"recipe: 1\nsteps:\n  {step}\n"


# --- the top ----------------------------------------------------------------------------------------------------------

SOURCE = ", ".join((*WHERE, *OPTIONS))
ALL = ", ".join(FIELDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("»null", "expected a mapping that begins with `recipe: 1`, not nothing"),
        ("»- grain", "expected a mapping that begins with `recipe: 1`, not ['grain']"),
        ("»steps: [grain]", "`recipe: 1` is missing: it tells a recipe from other YAML; begin with `recipe: 1`"),
        ("»recipe: 1", "`steps:` is missing: a recipe is a list of steps"),
        ("recipe: »2\nsteps: []", "recipe: expected version 1 of the language, not 2; install a newer degrade"),
        ("recipe: »true\nsteps: []", "recipe: expected version 1 of the language, not true"),
        ("recipe: »'1'\nsteps: []", "recipe: expected version 1 of the language, not '1'"),
        ("recipe: 1\n»step: []\nsteps: []", f"step: a recipe has no field 'step'; it has {ALL}; did you mean 'steps'?"),
        ("recipe: 1\n»zzz: []\nsteps: []", f"zzz: a recipe has no field 'zzz'; it has {ALL}"),
        ("recipe: 1\nsteps: []\n»steps: [grain]",
         "steps: 'steps' stands here a second time; the first is at 2:1; leave one of them"),
        ("recipe: 1\nabout: »[a]\nsteps: []", "about: expected a text, not ['a']"),
        ("recipe: 1\nname: »../x\nsteps: []",
         ("name: expected a name of at most 100 letters, digits and `_ .@+-` that begins with a letter or digit, "
         "not '../x'")),
        ("recipe: 1\nseed: »1.5\nsteps: []", "seed: expected a whole number, not 1.5"),
        ("recipe: 1\nseed: »true\nsteps: []", "seed: expected a whole number, not True"),
        ("recipe: 1\nsource: »5\nsteps: []",
         "source: expected a text, a mapping with a `path`, or a list of these, not 5"),
        ("recipe: 1\nsource: [{path: a, weight: 1}, {path: b, weight: »-1}]\nsteps: []",
         "source[1].weight: expected a number above 0, not -1"),
        ("recipe: 1\nsource: {path: a, clas: »[b]}\nsteps: []",
         f"source.clas: a source has no option 'clas'; it has {SOURCE}; did you mean 'classes'?"),
        ("recipe: 1\nsource: {path: a, group_by: {regex: »abc}}\nsteps: []",
         ("source.group_by.regex: expected one group in parentheses, which says what belongs together, not 0; "
          "write (?:…) where nothing is to be kept")),
        ("recipe: 1\nsteps: »grain", "steps: expected a list of steps, not 'grain'"),
        ("recipe: 1\nsteps:\n  »grain: {}",
         "steps: expected a list of steps, not {'grain': {}}; begin each step with `- `"),
        ("recipe: 1\n»steps:", "steps: expected a list of steps, not nothing"),
    ],
)  # fmt: skip
def test_top(text: str, expected: str) -> None:
    check(text, expected)


def test_format() -> None:
    [problem] = mistakes("recipe: 1\nformat: carte_de_visit\nsteps: []")
    assert (problem.line, problem.column, problem.path) == (2, 9, "format")
    assert problem.message.startswith("expected one of cine_8mm, cine_16mm")
    assert problem.hint == "did you mean 'carte_de_visite'?"


# --- frame and output -------------------------------------------------------------------------------------------------

FRAME = "size, fit, flip, rotate_deg, translate_frac, zoom, brightness, contrast, min_side, resize"
OUTPUT = "copies, members, image, quality, scale, format, pairs_per_shard, splits"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("frame: »5", f"frame: expected a mapping of {FRAME}, not 5"),
        ("frame: {»sise: 5}", f"frame.sise: frame has no field 'sise'; it has {FRAME}; did you mean 'size'?"),
        ("frame: {size: »0}", "frame.size: expected a list of 2 numbers in [1, 100000] or null, not [0, 0]"),
        ("frame: {size: »[1, 2, 3]}",
         "frame.size: expected a list of 2 numbers in [1, 100000] or null, not [1, 2, 3]"),
        ("frame: {size: 64, fit: »corp}",
         "frame.fit: expected one of crop, cover, patch, contain, stretch, not 'corp'; did you mean 'crop'?"),
        ("frame: {fit: »patch}", "frame.fit: patch needs a size"),
        ("frame: {flip: »[0, 1]}", "frame.flip: expected a fixed value, not a distribution"),
        ("frame: {zoom: »[0, 1]}", "frame.zoom: expected values in [0.1, 10], but uniform spans [0, 1]"),
        ("output: »jpg", f"output: expected a mapping of {OUTPUT}, not 'jpg'"),
        ("output: {»copie: 2}", f"output.copie: output has no field 'copie'; it has {OUTPUT}; did you mean 'copies'?"),
        ("output: {copies: »0}", "output.copies: expected a whole number in [1, 10000], not 0"),
        ("output: {quality: »95.5}", "output.quality: expected a whole number in [1, 100], not 95.5"),
        ("output: {image: »jpgg}", "output.image: expected one of jpg, png, png16, not 'jpgg'; did you mean 'jpg'?"),
        ("output: {splits: »{train: 0.9, val: 0.2}}", "output.splits: the shares must sum to 1, not 1.1"),
    ],
)  # fmt: skip
def test_frame_and_output(text: str, expected: str) -> None:
    check(f"recipe: 1\nsteps: []\n{text}", expected)


@pytest.mark.parametrize("members", ["[]", "clean", "[clean, degraed]", "[3]"])
def test_members(members: str) -> None:
    [problem] = mistakes(f"recipe: 1\nsteps: []\noutput: {{members: {members}}}")
    assert (problem.line, problem.column) == (3, 19)
    assert "expected a list of some of clean, degraded, mask, loss, classes" in problem.message


# --- steps ------------------------------------------------------------------------------------------------------------

GRAIN = "strength, size_mm, per_dye, dye_correlation, clumping, rms, negative"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- »grian", "steps[0].grian: there is no degradation or group called 'grian'; did you mean 'grain'?"),
        ("- »Grian: {}", "steps[0].Grian: there is no degradation or group called 'Grian'; did you mean 'grain'?"),
        ("- »SaltAndPepper:",
         ("steps[0].SaltAndPepper: there is no degradation or group called 'SaltAndPepper'; "
          "did you mean 'salt_and_pepper'?")),
        ("- »degrade.ops.grain.Grain: {}",
         ('steps[0]["degrade.ops.grain.Grain"]: there is no degradation or group called \'degrade.ops.grain.Grain\'; '
         "did you mean 'grain'?")),
        ("- »os.system: {}",
         'steps[0]["os.system"]: there is no degradation or group called \'os.system\'; `degrade ops` lists them'),
        ("- »onef: [grain]",
         "steps[0].onef: there is no degradation or group called 'onef'; did you mean 'one_of'?"),
        ("- »op: grain", "steps[0].op: there is no degradation or group called 'op'; a step is written `- grain: {…}`"),
        ("- »5", "steps[0]: expected a step such as `- grain: {strength: 0.03}`, not 5"),
        ("-»", "steps[0]: expected a step such as `- grain: {strength: 0.03}`, not nothing"),
        ("- »[grain]",
         "steps[0]: expected a step such as `- grain: {strength: 0.03}`, not ['grain']; take one `- ` away"),
        ("- »p: 0.5", "steps[0]: this step has no name; a step is written such as `- grain: {strength: 0.03}`"),
        ("- {grain: {}, »jpeg: {}}", "steps[0].jpeg: grain and jpeg stand in one step; begin each with `- `"),
        ("- jpeg: »90",
         "steps[0].jpeg: expected the fields of jpeg by name, not 90; such as jpeg: {quality: 90}"),
        ("- jpeg: »[90, 95]", "steps[0].jpeg: expected the fields of jpeg by name, not [90, 95]"),
        ("- grain: {»strenght: 1}",
         f"steps[0].grain.strenght: grain has no field 'strenght'; it has {GRAIN}; did you mean 'strength'?"),
        ("- grain: {»zzz: 1}", f"steps[0].grain.zzz: grain has no field 'zzz'; it has {GRAIN}"),
        ("- grain: {»p: 0.5}",
         (f"steps[0].grain.p: grain has no field 'p'; it has {GRAIN}; "
         "p stands beside grain, not among its fields: indent it less")),
        ("- {grain: {}, »strength: 1}",
         ("steps[0].strength: 'strength' can't stand beside grain; there may stand p, label, when, link; "
         "strength is a field of grain: write grain: {strength: …}, or indent it further")),
        ("- {grain: {}, »weights: [1]}",
         "steps[0].weights: 'weights' can't stand beside grain; there may stand p, label, when, link"),
        ("- {grain: {}, p: »1.5}", "steps[0].p: expected a probability in [0, 1], not 1.5"),
        ("- {grain: {}, p: »[0, 1]}", "steps[0].p: expected a probability in [0, 1], not [0, 1]"),
        ("- {grain: {}, label: »a/b}",
         "steps[0].label: expected a letter, digit or _, then up to 99 of those or ' .+-', not 'a/b'"),
        ("- {grain: {}, label: »5}",
         "steps[0].label: expected a letter, digit or _, then up to 99 of those or ' .+-', not 5"),
        (
            "- target: »{a: 1}",
            "steps[0].target: expected a name of at most 32 small letters, digits and _, not {'a': 1}",
        ),
        ("- {target: , »p: 0.5}", "steps[0].p: 'p' can't stand beside target; there stands nothing"),
    ],
)  # fmt: skip
def test_step(step: str, expected: str) -> None:
    check(in_steps(step), expected)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- grain: {strength: »2}", "strength: expected a number in [0, 1], not 2"),
        ("- grain: {strength: »'0.1'}", "strength: expected a number in [0, 1], not '0.1'; write it without quotes"),
        ("- grain: {strength: »3%}", "strength: expected a number in [0, 1], not '3%'; write 0.03"),
        ("- grain: {strength: »true}", "strength: expected a number in [0, 1], not true"),
        ("- grain: {»strength: }", "strength: expected a number in [0, 1], not null"),
        ("- grain: {strength: ».nan}", "strength: expected a number in [0, 1], not nan"),
        ("- grain: {strength: »[1]}", "strength: expected [low, high], two numbers, not [1]"),
        ("- grain: {strength: »[0.5, 0.1]}", "strength: low must not be above high: [0.5, 0.1]"),
        ("- grain: {strength: »[0, 3]}", "strength: expected values in [0, 1], but uniform spans [0, 3]"),
        ("- grain: {per_dye: »yes}", "per_dye: expected true or false, not 'yes'"),
        ("- grain: {per_dye: »[true, false]}", "per_dye: expected true or false, not [True, False]"),
        ("- jpeg: {quality: »90.5}", "quality: expected a whole number in [1, 100], not 90.5"),
        ("- jpeg: {quality: »[50.5, 60]}", "quality: low and high must be whole numbers, not 50.5 and 60"),
        ("- jpeg: {quality: »{beta: [1, 2]}}",
         "quality: expected a whole number in [1, 100]; beta gives reals: use integers, poisson or choice"),
        ("- jpeg: {subsampling: »420}", 'subsampling: expected one of 444, 422, 420, not 420; write "420" in quotes'),
        ("- grayscale: {response: »rec60}",
         ("response: expected one of rec601, rec709, blue_sensitive, orthochromatic, panchromatic, not 'rec60'; "
         "did you mean 'rec601'?")),
        ("- grain: {strength: »{normal: [0, 1, 2]}}",
         "strength: normal takes mean, sigma: a list of 2 or a mapping by name"),
        ("- grain: {strength: »{normal: {mean: 0}}}", "strength: normal lacks sigma"),
        ("- grain: {strength: »{normal: {mean: 0, sigma: -1}}}", "strength: sigma must be above 0, not -1"),
        ("- coarse_dropout: {value: »[0, 0]}", "value: expected a list of 3 numbers in [0, 1], not [0, 0]"),
        ("- coarse_dropout: {value: »[0, 0, 2]}", "value: expected a list of 3 numbers in [0, 1], not [0, 0, 2]"),
        ("- coarse_dropout: {size_px: 3, size_frac: »0.3}",
         "size_frac: expected either size_px or size_frac, not both"),
    ],
)  # fmt: skip
def test_value(step: str, expected: str) -> None:
    op = step.removeprefix("- ").split(":")[0]
    check(in_steps(step), f"steps[0].{op}.{expected}")


def test_an_unknown_distribution_is_guessed() -> None:
    [problem] = mistakes(in_steps("- grain: {strength: {lognormal: [1, 2]}}"))
    assert problem.column == 23
    assert problem.message.endswith("found ['lognormal']; did you mean 'log_normal'?")


# --- groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- one_of: »[]", "steps[0].one_of: expected at least one step in one_of, not an empty list"),
        ("- »one_of:", "steps[0].one_of: expected a list of steps, not nothing"),
        ("- one_of: »grain", "steps[0].one_of: expected a list of steps, not 'grain'"),
        ("- one_of: [»grian, jpeg]",
         "steps[0].one_of[0].grian: there is no degradation or group called 'grian'; did you mean 'grain'?"),
        ("- {one_of: [grain, jpeg], weights: »[1]}",
         "steps[0].weights: expected 2 numbers of at least 0, not all 0; not [1]"),
        ("- {one_of: [grain, jpeg], weights: »[0, 0]}",
         "steps[0].weights: expected 2 numbers of at least 0, not all 0; not [0, 0]"),
        ("- {one_of: [grain, jpeg], weights: »[a, b]}",
         "steps[0].weights: expected 2 numbers of at least 0, not all 0; not ['a', 'b']"),
        ("- {one_of: [grain, jpeg], weights: »3}",
         "steps[0].weights: expected a list of one number for each step, not 3"),
        ("- {one_of: [grain, jpeg], »n: 2}",
         "steps[0].n: 'n' can't stand beside one_of; there may stand p, label, when, link, weights"),
        ("- {some_of: [grain, jpeg], n: »-1}", "steps[0].n: expected a whole number in [0, 1000], not -1"),
        ("- {some_of: [grain, jpeg], n: »{beta: [1, 2]}}",
         "steps[0].n: expected a whole number in [0, 1000]; beta gives reals: use integers, poisson or choice"),
        ("- {repeat: [grain], times: »lots}", "steps[0].times: expected a whole number in [0, 1000], not 'lots'"),
        ("- {repeat: [grain], »time: 3}",
         ("steps[0].time: 'time' can't stand beside repeat; there may stand p, label, when, link, times; "
          "did you mean 'times'?")),
        ("- {shuffle: [grain], p: »2}", "steps[0].p: expected a probability in [0, 1], not 2"),
        ("- {one_of: [grain], »jpeg: }", "steps[0].jpeg: one_of and jpeg stand in one step; begin each with `- `"),
    ],
)  # fmt: skip
def test_group(step: str, expected: str) -> None:
    check(in_steps(step), expected)


def test_target_stands_once_and_at_the_top() -> None:
    check(
        "recipe: 1\nsteps: [target, grain, »target, {one_of: [jpeg, »target]}, {sequence: [{shuffle: [»target]}]}]",
        "steps[2]: target stands here a second time; each clean picture is taken once; give a further one a name: "
        "`- target: NAME`",
        "steps[3].one_of[1]: target stands at the top level of steps, not inside a group",
        "steps[4].sequence[0].shuffle[0]: target stands at the top level of steps, not inside a group",
    )


def test_equal_labels() -> None:
    cure = "give one a `label:` of its own"
    check(
        "recipe: 1\n"
        "steps:\n"
        "- grain\n"
        "- one_of: [jpeg, »grain]\n"
        "- »{grayscale: , label: jpeg}\n"
        "- {grain: , label: second}\n"
        "- {shuffle: [fade, blur], label: group}\n"
        "- »{levels: , label: group}\n",
        f"steps[1].one_of[1]: two steps are labelled 'grain'; {cure}",
        f"steps[2]: two steps are labelled 'jpeg'; {cure}",
        f"steps[5]: two steps are labelled 'group'; {cure}",
    )


def test_the_number_of_steps_is_bounded() -> None:
    [problem] = mistakes("recipe: 1\nsteps:\n" + "".join(f"- {{grain: , label: g{i}}}\n" for i in range(1001)))
    assert problem.message == "expected at most 1000 steps"


def test_the_number_of_rounds_is_bounded() -> None:
    def nested(times: str) -> str:
        return f"recipe: 1\nsteps:\n- {{repeat: [{{repeat: [grain, jpeg], times: {times}}}], times: 100}}\n"

    [problem] = mistakes(nested("51"))
    assert "expected at most 10000 steps a photograph, and `repeat` makes 10200" in problem.message
    for times in ("50", "{poisson: 2}"):
        read(parse_document(nested(times).encode(), "r.yaml"), "r")


# --- all at once ------------------------------------------------------------------------------------------------------


def test_every_mistake_at_once_in_the_order_of_the_text() -> None:
    check(
        "recipe: »3\n"
        "»sed: 5\n"
        "frame: {size: »-1, fit: »corp}\n"
        "steps:\n"
        "  - »grian\n"
        "  - one_of:\n"
        "      - jpeg: {quality: »0, »qality: 3}\n"
        "      - grain: {strength: »[0.3, 0.2]}\n"
        "        p: »-1\n"
        "    weights: »[1]\n"
        "output: {image: »gif}\n",
        "recipe: expected version 1 of the language, not 3; install a newer degrade",
        f"sed: a recipe has no field 'sed'; it has {ALL}; did you mean 'seed'?",
        "frame.size: expected a list of 2 numbers in [1, 100000] or null, not [-1, -1]",
        "frame.fit: expected one of crop, cover, patch, contain, stretch, not 'corp'; did you mean 'crop'?",
        "steps[0].grian: there is no degradation or group called 'grian'; did you mean 'grain'?",
        "steps[1].one_of[0].jpeg.quality: expected a whole number in [1, 100], not 0",
        "steps[1].one_of[0].jpeg.qality: jpeg has no field 'qality'; it has quality, subsampling; "
        "did you mean 'quality'?",
        "steps[1].one_of[1].grain.strength: low must not be above high: [0.3, 0.2]",
        "steps[1].one_of[1].p: expected a probability in [0, 1], not -1",
        "steps[1].weights: expected 2 numbers of at least 0, not all 0; not [1]",
        "output.image: expected one of jpg, png, png16, not 'gif'",
    )


def test_the_whole_report() -> None:
    with pytest.raises(RecipeError) as caught:
        read(parse_document(b"recipe: 1\nseed: x\nsteps:\n  - grian: {}\n", "my/r.yaml"), "r")
    assert str(caught.value) == (
        "my/r.yaml:2:7: seed: expected a whole number, not 'x'\n"
        "    seed: x\n"
        "          ^\n"
        "my/r.yaml:4:5: steps[0].grian: there is no degradation or group called 'grian'; did you mean 'grain'?\n"
        "      - grian: {}\n"
        "        ^"
    )
    assert caught.value.exit_code == 2
    assert isinstance(caught.value, ValueError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_a_flood_of_mistakes_is_shown_in_part_and_kept_whole() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe({"recipe": 1, "steps": [{f"x{i}": {}} for i in range(200)]})
    assert len(caught.value.problems) == 200
    assert str(caught.value).splitlines()[-1] == "and 150 more"


def test_a_mapping_has_paths_instead_of_places() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe({"recipe": 1, "steps": [{"grain": {"strength": 7}}, "jpeg", "jpeg"]})
    assert str(caught.value) == (
        "steps[0].grain.strength: expected a number in [0, 1], not 7\n"
        "steps[2]: two steps are labelled 'jpeg'; give one a `label:` of its own"
    )
    assert all(p.line is p.column is None and p.file == p.snippet == "" for p in caught.value.problems)


words = st.sampled_from(
    ["recipe", "steps", "frame", "output", "presets", "grain", "jpeg", "one_of", "some_of", "repeat", "target", "p",
     "label", "weights", "n", "strength", "quality", "size", "without", "uniform", "choice", "splits", "members", "zz"]
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-3, 200) | st.floats() | words
anything: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=12
)


@given(st.fixed_dictionaries({"recipe": st.just(1), "steps": st.lists(anything, max_size=4)}, optional={
    name: anything for name in FIELDS if name not in ("recipe", "steps")
}))  # fmt: skip
def test_whatever_the_data_it_is_a_recipe_or_a_recipe_error(data: dict[str, Any]) -> None:
    try:
        found = [load_recipe(data).fingerprint]
    except RecipeError as error:
        found = [problem.message for problem in error.problems]
    assert found
    assert all(found)
