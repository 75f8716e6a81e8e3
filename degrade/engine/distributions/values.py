"""Distributions of values of any kind: one, or one of several."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from degrade.engine.distributions.base import Distribution, finite, first_at_or_above, rounded


@dataclass(frozen=True, slots=True)
class Constant(Distribution):
    """Always `value`: a number, a truth value, a word or a vector (tuple of numbers)."""

    value: Any
    word: ClassVar[str] = "constant"

    def at(self, u: float) -> Any:
        return self.value

    @property
    def support(self) -> tuple[float, float]:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        if all(isinstance(v, int | float) for v in values):
            return min(values), max(values)
        return -math.inf, math.inf

    def scaled(self, factor: float) -> Distribution:
        return Constant(_times(self.value, factor))

    def to_data(self) -> Any:
        return list(self.value) if isinstance(self.value, tuple) else self.value


@dataclass(frozen=True, slots=True)
class Choice(Distribution):
    """One of `values`, equally likely or by `weights` (one number ≥ 0 a value, not all 0)."""

    values: tuple[Any, ...]
    weights: tuple[float, ...] | None = None
    _cumulative: tuple[float, ...] = field(default=(), repr=False, compare=False)
    word: ClassVar[str] = "choice"

    def __init__(self, values: Sequence[Any], weights: Sequence[float] | None = None) -> None:
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise ValueError(f"values must be a list with at least one entry, not {values!r}")
        shares = [1.0] * len(values) if weights is None else list(weights)
        finite(**{f"weight {i}": share for i, share in enumerate(shares)})
        if len(shares) != len(values) or min(shares) < 0 or sum(shares) <= 0:
            raise ValueError(f"weights must be {len(values)} numbers of at least 0, not all 0: {weights!r}")
        plain = tuple(tuple(v) if isinstance(v, list) else v for v in values)
        total, running, cumulative = math.fsum(shares), 0.0, []
        for share in shares:
            running += share
            cumulative.append(running / total)
        object.__setattr__(self, "values", plain)
        object.__setattr__(self, "weights", None if weights is None else tuple(float(w) for w in weights))
        object.__setattr__(self, "_cumulative", tuple(cumulative))

    def at(self, u: float) -> Any:
        return self.values[first_at_or_above(self._cumulative, u)]

    def sampler(self) -> Callable[[float], Any]:
        values, cumulative, last = self.values, self._cumulative, len(self.values) - 1
        return lambda u: values[bisect_left(cumulative, u, 0, last)]

    @property
    def support(self) -> tuple[float, float]:
        flat = [v for value in self.values for v in (value if isinstance(value, tuple) else (value,))]
        if all(isinstance(v, int | float) for v in flat):
            return min(flat), max(flat)
        return -math.inf, math.inf

    def scaled(self, factor: float) -> Distribution:
        return Choice([_times(value, factor) for value in self.values], self.weights)

    def to_data(self) -> Any:
        plain: dict[str, Any] = {"choice": [list(v) if isinstance(v, tuple) else v for v in self.values]}
        return plain if self.weights is None else {**plain, "weights": list(self.weights)}


def _times(value: Any, factor: float) -> Any:
    """A number times `factor`, a whole one to the nearest; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(value * factor) if isinstance(value, int) else rounded(value * factor)
