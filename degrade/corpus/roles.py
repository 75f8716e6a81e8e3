"""Which columns of a source tell a photograph's group, split and class."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from degrade.corpus.listing import CorpusError


@dataclass(frozen=True)
class Roles:
    """The names of columns, "" for none; the attributes are those of `ListingMaker.add`."""

    group: str = ""
    split: str = ""
    label: str = ""

    def with_names(self, **names: str) -> Self:
        """The same with those of `names` that are not empty."""
        return replace(self, **{role: name for role, name in names.items() if name})

    def asked(self) -> dict[str, str]:
        """Role -> column, of those that have one."""
        return {each.name: name for each in fields(self) if (name := getattr(self, each.name))}

    def values(self, row: Mapping[str, Any]) -> dict[str, str]:
        """What a row says of a photograph, by role; a column that it lacks says nothing."""
        return {role: text_of(row.get(name)) for role, name in self.asked().items()}

    def check(self, known: Collection[str], what: str, spec: str) -> None:
        """Raises CorpusError unless `known` has every column; `what` has them."""
        for name in self.asked().values():
            if name not in known:
                raise CorpusError(f"{what} has no column {name!r}; {choices(name, known)}", spec)


def choices(name: str, known: Collection[str]) -> str:
    """What to write instead of a name that is not among the `known` ones."""
    from degrade.recipes.words import did_you_mean

    listed = ", ".join(sorted(known)[:20]) or "none"
    return did_you_mean(name, known) or f"it has {listed}"


def text_of(value: Any) -> str:
    """A value of a column as text; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half of a surrogate pair is no text
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
