"""Pairs as pictures for people: the clean, the degraded, the mask, and the numbers that made it.

    contact_sheet     draws Examples into one picture
    page              lays Examples out as one HTML page that stands alone
    Example           one pair, ready to be shown
    example_of        an Example of a Pair in memory
    examples          the Examples of a recipe's first photographs, made as a build makes them
    pictures          photographs as they are, small
    sweep_of          a Sweep: an op of which one number goes from low to high
    swept             the Examples of a Sweep on one photograph
    sweep_sheet       draws them into one picture
    title_of          what stands on top of a recipe's sheet
    sheet_of_build    the contact sheet of an output, from its shards, and where it lies

`legend` has what the colours of the damage classes mean, `captions` turns a record into words, `drawing` and `grid` lay
pictures and words out; pages are those of `degrade.pages`. What is drawn here is for the eye: the same for the same
pairs, but not part of any dataset.
"""

from __future__ import annotations

from degrade.preview.build_sheet import sheet_of_build
from degrade.preview.captions import title_of
from degrade.preview.contact_sheet import contact_sheet
from degrade.preview.example import Example, example_of
from degrade.preview.page import page
from degrade.preview.photographs import Skipped, examples, pictures
from degrade.preview.sweep import sweep_of, sweep_sheet, swept

__all__ = [
    "Example",
    "Skipped",
    "contact_sheet",
    "example_of",
    "examples",
    "page",
    "pictures",
    "sheet_of_build",
    "sweep_of",
    "sweep_sheet",
    "swept",
    "title_of",
]
