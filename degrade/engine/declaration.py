"""Frozen declarations of parameter distributions, and how their values are drawn by address."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any, ClassVar, dataclass_transform, get_type_hints

from degrade.engine.distributions import Constant
from degrade.engine.fields import FieldSpec, Kind, field, spec_of
from degrade.engine.key import STEP, Key
from degrade.errors import DegradeError

Drawn = dict[str, Any]
"""Drawn values by field: small, plain and ready for JSON."""


BESIDE = ("p", "label", "when", "link")
"""What stands beside a step's name and is no parameter."""


class ParameterError(DegradeError, ValueError):
    """A declaration with impossible parameters; `problems` lists all of them as (field, what was expected)."""

    exit_code = 2

    def __init__(self, name: str, problems: list[tuple[str, str]]) -> None:
        self.name, self.problems = name, problems
        super().__init__("; ".join(f"{name}.{field}: {text}" for field, text in problems))

    def __reduce__(self) -> Any:
        return type(self), (self.name, self.problems)


def snake_case(name: str) -> str:
    """`SaltAndPepper` to `salt_and_pepper`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
@dataclasses.dataclass(frozen=True, kw_only=True)
class Declaration:
    """Parameters by name, each a distribution; numbers, pairs and words that are given become distributions.

    Attributes
    ----------
    name : str
        The class's name in snake_case.
    specs : dict
        The fields declared by `field`, by name, in their order.
    """

    name: ClassVar[str] = ""
    specs: ClassVar[dict[str, FieldSpec]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        cls.name = snake_case(cls.__name__)
        hints = get_type_hints(cls, include_extras=True)
        cls.specs = {
            declared.name: spec_of(declared.name, hints[declared.name], declared)
            for declared in dataclasses.fields(cls)
            if declared.name not in BESIDE
        }

    def __post_init__(self) -> None:
        problems = self.misplaced()
        for name, spec in self.specs.items():
            try:
                object.__setattr__(self, name, spec.distribution(getattr(self, name)))
            except ValueError as error:
                problems.append((name, str(error)))
        problems += self.conflicts() if not problems else []
        if problems:
            raise ParameterError(self.name, problems)
        self._plan_draw()

    def misplaced(self) -> list[tuple[str, str]]:
        """Problems of what is no parameter (BESIDE), as (name, what was expected)."""
        return []

    def conflicts(self) -> list[tuple[str, str]]:
        """Problems that arise between parameters, as (name, what was expected)."""
        return []

    def _plan_draw(self) -> None:
        """Split the fields into constants and those with a place among the uniforms."""
        constants: Drawn = {}
        varying: dict[int, list[tuple[str, int, Callable[[float], Any]]]] = {}
        for place, (name, spec) in enumerate(self.specs.items()):
            distribution = getattr(self, name)
            if isinstance(distribution, Constant):
                constants[name] = spec.clamp(distribution.value)
                continue
            constants[name] = None
            low, high = distribution.support
            at = distribution.sampler()
            if spec.kind in (Kind.REAL, Kind.COUNT) and (low < spec.low or high > spec.high):
                at = _clamped(spec, at)
            varying.setdefault(place // 8, []).append((name, place % 8, at))
        blocks = [(digest, 1 + max(place for _, place, _ in fields), fields) for digest, fields in varying.items()]
        object.__setattr__(self, "_constants", constants)
        object.__setattr__(self, "_varying", tuple(blocks))
        object.__setattr__(self, "_vectors", tuple(n for n, spec in self.specs.items() if spec.kind is Kind.VECTOR))

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self._plan_draw()

    def draw(self, key: Key) -> Drawn:
        """Draw every field at `key`: field j takes uniform j, so that a field appended later moves no other."""
        drawn: Drawn = self._constants.copy()  # type: ignore[attr-defined]
        for digest, count, fields in self._varying:  # type: ignore[attr-defined]
            words = key.at("draw").words_at(digest, count) if digest else key.words_at("draw", count)
            for name, place, at in fields:
                drawn[name] = at(((words[place] >> 11) + 0.5) * STEP)
        return drawn

    def plain(self, drawn: Drawn) -> Drawn:
        """`drawn` as JSON gives it back: vectors are lists."""
        vectors = self._vectors  # type: ignore[attr-defined]
        return drawn | {name: drawn[name] and list(drawn[name]) for name in vectors} if vectors else drawn

    def changed(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data for YAML."""
        told = {name: (getattr(self, name).to_data(), spec.default.to_data()) for name, spec in self.specs.items()}
        # 28.0 equals 28, and has another fingerprint.
        return {name: now for name, (now, usual) in told.items() if repr(now) != repr(usual)}

    def settings(self) -> dict[str, Any]:
        """Every field, defaults too, as plain data: what a fingerprint is taken of."""
        return {name: getattr(self, name).to_data() for name in self.specs}


def _clamped(spec: FieldSpec, at: Callable[[float], Any]) -> Callable[[float], Any]:
    low, high, whole = spec.low, spec.high, spec.kind is Kind.COUNT

    def clamped(u: float) -> Any:
        value = at(u)
        if not low <= value <= high:
            value = min(max(value, low), high)
        return int(value) if whole else value

    return clamped
