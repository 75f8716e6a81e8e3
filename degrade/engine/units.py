"""Formats of prints and negatives: what turns millimetres into pixels.

Sizes of common formats as sold (ISO 1008 for paper sizes, the 24 mm x 36 mm frame of ISO 1007 film; of cine film the
camera's frames of 4.88 mm x 3.68 mm, SMPTE ST 231, of 10.26 mm x 7.49 mm, SMPTE ST 7, and of 24.89 mm x 18.67 mm,
SMPTE ST 59); the diagonal in mm is what a recipe's `format` stands for.
"""

from __future__ import annotations

import math
from functools import lru_cache

FORMATS: dict[str, float] = {
    "cine_8mm": 6.1,
    "cine_16mm": 12.7,
    "cine_35mm": 31.1,
    "film_35mm": 43.3,
    "carte_de_visite": 105.0,
    "snapshot_6x9": 108.0,
    "plate_9x12": 150.0,
    "postcard": 166.0,
    "print_10x15": 180.0,
    "cabinet_card": 196.0,
    "print_13x18": 222.0,
    "print_18x24": 300.0,
}
DEFAULT_FORMAT = "print_10x15"

UNIT_OF_SUFFIX: dict[str, str] = {
    "_mm": "mm on the print",
    "_um": "µm on film",
    "_frac": "fraction of the short side",
    "_px": "pixels",
    "_deg": "degrees",
}
"""The unit that a field's name carries."""


@lru_cache(maxsize=256)
def pixels_per_mm(height: int, width: int, format: str = DEFAULT_FORMAT) -> float:
    """Pixels on one millimetre of the print, when a picture of height x width pixels is the whole print.

    Raises
    ------
    KeyError
        `format` is none of `FORMATS`.
    """
    return math.hypot(height, width) / FORMATS[format]
