"""The words for when in its life a photograph is damaged, and by what."""

from __future__ import annotations

import enum


class Stage(enum.IntEnum):
    """The life of a photograph, in order. A recipe that runs against it draws a warning from `degrade check`."""

    SCENE = 0
    LENS = 1
    NEGATIVE = 2
    NEGATIVE_DAMAGE = 3
    PRINT = 4
    AGEING = 5
    STAINS = 6
    WEAR = 7
    REPAIR = 8
    SURFACE = 9
    CAPTURE = 10
    FILE = 11


class DamageClass(enum.IntEnum):
    """The codes of `Pair.classes` (0 is undamaged). They are written into datasets and never renumbered."""

    MATERIAL_LOSS = 1
    PEEL = 2
    DUST = 3
    SCRATCH = 4
    HAIR = 5
    DIRT = 6
    FOLD = 7
    CRACK = 8
    STAIN = 9
    WRITING = 10
    TAPE = 11
    PUNCTURE = 12
    BURN = 13
    LIGHT_LEAK = 14
    DROPOUT = 15
