"""From what a user wrote to a corpus."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from degrade.codecs import SUFFIXES, has_picture_suffix
from degrade.corpus.folder import FileCorpus, FolderCorpus
from degrade.corpus.listing import Corpus, CorpusError
from degrade.corpus.mixing import mix
from degrade.corpus.names import source_of
from degrade.corpus.options import with_options
from degrade.corpus.pattern import GlobCorpus, has_wildcards
from degrade.corpus.sample import SampleCorpus
from degrade.recipes.source import Source, source_problems
from degrade.recipes.words import path_text, shown


def open_corpus(source: Source | os.PathLike[str] | None) -> Corpus:
    """The corpus that `source` names.

    Parameters
    ----------
    source : str, path, mapping, list or None
        None or "sample": the sample photographs (a folder of that name is "./sample"). A folder: all photographs in it
        and below. A pattern with `*`, `?`, `[...]` or `**`: those that match. A file: that photograph. `~` is the home
        folder. A mapping: its `path`, with the options of `degrade.recipes.source`. A list of all these: a mixture.

    Raises
    ------
    CorpusError
        For anything else, with what to give instead. Whether there are photographs is seen at listing.
    """
    if source is None or source == "sample":
        return SampleCorpus()
    if not isinstance(source, str | os.PathLike):
        return _described(source)
    text = os.fspath(source)
    try:
        return _open(text)
    except (OSError, ValueError, RuntimeError) as error:  # no permission, a name too long, a NUL, no home folder
        raise CorpusError(f"the source {text!r} cannot be opened ({error})", text) from error


def _described(source: Mapping[str, Any] | Sequence[str | Mapping[str, Any]]) -> Corpus:
    """The corpus of a mapping or of a list."""
    spec = shown(source)
    for path, message, hint in source_problems(source):
        where = f"{path_text(path)}: " if path else ""
        raise CorpusError(f"the source {spec}: {where}{message}{f'; {hint}' if hint else ''}", spec)
    if isinstance(source, Mapping):
        if strange := [name for name in ("root", "column") if name in source]:
            raise CorpusError(f"the source {source['path']} is no list of files, and takes no {strange[0]}", spec)
        options = {name: value for name, value in source.items() if name != "path"}
        return with_options(open_corpus(source["path"]), options, source["path"])
    weights = [one.get("weight") if isinstance(one, Mapping) else None for one in source]
    return mix([(open_corpus(one), weight) for one, weight in zip(source, weights, strict=True)], spec)


def _open(text: str) -> Corpus:
    if not text:
        raise CorpusError("the source is empty; name a folder, a picture or a pattern, or leave it out for the samples")
    path = Path(text).expanduser()
    if path.is_dir():
        return FolderCorpus(path.absolute())
    if path.exists():
        if has_picture_suffix(path.name):
            return FileCorpus(path.absolute())
        kinds = ", ".join(SUFFIXES)
        raise CorpusError(f"the source {text} is no picture ({kinds}); name its folder or a pattern", text)
    if has_wildcards(text):
        return GlobCorpus.parse(str(path))
    if "://" in text:
        raise CorpusError(f"the source {text} is a remote address; copy the photographs to a folder first", text)
    raise CorpusError(f"there is no source {source_of(text)}; {_near(path)}", text)


def _near(path: Path) -> str:
    """What the user may have meant."""
    try:
        neighbours = [entry.name for entry in path.parent.iterdir() if entry.is_dir()]
    except OSError:
        neighbours = []
    close = difflib.get_close_matches(path.name, sorted(neighbours), n=1)
    if close:
        return f"did you mean {source_of(str(path.with_name(close[0])))}?"
    return "name a folder, a picture, a pattern such as 'photos/**/*.jpg', or 'sample'"
