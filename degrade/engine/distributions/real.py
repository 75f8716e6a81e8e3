"""Distributions of real numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

from degrade.engine.distributions.base import Distribution, finite, ordered, places_of, positive, round_ends, rounded

_inverse_normal = NormalDist().inv_cdf


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Real, evenly spread over [low, high]; the ends are rounded like the values."""

    low: float
    high: float
    word: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        ordered(self.low, self.high)
        round_ends(self)

    def at(self, u: float) -> float:
        return rounded(self.low + (self.high - self.low) * u)

    def sampler(self) -> Callable[[float], float]:
        low, span = self.low, self.high - self.low
        most, least = (places_of(self.low), places_of(self.high)) if low > 0 else (2, 0)
        if most > least + 1:
            return lambda u: float("%.6g" % (low + span * u))
        power = float(f"1e{5 - least}")  # `round` takes two thirds of the time, where it is known to how many places

        def at(u: float) -> float:
            value = low + span * u
            return round(value, most if value < power else least)

        return at

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def scaled(self, factor: float) -> Distribution:
        return Uniform(self.low * factor, self.high * factor)

    def to_data(self) -> Any:
        return {"uniform": [self.low, self.high]}


@dataclass(frozen=True, slots=True)
class LogUniform(Distribution):
    """Real, its logarithm evenly spread over [log low, log high], 0 < low; the ends are rounded like the values."""

    low: float
    high: float
    word: ClassVar[str] = "log_uniform"

    def __post_init__(self) -> None:
        positive(low=self.low, high=self.high)
        ordered(self.low, self.high)
        round_ends(self)

    def at(self, u: float) -> float:
        return rounded(min(max(self.low * math.exp(math.log(self.high / self.low) * u), self.low), self.high))

    def sampler(self) -> Callable[[float], float]:
        low, high, span, exp = self.low, self.high, math.log(self.high / self.low), math.exp
        return lambda u: rounded(min(max(low * exp(span * u), low), high))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def scaled(self, factor: float) -> Distribution:
        return LogUniform(self.low * factor, self.high * factor)

    def to_data(self) -> Any:
        return {"log_uniform": [self.low, self.high]}


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """Real, Gaussian with the given mean and standard deviation."""

    mean: float
    sigma: float
    word: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        finite(mean=self.mean)
        positive(sigma=self.sigma)

    def at(self, u: float) -> float:
        return rounded(self.mean + self.sigma * _inverse_normal(u))

    @property
    def support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def scaled(self, factor: float) -> Distribution:
        return Normal(self.mean * factor, self.sigma * factor)

    def to_data(self) -> Any:
        return {"normal": {"mean": self.mean, "sigma": self.sigma}}


@dataclass(frozen=True, slots=True)
class LogNormal(Distribution):
    """Positive, its natural logarithm Gaussian: `median` > 0, `sigma` (at most 10) the deviation of the logarithm."""

    median: float
    sigma: float
    word: ClassVar[str] = "log_normal"

    def __post_init__(self) -> None:
        positive(median=self.median, sigma=self.sigma)
        if self.sigma > 10:
            raise ValueError(f"sigma must be at most 10, not {self.sigma!r}")

    def at(self, u: float) -> float:
        return rounded(self.median * math.exp(self.sigma * _inverse_normal(u)))

    def sampler(self) -> Callable[[float], float]:
        median, sigma, exp, inverse = self.median, self.sigma, math.exp, _inverse_normal
        return lambda u: float("%.6g" % (median * exp(sigma * inverse(u))))

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def scaled(self, factor: float) -> Distribution:
        return LogNormal(self.median * factor, self.sigma)

    def to_data(self) -> Any:
        return {"log_normal": {"median": self.median, "sigma": self.sigma}}


@dataclass(frozen=True, slots=True)
class Beta(Distribution):
    """`scale` times a beta variate with shapes a, b > 0: within [0, scale]."""

    a: float
    b: float
    scale: float = 1.0
    word: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        positive(a=self.a, b=self.b, scale=self.scale)

    def at(self, u: float) -> float:
        if self.a == 1.0:  # closed form for the common case, far cheaper than the incomplete beta function
            return rounded(self.scale * -math.expm1(math.log1p(-u) / self.b))
        if self.b == 1.0:
            return rounded(self.scale * math.exp(math.log(u) / self.a))
        from scipy.special import betaincinv

        return rounded(self.scale * float(betaincinv(self.a, self.b, u)))

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, self.scale

    def scaled(self, factor: float) -> Distribution:
        return Beta(self.a, self.b, self.scale * factor)

    def to_data(self) -> Any:
        shapes = {"beta": [self.a, self.b]}
        return shapes if self.scale == 1 else {**shapes, "scale": self.scale}
