"""What every degradation says of itself."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import degrade.ops
from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Kind
from degrade.engine.key import Key

OPS = degrade.ops.degradations()
every_op = pytest.mark.parametrize("op", OPS.values(), ids=OPS)


def test_every_file_is_one_op_of_its_name() -> None:
    files = {path.stem for path in Path(degrade.ops.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(OPS)
    assert {name: op.__module__ for name, op in OPS.items()} == {name: f"degrade.ops.{name}" for name in OPS}


def test_they_come_in_the_order_of_the_stages() -> None:
    assert list(OPS.values()) == sorted(OPS.values(), key=lambda op: (op.stage, op.name))


@every_op
def test_it_is_documented_with_its_source(op: type[Degradation]) -> None:
    text = inspect.cleandoc(op.__doc__ or "")
    summary, _, rest = text.partition("\n\n")
    assert summary.endswith(".")
    assert len(rest) > 80
    assert op.moves_pixels or re.search(r"\bReferences?: ", text)  # geometry needs no source


@every_op
def test_it_says_when_and_what(op: type[Degradation]) -> None:
    assert isinstance(op.stage, Stage)
    assert op.damage is None or isinstance(op.damage, DamageClass)
    assert isinstance(op.portable, bool)


@every_op
def test_every_field_says_what_it_is_and_in_which_unit(op: type[Degradation]) -> None:
    for name, spec in op.specs.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert len(spec.help) >= 8
        assert not spec.help.endswith(".")
        assert spec.unit or spec.kind not in (Kind.REAL, Kind.VECTOR)
        assert spec.options or spec.kind is not Kind.OPTION


@every_op
def test_fields_differ_from_their_defaults_only_if_given(op: type[Degradation]) -> None:
    assert op().to_data() == {op.name: {}}
    assert set(op().settings()) == set(op.specs)


@every_op
def test_a_field_is_moved_by_no_other(op: type[Degradation]) -> None:
    usual = op().draw(Key(3, "a"))
    for fixed in op.specs:
        constant = op(**{fixed: op.specs[fixed].default.at(0.5)})
        drawn = constant.draw(Key(3, "a"))
        assert {**drawn, fixed: None} == {**usual, fixed: None}
