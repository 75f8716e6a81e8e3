"""Fields become sliders, and sliders what a recipe says."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.demo.choices import recipe_names
from degrade.demo.controls import (
    MOST_FIELDS,
    Change,
    Control,
    Panel,
    control_of,
    panels_of,
    settings_of,
    telling,
)
from degrade.demo.errors import DemoError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Constant, Uniform
from degrade.engine.fields import FieldSpec, Kind
from degrade.ops import degradations
from degrade.recipes.loading import load_shipped

NUMBERS = [
    (op, spec) for op in degradations().values() for spec in op.specs.values() if spec.kind in (Kind.REAL, Kind.COUNT)
]


def at_first(panels: tuple[Panel, ...]) -> list[Any]:
    """Every switch and slider where it stands at first."""
    flat = [panel for top in panels for panel in top.flattened()]
    return [value for panel in flat for value in (True, *(control.start for control in panel.controls))]


@pytest.mark.parametrize(("op", "spec"), NUMBERS, ids=[f"{op.name}.{spec.name}" for op, spec in NUMBERS])
def test_every_number_of_every_op_has_a_slider(op: type[Degradation], spec: FieldSpec) -> None:
    control = control_of(spec, spec.default)
    assert control is not None
    assert spec.low <= control.low < control.high <= spec.high
    assert math.isfinite(control.high - control.low)
    assert control.low <= control.start <= control.high
    assert 10 <= (control.high - control.low) / control.step <= 500 or control.step == 1
    assert (control.help, control.unit) == (spec.help, spec.unit)
    assert spec.distribution(yaml.safe_load(control.own)) == spec.default
    assert control.moved(control.start) is None
    for value in (control.low, (control.low + control.high) / 2, control.high):
        number = control.moved(value)
        if number is not None:
            assert spec.distribution(number) == Constant(number)


@given(st.data())
def test_what_a_slider_gives_is_what_it_shows(data: st.DataObject) -> None:
    _, spec = data.draw(st.sampled_from(NUMBERS))
    control = control_of(spec, spec.default)
    assert control is not None
    value = data.draw(st.floats(control.low, control.high))
    number = control.moved(value)
    if number is None:
        assert value == pytest.approx(control.start, abs=control.step / 100)
    else:
        assert number == (round(value) if control.whole else pytest.approx(value, rel=1e-5))
        spec.check(number)


@pytest.mark.parametrize("strange", [None, "7", True, math.nan, math.inf, -1e9, [1], {"poisson": 3}])
def test_what_no_slider_can_give_is_refused(strange: Any) -> None:
    control = Control("strength", "how much", "", 0.0, 1.0, 0.01, 0.5, False, "0.5")
    with pytest.raises(DemoError, match="strength must be a number in"):
        control.moved(strange)


def test_words_truths_and_lists_have_no_slider() -> None:
    others = [
        spec for op in degradations().values() for spec in op.specs.values() if spec.kind not in (Kind.REAL, Kind.COUNT)
    ]
    assert others
    assert all(control_of(spec, spec.default) is None for spec in others)


def test_a_field_without_bounds_has_a_slider() -> None:
    """As an op of one's own may declare it."""
    blank = FieldSpec("depth", Kind.REAL, "how deep", "", -math.inf, math.inf, (), 0, False, Constant(0.0))
    for own in (Constant(0.0), Constant(-3.0), Constant(1e6), Uniform(-1e-6, 1e-6)):
        control = control_of(blank, own)
        assert control is not None
        assert -math.inf < control.low < control.start < control.high < math.inf


def test_the_most_telling_numbers_come_first() -> None:
    folds = degrade.Folds(width_mm=2.0)
    names = [spec.name for spec in telling(folds)]
    assert names[:2] == ["count", "width_mm"]
    assert len(names) == MOST_FIELDS
    assert all(len(telling(op())) <= MOST_FIELDS for op in degradations().values())


@pytest.mark.parametrize("name", recipe_names())
def test_sliders_that_stand_still_change_nothing(name: str) -> None:
    panels = panels_of(load_shipped(name))
    assert settings_of(panels, at_first(panels)) == {}
    addresses = [panel.address for top in panels for panel in top.flattened()]
    assert len(set(addresses)) == len(addresses)
    assert all(panel.about and panel.title for top in panels for panel in top.flattened())


def test_what_is_moved_is_told() -> None:
    panels = panels_of(degrade.load_recipe({"recipe": 1, "steps": ["target", {"grain": {"strength": [0.01, 0.05]}}]}))
    values = at_first(panels)
    assert [control.name for control in panels[0].controls][:2] == ["p", "strength"]
    values[1:3] = [0.25, 0.02]
    assert settings_of(panels, values) == {"grain": Change(True, 0.25, {"strength": 0.02})}
    values[0] = False
    assert settings_of(panels, values)["grain"].on is False


def test_values_of_another_recipe_are_refused() -> None:
    panels = panels_of(load_shipped("aged_photo"))
    with pytest.raises(DemoError, match="another recipe"):
        settings_of(panels, at_first(panels)[:-1])
