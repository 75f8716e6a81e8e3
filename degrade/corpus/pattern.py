"""The photographs that a pattern such as `photos/**/*.jpg` names."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from degrade.corpus.files import read_file
from degrade.corpus.listing import Listing, Photograph
from degrade.corpus.names import path_of, source_of
from degrade.corpus.walk import list_folder

_ANY_FOLDERS = "**"


def has_wildcards(text: str) -> bool:
    """Whether a path holds `*`, `?` or `[`."""
    return any(mark in text for mark in "*?[")


@dataclass(frozen=True)
class PathPattern:
    """A pattern by its components: `*`, `?` and `[...]` within a component, `**` for any number of folders."""

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
    return fnmatchcase(parts[0], pattern[0]) and _match(pattern[1:], parts[1:], partly)


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
