"""Pictures with words above and below them, in as many lines as they take; and a sheet of nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from degrade.pages import Picture
from degrade.pages.palette import FAINT
from degrade.preview.drawing import Canvas, shortened, wrapped
from degrade.preview.legend import Legend

MARGIN, GAP = 16, 8
"""Pixels around a sheet, and between what stands on it."""
TITLE, HEADING, SMALL = 20, 14, 12
"""Sizes of letters."""
HEAD = 22
"""Height of a line of headings."""
LINE = 16
"""Height of a line of small text."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """A picture, shown pixel by pixel, with a heading above it and notes below it, each wrapped to its width."""

    picture: Picture
    heading: str = ""
    notes: Sequence[str] = ()

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.picture.shape[1])

    def lines(self) -> list[str]:
        """The notes as they are drawn."""
        return [line for note in self.notes for line in wrapped(note.split(), SMALL, self.width, " ")]


class Grid:
    """Cells beside each other, in as many rows as `width` pixels ask for.

    Attributes
    ----------
    height : int
        Pixels that it takes, 0 without cells.
    """

    def __init__(self, cells: Iterable[Cell], width: int) -> None:
        self._rows: list[list[Cell]] = []
        taken = 0
        for cell in cells:
            if not self._rows or taken + cell.width > width:
                self._rows.append([])
                taken = 0
            self._rows[-1].append(cell)
            taken += cell.width + GAP
        self.height = sum(map(_row_height, self._rows))

    def draw(self, canvas: Canvas, top: int, left: int = MARGIN) -> None:
        """Draw the cells with their upper left corner at (top, left)."""
        for row in self._rows:
            across, head = left, _head(row)
            for cell in row:
                canvas.text(shortened(cell.heading, SMALL, cell.width), top, across, SMALL, FAINT)
                canvas.picture(cell.picture, top + head, across)
                for number, line in enumerate(cell.lines()):
                    below = top + head + cell.picture.shape[0] + 3 + number * LINE
                    canvas.text(line, below, across, SMALL)
                across += cell.width + GAP
            top += _row_height(row)


def _head(row: Sequence[Cell]) -> int:
    return HEAD - 4 if any(cell.heading for cell in row) else 0


def _row_height(row: Sequence[Cell]) -> int:
    tallest: int = max(cell.picture.shape[0] + LINE * len(cell.lines()) for cell in row)
    return _head(row) + tallest + GAP + 4


def grid_sheet(cells: Sequence[Cell], columns: int, legend: Legend, title: str = "", about: str = "") -> Picture:
    """A sheet of cells, about `columns` in a row, and the meaning of the masks' colours below them.

    Returns
    -------
    (H, W, 3) uint8
        The same for the same cells, with one version of Pillow.
    """
    width = columns * (max(cell.width for cell in cells) + GAP) - GAP
    grid = Grid(cells, width)
    words = wrapped(about.split(), HEADING, width, " ") if about else []
    top = MARGIN + (TITLE + GAP if title else 0) + len(words) * HEAD + (GAP if title or words else 0)
    canvas = Canvas(top + grid.height + legend.height(width) + MARGIN - GAP, width + 2 * MARGIN)
    if title:
        canvas.text(shortened(title, TITLE, width), MARGIN - 4, MARGIN, TITLE)
    for number, line in enumerate(words):
        canvas.text(line, MARGIN + (TITLE + GAP if title else 0) + number * HEAD, MARGIN, HEADING, FAINT)
    grid.draw(canvas, top)
    legend.draw(canvas, top + grid.height, MARGIN, width)
    return canvas.pixels()
