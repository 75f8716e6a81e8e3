"""The story of a photograph: latents drawn once, rates that follow them, words that decide."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from degrade.engine.distributions import DISTRIBUTIONS
from degrade.engine.story import factor
from degrade.engine.units import FORMATS
from degrade.recipes import Recipe, RecipeError, dump, load_recipe, replay_record
from degrade.recipes.grammar import read
from degrade.recipes.text import parse_document

IMAGE = np.tile(np.arange(96, dtype=np.uint8)[None, :, None] * 2, (96, 1, 3))


def recipe(story: Any, steps: list[Any], **more: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "story": story, "steps": steps, **more})


def steps_of(made: Recipe, key: str) -> dict[str, Any]:
    return {step["label"]: step for step in made(IMAGE, key=key).record["steps"]}


def test_latents_are_drawn_once_and_recorded() -> None:
    made = recipe(
        {"handling": {"normal": {"mean": 0, "sigma": 1}}, "storage": {"choice": ["album", "wallet"]}}, ["grain"]
    )
    told = [made(IMAGE, key=str(key)).record["story"] for key in range(40)]
    assert {one["storage"] for one in told} == {"album", "wallet"}
    assert len({one["handling"] for one in told}) == 40
    assert json.loads(json.dumps(told)) == told


def test_one_latent_more_moves_no_other() -> None:
    few = recipe({"handling": {"normal": {"mean": 0, "sigma": 1}}}, ["grain"])
    many = recipe({"age": [0, 1], "handling": {"normal": {"mean": 0, "sigma": 1}}}, ["grain"])
    assert few(IMAGE, key="a").record["story"]["handling"] == many(IMAGE, key="a").record["story"]["handling"]


@pytest.mark.parametrize("z", [-1.5, 0.0, 1.0])
def test_a_rate_follows_a_number_of_the_story_log_linearly(z: float) -> None:
    made = recipe({"handling": z}, [{"scratches": {"count": {"poisson": 6}}, "link": {"handling": 0.8}}])
    counts = [steps_of(made, str(key))["scratches"]["drawn"]["count"] for key in range(600)]
    mean = 6 * math.exp(0.8 * z)
    assert np.mean(counts) == pytest.approx(mean, rel=0.06, abs=4 * math.sqrt(mean / 600))


@pytest.mark.parametrize("z", [-1.0, 0.0, 1.0])
def test_how_often_follows_where_an_op_has_no_rate(z: float) -> None:
    made = recipe({"light": z}, [{"vignette": {}, "p": 0.3, "link": {"light": 1.0}}])
    share = np.mean([steps_of(made, str(key))["vignette"]["fired"] for key in range(800)])
    assert share == pytest.approx(1 - 0.7 ** math.exp(z), abs=0.06)


def test_a_link_to_what_is_usual_changes_nothing() -> None:
    plain = recipe({"handling": 0.0}, [{"scratches": {}}, {"folds": {}, "p": 0.5}])
    linked = recipe(
        {"handling": 0.0},
        [{"scratches": {}, "link": {"handling": 2}}, {"folds": {}, "p": 0.5, "link": {"handling": 1}}],
    )
    for key in "abcdef":
        assert steps_of(plain, key) == steps_of(linked, key)


def test_words_decide_whether_a_step_happens() -> None:
    made = recipe(
        {"storage": {"choice": ["album", "wallet", "frame"]}},
        [
            {"folds": {"count": 1}, "when": {"storage": ["wallet", "album"]}},
            {"grain": {}, "when": {"storage": "frame"}},
        ],
    )
    for key in range(30):
        record = made(IMAGE, key=str(key)).record
        fired = {step["label"]: step["fired"] for step in record["steps"]}
        assert fired == {"folds": record["story"]["storage"] != "frame", "grain": record["story"]["storage"] == "frame"}


def test_the_format_may_be_part_of_the_story() -> None:
    made = recipe({"format": {"choice": ["film_35mm", "print_18x24"]}}, [{"scratches": {"count": 9}}])
    pairs = [made(IMAGE, key=str(key)) for key in range(8)]
    assert {pair.record["format"] for pair in pairs} == {"film_35mm", "print_18x24"} <= set(FORMATS)
    for pair in pairs:
        assert (replay_record(IMAGE, pair.record).degraded == pair.degraded).all()


def test_it_survives_yaml() -> None:
    made = recipe(
        {"handling": {"normal": {"mean": 0, "sigma": 1}}, "era": {"choice": ["1900s", "1950s"], "weights": [1, 2]}},
        [
            {"scratches": {}, "link": {"handling": 0.8}},
            {"one_of": ["grain", "blur"], "when": {"era": "1900s"}, "p": 0.5, "link": {"handling": -1}},
        ],
    )
    again = read(parse_document(dump(made).encode(), "t.yaml"), "t").recipe
    assert again.fingerprint == made.fingerprint
    assert again.to_data() == made.to_data()


@pytest.mark.parametrize(
    ("story", "step", "mistake"),
    [
        ({"handlin": 0}, "grain", "story.handlin: expected one of handling"),
        ({"handling": "much"}, "grain", "story.handling: expected a number in [-6, 6], not 'much'"),
        ({"format": "a4"}, "grain", "story.format: expected one of cine_8mm"),
        (None, {"grain": {}, "link": {"light": 1}}, "steps[0].link: the recipe's story tells no light"),
        ({"light": 0}, {"grain": {}, "link": {"light": "1"}}, "steps[0].link: expected weights within ±10, not '1'"),
        ({"light": 0}, {"grain": {}, "link": {"lihgt": 1}}, "steps[0].link: expected weights of handling"),
        ({"light": 0}, {"vignette": {}, "link": {"light": 1}}, "steps[0].link: vignette has no count"),
        ({"era": "1900s"}, {"grain": {}, "when": {"era": "1910s"}}, "steps[0].when: era is never '1910s' in the story"),
        ({"era": "1900s"}, {"grain": {}, "when": []}, "steps[0].when: expected words of the story"),
        ({"light": 0}, {"one_of": ["grain"], "link": {"light": 1}}, "steps[0].link: a link changes how often one_of"),
    ],
)
def test_mistakes_are_told_where_they_stand(story: Any, step: Any, mistake: str) -> None:
    with pytest.raises(RecipeError) as error:
        recipe(story, [step])
    assert [str(problem)[: len(mistake)] for problem in error.value.problems] == [mistake]


def test_factors_are_few_and_bounded() -> None:
    factors = {factor({"handling": 1.0}, {"handling": z / 100}) for z in range(-600, 600)}
    assert len(factors) < 300
    assert factor({"handling": 10.0}, {"handling": 6.0}) == 256
    assert factor({"handling": -10.0}, {"handling": 6.0}) == pytest.approx(1 / 256)
    assert factor({"handling": 1.0}, {"handling": 0.0}) == 1


@pytest.mark.parametrize("word", DISTRIBUTIONS)
def test_every_distribution_can_be_scaled(word: str) -> None:
    examples = {
        "constant": 4, "uniform": (1, 3), "log_uniform": (1, 3), "normal": (2, 0.5), "log_normal": (2, 0.5),
        "beta": (2, 3), "poisson": 8, "negative_binomial": (6, 2), "integers": (2, 10), "choice": [[1, 5]],
    }  # fmt: skip
    given = examples[word]
    made = DISTRIBUTIONS[word](*(given if isinstance(given, tuple | list) else [given]))
    us = (np.arange(500) + 0.5) / 500
    mean = np.mean([made.at(float(u)) for u in us])
    assert np.mean([made.scaled(2.0).at(float(u)) for u in us]) == pytest.approx(2 * mean, rel=0.02)
