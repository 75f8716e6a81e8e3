from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Beta, Choice, Constant, Integers, LogNormal, LogUniform, Normal, Uniform
from degrade.ops import degradations
from degrade.realism.fitting.knobs import DECLARED, drift, space
from degrade.realism.fitting.turning import moved, turned
from degrade.realism.fitting.values import steps_of
from degrade.realism.fitting.writing import commented
from degrade.recipes import Recipe, load_recipe

GRAIN = degradations()["grain"].specs["strength"]


@pytest.fixture(scope="module")
def old_photos() -> Recipe:
    return load_recipe("old_photos")


def test_every_declared_knob_is_of_a_field_that_there_is() -> None:
    for knob in DECLARED:
        op = degradations()[knob.op]
        assert knob.way == "p" or knob.field in op.specs
        assert knob.reach > 0


def test_names_of_knobs_differ(old_photos: Recipe) -> None:
    names = [knob.name for knob in space(old_photos)]
    assert len(names) == len(set(names))
    assert {"grain.strength", "grain.strength.spread", "border.p", "kind.press_print"} <= set(names)


def test_a_recipe_has_the_knobs_of_its_steps() -> None:
    recipe = load_recipe({"recipe": 1, "name": "x", "steps": ["target", {"grain": {}}]})
    assert {knob.name for knob in space(recipe)} == {
        *("grain.strength", "grain.strength.spread", "grain.size_mm"),
    }


def test_not_turned_is_the_same(old_photos: Recipe) -> None:
    assert turned(old_photos, space(old_photos), {}) == old_photos


@pytest.mark.parametrize("share", [-1.0, -0.3, 0.3, 1.0])
def test_turned_recipes_load_with_their_comments(old_photos: Recipe, tmp_path: Path, share: float) -> None:
    knobs = space(old_photos)
    recipe = turned(old_photos, knobs, {knob.name: share * knob.reach for knob in knobs})
    assert recipe != old_photos
    comments = {address: [f"{address}: 'why' # {{\"a\": [1, 2]}} " + "words " * 40] for address in steps_of(recipe)}
    text = commented(recipe, {}, comments)
    assert text.count("'why'") == len(comments)
    path = tmp_path / "turned.yaml"
    path.write_text(text)
    assert load_recipe(path) == recipe
    assert max(map(len, (line for line in text.splitlines() if "#" in line))) <= 120


def test_what_is_held_is_not_turned(old_photos: Recipe) -> None:
    held = frozenset(address for address in steps_of(old_photos) if address.startswith("glass_negative"))
    knobs = space(old_photos, held)
    before, after = (steps_of(turned(old_photos, knobs, {k.name: x * k.reach for k in knobs})) for x in (0, 0.5))
    changed = {address for address in before if before[address] != after[address]}
    assert {"kind", "press_print.grain", "cine_frame.grain"} <= changed
    assert not changed & held


def test_fields_that_are_held_are_not_turned(old_photos: Recipe) -> None:
    held = {"kind.weights", "grain.strength", "folds.p", "jpeg.quality"}
    free, names = ({knob.turns for knob in space(old_photos, fixed)} for fixed in (frozenset(), frozenset(held)))
    assert held <= free
    assert names == free - held


def test_only_what_is_turned_changes(old_photos: Recipe) -> None:
    knobs = space(old_photos)
    after = steps_of(turned(old_photos, knobs, {"grain.strength": math.log(2)}))
    for address, step in steps_of(old_photos).items():
        if isinstance(step, Degradation) and step.name == "grain":
            assert after[address].strength.median == pytest.approx(2 * step.strength.median, rel=0.01)
            assert dataclasses.replace(after[address], strength=step.strength) == step
        elif isinstance(step, Degradation):
            assert after[address] == step


@pytest.mark.parametrize(
    ("way", "before", "x", "after"),
    [
        ("scale", LogNormal(0.02, 0.4), math.log(2), LogNormal(0.04, 0.4)),
        ("scale", Uniform(0.2, 0.8), math.log(2), Uniform(0.4, 1.0)),
        ("scale", Beta(1, 6, 0.8), math.log(2), Beta(1, 6, 1.0)),
        ("scale", Constant(0.3), -math.log(3), Constant(0.1)),
        ("shift", Integers(70, 95), 20.0, Integers(90, 100)),
        ("shift", Normal(0.0, 0.1), 0.25, Normal(0.25, 0.1)),
        ("spread", LogNormal(0.02, 0.4), math.log(1.5), LogNormal(0.02, 0.6)),
        ("spread", LogUniform(0.1, 0.4), math.log(0.5), LogUniform(0.141, 0.283)),
        ("spread", Uniform(0.4, 0.6), math.log(2), Uniform(0.3, 0.7)),
        ("spread", Beta(1, 6), 1.0, Beta(1, 6)),
        ("share", Choice((True, False), (0.5, 0.5)), math.log(3), Choice((True, False), (0.75, 0.25))),
        ("share", Constant(True), 1.0, Constant(True)),
    ],
)
def test_distributions(way: str, before: object, x: float, after: object) -> None:
    spec = GRAIN if not isinstance(before, Integers) else degradations()["jpeg"].specs["quality"]
    spec = dataclasses.replace(spec, low=-1.0) if isinstance(before, Normal) else spec
    assert moved(before, spec, way, x) == after  # type: ignore[arg-type]


def test_drift_grows_with_how_far_values_are_turned(old_photos: Recipe) -> None:
    knobs = space(old_photos)
    assert drift(knobs, {}) == 0
    one, other = (drift(knobs, {knobs[0].name: sign * knobs[0].reach}) for sign in (1, -1))
    assert one == other > drift(knobs, {knobs[0].name: knobs[0].reach / 2}) > 0
