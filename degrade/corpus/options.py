"""Which photographs of a source are meant, and what is known of them: any corpus, with the options of its mapping."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from degrade.corpus.columns import Codes, Column, Numbers, Texts, chunks
from degrade.corpus.keys import hashes
from degrade.corpus.listing import Corpus, CorpusError, Listing, Photograph
from degrade.corpus.names import source_of
from degrade.corpus.photographs import Photographs
from degrade.recipes import source as grammar

OPTIONS = tuple(grammar.OPTIONS)
"""The names of all options."""
_COLUMNS = {"group_by": "group", "split_by": "split", "class_by": "label"}
_MOST_NAMED = 8


def with_options(corpus: Corpus, options: Mapping[str, Any], spec: str) -> Corpus:
    """`corpus` with the options of a source.

    Parameters
    ----------
    options : mapping
        Some of `OPTIONS`, as `degrade.recipes.source` describes them; `weight` is left to `degrade.corpus.mixing`.
    spec : str
        What the user wrote, for messages.

    Raises
    ------
    CorpusError
        The options have a mistake, or ask for columns of a corpus that has none.
    """
    for path, message, hint in grammar.source_problems({"path": "-", **options}):
        where = ".".join(map(str, path))
        raise CorpusError(f"the source {spec}: {where}: {message}{f'; {hint}' if hint else ''}", spec)
    columns = {_COLUMNS[name]: options[name]["column"] for name in _COLUMNS if "column" in options.get(name, {})}
    if columns:
        if not hasattr(corpus, "with_columns"):
            cure = "say {folder: 1} instead, or give a list file (csv or jsonl) that has the column"
            raise CorpusError(f"{corpus.name} has no columns, such as {next(iter(columns.values()))}; {cure}", spec)
        corpus = corpus.with_columns(**columns)
    plain = {name: value for name, value in options.items() if name not in ("weight", "pages")}
    chosen = ChosenCorpus(corpus, plain) if plain else corpus
    if options.get("pages") != "all":
        return chosen
    from degrade.corpus.pages import PagesCorpus

    return PagesCorpus(chosen)


@dataclass(frozen=True)
class ChosenCorpus:
    """Some photographs of another corpus, with what is said of them.

    Attributes
    ----------
    inner : Corpus
    options : dict
        Sound ones, without `weight`.
    """

    inner: Corpus
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the user calls it, else the corpus' own."""
        return str(self.options.get("name", self.inner.name))

    @property
    def licence(self) -> str:
        """As the user says, else as the corpus does, else ""."""
        return str(self.options.get("licence", getattr(self.inner, "licence", "")))

    @property
    def origin(self) -> str:
        """As the user says, else as the corpus does, else ""."""
        return str(self.options.get("origin", getattr(self.inner, "origin", "")))

    def excluding(self, folder: Path) -> Corpus:
        """The same without what lies in `folder`."""
        return replace(self, inner=excluding(self.inner, folder))

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        return self.inner.read(photograph)

    def listing(self) -> Listing:
        """The photographs that are meant; what is left out is counted.

        Raises CorpusError if there are no photographs of a class that is asked for.
        """
        listing = self.inner.listing()
        photographs = self._described(Photographs.of(listing.photographs))
        left_out = {}
        if (classes := self.options.get("classes")) is not None:
            kept = _of_classes(photographs, classes, self.name)
            left_out["other_class"] = len(photographs) - len(kept)
            photographs = kept
        if (sample := self.options.get("sample")) is not None:
            drawn = sample if isinstance(sample, Mapping) else {"fraction": sample}
            kept = sampled(photographs, drawn["fraction"], drawn.get("seed", 0))
            left_out["not_sampled"] = len(photographs) - len(kept)
            photographs = kept
        return replace(listing, photographs=photographs, ignored=counted(listing.ignored, left_out))

    def _described(self, photographs: Photographs) -> Photographs:
        """With groups, splits, labels and the domain that the options say."""
        columns: dict[str, Column] = {}
        sources = photographs.table.sources
        group = self.options.get("group_by", {})
        if "folder" in group:
            columns["groups"] = Derived(sources, FolderAsGroup(group["folder"]))
        elif "regex" in group:
            columns["groups"] = Derived(sources, Found(re.compile(group["regex"])))
        for option, name in (("split_by", "splits"), ("class_by", "labels")):
            if "folder" in (by := self.options.get(option, {})):
                columns[name] = coded(photographs, Derived(sources, FolderName(by["folder"])))
        if "domain" in self.options:
            columns["domains"] = Codes([self.options["domain"]], np.zeros(len(sources), np.uint8))
        return photographs.with_table(**columns)


# --- columns that follow from the path --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Derived:
    """A column that is computed from the sources whenever it is looked at."""

    sources: Texts
    text_of: Callable[[str], str]

    def __len__(self) -> int:
        return len(self.sources)

    def at(self, rows: Numbers) -> list[str]:
        """The texts of the rows with these numbers."""
        return [self.text_of(source) for source in self.sources.at(rows)]


@dataclass(frozen=True)
class FolderAsGroup:
    """The path down to the folder at a level, from 1, or from -1 at the photograph upwards; what lies less deep belongs
    to its own folder, and what lies in none stands alone."""

    level: int

    def __call__(self, source: str) -> str:
        folders = source.split("/")[:-1]
        depth = self.level if self.level > 0 else max(1, len(folders) + 1 + self.level)
        return "/".join(folders[:depth])


@dataclass(frozen=True)
class FolderName:
    """The name of the folder at a level, from 1, or from -1 at the photograph upwards; "" where there is none."""

    level: int

    def __call__(self, source: str) -> str:
        folders = source.split("/")[:-1]
        if not -len(folders) <= self.level <= len(folders):
            return ""
        return folders[self.level - 1 if self.level > 0 else self.level]


@dataclass(frozen=True)
class Found:
    """What the group of a regular expression finds in the source; "" where it finds nothing."""

    pattern: re.Pattern[str]

    def __call__(self, source: str) -> str:
        found = self.pattern.search(source)
        return (found[1] or "") if found else ""


def coded(photographs: Photographs, column: Column) -> Codes:
    """A column of few texts, over the rows of the table that `photographs` has."""
    places: dict[str, int] = {"": 0}
    codes = np.zeros(len(column), np.uint32)
    for rows in chunks(photographs.rows):
        codes[rows] = [places.setdefault(text, len(places)) for text in column.at(rows)]
    return Codes(list(places), codes)


# --- choosing ---------------------------------------------------------------------------------------------------------


def sampled(photographs: Photographs, fraction: float, seed: int) -> Photographs:
    """floor(N · fraction) of N photographs, in their order: those whose keys come first by a hash with the seed. So a
    larger sample holds a smaller one, and no sample depends on how the photographs are listed."""
    return drawn(photographs, int(len(photographs) * grammar.exact(fraction)), b"sample", seed)


def drawn(photographs: Photographs, count: int, purpose: bytes, seed: int = 0) -> Photographs:
    """`count` photographs, in their order, drawn by a hash of their keys for `purpose`."""
    lots = hashes(photographs.keys(), len(photographs), purpose, seed)
    return photographs.take(np.sort(np.argsort(lots, kind="stable")[:count]))


def _of_classes(photographs: Photographs, classes: Sequence[str], name: str) -> Photographs:
    labels = photographs.table.labels or Codes([""], np.zeros(len(photographs.table.sources), np.uint8))
    there = np.bincount(labels.codes[photographs.rows], minlength=len(labels.values))
    known = sorted(value for value, count in zip(labels.values, there.tolist(), strict=True) if count and value)
    for wanted in classes:
        if wanted not in known:
            raise CorpusError(f"no photograph in {name} is of the class {wanted!r}; {_choice(wanted, known)}")
    codes = [labels.values.index(wanted) for wanted in classes]
    return photographs.take(np.isin(labels.codes[photographs.rows], codes))


def _choice(wanted: str, known: Sequence[str]) -> str:
    if not known:
        return "say by `class_by` where the class stands"
    meant = difflib.get_close_matches(wanted, known, 1)
    more = ", …" if len(known) > _MOST_NAMED else ""
    return f"did you mean {meant[0]!r}?" if meant else f"there are {', '.join(known[:_MOST_NAMED])}{more}"


def counted(ignored: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, with further ones, sorted."""
    whole = dict(ignored)
    for reason, count in more.items():
        if count:
            whole[reason] = whole.get(reason, 0) + count
    return dict(sorted(whole.items()))


# --- what lies in the output itself -----------------------------------------------------------------------------------


def excluding(corpus: Corpus, folder: Path) -> Corpus:
    """`corpus` without what lies in `folder`, an absolute path; as it is, if the folder is none of its own."""
    nested: Callable[[Path], Corpus] | None = getattr(corpus, "excluding", None)
    if nested is not None:
        return nested(folder)
    root = getattr(corpus, "root", None)
    if not isinstance(root, Path) or not folder.is_relative_to(root) or folder == root:
        return corpus
    return OutsideCorpus(corpus, source_of(folder.relative_to(root).as_posix()) + "/")


@dataclass(frozen=True)
class OutsideCorpus:
    """Another corpus without what lies in a folder of it. `folder` is a source that ends in `/`."""

    inner: Corpus
    folder: str

    @property
    def name(self) -> str:
        """The corpus' own."""
        return self.inner.name

    @property
    def licence(self) -> str:
        """As the corpus says, else ""."""
        return str(getattr(self.inner, "licence", ""))

    @property
    def origin(self) -> str:
        """As the corpus says, else ""."""
        return str(getattr(self.inner, "origin", ""))

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        return self.inner.read(photograph)

    def listing(self) -> Listing:
        """What lies elsewhere."""
        listing = self.inner.listing()
        kept = Photographs.of(listing.photographs).where(lambda one: not one.source.startswith(self.folder))
        bad = tuple(one for one in listing.rejects if not one.source.startswith(self.folder))
        return replace(listing, photographs=kept, rejects=bad)
