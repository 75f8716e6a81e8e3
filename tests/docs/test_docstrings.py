"""Every public name says what it takes, gives and raises."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

import degrade

pytest.importorskip("torch")
PUBLIC = ("degrade", "degrade.testing", "degrade.train")
ARRAY = re.compile(r"ndarray|NDArray|\bArray\b|\bPicture\b")
SHAPE = re.compile(r"\(([A-Z0-9…]\w*, )+[^)]*\)|shape")


def public_names() -> Iterator[tuple[str, Any]]:
    for module in map(import_module, PUBLIC):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{module.__name__}.{name}", value


NAMES = dict(public_names())
FUNCTIONS = {name: value for name, value in NAMES.items() if inspect.isfunction(value)}


def missing(function: Callable[..., Any]) -> list[str]:
    """What the docstring of a function leaves out."""
    text = inspect.getdoc(function) or ""
    signature = inspect.signature(function)
    lacking = [name for name in signature.parameters if not re.search(rf"\b{re.escape(name)}\b", text)]
    if ARRAY.search(str(signature)) and not SHAPE.search(text):
        lacking.append("(shapes)")
    if "raise " in source_of(function) and not re.search("[Rr]aise", text):
        lacking.append("(errors)")
    return lacking


def source_of(function: Callable[..., Any]) -> str:
    """Its text below its docstring; nothing for what Hypothesis has made of a function."""
    try:
        return inspect.getsource(function).rpartition('"""')[2]
    except OSError:
        return ""


def test_there_are_public_names_of_each_kind() -> None:
    assert len(FUNCTIONS) > 40
    assert len(NAMES) > 150


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_a_docstring(name: str) -> None:
    assert len((inspect.getdoc(NAMES[name]) or "").split()) > 3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_names_its_parameters_shapes_and_errors(name: str) -> None:
    assert missing(FUNCTIONS[name]) == []


@pytest.mark.parametrize("name", degrade.degradations())
def test_every_field_of_an_op_has_its_help_and_every_measure_its_unit(name: str) -> None:
    for field, spec in degrade.degradations()[name].specs.items():
        assert len(spec.help) > 3, field
        suffix = re.search(r"_(mm|um|px|deg|frac)$", field)
        assert suffix is None or spec.unit, field


def test_what_is_left_out_is_found() -> None:
    def told(image: int, key: str) -> None:
        """Of an `image` and its key."""

    def untold(image: int, strength: float) -> None:
        """Of an image."""
        raise ValueError(strength)

    assert missing(told) == []
    assert missing(untold) == ["strength", "(errors)"]
