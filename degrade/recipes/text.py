"""YAML text to a Document.

A recipe may come from anywhere, so that its text is bounded in size and depth and may not hold what YAML has beyond
plain data: tags, anchors, aliases, several documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from degrade.recipes.document import DEEPEST, Document, Place, problem_at
from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.scalars import value_of
from degrade.recipes.words import Path, path_text, shown

LARGEST_BYTES = 1 << 18
"""A recipe is a page or two; this is sixty."""
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_IGNORED = "\udfff"
"""Stands in the path of what is read but not kept; half of a surrogate pair is in no text that is accepted."""
_CURES = {
    "\\t": "indent by spaces",
    "mapping values are not allowed": "a name with something below it ends in `:`; a text that holds `: ` is quoted",
    "could not find expected ':'": "a name of a field needs a `:` and a space after it",
    "block end": "fields of one mapping begin in the same column",
    "unknown escape": "a backslash in double quotes is special; use single quotes",
    "cannot start any token": "put this text in quotes",
}


def parse_document(data: bytes, file: str) -> Document:
    """The one document that the YAML text `data` holds.

    Raises
    ------
    RecipeError
        It is not UTF-8, not YAML, empty, too large, too deep, or holds what a recipe may not (see the module).
    """
    lines = tuple(_LINE_BREAK.split(data.decode("utf-8-sig", "replace")))
    if len(data) > LARGEST_BYTES:
        message = f"a recipe of more than {LARGEST_BYTES} bytes is not read"
        raise RecipeError([problem_at(file, (), Place(1, 1), "", message, "is this a recipe?")])
    text = _decoded(data, file, lines)
    builder = _Builder(file, lines)
    try:
        builder.build(text)
    except yaml.MarkedYAMLError as error:
        raise RecipeError([*builder.problems, _not_yaml(error, file, lines)]) from None
    except yaml.reader.ReaderError as error:
        place = _place_of(text, error.position)
        message = f"the character U+{error.character:04X} can't stand in a YAML text"
        raise RecipeError([problem_at(file, lines, place, "", message, "save the recipe as plain text")]) from None
    except (ValueError, OverflowError):  # PyYAML's own: chr() of an escape, int() of a version in `%YAML`
        message = "this is not YAML: an escape such as \\U0001F4F7, or the version after %YAML, is out of range"
        raise RecipeError([*builder.problems, problem_at(file, lines, None, "", message)]) from None
    if builder.unreadable:
        raise RecipeError(builder.problems)
    return Document(builder.data, file, lines, builder.values, builder.keys, tuple(builder.problems))


def _decoded(data: bytes, file: str, lines: tuple[str, ...]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_of(data[: error.start].decode("utf-8-sig"), None)
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        message = "this is UTF-16" if wide else f"the byte 0x{data[error.start]:02x} is not UTF-8"
        lines = () if wide else lines
        raise RecipeError([problem_at(file, lines, place, "", message, "save the recipe as UTF-8")]) from None


def _place_of(text: str, position: int | None) -> Place:
    """The place of the character `position` (None: past the last) of `text`."""
    before = _LINE_BREAK.split(text[:position])
    return Place(len(before), len(before[-1]) + 1)


def _not_yaml(error: yaml.MarkedYAMLError, file: str, lines: tuple[str, ...]) -> Problem:
    what = (error.problem or error.context or "unreadable").strip()
    mark = error.problem_mark or error.context_mark
    if error.context and error.problem and error.context_mark:
        begin = error.context_mark
        what += f" ({error.context} that begins at {begin.line + 1}:{begin.column + 1})"
        if "stream" in error.problem:  # what was never closed is better found where it begins than at the file's end
            mark = begin
    hint = next((cure for sign, cure in _CURES.items() if sign in what), "")
    place = Place(mark.line + 1, mark.column + 1) if mark else None
    return problem_at(file, lines, place, "", f"this is not YAML: {what}", hint)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; `key` is the mapping's key whose value comes next."""

    path: Path
    holds: Any
    key: str | None = None


class _Builder:
    """Makes plain data of YAML's events, without recursion, so that no depth can exhaust the stack."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file, self.lines = file, lines
        self.data: Any = None
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.unreadable = False
        self.open: list[_Open] = []

    def build(self, text: str) -> None:
        """Read all events; mistakes land in `problems`."""
        documents = 0
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "a second document begins here", "a file holds one recipe")
                    return
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.open.pop()
            elif isinstance(event, yaml.NodeEvent):
                self.node(event)
                if self.too_deep(event):
                    return
        if documents == 0:
            self.unreadable = True
            message = "there is no recipe in this file"
            self.problems.append(problem_at(self.file, (), Place(1, 1), "", message, "it begins with `recipe: 1`"))

    def refuse(self, event: Any, message: str, hint: str) -> None:
        """Note a mistake that leaves the data unreadable."""
        self.unreadable = True
        self.note(event, message, hint)

    def note(self, event: Any, message: str, hint: str = "", path: Path = ()) -> None:
        """Note a mistake at `event`."""
        self.problems.append(problem_at(self.file, self.lines, _start(event), path_text(path), message, hint))

    def too_deep(self, event: Any) -> bool:
        """Whether the limit on depth is passed, which ends the reading."""
        if len(self.open) <= DEEPEST:
            return False
        self.refuse(event, f"nested more than {DEEPEST} deep", "no recipe needs that")
        return True

    def node(self, event: Any) -> None:
        """Put a scalar, or a mapping or list that begins, where it belongs."""
        if event.anchor is not None:
            what = f"anchors and aliases (here {shown(event.anchor)}) are not allowed in a recipe"
            self.refuse(event, what, "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            name = tag.removeprefix("tag:yaml.org,2002:")
            self.refuse(event, f"tags (here {shown(name)}) are not allowed in a recipe", "quote what is a text")
        if isinstance(event, yaml.ScalarEvent) and any("\ud800" <= c <= "\udfff" for c in event.value):
            self.refuse(event, "half of a surrogate pair is no character", "write the character itself")
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.holds, dict) and parent.key is None:
            self.key(event, parent)
        else:
            self.value(event, parent)

    def key(self, event: Any, parent: _Open) -> None:
        """The key of the mapping `parent` whose value is the next event."""
        word = event.value if isinstance(event, yaml.ScalarEvent) else None
        if word is None or (event.implicit[0] and not isinstance(value_of(word), str)):
            hint = f'write "{word}" in quotes if it is a name' if word else "write a name"
            self.refuse(event, "a key of a mapping must be a name", hint)
            parent.key = _IGNORED
            if isinstance(event, yaml.CollectionStartEvent):
                self.value(event, parent)  # what the key holds is skipped first, then its value
                parent.key = _IGNORED
            return
        path = (*parent.path, word)
        parent.key = word
        if word in parent.holds:
            first = self.keys[path]
            what = f"{shown(word)} stands here a second time; the first is at {first.line}:{first.column}"
            self.note(event, what, "leave one of them", path)
            parent.key = _IGNORED
        else:
            self.keys[path] = _start(event)

    def value(self, event: Any, parent: _Open | None) -> None:
        """A value, into `parent` or as the whole document."""
        made: Any
        if isinstance(event, yaml.ScalarEvent):
            made = value_of(event.value) if event.implicit[0] else event.value
        else:
            made = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self.put(made, parent)
        empty = isinstance(event, yaml.ScalarEvent) and event.value == "" and event.implicit[0]
        self.values[path] = self.keys.get(path, _start(event)) if empty else _start(event)
        if isinstance(event, yaml.CollectionStartEvent):
            self.open.append(_Open(path, made))

    def put(self, made: Any, parent: _Open | None) -> Path:
        """Store `made` in `parent` and give its path."""
        if parent is None:
            self.data = made
            return ()
        if isinstance(parent.holds, list):
            parent.holds.append(made)
            return (*parent.path, len(parent.holds) - 1)
        key, parent.key = parent.key, None
        assert key is not None
        if key != _IGNORED:
            parent.holds[key] = made
        return (*parent.path, key)


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=yaml.SafeLoader))


def _start(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
