"""The contact sheet: a row a pair."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from degrade.engine.damage import DamageClass
from degrade.preview.captions import skipped_labels, step_captions
from degrade.preview.drawing import (
    Canvas,
    Picture,
    classes_in,
    coloured_mask,
    fitted,
    shortened,
    text_width,
    wrapped,
)
from degrade.preview.example import Example
from degrade.preview.palette import CLASS_COLOURS, DAMAGE, FAINT, INK, Colour, class_name

MARGIN = 16
_GAP = 8
_TITLE, _HEADING, _SMALL = 20, 14, 12
_LINE = 16
"""Rows of pixels that a line of small text takes."""
_INDENT = 12
_WORDS = 340
"""Width of the column of numbers, in pixels."""
_HEAD = 22
"""Height of the line of headings over a row."""

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
    legend = _legend(examples)
    width = max(*(row.width for row in rows), 2 * side) + 2 * MARGIN
    strips = [_Strip(row.example.stages, side // 2, width - 2 * MARGIN) for row in rows]
    heights = [row.height + strip.height + 2 * _GAP for row, strip in zip(rows, strips, strict=True)]
    top = MARGIN + (_TITLE + 2 * _GAP if title else 0)
    legend_lines = _legend_lines(legend, width - 2 * MARGIN)
    canvas = Canvas(top + sum(heights) + len(legend_lines) * _HEAD + MARGIN, width)
    if title:
        canvas.text(shortened(title, _TITLE, width - 2 * MARGIN), MARGIN - 4, MARGIN, _TITLE)
    for row, strip, height in zip(rows, strips, heights, strict=True):
        row.draw(canvas, top)
        strip.draw(canvas, top + row.height)
        top += height
    _draw_legend(canvas, legend_lines, top)
    return canvas.pixels()


class _Row:
    """The pictures of one example side by side, and its numbers beside them."""

    def __init__(self, example: Example, side: int) -> None:
        self.example = example
        self._cells = [(name, fitted(picture, side)) for name, picture in example.pictures.items()]
        if example.mask is not None:
            behind = next(iter(example.pictures.values()), None)
            damage = coloured_mask(example.mask, example.classes, behind)
            self._cells.append((f"damage {(example.mask > 0).mean():.1%}", fitted(damage, side)))
        self._lefts = []
        left = MARGIN
        for _, cell in self._cells:
            self._lefts.append(left)
            left += cell.shape[1] + _GAP
        self._lines = _caption_lines(example)
        self.width = left - MARGIN + _WORDS
        pictures = max((cell.shape[0] for _, cell in self._cells), default=0)
        self.height = max(_HEAD + pictures, _HEAD + len(self._lines) * _LINE)

    def draw(self, canvas: Canvas, top: int) -> None:
        for (name, cell), left in zip(self._cells, self._lefts, strict=True):
            canvas.text(shortened(name, _HEADING, cell.shape[1]), top, left, _HEADING, FAINT)
            canvas.picture(cell, top + _HEAD, left)
        left = self.width - _WORDS + MARGIN + _GAP
        canvas.text(shortened(self.example.key, _HEADING, _WORDS - _GAP), top, left, _HEADING)
        for number, line in enumerate(self._lines):
            for text, colour, distance in line:
                canvas.text(text, top + _HEAD + number * _LINE, left + distance, _SMALL, colour)


def _caption_lines(example: Example) -> list[Line]:
    captions = step_captions(example.steps)
    if skipped := skipped_labels(example.steps):
        captions.append(("not drawn:", skipped))
    return [line for label, words in captions for line in _labelled(label, words)]


def _labelled(label: str, words: Sequence[str]) -> list[Line]:
    """`label` and, beside it and below it, `words`."""
    room = _WORDS - _GAP
    label = shortened(label, _SMALL, room)
    beside = round(text_width(label, _SMALL)) + _GAP
    first, *others = wrapped(words, _SMALL, room - _INDENT, ", ", beside - _INDENT)
    return [[(label, INK, 0), (first, FAINT, beside)], *([(line, FAINT, _INDENT)] for line in others)]


class _Strip:
    """The picture after each step, in as many lines as it takes."""

    def __init__(self, stages: Sequence[tuple[str, Picture]], side: int, width: int) -> None:
        self._cells = [(label, fitted(picture, side)) for label, picture in stages]
        self._places: list[tuple[int, int]] = []
        top = left = tallest = 0
        for _, cell in self._cells:
            if left and left + cell.shape[1] > width:
                top, left, tallest = top + tallest + _HEAD + _GAP, 0, 0
            self._places.append((top, left))
            left += cell.shape[1] + _GAP
            tallest = max(tallest, cell.shape[0])
        self.height = top + tallest + _HEAD + _GAP if self._cells else 0

    def draw(self, canvas: Canvas, top: int) -> None:
        for (label, cell), (down, across) in zip(self._cells, self._places, strict=True):
            row, column = top + _GAP + down, MARGIN + across
            canvas.text(shortened(label, _SMALL, cell.shape[1]), row, column, _SMALL, FAINT)
            canvas.picture(cell, row + _HEAD - 4, column)


@dataclasses.dataclass(frozen=True)
class _Entry:
    name: str
    colour: Colour

    @property
    def width(self) -> int:
        return round(text_width(self.name, _HEADING)) + 14 + 3 * _GAP


def _legend(examples: Sequence[Example]) -> list[_Entry]:
    present: set[DamageClass] = set()
    unknown = False
    for example in examples:
        if example.classes is not None:
            present |= classes_in(example.classes)
        elif example.mask is not None:
            unknown = True
    entries = [_Entry(class_name(damage), CLASS_COLOURS[damage]) for damage in sorted(present)]
    return [*entries, _Entry("damage", DAMAGE)] if unknown else entries


def _legend_lines(entries: Sequence[_Entry], width: int) -> list[list[_Entry]]:
    lines: list[list[_Entry]] = []
    for entry in entries:
        if lines and sum(each.width for each in lines[-1]) + entry.width <= width:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    return lines


def _draw_legend(canvas: Canvas, lines: Sequence[Sequence[_Entry]], top: int) -> None:
    for number, line in enumerate(lines):
        left = MARGIN
        for entry in line:
            canvas.patch(entry.colour, top + number * _HEAD + 2, left, 14)
            canvas.text(entry.name, top + number * _HEAD, left + 14 + _GAP, _HEADING, FAINT)
            left += entry.width
