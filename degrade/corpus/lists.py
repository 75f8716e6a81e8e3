"""List files: the photographs that a .txt, .csv, .tsv or .jsonl names, with what its columns say of them.

A list is read when the corpus is listed; workers read photographs by their paths alone. What is wrong with the list is
one error with the numbers of its lines, since it is the user's own text; a photograph that is not there is a reject.
"""

from __future__ import annotations

import io
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TextIO

from degrade.corpus.files import kind_of, read_file, reason_of
from degrade.corpus.list_rows import Mistakes, has_columns, is_json, rows_of
from degrade.corpus.listing import CorpusError, Listing, ListingMaker, Photograph
from degrade.corpus.names import path_of, source_of
from degrade.corpus.remote import entries, is_url, opened, public, refused, size_of, why, without_query
from degrade.corpus.remote_folder import add_sized, read_url
from degrade.corpus.roles import Roles, choices, text_of

PATH_COLUMNS = ("path", "file", "filename", "file_name", "image", "source")
"""Names of the column that holds the paths, the first that is there."""
_USUAL = ("group", "split", "label")
_DOMAIN = "domain"


@dataclass(frozen=True)
class ListCorpus:
    """The photographs that a list names.

    Attributes
    ----------
    place : str
        The list, by absolute path or URL.
    root : str
        The absolute folder or the URL that its paths are relative to.
    column : str
        The column of the paths; "" for the first of `PATH_COLUMNS`.
    roles : Roles
        Columns for group, split and class, instead of those named `group`, `split` and `label`.
    """

    place: str
    root: str
    column: str = ""
    roles: Roles = field(default_factory=Roles)

    @property
    def name(self) -> str:
        """The list's own name."""
        return source_of(self._file)

    @property
    def _file(self) -> str:
        return without_query(self.place).rpartition("/")[2]

    def with_columns(self, *, group: str = "", split: str = "", label: str = "") -> Self:
        """The same, with these columns for group, split and class."""
        return replace(self, roles=self.roles.with_names(group=group, split=split, label=label))

    def listing(self) -> Listing:
        """Read the list, and look for the size of each photograph."""
        maker = ListingMaker()
        mistakes = Mistakes(self.name, self.place)
        sizes = _RemoteSizes(self.root) if is_url(self.root) else None
        with _opened(self.place) as text:
            for path, columns in self._photographs(text, mistakes):
                source = source_of(path)
                if sizes is None:
                    self._stat(maker, path, source, columns)
                else:
                    sizes.add(maker, path, source, columns)
        mistakes.check()
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        path = path_of(photograph.source)
        if is_url(self.root):
            return read_url(f"{self.root}/{path}", photograph)
        return read_file(Path(self.root) / path, photograph)

    def _photographs(self, text: TextIO, mistakes: Mistakes) -> Iterator[tuple[str, dict[str, str]]]:
        """(path relative to the root, what the columns say) of each line."""
        known: set[str] = set()
        tabular = has_columns(self._file)
        for row in rows_of(text, self._file, mistakes):
            given, columns = row.path, dict[str, str]()
            if row.columns is not None:
                if not row.columns.keys() <= known:
                    known.update(row.columns)
                    self._check_table(row.columns)
                given, columns = self._told(row.number, row.columns, mistakes)
            if path := self._below_root(given, row.number, mistakes):
                yield path, columns
        if tabular and known:
            self.roles.check(known, f"the list {self.name}", self.place)

    def _check_table(self, columns: Mapping[str, Any]) -> None:
        """All lines of a .csv have the same columns: without one for the paths none can be used."""
        if self._path_column(columns) or is_json(self._file):
            return
        if self.column:
            what = f"the list {self.name} has no column {self.column!r}; {choices(self.column, columns)}"
            raise CorpusError(what, self.place)
        usual = ", ".join(PATH_COLUMNS[:4])
        cure = f"call one {PATH_COLUMNS[0]}, or say which holds them by column:"
        found = ", ".join(columns)
        raise CorpusError(f"the list {self.name} has no column of paths ({usual}) among {found}; {cure}", self.place)

    def _path_column(self, columns: Mapping[str, Any]) -> str:
        names = (self.column,) if self.column else PATH_COLUMNS
        return next((name for name in names if name in columns), "")

    def _told(self, number: int, columns: Mapping[str, Any], mistakes: Mistakes) -> tuple[str, dict[str, str]]:
        """The path and what is said of a photograph by its line of a table."""
        usual = {role: role for role in _USUAL if role in columns}
        said = Roles(**(usual | self.roles.asked())).values(columns)
        if _DOMAIN in columns:
            said[_DOMAIN] = text_of(columns[_DOMAIN])
        path = columns.get(self._path_column(columns))
        if not isinstance(path, str) or not path:
            mistakes.add(number, f"no path in its column {self.column or PATH_COLUMNS[0]}")
            return "", {}
        return path, said

    def _below_root(self, given: str, number: int, mistakes: Mistakes) -> str:
        """A path relative to the root, in its shortest form, or "" with a mistake."""
        if not given:
            return ""
        path, root = given, self.root.rstrip("/")
        if path.startswith(("/", "~")) or is_url(path) or Path(path).is_absolute():
            if not path.startswith(f"{root}/"):
                mistakes.add(number, f"{given} does not lie in {root or '/'}; say which folder by root:")
                return ""
            path = path[len(root) + 1 :]
        path = posixpath.normpath(path)
        if path in (".", "..") or path.startswith("../"):
            mistakes.add(number, f"{given} does not lie in the list's folder; say which folder by root:")
            return ""
        if not _is_name(path):
            mistakes.add(number, f"{given!r} can be no file's name")
            return ""
        return path

    def _stat(self, maker: ListingMaker, path: str, source: str, columns: Mapping[str, str]) -> None:
        file = Path(self.root) / path
        try:
            found = file.stat()
        except OSError as error:
            reason, detail = reason_of(error, os.path.islink(file))  # noqa: PTH114 - it asks of names that are too long, too
            maker.reject(source, reason, "there is no such file; mend the list" if reason == "vanished" else detail)
            return
        kind = kind_of(found)
        if kind is None:
            maker.add(source, found.st_size, **columns)  # type: ignore[arg-type]  # they are texts
        else:
            maker.reject(source, *kind)


class _RemoteSizes:
    """Sizes of remote files: by one request a folder, since lists commonly go through folder after folder, or by one a
    file from servers of the web, of which few list folders."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._lists_folders = not root.startswith(("http://", "https://"))
        self._folder: str | None = None
        self._found: dict[str, tuple[str, int | None]] = {}
        self._error: Exception | None = None

    def add(self, maker: ListingMaker, path: str, source: str, columns: Mapping[str, str]) -> None:
        """Add the photograph at `path`, or a reject."""
        try:
            add_sized(maker, source, self._size(path), **columns)
        except FileNotFoundError:
            maker.reject(source, "vanished", "there is no such file; mend the list")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this photograph's reject
            maker.reject(source, *why(error))

    def _size(self, path: str) -> int | None:
        if not self._lists_folders:
            return size_of(f"{self._root}/{path}")
        folder, _, name = path.rpartition("/")
        if folder != self._folder:
            self._folder = folder
            self._look(f"{self._root}/{folder}".rstrip("/"))
        if self._error is not None:
            raise self._error
        if name not in self._found:
            raise FileNotFoundError(path)
        kind, size = self._found[name]
        if kind == "directory":
            raise IsADirectoryError(path)
        return size_of(f"{self._root}/{path}") if size is None else size

    def _look(self, folder: str) -> None:
        self._found, self._error = {}, None
        try:
            for each, kind, size in entries(folder):
                self._found[each] = kind, size
        except Exception as error:  # noqa: BLE001 - it is that of each photograph in the folder
            self._error = error


def _is_name(path: str) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False


def _opened(place: str) -> TextIO:
    """A list as text, in which a byte that is not UTF-8 stands for itself, as in a file's name."""
    try:
        file = opened(place) if is_url(place) else Path(place).open("rb")  # noqa: SIM115 - the text closes it
        return io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    except Exception as error:  # noqa: BLE001 - each library fails in its own ways
        raise refused(f"the list {public(place)}", error, place) from None
