"""What every degradation says of itself."""

from __future__ import annotations

import inspect
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import degrade.ops
from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Kind
from degrade.engine.key import Key

Op = type[Degradation]
Declare = Callable[[Op, st.DataObject], Degradation]

OPS = degrade.ops.degradations()
every_op = pytest.mark.parametrize("op", OPS.values(), ids=OPS)


def test_every_file_is_one_op_of_its_name() -> None:
    files = {path.stem for path in Path(degrade.ops.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(OPS)
    assert {name: op.__module__ for name, op in OPS.items()} == {name: f"degrade.ops.{name}" for name in OPS}


def test_they_come_in_the_order_of_the_stages() -> None:
    assert list(OPS.values()) == sorted(OPS.values(), key=lambda op: (op.stage, op.name))


@every_op
def test_it_is_documented_with_its_source(op: Op) -> None:
    text = inspect.cleandoc(op.__doc__ or "")
    summary, _, rest = text.partition("\n\n")
    assert summary.endswith(".")
    assert len(rest) > 80
    assert op.moves_pixels or re.search(r"\bReferences?: ", text)  # geometry needs no source


@every_op
def test_it_says_when_and_what(op: Op) -> None:
    assert isinstance(op.stage, Stage)
    assert op.damage is None or isinstance(op.damage, DamageClass)
    assert isinstance(op.portable, bool)


@every_op
def test_every_field_says_what_it_is_and_in_which_unit(op: Op) -> None:
    for name, spec in op.specs.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert len(spec.help) >= 8
        assert not spec.help.endswith(".")
        assert spec.unit or spec.kind not in (Kind.REAL, Kind.VECTOR)
        assert spec.options or spec.kind is not Kind.OPTION


@every_op
def test_fields_differ_from_their_defaults_only_if_given(op: Op) -> None:
    assert op().to_data() == {op.name: {}}
    assert set(op().settings()) == set(op.specs)


@every_op
def test_a_field_is_moved_by_no_other(op: Op) -> None:
    usual = op().draw(Key(3, "a"))
    for fixed in op.specs:
        constant = op(**{fixed: op.specs[fixed].default.at(0.5)})
        drawn = constant.draw(Key(3, "a"))
        assert {**drawn, fixed: None} == {**usual, fixed: None}


@every_op
@given(data=st.data(), p=st.sampled_from([1, 0.5]), label=st.sampled_from([None, "my step"]))
def test_a_declaration_survives_yaml_and_pickle(
    declare: Declare, op: Op, data: st.DataObject, p: float, label: str | None
) -> None:
    fields = declare(op, data)
    declared = op(**{name: getattr(fields, name) for name in op.specs}, p=p, label=label)
    for written in (declared.to_data(), declared.canonical()):
        read = yaml.safe_load(yaml.safe_dump(written))
        assert read == json.loads(json.dumps(written)) == written
        again = op(**read.pop(op.name), **read)
        assert again == declared
        assert again.draw(Key(1)) == declared.draw(Key(1))
    thawed = pickle.loads(pickle.dumps(declared))
    assert thawed == declared
    assert thawed.draw(Key(1)) == declared.draw(Key(1))


@every_op
@given(data=st.data(), key=st.text(max_size=4))
def test_draws_are_plain_and_within_bounds(declare: Declare, op: Op, data: st.DataObject, key: str) -> None:
    drawn = declare(op, data).draw(Key(0, key))
    assert list(drawn) == list(op.specs)
    assert json.loads(json.dumps(drawn)) == {k: list(v) if isinstance(v, tuple) else v for k, v in drawn.items()}
    for name, spec in op.specs.items():
        if drawn[name] is not None and spec.kind in (Kind.REAL, Kind.COUNT, Kind.VECTOR):
            numbers = drawn[name] if spec.kind is Kind.VECTOR else [drawn[name]]
            assert all(spec.low <= number <= spec.high for number in numbers)
        assert spec.kind is not Kind.COUNT or isinstance(drawn[name], int)
        assert spec.kind is not Kind.OPTION or drawn[name] in spec.options
