"""The manual's code: its blocks by page, and the world in which they are typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import degrade
from degrade.codecs import decode, encode_jpeg

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_NO_CODE = ("cli.md", "changelog.md")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in DOCS.rglob("*.md") if path.name not in _NO_CODE),
]
_MARK = r"(?:^<!-- (?:elsewhere|command): (?P<why>[^\n]+) -->\n)?"  # the README's commands are run by .ci/run
_BLOCK = re.compile(_MARK + r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = ("sh", "bash")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes
    ----------
    kind : str
        Its language; empty for output and pictures in letters.
    text : str
    elsewhere : str
        Why it is not typed here; empty if it is.
    """

    kind: str
    text: str
    elsewhere: str

    @property
    def commands(self) -> list[list[str]]:
        """A shell's lines as words, without comments."""
        if self.kind not in _SHELL:
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    found = _BLOCK.finditer(page.read_text("utf-8"))
    return [Block(match["kind"], match["text"], match["why"] or "") for match in found]


_SIDE = 512
"""Of the photographs: enough for scans to be measured."""


def furnish(world: Path, page: str) -> None:
    """Put into a folder what the text of a page takes its readers to have: clean photographs; an album or other scans
    of old prints; blank scans of dust; a list of photographs; a recipe."""
    (world / "photos").mkdir()
    photos = list(_photos())
    for number, pixels in enumerate(photos):
        (world / "photos" / f"{number:02}.jpg").write_bytes(encode_jpeg(pixels, 95))
    aged = degrade.load_recipe("aged_photo")
    for name in ("album", "scans"):
        if f"{name}/" in page:
            (world / name).mkdir()
            for number, pixels in enumerate(photos[:16]):
                damaged = aged(pixels, key=f"{number}").degraded
                (world / name / f"{number:02}.jpg").write_bytes(encode_jpeg(damaged, 85))
    if "blanks/" in page:
        (world / "blanks").mkdir()
        for number in range(3):
            blank = degrade.SurfaceDust(count=60)(np.full((400, 500, 3), 225, np.uint8), key=f"{number}")
            (world / "blanks" / f"{number:02}.jpg").write_bytes(encode_jpeg(blank, 92))
    if "list.csv" in page:
        (world / "list.csv").write_text("path,person\nphotos/00.jpg,Ada\nphotos/01.jpg,Ida\n", "utf-8")
    if "mine.yaml" in page and not {"--copy mine.yaml", "--out mine.yaml"} & {*re.findall(r"--\w+ mine.yaml", page)}:
        (world / "mine.yaml").write_text(
            "recipe: 1\nframe: {size: 96}\nsteps: [grayscale, target, scratches]\n", "utf-8"
        )


def _photos() -> Iterator[npt.NDArray[np.uint8]]:
    corpus = degrade.open_corpus("sample")
    for photograph in corpus.listing().photographs:
        pixels = decode(corpus.read(photograph), photograph.source).pixels
        if pixels.dtype == np.uint8:
            yield np.ascontiguousarray(pixels[:_SIDE, :_SIDE])
