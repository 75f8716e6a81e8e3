"""The colours of a contact sheet."""

from __future__ import annotations

from degrade.engine.damage import DamageClass

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

GROUND: Colour = (30, 30, 32)
"""Behind everything: dark and neutral, so that no picture looks tinted."""
INK: Colour = (232, 232, 230)
FAINT: Colour = (150, 150, 150)
DAMAGE: Colour = (255, 255, 255)
"""Damage of which the class is not known."""

# After S. Trubetskoy, "List of 20 Simple, Distinct Colors" (2017); damage that often meets stands far apart.
CLASS_COLOURS: dict[DamageClass, Colour] = {
    DamageClass.MATERIAL_LOSS: (230, 25, 75),
    DamageClass.PEEL: (245, 130, 48),
    DamageClass.DUST: (255, 225, 25),
    DamageClass.SCRATCH: (66, 212, 244),
    DamageClass.HAIR: (240, 50, 230),
    DamageClass.DIRT: (154, 99, 36),
    DamageClass.FOLD: (60, 180, 75),
    DamageClass.CRACK: (191, 239, 69),
    DamageClass.STAIN: (255, 216, 177),
    DamageClass.WRITING: (90, 120, 255),
    DamageClass.TAPE: (220, 190, 255),
    DamageClass.PUNCTURE: (250, 190, 212),
    DamageClass.BURN: (190, 60, 40),
    DamageClass.LIGHT_LEAK: (170, 255, 195),
    DamageClass.DROPOUT: (238, 238, 238),
}


def class_name(damage: DamageClass) -> str:
    """The class in words, such as "light leak"."""
    return damage.name.lower().replace("_", " ")
