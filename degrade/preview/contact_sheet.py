"""The contact sheet: a row a pair."""

from __future__ import annotations

from collections.abc import Sequence

from degrade.pages import Picture, coloured_mask, fitted
from degrade.pages.palette import FAINT, INK, Colour
from degrade.preview.captions import shortlist, skipped_labels, step_captions
from degrade.preview.drawing import Canvas, shortened, text_width, wrapped
from degrade.preview.example import Example
from degrade.preview.grid import GAP, HEAD, HEADING, LINE, MARGIN, SMALL, TITLE, Cell, Grid
from degrade.preview.legend import legend_of

_INDENT = 12
_WORDS = 340
"""Width of the column of numbers, in pixels."""

Line = list[tuple[str, Colour, int]]
"""Pieces of a line: (text, colour, distance from its beginning in pixels)."""


def contact_sheet(examples: Sequence[Example], title: str = "", side: int = 384) -> Picture:
    """Draw the examples below each other.

    A row shows the pictures, the mask in the colours of the damage classes over the darkened picture, and the drawn
    numbers; below it the picture after each step, where the example has that; at the end the meaning of the colours.

    Parameters
    ----------
    examples : sequence of Example
        At least one.
    title : str
        Stands on top.
    side : int
        Pictures with a longer side are shrunk to it; the others are shown pixel by pixel, very small ones magnified.

    Returns
    -------
    (H, W, 3) uint8
        The same for the same examples, with one version of Pillow.
    """
    rows = [_Row(example, side) for example in examples]
    legend = legend_of((example.mask, example.classes) for example in examples)
    width = max(*(row.width for row in rows), 2 * side)
    strips = [
        Grid([Cell(fitted(picture, side // 2), label) for label, picture in row.example.stages], width) for row in rows
    ]
    heights = [row.height + strip.height + 2 * GAP for row, strip in zip(rows, strips, strict=True)]
    top = MARGIN + (TITLE + 2 * GAP if title else 0)
    canvas = Canvas(top + sum(heights) + legend.height(width) + MARGIN, width + 2 * MARGIN)
    if title:
        canvas.text(shortened(title, TITLE, width), MARGIN - 4, MARGIN, TITLE)
    for row, strip, height in zip(rows, strips, heights, strict=True):
        row.draw(canvas, top)
        strip.draw(canvas, top + row.height + GAP)
        top += height
    legend.draw(canvas, top, MARGIN, width)
    return canvas.pixels()


class _Row:
    """The pictures of one example side by side, and its numbers beside them."""

    def __init__(self, example: Example, side: int) -> None:
        self.example = example
        self._cells = [(name, fitted(picture, side)) for name, picture in example.pictures.items()]
        if example.mask is not None:
            damage = coloured_mask(example.mask, example.classes, example.behind)
            self._cells.append((f"damage {(example.mask > 0).mean():.1%}", fitted(damage, side)))
        self._lefts = []
        left = MARGIN
        for _, cell in self._cells:
            self._lefts.append(left)
            left += cell.shape[1] + GAP
        self._lines = _caption_lines(example)
        self.width = left - MARGIN + _WORDS
        pictures = max((cell.shape[0] for _, cell in self._cells), default=0)
        self.height = max(HEAD + pictures, HEAD + len(self._lines) * LINE)

    def draw(self, canvas: Canvas, top: int) -> None:
        for (name, cell), left in zip(self._cells, self._lefts, strict=True):
            canvas.text(shortened(name, HEADING, cell.shape[1]), top, left, HEADING, FAINT)
            canvas.picture(cell, top + HEAD, left)
        left = self.width - _WORDS + MARGIN + GAP
        canvas.text(shortened(self.example.key, HEADING, _WORDS - GAP), top, left, HEADING)
        for number, line in enumerate(self._lines):
            for text, colour, distance in line:
                canvas.text(text, top + HEAD + number * LINE, left + distance, SMALL, colour)


def _caption_lines(example: Example) -> list[Line]:
    captions = step_captions(example.steps)
    if skipped := skipped_labels(example.steps):
        captions.append(("not drawn:", shortlist(skipped)))
    return [line for label, words in captions for line in _labelled(label, words)]


def _labelled(label: str, words: Sequence[str]) -> list[Line]:
    """`label` and, beside it and below it, `words`."""
    room = _WORDS - GAP
    label = shortened(label, SMALL, room)
    beside = round(text_width(label, SMALL)) + GAP
    first, *others = wrapped(words, SMALL, room - _INDENT, ", ", beside - _INDENT)
    return [[(label, INK, 0), (first, FAINT, beside)], *([(line, FAINT, _INDENT)] for line in others)]
