"""The sample photographs: those inside the scikit-image wheel, read by path.

scikit-image is found but not imported (it is slow), and its downloader is never called. Of its pictures the true
photographs are taken: no drawings, no microscopy, no blurred ones, and of the stereo pair only the left, because two
views of one scene must not stand in two splits. Their licences are in `skimage/data/README.txt` and the docstrings of
`skimage.data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from degrade.corpus.files import read_file, reason_of
from degrade.corpus.listing import CorpusError, Listing, Photograph, make_listing

SAMPLES = (
    "astronaut.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "hubble_deep_field.jpg",
    "moon.png",
    "motorcycle_left.png",
    "rocket.jpg",
)


@dataclass(frozen=True)
class SampleCorpus:
    """Photographs that come with the installation."""

    licence: ClassVar[str] = (
        "of each photograph its own, in the README of scikit-image's data and the docstrings of skimage.data"
    )
    origin: ClassVar[str] = "scikit-image"

    @property
    def name(self) -> str:
        """Always "sample"."""
        return "sample"

    def listing(self) -> Listing:
        """All of them; one that this scikit-image does not have is a reject."""
        sizes, rejects = {}, []
        for name in SAMPLES:
            try:
                sizes[name] = (_folder() / name).stat().st_size
            except OSError as error:
                rejects.append((name, *reason_of(error)))
        return make_listing(sizes, rejects)

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file."""
        return read_file(_folder() / photograph.source, photograph)


def _folder() -> Path:
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        cure = "install it (`pip install scikit-image`) or name a folder of your own as the source"
        raise CorpusError(f"the sample photographs are inside scikit-image, which is not installed; {cure}", "sample")
    return Path(spec.submodule_search_locations[0]) / "data"
