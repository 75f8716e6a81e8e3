"""What recipes may say, and what it comes to."""

from __future__ import annotations

from typing import Any

import pytest

from degrade.engine.compose import OneOf, Repeat, Sequence, Shuffle, SomeOf, Target
from degrade.engine.distributions import (
    Beta,
    Choice,
    Constant,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.grain import Grain
from degrade.ops.grayscale import Grayscale
from degrade.ops.jpeg import Jpeg
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.frame import Frame
from degrade.recipes.grammar import read
from degrade.recipes.output import Output
from degrade.recipes.text import parse_document


def loaded(text: str) -> Recipe:
    return read(parse_document(text.encode(), "r.yaml"), "r").recipe


def steps(text: str) -> tuple[Any, ...]:
    return loaded(f"recipe: 1\nsteps:\n{text}\n").steps


def test_a_whole_recipe() -> None:
    recipe = loaded(
        "# yaml-language-server: $schema=recipe.schema.json\n"
        "recipe: 1\n"
        "name: aged\n"
        "about: >\n"
        "  A small print\n"
        "  in a drawer.\n"
        "seed: 2026\n"
        "format: film_35mm\n"
        "source: photos/**/*.jpg\n"
        "frame: {size: 512, fit: patch, flip: 0.5, zoom: [0.9, 1.1]}\n"
        "steps:\n"
        "  - grayscale: {response: orthochromatic}\n"
        "  - target\n"
        "  - one_of:\n"
        "      - grain: {strength: [0.02, 0.05]}\n"
        "      - jpeg: {}\n"
        "    p: 0.4\n"
        "  - grain: {per_dye: true}\n"
        "    label: again\n"
        "output: {copies: 2, members: [mask, clean], image: png, splits: {train: 0.9, val: 0.1}}\n"
    )
    assert recipe == Recipe(
        name="aged", about="A small print in a drawer.\n", seed=2026, format="film_35mm", source="photos/**/*.jpg",
        frame=Frame(size=(512, 512), fit="patch", flip=0.5, zoom=(0.9, 1.1)),
        steps=(
            Grayscale(response="orthochromatic"),
            Target(),
            OneOf([Grain(strength=(0.02, 0.05)), Jpeg()], p=0.4),
            Grain(per_dye=True, label="again"),
        ),
        output=Output(copies=2, members=("clean", "mask"), image="png", splits={"train": 0.9, "val": 0.1}),
    )  # fmt: skip


def test_what_is_left_out_is_as_by_default() -> None:
    assert loaded("recipe: 1\nsteps: []") == Recipe("r", ())
    assert loaded("recipe: 1\nsteps: []\nframe:\noutput:\npresets:\nsource:") == Recipe("r", ())
    assert loaded("recipe: 1\nsteps: []\nframe: {}").frame == Frame()


@pytest.mark.parametrize("text", ["- grain", "- grain:", "- grain: {}", "- {grain: }", "- grain: null", '- "grain"'])
def test_a_step_as_by_default(text: str) -> None:
    assert steps(text) == (Grain(),)


@pytest.mark.parametrize("text", ["- target", "- target:", "- target: {}"])
def test_target(text: str) -> None:
    assert steps(text) == (Target(),)


@pytest.mark.parametrize(
    ("value", "distribution"),
    [
        ("0.3", Constant(0.3)),
        ("1", Constant(1.0)),
        ("1e-1", Constant(0.1)),
        ("[0.1, 0.2]", Uniform(0.1, 0.2)),
        ("[0, 1]", Uniform(0, 1)),
        ("{uniform: [0.1, 0.2]}", Uniform(0.1, 0.2)),
        ("{uniform: {low: 0.1, high: 0.2}}", Uniform(0.1, 0.2)),
        ("{log_uniform: [0.1, 0.2]}", LogUniform(0.1, 0.2)),
        ("{normal: {mean: 0.5, sigma: 0.1}}", Normal(0.5, 0.1)),
        ("{log_normal: {median: 0.5, sigma: 0.1}}", LogNormal(0.5, 0.1)),
        ("{log_normal: [0.5, 0.1]}", LogNormal(0.5, 0.1)),
        ("{beta: [1, 4], scale: 0.3}", Beta(1, 4, 0.3)),
        ("{beta: {a: 1, b: 4, scale: 0.3}}", Beta(1, 4, 0.3)),
        ("{beta: [1, 4]}", Beta(1, 4)),
        ("{choice: [0.1, 0.2], weights: [2, 1]}", Choice([0.1, 0.2], [2, 1])),
        ("{constant: 0.5}", Constant(0.5)),
    ],
)
def test_numbers(value: str, distribution: Distribution) -> None:
    assert steps(f"- grain: {{strength: {value}}}")[0].strength == distribution


@pytest.mark.parametrize(
    ("value", "distribution"),
    [
        ("3", Constant(3)),
        ("[1, 4]", Integers(1, 4)),
        ("{integers: [1, 4]}", Integers(1, 4)),
        ("{poisson: 1.5}", Poisson(1.5)),
        ("{poisson: {mean: 1.5}}", Poisson(1.5)),
        ("{negative_binomial: {mean: 6, k: 1}}", NegativeBinomial(6, 1)),
        ("{choice: [1, 5]}", Choice([1, 5])),
    ],
)
def test_whole_numbers(value: str, distribution: Distribution) -> None:
    assert steps(f"- coarse_dropout: {{holes: {value}}}")[0].holes == distribution


def test_truth_values_options_and_vectors() -> None:
    assert steps("- grain: {per_dye: {choice: [true, false]}}")[0].per_dye == Choice([True, False])
    assert steps('- jpeg: {subsampling: "444"}')[0].subsampling == Constant("444")
    assert steps("- grayscale: {response: {choice: [rec601, rec709]}}")[0].response == Choice(["rec601", "rec709"])
    dropout = steps("- coarse_dropout: {value: [1, 0.5, 0]}")[0]
    assert dropout == CoarseDropout(value=(1, 0.5, 0))
    several = steps("- coarse_dropout: {value: {choice: [[1, 1, 1], [0, 0, 0]]}}")[0]
    assert several.value == Choice([(1, 1, 1), (0, 0, 0)])


def test_groups() -> None:
    text = """
- sequence: [grain]
  label: first
- shuffle: [{grain: , label: a}, {grain: , label: b}]
- one_of: [{grain: , label: c}, jpeg]
  weights: [2, 1]
- some_of: [{grain: , label: d}, {jpeg: , label: e}]
  n: [1, 2]
  p: 0.5
- repeat:
    - repeat: [{grain: , label: f}]
      times: 3
  times: {poisson: 2}
"""
    a, b, c, d, f = (Grain(label=label) for label in "abcdf")
    assert steps(text) == (
        Sequence([Grain()], label="first"),
        Shuffle([a, b]),
        OneOf([c, Jpeg()], weights=[2, 1]),
        SomeOf([d, Jpeg(label="e")], n=(1, 2), p=0.5),
        Repeat([Repeat([f], times=3)], times=Poisson(2)),
    )


def test_a_mapping_is_as_good_as_a_text() -> None:
    made = load_recipe({"recipe": 1, "name": "x", "steps": ["target", {"grain": {"strength": (0.1, 0.2)}, "p": 0.5}]})
    assert made == Recipe("x", (Target(), Grain(strength=(0.1, 0.2), p=0.5)))


def test_the_fingerprint_tells_what_is_done_from_how_it_is_said() -> None:
    one = loaded("recipe: 1\nname: a\nabout: b\nsteps: [grain]")
    assert loaded("recipe: 1\nsteps: [{grain: {strength: [0.01, 0.05]}}]").fingerprint == one.fingerprint
    assert loaded("recipe: 1\nsteps: [{grain: {strength: [0.01, 0.06]}}]").fingerprint != one.fingerprint
    assert loaded("recipe: 1\nseed: 1\nsteps: [grain]").fingerprint != one.fingerprint
