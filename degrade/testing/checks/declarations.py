"""What an op says of itself, and whether that survives being written down."""

from __future__ import annotations

import inspect
import json
import pickle
import re
from itertools import product
from typing import Any

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.fields import Kind
from degrade.engine.key import Key
from degrade.testing.check import check, op_of
from degrade.testing.picture import Array
from degrade.testing.subject import Subject
from degrade.testing.verdict import expect

_LEAST_REST, _LEAST_HELP = 80, 8


@check(drawn=False, ops_only=True)
def documented(subject: Subject) -> None:
    """The docstring has a summary, an explanation and the source; each field its help, its unit and its options."""
    op = type(op_of(subject))
    summary, _, rest = inspect.cleandoc(op.__doc__ or "").partition("\n\n")
    expect(summary.endswith("."), "the docstring does not begin with a sentence, followed by an empty line")
    expect(len(rest) > _LEAST_REST, "the docstring does not explain what is imitated, below its summary")
    cited = op.moves_pixels or re.search(r"\bReferences?: ", rest)  # geometry needs no source
    expect(cited, "the docstring names no source: end it with `Reference: …`")
    expect(isinstance(op.stage, Stage), f"stage is {op.stage!r}, not a Stage")
    expect(op.damage is None or isinstance(op.damage, DamageClass), f"damage is {op.damage!r}, not a DamageClass")
    expect(isinstance(op.portable, bool), f"portable is {op.portable!r}, neither True nor False")
    for name, spec in op.specs.items():
        expect(re.fullmatch(r"[a-z][a-z0-9_]*", name), f"the field {name} is not in snake_case")
        expect(len(spec.help) >= _LEAST_HELP, f"the field {name} is not explained: {spec.help!r}")
        expect(not spec.help.endswith("."), f"the help of the field {name} ends with a full stop")
        expect(spec.unit or spec.kind not in (Kind.REAL, Kind.VECTOR), f"the field {name} has no unit")
        expect(spec.options or spec.kind is not Kind.OPTION, f"the field {name} has no options")


@check(drawn=False, ops_only=True)
def defaults(subject: Subject) -> None:
    """Only fields that were given differ from their defaults, and settings() has every field."""
    op = type(op_of(subject))
    expect(op().to_data() == {op.name: {}}, "as by default it is written with fields")
    expect(set(op().settings()) == set(op.specs), "settings() and the fields differ")


@check(drawn=False, ops_only=True)
def addresses(subject: Subject) -> None:
    """A field that is fixed moves the draws of no other."""
    op = type(op_of(subject))
    usual = op().draw(Key(3, "a"))
    for fixed, spec in op.specs.items():
        drawn = op(**{fixed: spec.default.at(0.5)}).draw(Key(3, "a"))
        expect({**drawn, fixed: None} == {**usual, fixed: None}, f"fixing the field {fixed} moved other draws")


@check(ops_only=True, sides=(1, 1), kinds=("black",), layouts=("plain",))
def written(subject: Subject, _image: Array, key: str) -> None:
    """A declaration survives YAML, JSON and pickle, beside which stand p and label."""
    import yaml

    op = op_of(subject)
    fields = {name: getattr(op, name) for name in op.specs}
    for p, label in product((1, 0.5), (None, "my step")):
        declared = type(op)(**fields, p=p, label=label)
        for data in (declared.to_data(), declared.canonical()):
            read = yaml.safe_load(yaml.safe_dump(data))
            expect(read == json.loads(json.dumps(data)) == data, f"YAML or JSON gave back other data than {data}")
            _expect_same(type(op)(**read.pop(op.name), **read), declared, key, "YAML")
        _expect_same(pickle.loads(pickle.dumps(declared)), declared, key, "pickle")  # noqa: S301 - made right here


def _expect_same(again: Any, declared: Any, key: str, way: str) -> None:
    expect(again == declared, f"{way} gave back another declaration: {again!r}")
    expect(again.draw(Key(1, key)) == declared.draw(Key(1, key)), f"what {way} gave back draws other values")


@check(ops_only=True, sides=(1, 1), kinds=("black",), layouts=("plain",))
def draws(subject: Subject, _image: Array, key: str) -> None:
    """What is drawn is every field, plain, within its bounds, and survives JSON."""
    op = op_of(subject)
    drawn = op.draw(Key(0, key))
    expect(list(drawn) == list(op.specs), f"drawn were {list(drawn)}, declared are {list(op.specs)}")
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in drawn.items()}
    expect(json.loads(json.dumps(drawn)) == plain, f"JSON gave back other values than {drawn}")
    for name, spec in op.specs.items():
        value = drawn[name]
        if value is not None and spec.kind in (Kind.REAL, Kind.COUNT, Kind.VECTOR):
            numbers = value if spec.kind is Kind.VECTOR else [value]
            expect(all(spec.low <= number <= spec.high for number in numbers), f"{name} was drawn as {value}")
        expect(spec.kind is not Kind.COUNT or isinstance(value, int), f"{name} was drawn as {value!r}, no whole number")
        expect(spec.kind is not Kind.OPTION or value in spec.options, f"{name} was drawn as {value!r}, no option")
