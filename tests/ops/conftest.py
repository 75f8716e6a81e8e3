"""Declarations of any op, for the properties that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from degrade.engine.degradation import Degradation, ParameterError
from degrade.engine.fields import FieldSpec, Kind


def given_values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """What a user may give for a field: its default, its extremes, each of its options."""
    choices: list[Any] = [spec.default]
    if spec.kind is Kind.FLAG:
        choices += [True, False]
    elif spec.kind is Kind.OPTION:
        choices += spec.options
    elif spec.kind in (Kind.REAL, Kind.COUNT):
        choices += [spec.clamp(spec.default.at(u)) for u in (0.02, 0.5, 0.98)]
        choices += [spec.low] if np.isfinite(spec.low) else []
    elif spec.kind is Kind.VECTOR:
        choices += [(bound,) * spec.length for bound in (spec.low, spec.high) if np.isfinite(bound)]
    return st.sampled_from(choices)


@st.composite
def declared(draw: st.DrawFn, op: type[Degradation]) -> Degradation:
    """An op with some of its fields given."""
    named = draw(st.sets(st.sampled_from(sorted(op.specs)), max_size=4)) if op.specs else set()
    try:
        return op(**{name: draw(given_values(op.specs[name])) for name in sorted(named)})
    except ParameterError:
        assume(False)
        raise


@pytest.fixture(scope="session")
def declare() -> Callable[[type[Degradation], st.DataObject], Degradation]:
    """Draw some declaration of an op."""
    return lambda op, data: data.draw(declared(op))
