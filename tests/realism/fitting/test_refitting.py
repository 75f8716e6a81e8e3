"""Distributions refitted to weighted draws: they go where the weight is, and nowhere without one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

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
from degrade.engine.key import Key
from degrade.ops import degradations
from degrade.realism.fitting.refitting import refitted, refitted_to
from degrade.realism.fitting.reweighting import flattened
from degrade.recipes import Recipe, load_recipe

REAL = dataclasses.replace(degradations()["grain"].specs["strength"], low=-10.0, high=10.0)
WHOLE = dataclasses.replace(degradations()["jpeg"].specs["quality"], low=0, high=1000)


def recipe() -> Recipe:
    return load_recipe(
        {
            "recipe": 1, "name": "mixed", "seed": 3,
            "steps": [
                "target",
                {"one_of": [{"gaussian_noise": {"sigma": {"log_normal": {"median": 0.02, "sigma": 0.5}}}},
                            {"blur": {"sigma_px": [1, 3]}}], "weights": [0.5, 0.5], "label": "kind"},
                {"grain": {"strength": {"log_uniform": [0.01, 0.04]}, "size_mm": 0.2}, "p": 0.5},
            ],
        }
    )  # fmt: skip


def fates_of(made: Recipe, count: int) -> list[dict[str, tuple[bool, dict[str, Any]]]]:
    plain = np.full((64, 64), 120, np.uint8)
    steps = (made(plain, key=f"p{number}").record["steps"] for number in range(count))
    return [{step["label"]: (step["fired"], step["drawn"]) for step in one} for one in steps]


def middle(made: Distribution) -> float:
    return float(np.mean([made.at((n + 0.5) / 400) for n in range(400)]))


def width(made: Distribution) -> float:
    return float(np.std([made.at((n + 0.5) / 400) for n in range(400)]))


ALL = (
    (LogNormal(0.5, 0.4), REAL), (LogUniform(0.2, 0.8), REAL), (Uniform(2.0, 4.0), REAL), (Normal(0.0, 1.0), REAL),
    (Beta(2, 4, 0.6), REAL), (Integers(40, 80), WHOLE), (Poisson(20), WHOLE), (NegativeBinomial(30, 2), WHOLE),
)  # fmt: skip


@pytest.mark.parametrize(("before", "spec"), ALL)
def test_they_go_where_the_weight_is(before: Distribution, spec: Any) -> None:
    values = [before.at((n + 0.5) / 200) for n in range(200)]
    order = np.linspace(0, 1, 200)
    higher = refitted_to(before, spec, values, np.exp(2 * order))
    lower = refitted_to(before, spec, values, np.exp(-2 * order))
    assert type(higher) is type(before)
    assert middle(lower) < middle(before) < middle(higher)


@pytest.mark.parametrize(("before", "spec"), ALL[:4])
def test_widths_follow(before: Distribution, spec: Any) -> None:
    values = [before.at((n + 0.5) / 200) for n in range(200)]
    away = np.abs(np.linspace(-1, 1, 200))
    wider = refitted_to(before, spec, values, np.exp(3 * away))
    narrower = refitted_to(before, spec, values, np.exp(-3 * away))
    assert width(narrower) < width(before) < width(wider)


@pytest.mark.parametrize(("before", "spec"), [*ALL, (Choice(("a", "b")), REAL), (Constant(3), REAL)])
def test_equal_weights_change_nothing(before: Distribution, spec: Any) -> None:
    values = [before.at((n + 0.5) / 200) for n in range(200)]
    assert refitted_to(before, spec, values, np.full(200, 0.7)) == before


def test_bounds_are_kept() -> None:
    spec = dataclasses.replace(REAL, low=0.0, high=1.0)
    for before, side in ((Uniform(0.0, 0.5), -1), (Uniform(0.4, 1.0), 1)):
        values = [before.at((n + 0.5) / 200) for n in range(200)]
        after = refitted_to(before, spec, values, np.exp(side * 4 * np.linspace(0, 1, 200)))
        assert isinstance(after, Uniform)
        assert 0 <= after.low <= after.high <= 1
        assert (middle(after) - middle(before)) * side > 0


def test_choices_follow() -> None:
    values = ["a", "b"] * 100
    after = refitted_to(Choice(("a", "b")), REAL, values, np.where(np.arange(200) % 2, 3.0, 1.0))
    assert isinstance(after, Choice)
    assert after.weights is not None
    assert after.weights[1] > 0.6
    assert sum(after.weights) == pytest.approx(1, abs=0.01)


def test_steps_of_a_recipe_follow() -> None:
    made = recipe()
    fates = fates_of(made, 160)
    noise = np.array([fate["gaussian_noise"][0] for fate in fates])
    grain = np.array([fate["grain"][0] for fate in fates])
    assert 40 < noise.sum() < 120
    assert refitted(made, fates, np.ones(160)) == made
    after = {one.address: one for step in refitted(made, fates, 0.3 + noise + grain).steps for one in step.flattened()}
    before = {one.address: one for step in made.steps for one in step.flattened()}
    assert after["kind"].weights[0] > 0.55
    assert after["grain"].p > 0.55
    assert after["blur"] == before["blur"]
    fixed = refitted(made, fates, 0.3 + noise + grain, {"kind.weights", "grain.p"})
    left = {one.address: one for step in fixed.steps for one in step.flattened()}
    assert (left["kind"].weights, left["grain"].p) == (before["kind"].weights, before["grain"].p)
    size = np.array([fate["gaussian_noise"][1]["sigma"] for fate in fates])
    other = refitted(made, fates, np.where(noise, size / size.mean(), 1.0) ** 2)
    sigma = next(one for step in other.steps for one in step.flattened() if one.address == "gaussian_noise").sigma
    assert sigma.median > 0.024


def test_few_pictures_tell_nothing() -> None:
    made = recipe()
    assert refitted(made, fates_of(made, 8), np.arange(8.0)) == made


def test_weights_are_flattened_until_enough_count() -> None:
    logs = np.array([Key(1, "logs").at(number).uniform() for number in range(100)])
    mild = flattened(logs / 4)
    assert mild == pytest.approx(np.exp(logs) / np.exp(logs).mean(), rel=1e-6)
    steep = flattened(40 * logs, 30)
    assert steep.mean() == pytest.approx(1)
    assert steep.sum() ** 2 / (steep**2).sum() >= 30
    assert (np.argsort(steep) == np.argsort(logs)).all()
    assert not math.isinf(steep.max())
    some = flattened(np.where(np.arange(100) < 40, 40 * logs, -math.inf), 30)
    assert not some[40:].any(), "what is left out weighs nothing, and the others are flattened among themselves"
    assert some.sum() ** 2 / (some**2).sum() >= 20
