"""Every mistake of a recipe, each with where it stands and what to do about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from degrade.errors import DegradeError

_MOST_SHOWN = 50
_WIDEST_LINE = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, or one warning.

    Attributes
    ----------
    message : str
        What was expected and what stands there.
    path : str
        Where in the recipe, such as ``steps[3].one_of[0].folds.count``; "" for the whole.
    file : str
        The file's name as it was given, "" for a mapping.
    line, column : int or None
        From 1, columns in characters; None where there is no text.
    hint : str
        The cure, or a guess at what was meant; may be "".
    snippet : str
        The line of text with a caret below the place, "" where there is none.
    """

    message: str
    path: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    hint: str = ""
    snippet: str = ""

    def __str__(self) -> str:
        """``file:line:column: path: message; hint``, with the line of text and a caret below."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))
        head = ": ".join(part for part in (place, self.path, self.message) if part)
        return head + (f"; {self.hint}" if self.hint else "") + (f"\n{self.snippet}" if self.snippet else "")


class RecipeError(DegradeError, ValueError):
    """A recipe that can't be read; `problems` lists every mistake, and the text is the whole report."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        shown = [str(problem) for problem in self.problems[:_MOST_SHOWN]]
        if more := len(self.problems) - len(shown):
            shown.append(f"and {more} more")
        super().__init__("\n".join(shown))

    def __reduce__(self) -> Any:
        return type(self), (self.problems,)


def snippet(line: str, column: int) -> str:
    """`line` and a caret below its character `column` (from 1), cut to a readable width around it."""
    start = max(0, column - 1 - _WIDEST_LINE * 3 // 4)
    shown = "".join(c if c.isprintable() else " " for c in line[start : start + _WIDEST_LINE])
    before = "".join(_blank(c) for c in shown[: column - 1 - start])
    return f"    {shown.rstrip()}\n    {before}^"


def _blank(character: str) -> str:
    """Spaces as wide as `character` on a terminal."""
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
