"""The lines of list files, whatever their form, with the numbers that an editor shows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from degrade.corpus.listing import CorpusError
from degrade.jsontext import from_json

LIST_SUFFIXES = (".txt", ".lst", ".csv", ".tsv", ".jsonl", ".ndjson")
_PLAIN = (".txt", ".lst")
_JSON = (".jsonl", ".ndjson")
_MOST_SHOWN = 8


def is_list(name: str) -> bool:
    """Whether a file's name is that of a list."""
    return name.lower().endswith(LIST_SUFFIXES)


def has_columns(name: str) -> bool:
    """Whether a list of this name has more than paths."""
    return not name.lower().endswith(_PLAIN)


def is_json(name: str) -> bool:
    """Whether each line of a list of this name says its own columns."""
    return name.lower().endswith(_JSON)


@dataclass(frozen=True, slots=True)
class Row:
    """One line that names a photograph: its number from 1, and its path (.txt) or its columns."""

    number: int
    path: str = ""
    columns: dict[str, Any] | None = None


class Mistakes:
    """What is wrong with a list: all of it is found before anything is said."""

    def __init__(self, name: str, spec: str) -> None:
        self._name = name
        self._spec = spec
        self._shown: list[str] = []
        self._count = 0

    def add(self, number: int, what: str) -> None:
        """The mistake of a line."""
        self._count += 1
        if len(self._shown) < _MOST_SHOWN:
            self._shown.append(f"line {number}: {what}")

    def check(self) -> None:
        """Raises CorpusError if there were mistakes."""
        if self._count:
            more = f"; and {self._count - len(self._shown)} more" if self._count > len(self._shown) else ""
            mistakes = "a mistake" if self._count == 1 else f"{self._count} mistakes"
            raise CorpusError(f"the list {self._name} has {mistakes}: {'; '.join(self._shown)}{more}", self._spec)


def rows_of(text: TextIO, name: str, mistakes: Mistakes) -> Iterator[Row]:
    """The rows of a list, by the suffix of its name; empty lines and, in a .txt, those after `#` are passed over."""
    lower = name.lower()
    if lower.endswith(_PLAIN):
        yield from _plain(text)
    elif lower.endswith(_JSON):
        yield from _json(text, mistakes)
    else:
        yield from _table(text, mistakes, "\t" if lower.endswith(".tsv") else None)


def _plain(text: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(text, 1):
        path = line.rstrip("\r\n")
        if path.strip() and not path.lstrip().startswith("#"):
            yield Row(number, path)


def _json(text: Iterator[str], mistakes: Mistakes) -> Iterator[Row]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            found = from_json(line)
        except (ValueError, RecursionError):
            mistakes.add(number, "no JSON")
            continue
        if isinstance(found, dict):
            yield Row(number, columns=found)
        else:
            mistakes.add(number, 'no JSON object, such as {"path": "a.jpg"}')


def _table(text: TextIO, mistakes: Mistakes, delimiter: str | None) -> Iterator[Row]:
    head, top = text.readline(), 1
    while head and not head.strip():
        head, top = text.readline(), top + 1
    # Office programs of half of Europe write semicolons.
    delimiter = delimiter or max(",;\t", key=head.count)
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if len(set(names)) < len(names):
        mistakes.add(top, f"two columns of one name ({', '.join(names)})")
        return
    reader = csv.reader(text, delimiter=delimiter)
    before = top
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            mistakes.add(before + 1, f"no row of a table ({error})")
            return
        number, before = before + 1, top + reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            mistakes.add(
                number, f"{len(cells)} columns, {len(names)} have names; put a text with {delimiter!r} in quotes"
            )
            continue
        yield Row(number, columns=dict(zip(names, cells, strict=True)))
