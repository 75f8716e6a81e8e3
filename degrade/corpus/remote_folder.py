"""Photographs behind a URL: a folder, a pattern, or one file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from degrade.codecs import has_picture_suffix
from degrade.corpus.files import check_size
from degrade.corpus.listing import CorpusReadError, Listing, ListingMaker, Photograph
from degrade.corpus.names import path_of, source_of
from degrade.corpus.pattern import PathPattern, has_wildcards
from degrade.corpus.remote import attempt, connection, entries, fetch, public, refused, short_name, size_of, why
from degrade.corpus.walk import Choice, Everything

_AT_ONCE = 8
"""Folders that are listed at the same time, each by a thread with a connection of its own."""


@dataclass(frozen=True)
class RemoteCorpus:
    """The photographs below the folder at a URL, all or those that match a pattern.

    Attributes
    ----------
    url : str
        Of the folder, without a slash at its end.
    pattern : PathPattern or None
    """

    url: str
    pattern: PathPattern | None = None

    @classmethod
    def parse(cls, url: str) -> RemoteCorpus:
        """A corpus from a URL that may be a pattern; the folders before its first wildcard are the root."""
        protocol, _, path = url.partition("://")
        parts = path.split("/")
        first = next((number for number, part in enumerate(parts) if has_url_wildcards(protocol, part)), None)
        if first is None:
            return cls(url.rstrip("/"))
        return cls(f"{protocol}://{'/'.join(parts[:first])}", PathPattern(tuple(parts[first:])))

    @property
    def name(self) -> str:
        """The folder's own name, with the pattern if there is one."""
        return source_of("/".join((short_name(self.url), *(self.pattern.parts if self.pattern else ()))))

    def listing(self) -> Listing:
        """Look through the folder, as far as the pattern can reach."""
        walk = _Walk(self.url, self.pattern or Everything())
        walk.run()
        return walk.maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        return read_url(f"{self.url}/{path_of(photograph.source)}", photograph)


@dataclass(frozen=True)
class RemoteFileCorpus:
    """One photograph, by its URL."""

    url: str

    @property
    def name(self) -> str:
        """The file's name."""
        return source_of(short_name(self.url))

    def listing(self) -> Listing:
        """A listing of one photograph."""
        maker = ListingMaker()
        try:
            size = size_of(self.url)
        except Exception as error:  # noqa: BLE001 - each library fails in its own ways
            raise refused(f"the file {public(self.url)}", error, self.url) from None
        add_sized(maker, self.name, size)
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The file."""
        return read_url(self.url, photograph)


def has_url_wildcards(protocol: str, text: str) -> bool:
    """Whether the path of a URL is a pattern; in one of the web, `?` begins a query."""
    return has_wildcards(text.replace("?", "") if protocol.startswith("http") else text)


def read_url(url: str, photograph: Photograph) -> bytes:
    """The bytes of the file at `url`, which was listed as `photograph`. Raises CorpusReadError."""
    check_size(photograph.size, photograph.source)
    data = fetch(url, photograph.source)
    if len(data) != photograph.size:
        detail = f"it was listed with {photograph.size} bytes and has {len(data)}; build again from the present files"
        raise CorpusReadError("changed", detail, photograph.source)
    return data


def add_sized(maker: ListingMaker, source: str, size: int | None, **columns: str) -> None:
    """Add a photograph of `size` bytes, or a reject where the server does not tell its size."""
    if size is None:
        maker.reject(source, "unreadable", "the server does not tell its size; copy it to a folder")
    else:
        maker.add(source, size, **columns)  # type: ignore[arg-type]  # the columns are texts


class _Walk:
    """As `degrade.corpus.walk` looks through a folder: folder by folder, hidden entries ignored."""

    def __init__(self, url: str, choice: Choice) -> None:
        self.url = url
        self.choice = choice
        self.maker = ListingMaker()

    def run(self) -> None:
        try:
            attempt(lambda: connection(self.url))
        except Exception as error:  # noqa: BLE001 - each library fails in its own ways
            raise refused(f"the source {public(self.url)}", error, self.url) from None
        level: list[tuple[str, ...]] = [()]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while level:
                below: list[tuple[str, ...]] = []
                for parts, found in zip(level, pool.map(self._entries, level), strict=True):
                    for name, kind, size in found:
                        if self._visit((*parts, name), kind == "directory", size):
                            below.append((*parts, name))
                level = below

    def _entries(self, parts: tuple[str, ...]) -> list[tuple[str, str, int | None]]:
        try:
            return entries(self._at(parts))
        except Exception as error:  # noqa: BLE001 - one folder of many: what it held counts as unknown
            if not parts:
                raise refused(f"the folder {public(self.url)}", error, self.url) from None
            detail = f"the folder cannot be listed: {why(error)[1]}"
            self.maker.reject(source_of("/".join(parts)), "unreadable_folder", detail)
            return []

    def _at(self, parts: tuple[str, ...]) -> str:
        return "/".join((self.url, *parts))

    def _visit(self, parts: tuple[str, ...], is_folder: bool, size: int | None) -> bool:
        """Account for an entry; True if it is a folder to be looked through."""
        below = is_folder and self.choice.may_lie_below(parts)
        matches = self.choice.matches(parts)
        if not matches and not below:
            return False
        if parts[-1].startswith("."):
            self.maker.ignore("hidden")
            return False
        source = source_of("/".join(parts))
        if has_picture_suffix(parts[-1]):
            if matches and is_folder:
                self.maker.reject(source, "a_folder", "a folder with the name of a picture; rename it")
            elif matches:
                self._picture(parts, source, size)
        elif not is_folder:
            self.maker.ignore("not_a_picture")
        return below

    def _picture(self, parts: tuple[str, ...], source: str, size: int | None) -> None:
        if size is None:
            try:
                size = size_of(self._at(parts))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this photograph's reject
                self.maker.reject(source, *why(error))
                return
        add_sized(self.maker, source, size)
