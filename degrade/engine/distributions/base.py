"""What all distributions have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

_LARGEST = 1e100
"""No parameter is larger: products of two of them must stay finite."""


def rounded(value: float) -> float:
    """`value` with six significant digits."""
    return float("%.6g" % value)  # noqa: UP031 - a tenth faster, at some ten values a picture


def places_of(number: float) -> int:
    """To how many decimal places a positive number with six significant digits is rounded."""
    return 5 - int(f"{number:.5e}".partition("e")[2])


def finite(**numbers: Any) -> None:
    """Raise ValueError, naming the first, unless all are finite numbers that no parameter exceeds."""
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= _LARGEST:
            raise ValueError(f"{name} must be a finite number, not {number!r}")


def positive(**numbers: Any) -> None:
    """The same for numbers above 0."""
    finite(**numbers)
    for name, number in numbers.items():
        if number <= 0:
            raise ValueError(f"{name} must be above 0, not {number!r}")


def ordered(low: Any, high: Any) -> None:
    """The same for `low` ≤ `high`."""
    finite(low=low, high=high)
    if low > high:
        raise ValueError(f"low must not be above high: [{low!r}, {high!r}]")


def round_ends(made: Any) -> None:
    """Round `low` and `high` of a frozen distribution like its values."""
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


def first_at_or_above(cumulative: Sequence[float], u: float) -> int:
    """The place of the first cumulative probability that is at least `u`."""
    return bisect_left(cumulative, u, 0, len(cumulative) - 1)


def quantile(cumulative: Sequence[float]) -> Callable[[float], int]:
    """`first_at_or_above` of these probabilities."""
    last = len(cumulative) - 1
    return lambda u: bisect_left(cumulative, u, 0, last)
