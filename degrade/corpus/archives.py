"""Photographs in zip and tar archives, WebDataset's shards among them, local or behind a URL; nothing is unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Self

from degrade.codecs import has_picture_suffix
from degrade.corpus import tars, zips
from degrade.corpus.files import check_size, read_range
from degrade.corpus.listing import CorpusError, CorpusReadError, Listing, ListingMaker, Photograph
from degrade.corpus.members import DamagedArchive, Member
from degrade.corpus.names import source_of
from degrade.corpus.remote import attempt, fetch, is_url, opened, refused, short_name, without_query
from degrade.corpus.roles import Roles, choices
from degrade.jsontext import from_json

KINDS = {".zip": zips, ".tar": tars}
_PACKED = {
    ".tar.gz": "gunzip", ".tgz": "gunzip", ".tar.bz2": "bunzip2", ".tbz2": "bunzip2", ".tar.xz": "unxz",
    ".txz": "unxz", ".tar.zst": "unzstd", ".tar.lz4": "unlz4", ".7z": "7z x", ".rar": "unrar x",
}  # fmt: skip
_PACKED_BEGINS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!")
_SIDECARS = (".json", ".cls", ".txt")
_LONGEST_SIDECAR = 1 << 20


def kind_of_archive(name: str) -> str:
    """ ".zip" or ".tar" for the name of an archive, "" for any other.

    Raises CorpusError for archives that are compressed as a whole: none of their pictures can be read by itself.
    """
    lower = name.lower()
    for suffix, command in _PACKED.items():
        if lower.endswith(suffix):
            raise _packed(name, f"{command} {name.rpartition('/')[2]}")
    return next((suffix for suffix in KINDS if lower.endswith(suffix) and len(lower) > len(suffix)), "")


def _packed(name: str, command: str) -> CorpusError:
    why = "is compressed as a whole, so that no picture in it can be read by itself"
    return CorpusError(f"the archive {name} {why}; unpack it ({command}) and name the folder, .tar or .zip", name)


@dataclass(frozen=True)
class ArchiveCorpus:
    """The photographs in one archive or several.

    Attributes
    ----------
    root : str
        The absolute folder or the URL that they lie in.
    archives : tuple of str
        Their paths below it.
    apart : bool
        Whether sources begin with the archive's path without its suffix: always, unless one archive was named.
    roles : Roles
        Columns of the JSON (or .cls, .txt) that lies beside each picture under its name, as in WebDataset's shards.
    column : str
        Which picture of each sample is taken, such as `clean.jpg` for KEY.clean.jpg, whose source is then KEY.jpg; ""
        for all.
    """

    root: str
    archives: tuple[str, ...]
    apart: bool = True
    roles: Roles = field(default_factory=Roles)
    column: str = ""

    @property
    def name(self) -> str:
        """The archive's name, or that of the folder that several lie in."""
        if not self.apart:
            return source_of(self.bare(self.archives[0]))
        return (
            source_of(short_name(self.root) if is_url(self.root) else self.root.rstrip("/").rpartition("/")[2]) or "/"
        )

    def with_columns(self, *, group: str = "", split: str = "", label: str = "") -> Self:
        """The same, with these columns for group, split and class."""
        return replace(self, roles=self.roles.with_names(group=group, split=split, label=label))

    def listing(self) -> Listing:
        """Read the table of each archive, and what lies beside the pictures if columns of it are asked for."""
        self._check_names()
        maker = ListingMaker()
        columns: set[str] = set()
        others: set[str] = set()
        for archive in self.archives:
            _Lister(self, archive, maker, columns, others).run()
        if others and not len(maker):
            raise CorpusError(
                f"no picture of {self.name} is a {self.column}; {choices(self.column, others)}", self.name
            )
        if columns:
            self.roles.check(columns, f"what lies beside the pictures of {self.name}", self.name)
        elif self.roles.asked():
            cure = "pack KEY.json beside KEY.jpg, or leave the column out"
            raise CorpusError(f"no picture of {self.name} has a JSON file beside it to take columns from; {cure}")
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's bytes, by one read of its archive."""
        check_size(photograph.size, photograph.source)
        archive = self._archive_of(photograph.source)
        place = self.place(archive)

        def read(start: int, size: int) -> bytes:
            if not is_url(place):
                return read_range(Path(place), start, size, photograph.source)
            data = fetch(place, photograph.source, start, start + size)
            if len(data) > size:
                detail = "the server sends whole files only; copy the archive to a folder"
                raise CorpusReadError("unreadable", detail, photograph.source)
            return data

        if kind_of_archive(self.bare(archive)) == ".tar":
            return tars.read_member(read, photograph)
        return zips.read_member(read, photograph)

    def place(self, archive: str) -> str:
        """The absolute path or URL of an archive."""
        return f"{self.root.rstrip('/')}/{archive}"

    def prefix(self, archive: str) -> str:
        """What the sources of an archive begin with."""
        bare = self.bare(archive)
        return source_of(bare[: -len(kind_of_archive(bare))]) + "/" if self.apart else ""

    def bare(self, archive: str) -> str:
        """An archive's path without the query that a URL may end in."""
        return without_query(self.place(archive))[len(self.root.rstrip("/")) + 1 :]

    @cached_property
    def _by_prefix(self) -> dict[str, str]:
        return {self.prefix(archive): archive for archive in self.archives}

    def _archive_of(self, source: str) -> str:
        at = 0
        while self.apart and (at := source.find("/", at) + 1):
            if found := self._by_prefix.get(source[:at]):
                return found
        if self.apart:
            raise CorpusReadError("vanished", "its archive is none of those that were named", source)
        return self.archives[0]

    def _check_names(self) -> None:
        """No archive may have the name of another, or of a folder that another lies in: their sources would mix."""
        prefixes = sorted((self.prefix(archive), archive) for archive in self.archives if self.apart)
        for (one, first), (two, second) in pairwise(prefixes):
            if two.startswith(one):
                raise CorpusError(f"the archives {first} and {second} cannot be told apart; rename one of them")


class _Lister:
    """Lists one archive."""

    def __init__(
        self, corpus: ArchiveCorpus, archive: str, maker: ListingMaker, columns: set[str], others: set[str]
    ) -> None:
        self.corpus = corpus
        self.place = corpus.place(archive)
        self.archive = corpus.bare(archive)
        self.maker = maker
        self.columns = columns
        self.others = others
        self.prefix = corpus.prefix(archive)
        self.roles = corpus.roles
        self.pictures: list[Member] = []
        self.beside: dict[str, dict[str, Any] | str] = {}

    def run(self) -> None:
        place = self.place
        what = f"the archive {self.archive}"
        kind = KINDS[kind_of_archive(self.archive)]
        try:
            if not is_url(place):
                with Path(place).open("rb") as file:
                    self._list(kind.members_of(self._checked(file)))
                return
            with opened(place) as file:
                self._list(kind.members_of(self._checked(file)))
        except DamagedArchive as error:
            self._flush()
            if not self.corpus.apart and not len(self.maker):
                raise CorpusError(f"{what} cannot be read: {error.what}", self.archive) from error
            self.maker.reject(source_of(self.archive), "damaged_archive", error.what)
        except CorpusError:
            raise
        except Exception as error:
            if not is_url(place) and not isinstance(error, OSError):
                raise
            if not self.corpus.apart:
                raise refused(what, error, self.archive) from None
            self._flush()
            detail = f"it cannot be read ({type(error).__name__}); check that it is there and that you may read it"
            self.maker.reject(source_of(self.archive), "damaged_archive", detail)

    def _checked(self, file: BinaryIO) -> BinaryIO:
        begins = attempt(lambda: file.read(8))
        file.seek(0)
        if begins.startswith(_PACKED_BEGINS):
            raise _packed(self.archive, "its name hides that")
        return file

    def _list(self, members: Iterator[Member]) -> None:
        for member in members:
            if member.is_hidden:
                self.maker.ignore("hidden")
            elif has_picture_suffix(member.parts[-1]):
                self._picture(member)
            else:
                self.maker.ignore("not_a_picture")
                if self.roles.asked():
                    self._sidecar(member)
        self._flush()

    def _picture(self, member: Member) -> None:
        if self.corpus.column not in ("", member.field):
            self.others.add(member.field)
            self.maker.ignore("other_column")
        elif member.bad:
            self.maker.reject(self._source(member), *member.bad)
        elif self.roles.asked():
            self.pictures.append(member)
        else:
            self.maker.add(self._source(member), member.size, member.offset)

    def _source(self, member: Member) -> str:
        if not self.corpus.column:
            return self.prefix + member.source
        return self.prefix + source_of(f"{member.key}.{member.field.rpartition('.')[2]}")

    def _sidecar(self, member: Member) -> None:
        suffix = "." + member.parts[-1].rpartition(".")[2].lower()
        if suffix not in _SIDECARS or member.bad or member.size > _LONGEST_SIDECAR:
            return
        known = self.beside.setdefault(member.key, {})
        try:
            text = member.data().decode("utf-8-sig")
            found = from_json(text) if suffix == ".json" else {suffix[1:]: text.strip()}
            if not isinstance(found, dict):
                raise ValueError("it holds no object")
        except (ValueError, RecursionError):
            self.beside[member.key] = f"the {suffix} beside it cannot be read as columns; mend it"
            return
        self.columns.update(found)
        if isinstance(known, dict):
            known.update(found)

    def _flush(self) -> None:
        """Add the pictures that waited for what lies beside them."""
        for member in self.pictures:
            source, row = self._source(member), self.beside.get(member.key, {})
            if isinstance(row, str):
                self.maker.reject(source, "unreadable", row)
            else:
                self.maker.add(source, member.size, member.offset, **self.roles.values(row))
        self.pictures.clear()
        self.beside.clear()
