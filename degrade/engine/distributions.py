"""Distributions of parameters: one uniform number in, one drawn value out.

Each is a frozen declaration that knows its support and its YAML form. Values are taken by the inverse of the cumulative
distribution, so that one uniform of a `Key` decides them, and reals are rounded to six significant digits: short in
JSON, and beyond the reach of the last bit of any machine's exp or log.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from statistics import NormalDist
from typing import Any, ClassVar

_inverse_normal = NormalDist().inv_cdf
_LARGEST = 1e100
"""No parameter is larger: products of two of them must stay finite."""


def rounded(value: float) -> float:
    """`value` with six significant digits."""
    return float("%.6g" % value)  # noqa: UP031 - a tenth faster, at some ten values a picture


def _finite(**numbers: Any) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= _LARGEST:
            raise ValueError(f"{name} must be a finite number, not {number!r}")


def _positive(**numbers: Any) -> None:
    _finite(**numbers)
    for name, number in numbers.items():
        if number <= 0:
            raise ValueError(f"{name} must be above 0, not {number!r}")


def _ordered(low: Any, high: Any) -> None:
    _finite(low=low, high=high)
    if low > high:
        raise ValueError(f"low must not be above high: [{low!r}, {high!r}]")


def _round_ends(made: Any) -> None:
    for end in ("low", "high"):
        object.__setattr__(made, end, rounded(getattr(made, end)))


class Distribution(ABC):
    """What a parameter may be. `at(u)` is pure; `support` bounds every value it can give."""

    word: ClassVar[str] = ""
    """Its name in YAML."""
    whole: ClassVar[bool] = False
    """Whether each value is a whole number."""

    @abstractmethod
    def at(self, u: float) -> Any:
        """The value whose cumulative probability is `u`, in (0, 1)."""

    def sampler(self) -> Callable[[float], Any]:
        """`at` for those who ask for very many values: what never changes is looked up once."""
        return self.at

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that can come, infinities included."""

    @abstractmethod
    def to_data(self) -> Any:
        """The plain data that stands for it in YAML and JSON."""

    @abstractmethod
    def scaled(self, factor: float) -> Distribution:
        """The distribution of `factor` > 0 times as much; of whole numbers, with `factor` times their mean."""


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
class Uniform(Distribution):
    """Real, evenly spread over [low, high]; the ends are rounded like the values."""

    low: float
    high: float
    word: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        _ordered(self.low, self.high)
        _round_ends(self)

    def at(self, u: float) -> float:
        return rounded(self.low + (self.high - self.low) * u)

    def sampler(self) -> Callable[[float], float]:
        low, span = self.low, self.high - self.low
        return lambda u: float("%.6g" % (low + span * u))

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
        _positive(low=self.low, high=self.high)
        _ordered(self.low, self.high)
        _round_ends(self)

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
        _finite(mean=self.mean)
        _positive(sigma=self.sigma)

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
        _positive(median=self.median, sigma=self.sigma)
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
        _positive(a=self.a, b=self.b, scale=self.scale)

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
        _finite(mean=self.mean)
        if not 0 <= self.mean <= 10_000:
            raise ValueError(f"mean must lie in [0, 10000], not {self.mean!r}")

    def at(self, u: float) -> int:
        return _first_at_or_above(_cumulative_poisson(float(self.mean)), u) if self.mean > 0 else 0

    def sampler(self) -> Callable[[float], int]:
        return _quantile(_cumulative_poisson(float(self.mean))) if self.mean > 0 else self.at

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
        _positive(mean=self.mean, k=self.k)
        if self.mean > min(10_000, 10_000 * self.k):
            raise ValueError(f"mean must be at most 10000 and 10000 times k, not {self.mean!r} with k {self.k!r}")

    def at(self, u: float) -> int:
        return _first_at_or_above(_cumulative_negative_binomial(float(self.mean), float(self.k)), u)

    def sampler(self) -> Callable[[float], int]:
        return _quantile(_cumulative_negative_binomial(float(self.mean), float(self.k)))

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
        _ordered(self.low, self.high)
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
        _finite(**{f"weight {i}": share for i, share in enumerate(shares)})
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
        return self.values[_first_at_or_above(self._cumulative, u)]

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


def _first_at_or_above(cumulative: Sequence[float], u: float) -> int:
    return bisect_left(cumulative, u, 0, len(cumulative) - 1)


def _quantile(cumulative: Sequence[float]) -> Callable[[float], int]:
    """`_first_at_or_above` of these probabilities."""
    last = len(cumulative) - 1
    return lambda u: bisect_left(cumulative, u, 0, last)


DISTRIBUTIONS: dict[str, type[Distribution]] = {
    cls.word: cls
    for cls in (
        Constant,
        Uniform,
        LogUniform,
        Normal,
        LogNormal,
        Beta,
        Poisson,
        NegativeBinomial,
        Integers,
        Choice,
    )
}
"""Every distribution by its name in YAML."""

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log_uniform": ("low", "high"),
    "normal": ("mean", "sigma"),
    "log_normal": ("median", "sigma"),
    "beta": ("a", "b"),
    "poisson": ("mean",),
    "negative_binomial": ("mean", "k"),
    "integers": ("low", "high"),
    "choice": ("values",),
    "constant": ("value",),
}
_BESIDE: dict[str, tuple[str, ...]] = {"beta": ("scale",), "choice": ("weights",)}
"""Arguments that stand beside the distribution's own key: ``{beta: [1, 4], scale: 0.3}``."""


def distribution_from_data(data: dict[str, Any]) -> Distribution:
    """The distribution that a YAML mapping such as ``{log_normal: {median: 7, sigma: 0.9}}`` stands for.

    A distribution's arguments are a list in their order, a mapping by name, or, where there is one, that one.

    Raises
    ------
    ValueError
        The mapping names no or several distributions, or its arguments are wrong; the text says which are expected.
    """
    words = [word for word in data if word in _ARGUMENTS]
    if len(words) != 1:
        from difflib import get_close_matches

        near = [m for name in data for m in get_close_matches(str(name), _ARGUMENTS, 1)]
        hint = f"; did you mean {near[0]!r}?" if near and not words else ""
        raise ValueError(f"expected one distribution of {', '.join(_ARGUMENTS)}; found {sorted(map(str, data))}{hint}")
    word = words[0]
    names, beside = _ARGUMENTS[word], _BESIDE.get(word, ())
    extra = {name: value for name, value in data.items() if name != word}
    if unknown := [name for name in extra if name not in beside]:
        raise ValueError(f"{word} does not take {', '.join(map(str, unknown))}; beside it may stand {list(beside)}")
    given = data[word]
    if isinstance(given, dict):
        arguments = dict(given)
    elif len(names) == 1:
        arguments = {names[0]: given}
    elif isinstance(given, list) and len(given) == len(names):
        arguments = dict(zip(names, given, strict=True))
    else:
        raise ValueError(f"{word} takes {', '.join(names)}: a list of {len(names)} or a mapping by name")
    if unknown := [name for name in arguments if name not in names + beside]:
        raise ValueError(f"{word} takes {', '.join(names + beside)}, not {', '.join(map(str, unknown))}")
    if missing := [name for name in names if name not in arguments]:
        raise ValueError(f"{word} lacks {', '.join(missing)}")
    try:
        return DISTRIBUTIONS[word](**arguments, **extra)
    except TypeError as error:
        raise ValueError(f"{word}: {error}") from None
