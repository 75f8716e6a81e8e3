from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.damage import Stage
from degrade.engine.declaration import ParameterError, snake_case
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice, Constant, Integers, LogNormal, Normal, Poisson, Uniform
from degrade.engine.fields import Count, Flag, Kind, Option, Real, Text, Vector, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Idle(Degradation):
    """Declares, and does nothing."""

    stage = Stage.PRINT

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        pass


class Example(Idle):
    """An op with a field of every kind."""

    amount: Real = field((0.1, 0.2), "how much", low=0, high=1, unit="ratio")
    length_mm: Real = field(LogNormal(7, 0.5), "how long", low=1, high=20)
    count: Count = field(Poisson(3), "how many", low=0, high=5)
    both: Flag = field(True, "whether both")
    kind: Option = field("soft", "which kind", options=("soft", "hard", "mixed"))
    folder: Text = field(None, "where from", optional=True)
    colour: Vector = field((1, 0.5, 0), "which colour", low=0, high=1, unit="encoded RGB")
    tint: Vector = field(None, "which tint", low=0, high=1, unit="encoded RGB", optional=True)
    free: Real = field(0, "anything", unit="any")


class Nine(Idle):
    """An op with more fields than one digest serves."""

    a: Real = field((0, 1), "the first", unit="any")
    b: Real = field((0, 1), "the second", unit="any")
    c: Real = field((0, 1), "the third", unit="any")
    d: Real = field((0, 1), "the fourth", unit="any")
    e: Real = field((0, 1), "the fifth", unit="any")
    f: Real = field((0, 1), "the sixth", unit="any")
    g: Real = field((0, 1), "the seventh", unit="any")
    h: Real = field((0, 1), "the eighth", unit="any")
    i: Real = field((0, 1), "the ninth", unit="any")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("amount", 0.25, Constant(0.25)),
        ("amount", 1, Constant(1.0)),
        ("amount", 0.123456789, Constant(0.123457)),
        ("amount", (0, 1), Uniform(0, 1)),
        ("amount", [0.5, 0.75], Uniform(0.5, 0.75)),
        ("amount", Choice([0.1, 0.2]), Choice([0.1, 0.2])),
        ("amount", {"beta": [1, 4], "scale": 0.3}, None),
        ("free", Normal(0, 3), Normal(0, 3)),
        ("count", 3, Constant(3)),
        ("count", (1, 4), Integers(1, 4)),
        ("count", {"poisson": 2}, Poisson(2)),
        ("both", False, Constant(False)),
        ("both", Choice([True, False]), Choice([True, False])),
        ("kind", "hard", Constant("hard")),
        ("kind", {"choice": ["hard", "soft"]}, Choice(["hard", "soft"])),
        ("folder", "some/where", Constant("some/where")),
        ("folder", None, Constant(None)),
        ("colour", [0, 0.123456789, 1], Constant((0, 0.123457, 1))),
        ("colour", Choice([[0, 0, 0], [1, 1, 1]]), Choice([(0, 0, 0), (1, 1, 1)])),
        ("tint", None, Constant(None)),
    ],
)
def test_what_is_given_becomes_a_distribution(name: str, given: Any, expected: Any) -> None:
    made = getattr(Example(**{name: given}), name)
    assert made == (Example.specs[name].distribution(given) if expected is None else expected)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("amount", 1.5, r"expected a number in \[0, 1\], not 1.5"),
        ("amount", "a lot", r"expected a number in \[0, 1\], not 'a lot'"),
        ("amount", None, "expected a number"),
        ("amount", True, "expected a number"),
        ("amount", math.nan, "expected a number"),
        ("amount", (0, 2), r"uniform spans \[0, 2\]"),
        ("amount", (1, 0), "low must not be above high"),
        ("amount", (0, 0.5, 1), r"expected \[low, high\]"),
        ("amount", ("a", "b"), r"expected \[low, high\]"),
        ("amount", {"unifrom": [0, 1]}, "did you mean 'uniform'"),
        ("amount", Choice([0.5, 2]), "not 2"),
        ("length_mm", -1, r"in \[1, 20\]"),
        ("count", 2.5, r"expected a whole number in \[0, 5\], not 2.5"),
        ("count", (0, 9), r"integers spans \[0, 9\]"),
        ("count", Uniform(0, 3), "uniform gives reals"),
        ("both", 1, "expected true or false, not 1"),
        ("both", "yes", "expected true or false"),
        ("both", Uniform(0, 1), "not the distribution uniform"),
        ("kind", "sfot", "expected one of soft, hard, mixed, not 'sfot'; did you mean 'soft'"),
        ("kind", 3, "expected one of soft, hard, mixed, not 3"),
        ("kind", Choice(["soft", "blue"]), "not 'blue'"),
        ("folder", 3, "expected a text or null, not 3"),
        ("colour", (1, 0), r"expected a list of 3 numbers in \[0, 1\], not \[1, 0\]"),
        ("colour", (1, 0, 2), "not \\[1, 0, 2\\]"),
        ("colour", 0.5, "expected a list of 3 numbers"),
        ("colour", None, "expected a list of 3 numbers"),
        ("p", 1.5, r"expected a probability in \[0, 1\]"),
        ("p", True, "expected a probability"),
        ("label", "", "expected a letter"),
        ("label", "a[0]", "expected a letter"),
        ("label", 3, "expected a letter"),
    ],
)
def test_what_is_impossible_is_refused_with_what_was_expected(name: str, given: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=says) as raised:
        Example(**{name: given})
    assert [field for field, _ in raised.value.problems] == [name]
    assert str(raised.value).startswith(f"example.{name}: ")


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(ParameterError) as raised:
        Example(amount=2, kind="blue", p=3)
    assert [name for name, _ in raised.value.problems] == ["p", "amount", "kind"]
    thawed = pickle.loads(pickle.dumps(raised.value))
    assert str(thawed) == str(raised.value)
    assert thawed.problems == raised.value.problems


def test_unknown_fields_and_positions_are_refused() -> None:
    with pytest.raises(TypeError, match="amuont"):
        Example(amuont=1)
    with pytest.raises(TypeError):
        Example(0.1)


def test_a_declaration_is_frozen_and_comparable() -> None:
    op = Example(amount=0.1)
    with pytest.raises(AttributeError):
        op.amount = 0.3
    assert op == Example(amount=0.1)
    assert op != Example(amount=0.2)
    assert hash(op) == hash(Example(amount=0.1))


@given(st.integers())
def test_distributions_without_bounds_are_clamped(seed: int) -> None:
    drawn = Example(length_mm=LogNormal(7, 5), count=Poisson(40)).draw(Key(seed))
    assert 1 <= drawn["length_mm"] <= 20
    assert 0 <= drawn["count"] <= 5
    assert isinstance(drawn["count"], int)


def test_the_unit_comes_from_the_name_or_is_given() -> None:
    units = {name: spec.unit for name, spec in Example.specs.items()}
    assert units["length_mm"] == "mm on the print"
    assert units["amount"] == "ratio"
    assert units["both"] == ""
    assert Example.specs["count"].kind is Kind.COUNT


def author(annotation: Any, default: Any) -> None:
    """What happens where an op is written."""
    type("Mistake", (Degradation,), {"__annotations__": {"x": annotation}, "x": default, "__doc__": "An op."})


@pytest.mark.parametrize(
    ("annotation", "default", "error", "says"),
    [
        (Real, field(1, "something"), TypeError, "give field.. a unit"),
        (Vector, field((1, 1, 1), "something"), TypeError, "give field.. a unit"),
        (Real, field(1, " ", unit="any"), TypeError, "needs a help text"),
        (float, field(1, "something", unit="any"), TypeError, "annotate it with"),
        (Real, 1, TypeError, "declare it by field"),
        (Real, field(2, "something", unit="any", high=1), ValueError, "≤ 1"),
        (Option, field("c", "something", options=("a", "b")), ValueError, "one of a, b"),
    ],
)
def test_the_authors_mistakes_show_when_the_op_is_written(
    annotation: Any, default: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        author(annotation, default)


def test_field_j_takes_number_j_of_its_address() -> None:
    key = Key(5, "photo").at("nine")
    drawn = list(Nine().draw(key).values())
    expected = key.at("draw").uniforms() + key.at("draw", 1).uniforms()[:1]
    assert drawn == [float(f"{u:.6g}") for u in expected]


def test_fixing_one_field_moves_no_other() -> None:
    key = Key(5, "photo")
    usual = Nine().draw(key)
    for name in Nine.specs:
        assert Nine(**{name: 0.5}).draw(key) == {**usual, name: 0.5}


def test_data_names_what_differs_and_settings_name_all() -> None:
    op = Example(amount=0.3, colour=(0, 0, 1), p=0.5, label="my example")
    assert op.to_data() == {"example": {"amount": 0.3, "colour": [0, 0, 1]}, "p": 0.5, "label": "my example"}
    assert list(op.settings()) == list(Example.specs)
    assert op.settings()["length_mm"] == {"log_normal": {"median": 7, "sigma": 0.5}}


@pytest.mark.parametrize(
    ("word", "snake"), [("SaltAndPepper", "salt_and_pepper"), ("Jpeg", "jpeg"), ("Film16mmDust", "film16mm_dust")]
)
def test_names_in_yaml(word: str, snake: str) -> None:
    assert snake_case(word) == snake
