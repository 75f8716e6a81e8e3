"""Recipes of every kind, drawn from the declarations of the degradations, of the frame and of the output."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from degrade.engine.compose import OneOf, Repeat, Sequence, Shuffle, SomeOf, Target
from degrade.engine.declaration import Declaration, ParameterError
from degrade.engine.distributions import (
    Beta,
    Choice,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)
from degrade.engine.fields import FieldSpec, Kind
from degrade.engine.step import Step
from degrade.engine.units import FORMATS
from degrade.ops import degradations
from degrade.recipes import Recipe
from degrade.recipes.frame import Frame
from degrade.recipes.output import IMAGES, MEMBERS, Output

unit = st.floats(0, 1)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["no", "0777", "~", "1e3", "a: b"]
)
labels = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_ .+-]{0,9}", fullmatch=True)


def _within(spec: FieldSpec, share: float) -> float:
    low = spec.low if math.isfinite(spec.low) else -100.0
    high = spec.high if math.isfinite(spec.high) else low + 200
    value = float(f"{low + share * (high - low):.6g}")
    return min(max(value, low), high)


SOURCES = [
    {"path": "photos", "sample": 0.02, "licence": "CC0"},
    [
        {"path": "faces.csv", "weight": 1.5},
        {
            "path": "list.csv", "root": "..", "column": "file", "name": "b", "weight": 2, "origin": "1e-3",
            "sample": {"fraction": 0.1, "seed": 3}, "group_by": {"regex": "^(a)_"}, "split_by": {"column": "no"},
            "class_by": {"folder": -1}, "classes": ["cat", "0x1F"], "domain": "clean",
        },
    ],
]  # fmt: skip
"""With every option."""


@st.composite
def _reals(draw: st.DrawFn, spec: FieldSpec) -> Any:
    low, high = sorted(_within(spec, draw(unit)) for _ in range(2))
    forms = [low, (low, high), Uniform(low, high), Normal(low, 0.5), Choice([low, high]), Choice([low, high], [1, 0.5])]
    if low > 0:
        forms += [LogUniform(low, high), LogNormal(low, 0.3)]
    if spec.low <= 0 < high:
        forms += [Beta(0.5, 2.0, high)]
    return draw(st.sampled_from(forms))


@st.composite
def _counts(draw: st.DrawFn, spec: FieldSpec) -> Any:
    low, high = sorted(int(_within(spec, draw(unit))) for _ in range(2))
    forms = [low, (low, high), Integers(low, high), Choice([low, high]), Poisson(2.5)]
    return draw(st.sampled_from([*forms, NegativeBinomial(3.0, 0.5)]))


def _values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    if spec.kind is Kind.REAL:
        return _reals(spec)
    if spec.kind is Kind.COUNT:
        return _counts(spec)
    plain: st.SearchStrategy[Any] = {
        Kind.FLAG: st.booleans(),
        Kind.OPTION: st.sampled_from(spec.options or ("",)),
        Kind.TEXT: words,
        Kind.VECTOR: st.lists(unit.map(lambda share: _within(spec, share)), min_size=spec.length, max_size=spec.length),
        Kind.MAPPING: st.dictionaries(words, unit | st.lists(words, max_size=2), max_size=2),
    }[spec.kind]
    if spec.optional:
        plain |= st.none()
    return plain | st.lists(plain, min_size=1, max_size=3).map(Choice)


@st.composite
def _declared(draw: st.DrawFn, declaration: type[Declaration], **beside: Any) -> Any:
    names = (
        draw(st.lists(st.sampled_from(list(declaration.specs)), unique=True, max_size=4)) if declaration.specs else []
    )
    try:
        return declaration(**{name: draw(_values(declaration.specs[name])) for name in names}, **beside)
    except ParameterError:
        assume(False)  # fields that exclude each other


@st.composite
def _frames(draw: st.DrawFn) -> Frame:
    changed = draw(st.fixed_dictionaries({}, optional={
        "fit": st.sampled_from(["crop", "patch"]), "flip": unit, "min_side": st.integers(1, 500),
        **{name: _reals(spec) for name, spec in Frame.specs.items() if spec.kind is Kind.REAL and name != "flip"},
    }))  # fmt: skip
    return Frame(size=draw(st.integers(1, 999) | st.tuples(st.integers(1, 999), st.integers(1, 999))), **changed)


@st.composite
def _outputs(draw: st.DrawFn) -> Output:
    splits = [{"train": 1.0}, {"train": 0.9, "val": 0.1}, {"a": 5, "b": 7}, {"train": {"cat": 5, "no": 1}, "val": 1.0}]
    return Output(
        copies=draw(st.integers(1, 9)),
        members=draw(st.lists(st.sampled_from(MEMBERS), unique=True, min_size=1).map(tuple)),
        image=draw(st.sampled_from(IMAGES)),
        quality=draw(st.integers(1, 100)),
        splits=draw(st.sampled_from(splits)),
    )


@st.composite
def _steps(draw: st.DrawFn, used: set[str], depth: int) -> Step:
    beside = {"p": draw(st.sampled_from([1.0, 0.25, 0])), "label": None}
    if depth == 0 or draw(st.booleans()):
        op = draw(st.sampled_from(list(degradations().values())))
        if op.name in used or draw(st.booleans()):
            beside["label"] = draw(labels)
        assume((beside["label"] or op.name) not in used)
        used.add(beside["label"] or op.name)
        made: Step = draw(_declared(op, **beside))
        return made
    steps = [draw(_steps(used, depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    weights = draw(st.none() | st.just([1, 0.5, 2][: len(steps)]))
    n = draw(st.sampled_from([1, (1, 2), Poisson(1.5)]))
    groups = [
        lambda: Sequence(steps, **beside),
        lambda: Shuffle(steps, **beside),
        lambda: OneOf(steps, weights=weights, **beside),
        lambda: SomeOf(steps, n=n, weights=weights, **beside),
        lambda: Repeat(steps, times=n, **beside),
    ]
    group: Step = draw(st.sampled_from(groups))()
    return group


@st.composite
def _recipes(draw: st.DrawFn) -> Recipe:
    used = {"target"}
    steps = [draw(_steps(used, 2)) for _ in range(draw(st.integers(0, 4)))]
    if draw(st.booleans()):
        steps.insert(draw(st.integers(0, len(steps))), Target())
    return Recipe(
        draw(st.sampled_from(["r", "null", "été 7", "0x1F", "a@b+c", "no"])),
        tuple(steps),
        about=draw(words),
        seed=draw(st.integers(-(2**63), 2**63 - 1)),
        format=draw(st.sampled_from(list(FORMATS))),
        frame=draw(st.none() | st.just(Frame()) | _frames()),
        output=draw(_outputs()),
        source=draw(st.none() | words.filter(bool) | st.sampled_from(SOURCES)),
    )


@pytest.fixture(scope="session")
def recipes() -> st.SearchStrategy[Recipe]:
    """A Hypothesis strategy."""
    return _recipes()
