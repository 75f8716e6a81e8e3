"""Plain data with the place of every part of it: what the grammar reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from degrade.recipes.errors import Problem, RecipeError, snippet
from degrade.recipes.words import Path, path_text, shown

DEEPEST = 32
"""Mappings and lists within each other."""


class Place(NamedTuple):
    """A place in a text, from 1; columns count characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """Plain data and where each part of it stands.

    Attributes
    ----------
    data : None, bool, int, float, str, list or dict with str keys
    file : str
        The name under which messages speak of it, "" when it was never a text.
    values, keys : dict
        The place of each value, and of each key of a mapping, by path.
    problems : tuple of Problem
        Mistakes that leave the data readable (a repeated key, of which the first counts).
    """

    data: Any
    file: str = ""
    lines: tuple[str, ...] = ()
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def problem(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> Problem:
        """A Problem at the value (or key) that stands at `path`; at the nearest part around it when it is missing."""
        place = self.keys.get(path) if at_key else None
        around = path
        while place is None and self.values:
            place = self.values.get(around)
            around = around[:-1]
        return problem_at(self.file, self.lines, place, path_text(path), message, hint)


def problem_at(
    file: str, lines: tuple[str, ...], place: Place | None, path: str, message: str, hint: str = ""
) -> Problem:
    """A Problem at a `place` of the text whose `lines` are given; without a snippet when that line is empty."""
    if place is None:
        return Problem(message, path, file, hint=hint)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    shown_line = snippet(line, place.column) if line.strip() else ""
    return Problem(message, path, file, place.line, place.column, hint, shown_line)


def plain_document(data: Mapping[Any, Any]) -> Document:
    """A Document of a mapping that never was a text: tuples become lists, numpy's numbers Python's.

    Raises
    ------
    RecipeError
        It holds something other than plain data, or is nested too deeply.
    """
    problems: list[Problem] = []
    plain = _plain(data, (), problems)
    if problems:
        raise RecipeError(problems)
    return Document(plain)


def _plain(value: Any, path: Path, problems: list[Problem]) -> Any:
    if len(path) > DEEPEST:  # at once, because what holds itself has no end
        raise RecipeError([Problem(f"nested more than {DEEPEST} deep", path_text(path[:3]) + "…")])
    if isinstance(value, Mapping):
        if strange := [key for key in value if not isinstance(key, str)]:
            problems.append(Problem(f"a key of a mapping must be a name, not {shown(strange[0])}", path_text(path)))
        return {str(key): _plain(part, (*path, str(key)), problems) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, (*path, place), problems) for place, part in enumerate(value)]
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float("inf")
    if value is not None and not isinstance(value, bool | int | float | str):
        message = f"expected plain data (numbers, texts, lists, mappings), not an object of {type(value).__name__}"
        problems.append(Problem(message, path_text(path), hint="distributions are written {log_normal: {…}} here"))
    return value
