"""Distributions of whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, ClassVar

from degrade.engine.distributions.base import (
    Distribution,
    finite,
    first_at_or_above,
    ordered,
    positive,
    quantile,
    rounded,
)


def _cumulative(mode: int, ratio: Callable[[int], float]) -> tuple[float, ...]:
    """Cumulative probabilities of 0, 1, 2 … where p(n) / p(n - 1) = `ratio(n)`, until the rest is below 1e-18.

    Worked out from the mode outwards: the probability of 0 itself may be too small for a float.
    """
    above, weight, count = [1.0], 1.0, mode
    while weight > 1e-18 or ratio(count + 1) > 1:
        count += 1
        weight *= ratio(count)
        above.append(weight)
    below, weight = [], 1.0
    for count in range(mode, 0, -1):
        weight /= ratio(count)
        below.append(weight)
    weights = [*reversed(below), *above]
    total = math.fsum(weights)
    return tuple(running / total for running in accumulate(weights))


@lru_cache(maxsize=256)
def _cumulative_poisson(mean: float) -> tuple[float, ...]:
    return _cumulative(int(mean), lambda n: mean / n)


@dataclass(frozen=True, slots=True)
class Poisson(Distribution):
    """Whole number ≥ 0: how many of something rare, `mean` on average (0 ≤ mean ≤ 10000)."""

    mean: float
    word: ClassVar[str] = "poisson"
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        finite(mean=self.mean)
        if not 0 <= self.mean <= 10_000:
            raise ValueError(f"mean must lie in [0, 10000], not {self.mean!r}")

    def at(self, u: float) -> int:
        return first_at_or_above(_cumulative_poisson(float(self.mean)), u) if self.mean > 0 else 0

    def sampler(self) -> Callable[[float], int]:
        return quantile(_cumulative_poisson(float(self.mean))) if self.mean > 0 else self.at

    @property
    def support(self) -> tuple[float, float]:
        return (0, math.inf) if self.mean > 0 else (0, 0)

    def scaled(self, factor: float) -> Distribution:
        return Poisson(min(rounded(self.mean * factor), 10_000))

    def to_data(self) -> Any:
        return {"poisson": self.mean}


@lru_cache(maxsize=256)
def _cumulative_negative_binomial(mean: float, k: float) -> tuple[float, ...]:
    share = mean / (mean + k)
    mode = int((k - 1) * mean / k) if k > 1 else 0
    return _cumulative(mode, lambda n: share * (n + k - 1) / n)


@dataclass(frozen=True, slots=True)
class NegativeBinomial(Distribution):
    """Whole number ≥ 0 of clustered things: `mean` on average, variance mean + mean²/k; mean ≤ 10000 and ≤ 10000·k."""

    mean: float
    k: float
    word: ClassVar[str] = "negative_binomial"
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        positive(mean=self.mean, k=self.k)
        if self.mean > min(10_000, 10_000 * self.k):
            raise ValueError(f"mean must be at most 10000 and 10000 times k, not {self.mean!r} with k {self.k!r}")

    def at(self, u: float) -> int:
        return first_at_or_above(_cumulative_negative_binomial(float(self.mean), float(self.k)), u)

    def sampler(self) -> Callable[[float], int]:
        return quantile(_cumulative_negative_binomial(float(self.mean), float(self.k)))

    @property
    def support(self) -> tuple[float, float]:
        return 0, math.inf

    def scaled(self, factor: float) -> Distribution:
        return NegativeBinomial(min(rounded(self.mean * factor), 10_000, 10_000 * self.k), self.k)

    def to_data(self) -> Any:
        return {"negative_binomial": {"mean": self.mean, "k": self.k}}


@dataclass(frozen=True, slots=True)
class Integers(Distribution):
    """Whole number, each of low … high equally likely, both included."""

    low: int
    high: int
    word: ClassVar[str] = "integers"
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        ordered(self.low, self.high)
        if int(self.low) != self.low or int(self.high) != self.high:
            raise ValueError(f"low and high must be whole numbers, not {self.low!r} and {self.high!r}")

    def at(self, u: float) -> int:
        return int(self.low) + min(int((self.high - self.low + 1) * u), int(self.high - self.low))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def scaled(self, factor: float) -> Distribution:
        return Integers(round(self.low * factor), round(self.high * factor))

    def to_data(self) -> Any:
        return {"integers": [self.low, self.high]}
