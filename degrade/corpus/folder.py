"""A folder of photographs, or one photograph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from degrade.corpus.files import kind_of, read_file, reason_of
from degrade.corpus.listing import CorpusError, Listing, Photograph, make_listing
from degrade.corpus.names import path_of, source_of
from degrade.corpus.walk import list_folder


@dataclass(frozen=True)
class FolderCorpus:
    """All photographs in a folder and below it. `root` is absolute, so that a worker may stand elsewhere."""

    root: Path

    @property
    def name(self) -> str:
        """The folder's own name."""
        return source_of(self.root.name) or "/"

    def listing(self) -> Listing:
        """Look through the folder."""
        return list_folder(self.root)

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        # A text: to join paths would take as long as to open the file.
        return read_file(f"{self.root}/{path_of(photograph.source)}", photograph)


@dataclass(frozen=True)
class FileCorpus:
    """One photograph, by an absolute path."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return source_of(self.path.name)

    def listing(self) -> Listing:
        """A listing of one photograph, or of one reject."""
        try:
            found = self.path.stat()
        except OSError as error:
            detail = reason_of(error, self.path.is_symlink())[1]
            raise CorpusError(f"the file {self.path}: {detail}", str(self.path)) from error
        kind = kind_of(found)
        if kind is not None:
            return make_listing({}, [(self.name, *kind)])
        return make_listing({self.name: found.st_size})

    def read(self, photograph: Photograph) -> bytes:
        """The file."""
        return read_file(self.path, photograph)
