"""Fields of an op: what a parameter may be, said once. Schema, docs, listings and tests derive from it."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from degrade.engine.distributions import (
    Choice,
    Constant,
    Distribution,
    Integers,
    Uniform,
    distribution_from_data,
    rounded,
)
from degrade.engine.units import UNIT_OF_SUFFIX


class Kind(enum.Enum):
    """What a drawn value is."""

    REAL = "a number"
    COUNT = "a whole number"
    FLAG = "true or false"
    OPTION = "one of its options"
    TEXT = "a text"
    VECTOR = "a list of numbers"
    MAPPING = "a mapping of names to plain values"


Real: TypeAlias = Annotated[float | tuple[float, float] | Distribution, Kind.REAL]
"""A real parameter: a number, (low, high) for uniform, or a distribution."""
Count: TypeAlias = Annotated[int | tuple[int, int] | Distribution, Kind.COUNT]
"""A whole-number parameter: a number, (low, high) both included, or a distribution of whole numbers."""
Flag: TypeAlias = Annotated[bool | Distribution, Kind.FLAG]
"""A truth value, or a Choice of them."""
Option: TypeAlias = Annotated[str | Distribution, Kind.OPTION]
"""One of the field's options, or a Choice of them."""
Text: TypeAlias = Annotated[str | Distribution | None, Kind.TEXT]
"""Free text such as a folder, or None, or a Choice of them."""
Vector: TypeAlias = Annotated[Sequence[float] | Distribution | None, Kind.VECTOR]
"""A fixed list of numbers such as a colour, or None, or a Choice of them."""
Mapping: TypeAlias = Annotated[dict[str, Any] | Distribution, Kind.MAPPING]
"""Plain values by name, which only the op itself understands, or a Choice of such mappings."""

MOST_PLAIN = 64
"""Values in a mapping, all that is nested included."""
LARGEST_PLAIN = 1e5
"""Of the numbers in a mapping."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Everything that is known of one field.

    Attributes
    ----------
    help : str
        What it is, for people.
    unit : str
        Its unit, "" when it has none (a word, a truth value).
    low, high : float
        Bounds that every drawn value keeps; a distribution with unbounded support is clamped to them.
    options : tuple of str
        For an option: the words it may be.
    length : int
        For a vector: how many numbers.
    """

    name: str
    kind: Kind
    help: str
    unit: str
    low: float
    high: float
    options: tuple[str, ...]
    length: int
    optional: bool
    default: Distribution

    def clamp(self, value: Any) -> Any:
        """`value` within the bounds."""
        if value is None or self.kind not in (Kind.REAL, Kind.COUNT):
            return value
        held = min(max(value, self.low), self.high)
        return int(held) if self.kind is Kind.COUNT else held

    def distribution(self, given: Any) -> Distribution:
        """The distribution that `given` stands for: itself, a number, (low, high), a word, or YAML's plain data.

        Raises
        ------
        ValueError
            `given` is of the wrong kind or reaches outside the bounds; the text says what was expected.
        """
        if isinstance(given, Distribution):
            made = given
        elif self.kind is Kind.MAPPING and isinstance(given, dict) and "choice" not in given:
            made = Constant(given)
        elif isinstance(given, dict):
            made = distribution_from_data(given)
        elif self.kind in (Kind.REAL, Kind.COUNT) and isinstance(given, list | tuple):
            made = self._range(given)
        else:
            made = Constant(tuple(given) if isinstance(given, list | tuple) else given)
        for value in made.values if isinstance(made, Choice) else [made.value] if isinstance(made, Constant) else []:
            self.check(value)
        if not isinstance(made, Choice | Constant):
            self._check_spread(made)
        return self._settled(made)

    def _range(self, given: Sequence[Any]) -> Distribution:
        if len(given) != 2 or not all(_is_number(v) for v in given):
            raise ValueError(f"expected [low, high], two numbers, not {_shown(given)}")
        if self.kind is Kind.COUNT:
            return Integers(*given)
        return Uniform(float(given[0]), float(given[1]))

    def _settled(self, made: Distribution) -> Distribution:
        if isinstance(made, Constant) and made.value is None:
            return made
        if self.kind is Kind.MAPPING and isinstance(made, Constant):
            return Constant(plain_copy(made.value))
        if self.kind is Kind.REAL and isinstance(made, Constant):
            return Constant(rounded(float(made.value)))
        if self.kind is Kind.VECTOR and isinstance(made, Constant):
            return Constant(tuple(int(v) if int(v) == v else rounded(v) for v in made.value))
        return made

    def check(self, value: Any) -> None:
        """Raises ValueError for a value that cannot have been drawn: of the wrong kind, or out of bounds."""
        if value is None and self.optional:
            return
        if not self._fits(value):
            raise ValueError(f"expected {self.expected()}, not {_shown(value)}{self._suggestion(value)}")
        for number in value if self.kind is Kind.VECTOR else [value]:
            if _is_number(number) and not self.low <= number <= self.high:
                raise ValueError(f"expected {self.expected()}, not {_shown(value)}")

    def _fits(self, value: Any) -> bool:
        match self.kind:
            case Kind.REAL:
                return _is_number(value)
            case Kind.COUNT:
                return _is_number(value) and int(value) == value
            case Kind.FLAG:
                return isinstance(value, bool)
            case Kind.OPTION:
                return value in self.options
            case Kind.TEXT:
                return isinstance(value, str)
            case Kind.VECTOR:
                return isinstance(value, tuple) and len(value) == self.length and all(_is_number(v) for v in value)
            case Kind.MAPPING:
                return isinstance(value, dict) and len(list(_plain_parts(value))) <= MOST_PLAIN

    def _check_spread(self, made: Distribution) -> None:
        if self.kind not in (Kind.REAL, Kind.COUNT):
            raise ValueError(f"expected {self.expected()}, not the distribution {made.word}")
        if self.kind is Kind.COUNT and not made.whole:
            raise ValueError(f"expected {self.expected()}; {made.word} gives reals: use integers, poisson or choice")
        low, high = made.support
        outside = (math.isfinite(low) and low < self.low and made.word != "log_normal") or (
            math.isfinite(high) and high > self.high
        )
        if outside or low > self.high or high < self.low:
            raise ValueError(f"expected values {self.bounds()}, but {made.word} spans [{low:g}, {high:g}]")

    def _suggestion(self, value: Any) -> str:
        if self.kind is not Kind.OPTION or not isinstance(value, str):
            return ""
        from difflib import get_close_matches

        near = get_close_matches(value, self.options, 1)
        return f"; did you mean {near[0]!r}?" if near else ""

    def bounds(self) -> str:
        """The bounds in words, such as "in [0, 1]", "≥ 0" or ""."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"in [{self.low:g}, {self.high:g}]"
        if math.isfinite(self.low):
            return f"≥ {self.low:g}"
        return f"≤ {self.high:g}" if math.isfinite(self.high) else ""

    def expected(self) -> str:
        """What a value must be, in words."""
        if self.kind is Kind.OPTION:
            words = "one of " + ", ".join(self.options)
        elif self.kind is Kind.VECTOR:
            words = f"a list of {self.length} numbers {self.bounds()}".rstrip()
        else:
            words = f"{self.kind.value} {self.bounds()}".rstrip()
        return words + (" or null" if self.optional else "")


def plain_copy(value: Any) -> Any:
    """`value`, made of mappings and lists, with fresh ones: nobody who holds it can change the other."""
    if isinstance(value, dict):
        return {name: plain_copy(part) for name, part in value.items()}
    return [plain_copy(part) for part in value] if isinstance(value, list | tuple) else value


def _plain_parts(value: Any) -> Iterator[Any]:
    """Everything within `value`. Raises ValueError at what is no plain data, or a number that is out of all bounds."""
    if isinstance(value, dict):
        for name, part in value.items():
            if not isinstance(name, str):
                raise ValueError(f"expected names that are texts, not {_shown(name)}")
            yield from _plain_parts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _plain_parts(part)
    elif not (value is None or isinstance(value, str | bool | int | float)):
        raise ValueError(f"expected plain values (numbers, words, lists, mappings), not {_shown(value)}")
    elif not isinstance(value, str | bool | None) and not abs(value) <= LARGEST_PLAIN:
        raise ValueError(f"expected numbers in [{-LARGEST_PLAIN:g}, {LARGEST_PLAIN:g}], not {_shown(value)}")
    yield value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 60 else text[:57] + "…"


def field(
    default: Any,
    help: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    unit: str | None = None,
    options: Sequence[str] = (),
    length: int = 3,
    optional: bool = False,
) -> Any:
    """Declare a parameter of an op: its default, what it is, its bounds and its unit.

    The unit comes from the name's suffix (`_mm`, `_um`, `_frac`, `_px`, `_deg`) when it is not given. A new field is
    appended after the others, never put between them: a field's place is its address in the step's randomness.

    Parameters
    ----------
    default : number, str, bool, tuple, mapping or Distribution
        A mapping is a distribution as it stands in a recipe.
    help : str
        What it is, as users read it.
    low, high : float
        Bounds of its values, both allowed.
    unit : str, optional
    options : sequence of str
        The words that it may be; of a field that is a word.
    length : int
        Of a field that is a vector.
    optional : bool
        Whether it may be null.
    """
    facts = {
        "help": help, "low": low, "high": high, "unit": unit,
        "options": tuple(options), "length": length, "optional": optional,
    }  # fmt: skip
    safe = Constant(default) if isinstance(default, dict) else default  # what can be changed is no default
    return dataclasses.field(default=safe, metadata={"degrade": facts})


def spec_of(name: str, annotation: Any, declared: dataclasses.Field[Any]) -> FieldSpec:
    """The FieldSpec of a field declared with `field`.

    Raises
    ------
    TypeError
        The field lacks a kind, a help text or a unit: a mistake of the op's author.
    """
    kinds = [k for k in getattr(annotation, "__metadata__", ()) if isinstance(k, Kind)]
    if not kinds or "degrade" not in declared.metadata:
        raise TypeError(
            f"{name}: annotate it with Real, Count, Flag, Option, Text, Vector or Mapping, and declare it by field()"
        )
    facts = dict(declared.metadata["degrade"])
    if facts["unit"] is None:
        suffix = next((s for s in UNIT_OF_SUFFIX if name.endswith(s)), None)
        if suffix is None and kinds[0] in (Kind.REAL, Kind.VECTOR):
            raise TypeError(f"{name}: give field() a unit, or end the name in {', '.join(UNIT_OF_SUFFIX)}")
        facts["unit"] = UNIT_OF_SUFFIX[suffix] if suffix else ""
    if not facts["help"].strip():
        raise TypeError(f"{name}: field() needs a help text")
    blank = FieldSpec(name=name, kind=kinds[0], default=Constant(None), **facts)
    return dataclasses.replace(blank, default=blank.distribution(declared.default))
