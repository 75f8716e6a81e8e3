"""What the colours of the masks mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from degrade.engine.damage import DamageClass
from degrade.pages import Picture, classes_in
from degrade.pages.palette import CLASS_COLOURS, DAMAGE, FAINT, Colour, class_name
from degrade.preview.drawing import Canvas, text_width

_SIZE, _PATCH, _GAP, _LINE = 14, 14, 8, 22


@dataclasses.dataclass(frozen=True)
class Entry:
    """A colour and what it means."""

    name: str
    colour: Colour

    @property
    def width(self) -> int:
        """Pixels that it takes on a sheet."""
        return round(text_width(self.name, _SIZE)) + _PATCH + 3 * _GAP


@dataclasses.dataclass(frozen=True)
class Legend:
    """The classes of damage that occur, in their order, and damage of unknown class."""

    entries: tuple[Entry, ...] = ()

    def height(self, width: int) -> int:
        """Pixels that it takes within `width` pixels."""
        return len(self._lines(width)) * _LINE

    def draw(self, canvas: Canvas, top: int, left: int, width: int) -> None:
        """Draw it with its upper left corner at (top, left)."""
        for number, line in enumerate(self._lines(width)):
            across, down = left, top + number * _LINE
            for entry in line:
                canvas.patch(entry.colour, down + 2, across, _PATCH)
                canvas.text(entry.name, down, across + _PATCH + _GAP, _SIZE, FAINT)
                across += entry.width

    def _lines(self, width: int) -> list[list[Entry]]:
        lines: list[list[Entry]] = []
        for entry in self.entries:
            if lines and sum(each.width for each in lines[-1]) + entry.width <= width:
                lines[-1].append(entry)
            else:
                lines.append([entry])
        return lines


def legend_of(masks: Iterable[tuple[Picture | None, Picture | None]]) -> Legend:
    """The legend of (mask, classes), where classes None are unknown, and both None no damage."""
    present: set[DamageClass] = set()
    unknown = False
    for mask, classes in masks:
        if classes is not None:
            present |= classes_in(classes)
        elif mask is not None:
            unknown = True
    entries = [Entry(class_name(damage), CLASS_COLOURS[damage]) for damage in sorted(present)]
    return Legend(tuple([*entries, Entry("damage", DAMAGE)] if unknown else entries))
