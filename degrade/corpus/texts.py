"""From a text, such as `photos/`, `shards-{000..009}.tar` or `s3://bucket/list.csv`, to the corpus that it names."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from degrade.codecs import SUFFIXES, has_picture_suffix
from degrade.corpus.archives import ArchiveCorpus, kind_of_archive
from degrade.corpus.folder import FileCorpus, FolderCorpus
from degrade.corpus.list_rows import LIST_SUFFIXES, is_list
from degrade.corpus.listing import Corpus, CorpusError
from degrade.corpus.lists import ListCorpus
from degrade.corpus.names import source_of
from degrade.corpus.pattern import GlobCorpus, expand_braces, has_wildcards
from degrade.corpus.remote import attempt, check_url, connection, is_url, refused, without_query
from degrade.corpus.remote_folder import RemoteCorpus, RemoteFileCorpus, has_url_wildcards
from degrade.corpus.sample import SampleCorpus

SAMPLE = "sample"
WHERE = ("root", "column", "config")
"""The keys of a mapping that belong to its path."""
_USES = {"root": "list files", "column": "list files, shards and datasets", "config": "datasets of the Hub"}
_PARQUET = ".parquet"


@dataclass(frozen=True)
class Place:
    """A text of a source, the folder that it is relative to, and the keys that say where its photographs are."""

    text: str
    base: Path = Path()
    root: str = ""
    column: str = ""
    config: str = ""

    def __str__(self) -> str:
        """The absolute path, or the URL."""
        return self.text if is_url(self.text) else str(self.path.absolute())

    @property
    def path(self) -> Path:
        """As a path of this machine."""
        return self.base / Path(self.text).expanduser()

    def no_more_than(self, *keys: str) -> None:
        """Raises CorpusError if a key was given that this kind of source has no use for."""
        for key in WHERE:
            if getattr(self, key) and key not in keys:
                uses = {
                    "root": "list files",
                    "column": "list files, shards and datasets",
                    "config": "datasets of the Hub",
                }
                raise CorpusError(f"the source {self.text} has no use for {key}:, which is for {uses[key]}", self.text)


def named(place: Place) -> Corpus:
    """The corpus that a text names. Raises CorpusError."""
    text = place.text
    if not text:
        raise CorpusError("the source is empty; name a folder, a picture or a pattern, or leave it out for the samples")
    if text == SAMPLE:
        place.no_more_than()
        return SampleCorpus()
    if text.startswith("file://"):
        return named(Place(unquote(urlsplit(text).path), place.base, place.root, place.column, place.config))
    try:
        return _remote(place) if is_url(text) else _local(place)
    except (OSError, ValueError, RuntimeError) as error:  # no permission, a name too long, a NUL, no home folder
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        cure = "check its name and its permissions"
        raise CorpusError(f"the source {text!r} cannot be opened ({why}); {cure}", text) from error


def _local(place: Place) -> Corpus:
    path = place.path
    if path.is_dir():
        return _folder(place, path.absolute())
    if path.exists():
        return _file(place, path.absolute())
    if has_wildcards(place.text):
        return _pattern(place, str(path.absolute()))
    raise CorpusError(f"there is no source {source_of(place.text)}; {_near(path)}", place.text)


def _folder(place: Place, path: Path) -> Corpus:
    from degrade.corpus import hf_opening

    if hf_opening.is_saved_dataset(path):
        place.no_more_than("column")
        return hf_opening.open_saved(path, place.column)
    holds = _Holds(path)
    if holds.parquet:
        place.no_more_than("column")
        return hf_opening.open_parquet_folder(path, place.column)
    if holds.archives:
        place.no_more_than("column")
        return ArchiveCorpus(str(path), holds.archives, column=place.column)
    place.no_more_than()
    return FolderCorpus(path)


def _file(place: Place, path: Path) -> Corpus:
    if has_picture_suffix(path.name):
        place.no_more_than()
        return FileCorpus(path)
    if not path.is_file():
        raise CorpusError(f"the source {place.text} is neither a file nor a folder; name one of these", place.text)
    found = _by_suffix(place, path.name, str(path))
    if found is not None:
        return found
    kinds = ", ".join(SUFFIXES)
    lists = ", ".join(LIST_SUFFIXES)
    others = f"no list ({lists}), .zip, .tar, .parquet or .yaml; name its folder or a pattern"
    raise CorpusError(f"the source {place.text} is no picture ({kinds}) and {others}", place.text)


def _by_suffix(place: Place, name: str, whole: str) -> Corpus | None:
    """The corpus of a list, an archive or a parquet file, local or not."""
    folder, _, file = whole.rpartition("/")
    if is_list(name):
        place.no_more_than("root", "column")
        return ListCorpus(whole, place.root or folder or "/", place.column)
    if kind_of_archive(name):
        place.no_more_than("column")
        return ArchiveCorpus(folder or "/", (file,), apart=False, column=place.column)
    if name.lower().endswith(_PARQUET):
        from degrade.corpus.hf_opening import open_parquet

        place.no_more_than("column")
        return open_parquet([whole], source_of(file), place.column)
    return None


def _remote(place: Place) -> Corpus:
    from degrade.corpus.hf_opening import HUB, open_hub

    text = place.text
    check_url(text)
    if text.startswith("hf://") and not text.startswith(HUB):
        raise CorpusError(f"the source {text} names no dataset of the Hub; write {HUB}USER/NAME", text)
    if text.startswith(HUB) and text.removeprefix(HUB).strip("/").count("/") < 2:
        place.no_more_than("column", "config")
        return open_hub(text, place.column, place.config)
    if has_url_wildcards(text.partition("://")[0], text.partition("://")[2]):
        return _pattern(place, text)
    found = _by_suffix(place, without_query(text), text)
    if found is not None:
        return found
    place.no_more_than()
    return (
        RemoteFileCorpus(text)
        if has_picture_suffix(without_query(text).rpartition("/")[2])
        else RemoteCorpus(text.rstrip("/"))
    )


def _pattern(place: Place, whole: str) -> Corpus:
    """What a pattern names: archives or parquet files if it ends so, else pictures."""
    names = expand_braces(whole.rpartition("/")[2])
    if any(map(is_list, names)):
        raise CorpusError(f"the pattern {place.text} names list files; give each as a source of its own", place.text)
    if all(map(kind_of_archive, names)):
        place.no_more_than("column")
        root, files = _matching(place, whole)
        return ArchiveCorpus(root, tuple(files), column=place.column)
    if all(name.lower().endswith(_PARQUET) for name in names):
        from degrade.corpus.hf_opening import open_parquet

        place.no_more_than("column")
        root, files = _matching(place, whole)
        name = source_of(root.rstrip("/").rpartition("/")[2])
        return open_parquet([f"{root.rstrip('/')}/{file}" for file in files], name, place.column)
    place.no_more_than()
    return RemoteCorpus.parse(whole) if is_url(whole) else GlobCorpus.parse(whole)


def _matching(place: Place, pattern: str) -> tuple[str, list[str]]:
    """The folder, or the URL of one, before the first wildcard of a pattern, and the files below it that match.

    A name without wildcards but braces is there or not, which its reader will see.
    """
    protocol, mark, path = pattern.rpartition("://")
    parts = path.split("/")
    first = next(number for number, part in enumerate(parts) if has_wildcards(part))
    root = f"{protocol}{mark}{'/'.join(parts[:first])}" or "/"
    below = expand_braces("/".join(parts[first:]))
    files = {file for each in below for file in (_globbed(root, each, place.text) if has_wildcards(each) else [each])}
    if not files:
        raise CorpusError(f"no file matches {place.text}; check the folder and the pattern", place.text)
    return root, sorted(files)


def _globbed(root: str, pattern: str, spec: str) -> list[str]:
    if not is_url(root):
        below = (file.relative_to(root) for file in Path(root).glob(pattern) if file.is_file())
        return [file.as_posix() for file in below if not any(part.startswith(".") for part in file.parts)]

    def request() -> list[str]:
        system, path = connection(root)
        base = path.rstrip("/") + "/"
        return [each[len(base) :] for each in system.glob(base + pattern) if each.startswith(base)]

    try:
        return attempt(request)
    except Exception as error:  # noqa: BLE001 - each library fails in its own ways
        raise refused(f"the pattern {spec}", error, spec) from None


class _Holds:
    """What kind of files a folder holds, by a short look at it.

    Attributes
    ----------
    parquet : bool
        Parquet files and no pictures, or those in `data/` beside a README.md, as in the Hub's repositories, which may
        have a picture for show.
    archives : tuple of str
        The archives of a folder that holds no pictures and no folders.
    """

    def __init__(self, folder: Path) -> None:
        self.parquet = False
        self.archives: tuple[str, ...] = ()
        try:
            if (folder / "README.md").is_file() and (folder / "data").is_dir():
                self.parquet = _has_parquet(_without_pictures(folder / "data"))
            alone = _without_pictures(folder)
        except OSError:  # listing the corpus says so in its own words
            return
        self.parquet = self.parquet or _has_parquet(alone)
        self.archives = tuple(name for name in alone if name.lower().endswith((".zip", ".tar")))


def _has_parquet(names: list[str]) -> bool:
    return any(name.lower().endswith(_PARQUET) for name in names)


def _without_pictures(folder: Path) -> list[str]:
    """The names of the files in a folder, none if it holds a picture or a folder: at the first the look ends."""
    files: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if has_picture_suffix(entry.name) or entry.is_dir():
                return []
            files.append(entry.name)
    return sorted(files)


def _near(path: Path) -> str:
    """What the user may have meant."""
    try:
        neighbours = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        neighbours = []
    close = difflib.get_close_matches(path.name, sorted(neighbours), n=1)
    if close:
        return f"did you mean {source_of(str(path.with_name(close[0])))}?"
    return "name a folder, a picture, a pattern such as 'photos/**/*.jpg', a list, an archive, or 'sample'"
