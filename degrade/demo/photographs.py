"""The photograph on the page: a file that somebody gave, or one of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

from degrade.codecs import CodecError, Decoded, decode
from degrade.corpus import SampleCorpus, photo_keys
from degrade.corpus.listing import Photograph
from degrade.demo.errors import DemoError
from degrade.pages import Picture, fitted
from degrade.preview.example import eight_bits
from degrade.preview.photographs import PORTRAIT
from degrade.recipes import Recipe

LARGEST_BYTES = 256 << 20
"""Of an uploaded file."""
LARGEST_WHOLE_PIXELS = 25_000_000
"""Of a photograph that the recipe takes as a whole, in its own size: more would take minutes."""


class Given:
    """A photograph as its file's bytes, decoded when it is first asked for.

    Parameters
    ----------
    name : str
        The file's name; folders before it are left out.
    data : bytes
        The whole file.

    Attributes
    ----------
    key : str
        What a build of the folder with this file calls the photograph.

    Raises
    ------
    DemoError
        The bytes are no picture that can be read; the text says why, and the cure.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = PureWindowsPath(PurePosixPath(name).name).name or "photograph"
        self.data = data
        self.key = photo_keys([self.name])[self.name]
        self._read: dict[bool, Decoded] = {}
        self.height, self.width = self.decoded(luma=False).pixels.shape[:2]

    @property
    def about(self) -> str:
        """Its name and size in words."""
        return f"{self.name}, {self.width} × {self.height} px"

    def decoded(self, luma: bool) -> Decoded:
        """The picture; with `luma`, the luma alone of a file in colour, where that will do."""
        if luma not in self._read:
            try:
                self._read[luma] = decode(self.data, luma=luma)
            except CodecError as error:
                raise DemoError(f"{self.name} cannot be shown", error.detail) from None
        return self._read[luma]

    def for_recipe(self, recipe: Recipe) -> Decoded:
        """What `recipe` is to be given. Raises DemoError where that would take minutes."""
        if recipe.frame is None and self.height * self.width > LARGEST_WHOLE_PIXELS:
            what = f"{recipe.name} keeps a photograph's size, and {self.about} has over 25 million pixels"
            raise DemoError(what, "scale it down, or choose a recipe that cuts it, such as old_photos")
        return self.decoded(recipe.reads_luma)


class Samples:
    """The sample photographs of scikit-image, the portrait first.

    Raises
    ------
    CorpusError
        scikit-image is not installed.
    """

    def __init__(self) -> None:
        self._corpus = SampleCorpus()
        self._all: Sequence[Photograph] = sorted(
            self._corpus.listing().photographs, key=lambda each: (each.key != PORTRAIT, each.key)
        )

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int) -> Given:
        """The sample at `place`, from 0. Raises DemoError where there is none."""
        if not 0 <= place < len(self):
            raise DemoError(f"there is no sample {place}", f"choose one of the {len(self)}")
        photograph = self._all[place]
        return Given(photograph.source, self._corpus.read(photograph))

    def thumbnails(self, side: int = 128) -> list[tuple[Picture, str]]:
        """Each as a small (h, w, C) uint8 picture, with its key."""
        return [
            (fitted(eight_bits(self[place].decoded(False).pixels), side), each.key)
            for place, each in enumerate(self._all)
        ]
