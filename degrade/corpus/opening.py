"""From what a user wrote to a corpus."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from degrade.corpus.listing import Corpus, CorpusError
from degrade.corpus.mixing import mix
from degrade.corpus.options import with_options
from degrade.corpus.pairs import opened_pairs
from degrade.corpus.remote import is_url
from degrade.corpus.sample import SampleCorpus
from degrade.corpus.texts import WHERE, Place, named
from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.source import Mistake, Source, source_problems
from degrade.recipes.text import parse_document
from degrade.recipes.words import path_text

_YAML = (".yaml", ".yml")


def open_corpus(source: Source | os.PathLike[str] | None) -> Corpus:
    """The corpus that `source` names.

    Parameters
    ----------
    source : str, path, mapping, sequence of these or None
        None or "sample" is the sample photographs (a folder of that name is "./sample"). A text is a folder: all
        photographs in it and below; a pattern with `*`, `?`, `[...]`, `{a,b}`, `{000..009}` or `**`: those that match;
        a picture; a list file (.txt, .csv, .tsv, .jsonl); a zip or tar archive or a pattern of them; a dataset that
        was saved to disk; parquet files; or a .yaml file with a mapping or list as follows. Each may also be a URL that
        fsspec knows, such as `s3://bucket/folder`; `hf://datasets/USER/NAME` is a dataset of the Hub. `~` is the home
        folder.
        A mapping has such a text as its `path`, and options: `root` (what a list's paths are relative to), `column`
        (of a list's paths, a dataset's or shards' pictures), `config` (of a dataset of the Hub), and those of
        `degrade.corpus.options`. In place of a path it may have `pairs`: {input, target}, two parallel folders of pairs
        that exist already. A list of texts and mappings is several corpora, mixed.

    Raises
    ------
    CorpusError
        For anything else, with what to give instead. Whether there are photographs is seen at listing.
    """
    if source is None:
        return SampleCorpus()
    plain = _plain(source)
    return _text(Place(plain)) if isinstance(plain, str) else _described(plain, "source", Path())


def _plain(source: Any) -> Any:
    """The same with texts for paths."""
    if isinstance(source, os.PathLike):
        return os.fspath(source)
    if isinstance(source, Mapping):
        return {key: _plain(value) for key, value in source.items()}
    return [_plain(one) for one in source] if isinstance(source, list | tuple) else source


# --- texts, mappings and lists ----------------------------------------------------------------------------------------


def _text(place: Place) -> Corpus:
    if not _is_yaml(place):
        return named(place)
    place.no_more_than()
    if place.base != Path():
        raise CorpusError(f"the source {place.text} is named in another .yaml; write what it says there", place.text)
    return _read_yaml(place.path)


def _is_yaml(place: Place) -> bool:
    if is_url(place.text) or not place.text.lower().endswith(_YAML):
        return False
    try:
        return place.path.is_file()
    except (OSError, ValueError, RuntimeError):  # no file can have such a name, which is told where it is opened
        return False


def _described(source: Any, what: str, base: Path) -> Corpus:
    """The corpus of a mapping or list whose paths are relative to `base`."""
    if problems := source_problems(source):
        raise CorpusError(f"the {what}: {'; '.join(map(_mistake, problems))}")
    if isinstance(source, str):
        return _text(Place(source, base))
    if isinstance(source, Mapping):
        return _with_options(source, base)
    weights = [one.get("weight") if isinstance(one, Mapping) else None for one in source]
    corpora = [_described(one, what, base) for one in source]
    return mix(list(zip(corpora, weights, strict=True)), what)


def _mistake(problem: Mistake) -> str:
    path, message, hint = problem
    return f"{f'{path_text(path)}: ' if path else ''}{message}{f' ({hint})' if hint else ''}"


def _with_options(source: Mapping[str, Any], base: Path) -> Corpus:
    if "pairs" in source:
        pairs = source["pairs"]
        rest = {key: value for key, value in source.items() if key != "pairs"}
        return with_options(opened_pairs(pairs, base), rest, f"{pairs['input']} and {pairs['target']}")
    where = {key: str(source[key]) for key in WHERE if key in source}
    if "root" in where:
        try:
            where["root"] = str(Place(where["root"], base))
        except RuntimeError as error:
            raise CorpusError(f"the root {where['root']} is in no home folder ({error})", source["path"]) from error
    corpus = _text(Place(source["path"], base, **where))
    rest = {key: value for key, value in source.items() if key not in ("path", *WHERE)}
    return with_options(corpus, rest, source["path"])


def _read_yaml(path: Path) -> Corpus:
    try:
        document = parse_document(path.read_bytes(), path.name)
    except RecipeError as error:
        raise _unreadable(path, error.problems) from error
    except OSError as error:
        raise CorpusError(f"the source {path} cannot be read ({error.strerror})", str(path)) from error
    if document.problems:
        raise _unreadable(path, document.problems)
    data = document.data
    if isinstance(data, Mapping) and "recipe" in data:
        raise CorpusError(f"the source {path} is a recipe; name it with --recipe, and photographs here", str(path))
    return _described(data, f"source {path.name}", path.absolute().parent)


def _unreadable(path: Path, problems: Sequence[Problem]) -> CorpusError:
    first = problems[0]
    at = f"{path}:{first.line}" if first.line else str(path)
    return CorpusError(f"the source {at}: {first.message}{'; ' + first.hint if first.hint else ''}", str(path))
