"""Pairs as pictures for people: one PNG with the clean, the degraded, the mask, and the numbers that made it.

    contact_sheet     draws Examples into one picture
    Example           one pair, ready to be shown
    example_of        an Example of a Pair in memory
    examples          the Examples of a recipe's first photographs, made as a build makes them
    title_of          what stands on top of a recipe's sheet
    sheet_of_build    the contact sheet of an output, from its shards, and where it lies

`palette` has the colours of the damage classes, `captions` turns a record into words, `drawing` lays pictures and words
out. What is drawn here is for the eye: the same for the same pairs, but not part of any dataset.
"""

from __future__ import annotations

from degrade.preview.build_sheet import sheet_of_build
from degrade.preview.captions import title_of
from degrade.preview.contact_sheet import contact_sheet
from degrade.preview.example import Example, example_of
from degrade.preview.photographs import Skipped, examples

__all__ = ["Example", "Skipped", "contact_sheet", "example_of", "examples", "sheet_of_build", "title_of"]
