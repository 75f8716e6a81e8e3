"""A record in words: each step with the numbers that were drawn for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from degrade.engine.distributions import Constant
from degrade.ops import KnownOps

Captions = list[tuple[str, list[str]]]
"""(the step's label, its numbers as "field value")."""
_NAMED = 12
"""Labels of a shortlist."""


class Number(NamedTuple):
    """A drawn value in words: of the field `name`, in `unit` ("" where it has none); `help` says what the field is."""

    name: str
    value: str
    unit: str
    help: str

    @property
    def text(self) -> str:
        """Such as "width_mm 0.4 (mm on the print)"."""
        return f"{self.name} {self.value} ({self.unit})" if self.unit else f"{self.name} {self.value}"


_PLAIN = str.maketrans({"×": "x", "µ": "u", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "’": "'", "“": '"', "”": '"'})


def title_of(recipe: Mapping[str, Any]) -> str:
    """The name of a recipe and what it imitates; `recipe` as from `Recipe.to_data`."""
    return ": ".join(part for part in (recipe["name"], " ".join(recipe.get("about", "").split())) if part)


def step_captions(steps: Iterable[Mapping[str, Any]]) -> Captions:
    """The steps of a record that ran, in order.

    Parameters
    ----------
    steps : iterable of dict
        As in `Pair.record["steps"]`: label, op, fired, drawn. Fields that stand at their op's constant default say
        nothing about the pair and are left out.
    """
    return [(step["label"], _numbers(step["op"], step["drawn"])) for step in steps if step["fired"]]


def skipped_labels(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """The labels of the steps that did not run."""
    return [step["label"] for step in steps if not step["fired"]]


def shortlist(labels: Sequence[str]) -> list[str]:
    """The first of them, and how many more there are: a mixture has a hundred steps, of which few run."""
    more = len(labels) - _NAMED
    return [*labels[:_NAMED], f"and {more} more"] if more > 1 else [*labels]


def plain(text: str) -> str:
    """`text` in the letters of the sheet's font, ASCII: accents are dropped, what is unknown becomes "?"."""
    spaced = "".join(c if c.isprintable() else " " for c in text.translate(_PLAIN))
    letters = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    return letters.encode("ascii", "replace").decode()


def numbers_of(op: str, drawn: Mapping[str, Any]) -> list[Number]:
    """The drawn values of one step; those that stand at their op's constant default are left out."""
    known = KnownOps().get(op)
    specs = known.specs if known else {}
    return [
        Number(name, shown_value(value), specs[name].unit, specs[name].help)
        if name in specs
        else Number(name, shown_value(value), "", "")
        for name, value in drawn.items()
        if name not in specs or specs[name].default != Constant(_frozen(value))
    ]


def _numbers(op: str, drawn: Mapping[str, Any]) -> list[str]:
    return [f"{number.name} {number.value}" for number in numbers_of(op, drawn)]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def shown_value(value: Any) -> str:
    """A drawn value, short: four digits of a number, yes or no, none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(shown_value(v) for v in value) + ")"
    return "none" if value is None else str(value)
