"""Fields of a frozen dataclass that carry their help and say what they may be."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind(ABC):
    """What a field may be; `optional` lets it be None."""

    optional: bool = dataclasses.field(default=False, kw_only=True)

    def problem(self, value: Any) -> str:
        """What was expected instead of `value`, or ""."""
        if value is None and self.optional:
            return ""
        return "" if self.fits(value) else f"expected {self.expected}{' or nothing' * self.optional}, not {value!r}"

    @abstractmethod
    def fits(self, value: Any) -> bool:
        """Whether `value` is of this kind and within its bounds."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """In words."""


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `low` to `high`."""

    low: int = 0
    high: int = 1_000_000

    def fits(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    @property
    def expected(self) -> str:
        return f"a whole number in [{self.low}, {self.high}]"


@dataclass(frozen=True)
class Number(Kind):
    """A number from `low` to `high`, without `low` itself where `above`."""

    low: float = 0.0
    high: float = 1.0
    above: bool = False

    def fits(self, value: Any) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return False
        return self.low <= value <= self.high and not (self.above and value == self.low)

    @property
    def expected(self) -> str:
        return f"a number in {'(' if self.above else '['}{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Word(Kind):
    """One of a few words."""

    words: tuple[str, ...] = ()

    def fits(self, value: Any) -> bool:
        return value in self.words

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.words)}"


@dataclass(frozen=True)
class Text(Kind):
    """Any text but an empty one."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and bool(value)

    @property
    def expected(self) -> str:
        return "a text"


@dataclass(frozen=True)
class Switch(Kind):
    """True or false."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    @property
    def expected(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Place(Kind):
    """A source of photographs or a recipe: a text, or plain data."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, str | Mapping | list) and bool(value)

    @property
    def expected(self) -> str:
        return "a text, or plain data"


@dataclass(frozen=True)
class Table(Kind):
    """Values by name."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)

    @property
    def expected(self) -> str:
        return "values by name, such as {depth: 4}"


def described(default: Any, kind: Kind, help: str) -> Any:
    """A field of a dataclass."""
    metadata = {"kind": kind, "help": help}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
