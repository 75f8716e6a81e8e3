"""What is checked: an op, or a function, each with what it gives for a picture at a key."""

from __future__ import annotations

import importlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.errors import CuredError
from degrade.testing.picture import DTYPES

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Outcome:
    """What came out.

    Attributes
    ----------
    degraded : array
        The picture.
    mask : (H, W) array or None
        Where it is damaged, if that is told.
    clean : array or None
        The picture that the mask is true of, where it is not the one that went in.
    """

    degraded: Array
    mask: Array | None = None
    clean: Array | None = None

    @property
    def members(self) -> list[Array]:
        """All arrays."""
        return [array for array in (self.degraded, self.mask, self.clean) if array is not None]


@dataclass(frozen=True)
class Takes:
    """Which pictures a subject promises to take; it is checked on no others.

    Attributes
    ----------
    dtypes : sequence of str
        Of uint8, uint16 and float32.
    channels : sequence of int
        3 for (H, W, 3), 1 for (H, W, 1), 0 for (H, W).
    smallest : int
        The least height and width, in pixels.
    """

    dtypes: Sequence[str] = DTYPES
    channels: Sequence[int] = (0, 1, 3)
    smallest: int = 1


class Subject(ABC):
    """Something to be checked.

    Attributes
    ----------
    name : str
        What reports call it.
    takes : Takes
        The pictures that it promises to take.
    random : bool
        Whether it promises another result for another key.
    seeds_globally : bool
        Whether a global generator is seeded for each call, because it knows no other one.
    moves : bool
        Whether it moves the picture's content.
    keeps_size : bool
        Whether it promises a picture of the shape that went in.
    """

    name: str
    takes: Takes = Takes()
    random: bool = True
    seeds_globally: bool = False
    moves: bool = False
    keeps_size: bool = True

    @abstractmethod
    def outcome(self, image: Array, key: str) -> Outcome:
        """What it gives for `image` at `key`."""

    @property
    @abstractmethod
    def source(self) -> tuple[str, str]:
        """Python that makes it again: the import, and the expression."""


@dataclass(frozen=True)
class OpSubject(Subject):
    """An op of this package's kind, declared; `drawn` says whether its declarations may be drawn, too."""

    op: Degradation
    drawn: bool = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """The op's name."""
        return self.op.name

    @property
    def moves(self) -> bool:  # type: ignore[override]
        """As the op declares it."""
        return self.op.moves_pixels

    @property
    def random(self) -> bool:  # type: ignore[override]
        """Whether any of its fields varies."""
        from degrade.engine.distributions import Constant

        return any(not isinstance(getattr(self.op, name), Constant) for name in self.op.specs)

    def outcome(self, image: Array, key: str) -> Outcome:
        """The op's pair."""
        pair = self.op.pair(image, key=key)
        return Outcome(pair.degraded, pair.mask, pair.clean)

    @property
    def source(self) -> tuple[str, str]:
        """Its class, and the fields that are not at their defaults."""
        kind = type(self.op)
        given = ", ".join(f"{name}={value!r}" for name, value in self.op.changed().items())
        if kind.__module__.startswith("degrade.ops."):
            return "import degrade", f"degrade.{kind.__name__}({given})"
        return _import_of(kind), f"{kind.__name__}({given})"


@dataclass(frozen=True)
class FunctionSubject(Subject):
    """A function `f(image, rng)`, whose generator is seeded from the key, or `f(image)`, which knows no chance.

    It gives an image, or an image and a mask.
    """

    function: Callable[..., Any]
    takes: Takes = Takes()
    moves: bool = False
    random: bool = field(default=True)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The function's name."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def outcome(self, image: Array, key: str) -> Outcome:
        """What the function gives, with a generator that is new for each call."""
        given = (
            self.function(image, np.random.default_rng(Key(0, key).words())) if self.random else self.function(image)
        )
        return outcome_of(given)

    @property
    def source(self) -> tuple[str, str]:
        """The function's own name, where it has one that can be imported."""
        given = "" if self.takes == Takes() else f", takes={self.takes!r}"
        given += ", moves=True" if self.moves else ""
        return f"{_import_of(self.function)}; from degrade.testing import Takes", f"{self.name}{given}"


def outcome_of(given: Any) -> Outcome:
    """An image, or an (image, mask), as an Outcome."""
    if isinstance(given, tuple) and len(given) == 2:
        return Outcome(np.asarray(given[0]), np.asarray(given[1]))
    if not isinstance(given, np.ndarray):
        raise TypeError(f"expected an array, or (array, mask), not {type(given).__name__}")
    return Outcome(given)


def subject_of(given: Any, takes: Takes | None = None, moves: bool = False) -> Subject:
    """The Subject that `given` stands for.

    Parameters
    ----------
    given : Subject, Degradation, class of Degradation, or callable
        A class is checked with declarations of all kinds, an op as it is declared.
    takes : Takes, optional
        For a function: the pictures that it promises to take.
    moves : bool
        For a function: whether it moves the picture's content.

    Raises
    ------
    CuredError
        It is none of these.
    """
    if isinstance(given, Subject):
        return given
    if isinstance(given, type) and issubclass(given, Degradation):
        return OpSubject(given(), drawn=True)
    if isinstance(given, Degradation):
        return OpSubject(given)
    if not callable(given) or isinstance(given, type):
        what = f"{given!r} can't be checked"
        raise CuredError(what, "give an op, its class, or a function `f(image, rng) -> image`", 2)
    return FunctionSubject(given, takes or Takes(), moves, random=_parameters(given) > 1)


def _parameters(function: Callable[..., Any]) -> int:
    """How many arguments it must be given, by place."""
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = inspect.signature(function).parameters.values()
    return sum(parameter.kind in by_place and parameter.default is parameter.empty for parameter in found)


def _import_of(thing: Any) -> str:
    """The line that imports `thing`; a remark where it can't be imported."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if module in (None, "__main__") or "<" in name or "." in name:
        return "pass  # where it is defined"
    return f"from {module} import {name}"


def importable(subject: Subject) -> str:
    """ "" where another process can import what is checked, else why not."""
    thing: Any = type(subject.op) if isinstance(subject, OpSubject) else getattr(subject, "function", None)
    if thing is None or not hasattr(thing, "__qualname__"):
        return ""
    module, name = thing.__module__, thing.__qualname__
    if module == "__main__" or "<" in name:
        return f"{name} is defined where no other process can import it: move it to a module, outside of functions"
    try:
        importlib.import_module(module)
    except ImportError as error:
        return f"{name} cannot be imported: {error}"
    return ""
