"""The photographs that a pattern such as `photos/**/*.jpg` names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from degrade.corpus.files import read_file
from degrade.corpus.listing import CorpusError, Listing, Photograph
from degrade.corpus.names import path_of, source_of
from degrade.corpus.walk import list_folder

_ANY_FOLDERS = "**"
_BRACES = re.compile(r"\{([^{}]*,[^{}]*|-?[0-9]+\.\.-?[0-9]+)\}")
_MOST = 1_000_000


def has_wildcards(text: str) -> bool:
    """Whether a path holds `*`, `?` or `[`, or braces that stand for several names."""
    return any(mark in text for mark in "*?[") or _BRACES.search(text) is not None


def expand_braces(text: str) -> list[str]:
    """The names that `{000..009}` or `{train,val}` within a text stand for, as a shell has it.

    Raises CorpusError if they are over a million.
    """
    found = _BRACES.search(text)
    if found is None:
        return [text]
    rest = expand_braces(text[found.end() :])
    inner = found[1].split(",") if "," in found[1] else _counted(*found[1].split(".."))
    if len(inner) * len(rest) > _MOST:
        raise CorpusError(f"the pattern {text} stands for over a million names; use * instead", text)
    return [text[: found.start()] + each + end for each in inner for end in rest]


def _counted(first: str, last: str) -> list[str]:
    """Whole numbers from `first` to `last`, with the zeros before them that either is written with."""
    low, high = int(first), int(last)
    if abs(high - low) >= _MOST:
        raise CorpusError(f"the pattern {{{first}..{last}}} stands for over a million names; use * instead")
    padded = any(re.match("-?0[0-9]", each) for each in (first, last))
    width = max(len(first), len(last)) if padded else 0
    return [f"{number:0{width}d}" for number in range(low, high + (1 if high >= low else -1), 1 if high >= low else -1)]


@dataclass(frozen=True)
class PathPattern:
    """A pattern by its components: `*`, `?`, `[...]` and braces within a component, `**` for any number of folders."""

    parts: tuple[str, ...]

    def matches(self, parts: tuple[str, ...]) -> bool:
        """Whether the path matches."""
        return _match(self.parts, parts, partly=False)

    def may_lie_below(self, parts: tuple[str, ...]) -> bool:
        """Whether a path below this folder could match."""
        return _match(self.parts, parts, partly=True)


def _match(pattern: tuple[str, ...], parts: tuple[str, ...], partly: bool) -> bool:
    if not parts:
        return bool(pattern) if partly else all(part == _ANY_FOLDERS for part in pattern)
    if not pattern:
        return False
    if pattern[0] == _ANY_FOLDERS:
        return _match(pattern[1:], parts, partly) or _match(pattern, parts[1:], partly)
    return _is_named(parts[0], pattern[0]) and _match(pattern[1:], parts[1:], partly)


def _is_named(name: str, component: str) -> bool:
    names, globs = _alternatives(component)
    return name in names or any(fnmatchcase(name, glob) for glob in globs)


@lru_cache(64)
def _alternatives(component: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The plain names and the patterns that a component's braces stand for."""
    every = expand_braces(component)
    plain = frozenset(each for each in every if not any(mark in each for mark in "*?["))
    return plain, tuple(each for each in every if each not in plain)


@dataclass(frozen=True)
class GlobCorpus:
    """The photographs below an absolute `root` whose relative path matches. Links to folders are not followed and
    hidden entries never match, whatever the pattern."""

    root: Path
    pattern: PathPattern

    @classmethod
    def parse(cls, text: str) -> GlobCorpus:
        """A corpus from a pattern; the folders before its first wildcard are the root."""
        parts = Path(text).parts
        first = next(number for number, part in enumerate(parts) if has_wildcards(part))
        return cls(Path(*parts[:first]).absolute(), PathPattern(parts[first:]))

    @property
    def name(self) -> str:
        """The pattern from the root's own name on."""
        return source_of("/".join((self.root.name, *self.pattern.parts)))

    def listing(self) -> Listing:
        """Look through the root as far as the pattern can reach."""
        return list_folder(self.root, self.pattern)

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        return read_file(self.root / path_of(photograph.source), photograph)
