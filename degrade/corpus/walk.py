"""Looking through a folder: every entry once, in an order that the file system has no say in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from degrade.codecs import has_picture_suffix
from degrade.corpus.files import kind_of, reason_of
from degrade.corpus.listing import CorpusError, Listing, ListingMaker
from degrade.corpus.names import source_of


class Choice(Protocol):
    """Which entries of a folder count; all others are passed by in silence."""

    def matches(self, parts: tuple[str, ...]) -> bool:
        """Whether the entry at this relative path counts."""
        ...

    def may_lie_below(self, parts: tuple[str, ...]) -> bool:
        """Whether an entry below this folder could."""
        ...


class Everything:
    """The choice of all entries."""

    def matches(self, parts: tuple[str, ...]) -> bool:
        return True

    def may_lie_below(self, parts: tuple[str, ...]) -> bool:
        return True


def list_folder(root: Path, choice: Choice | None = None) -> Listing:
    """List a folder and all below it. Links to files are followed, links to folders are not; hidden entries and those
    without a picture's suffix are counted; whatever else is no regular file is a reject.

    Raises CorpusError if `root` itself cannot be listed.
    """
    walk = _Walk(root, choice or Everything())
    walk.run()
    return walk.maker.finish()


class _Walk:
    def __init__(self, root: Path, choice: Choice) -> None:
        self.root = root
        self.choice = choice
        self.maker = ListingMaker()

    def run(self) -> None:
        folders: list[tuple[str, ...]] = [()]
        while folders:
            parts = folders.pop()
            for entry in self._entries(parts):
                below = (*parts, entry.name)
                if self._visit(entry, below):
                    folders.append(below)

    def _entries(self, parts: tuple[str, ...]) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root.joinpath(*parts)) as entries:
                return list(entries)
        except OSError as error:
            why = error.strerror or str(error)
            if not parts:
                cure = "check that it is a folder that you may read"
                raise CorpusError(f"the folder {self.root} cannot be listed ({why}); {cure}", str(self.root)) from error
            detail = f"the folder cannot be listed ({why}); check its permissions"
            self.maker.reject(_source(parts), "unreadable_folder", detail)
            return []

    def _visit(self, entry: os.DirEntry[str], parts: tuple[str, ...]) -> bool:
        """Account for an entry; True if it is a folder to be looked through."""
        is_folder = _is_folder(entry, follow_symlinks=False)
        below = is_folder and self.choice.may_lie_below(parts)
        if not self.choice.matches(parts) and not below:
            return False
        if entry.name.startswith("."):
            self.maker.ignore("hidden")
            return False
        if has_picture_suffix(entry.name):
            if self.choice.matches(parts):
                self._picture(entry, parts)
        elif not is_folder:
            self.maker.ignore("symlinked_folder" if _is_folder(entry, follow_symlinks=True) else "not_a_picture")
        return below

    def _picture(self, entry: os.DirEntry[str], parts: tuple[str, ...]) -> None:
        source = _source(parts)
        try:
            found = entry.stat()
        except OSError as error:
            self.maker.reject(source, *reason_of(error, entry.is_symlink()))
            return
        kind = kind_of(found)
        if kind is None:
            self.maker.add(source, found.st_size)
        else:
            self.maker.reject(source, *kind)


def _is_folder(entry: os.DirEntry[str], follow_symlinks: bool) -> bool:
    """Whether an entry is a folder; False where the system cannot tell, as for a link in a circle."""
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:
        return False


def _source(parts: tuple[str, ...]) -> str:
    return source_of("/".join(parts))
