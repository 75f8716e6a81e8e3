"""A folder of photographs to try a corpus on: good files, bad ones, and ones to be left alone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from degrade.codecs import encode_jpeg, encode_png
from degrade.testing.picture import Picture


@dataclass(frozen=True)
class Planted:
    """A file to be written.

    Attributes
    ----------
    where : str
        Its folder, "" or ending in a slash.
    stem, suffix : str
        Its name.
    fate : str
        good; empty, cut (the first half of its bytes) or text, which no reader takes; hidden (its name begins with a
        dot) or other (its name ends in .xmp), which no listing has.
    picture : Picture
        What it shows.
    """

    where: str
    stem: str
    suffix: str
    fate: str
    picture: Picture

    @property
    def path(self) -> str:
        """Relative to the folder."""
        dot, end = "." if self.fate == "hidden" else "", ".xmp" if self.fate == "other" else ""
        return f"{self.where}{dot}{self.stem}{self.suffix}{end}"

    def data(self) -> bytes:
        """The file's bytes."""
        if self.fate == "empty":
            return b""
        if self.fate == "text":
            return b"no picture\n"
        pixels = self.picture.array
        whole = encode_png(pixels, filtered=True) if self.suffix == ".png" else encode_jpeg(pixels, 95)
        return whole[: len(whole) // 2] if self.fate == "cut" else whole


@dataclass(frozen=True)
class Folder:
    """A folder that was written.

    Attributes
    ----------
    path : Path
        Where it is.
    files : tuple of Planted
        What is in it.
    """

    path: Path
    files: tuple[Planted, ...]

    def called(self, *fates: str) -> list[str]:
        """The relative paths of the files of these fates, in order."""
        return sorted(file.path for file in self.files if file.fate in fates)

    @property
    def good(self) -> list[str]:
        """The files of which pairs can be made."""
        return self.called("good")

    @property
    def bad(self) -> list[str]:
        """The files that are listed, but rejected."""
        return self.called("empty", "cut", "text")

    def __repr__(self) -> str:
        return f"Folder({', '.join(f'{file.path!r}: {file.fate}, {file.picture!r}' for file in self.files)})"


def planted(parent: Path, files: Sequence[Planted]) -> Folder:
    """Write the files into a fresh folder below `parent`."""
    folder = Path(tempfile.mkdtemp(prefix="corpus-", dir=parent))
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data())
    return Folder(folder, tuple(files))
