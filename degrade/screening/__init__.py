"""Screening: what in a source is no use for training, before anything is built from it.

    check_pairs        cross-check two parallel folders -> PairCheck, with a PairFinding for each file in no sound pair
    screen             look at every photograph of a source -> Screening
    Screening          what was found, counted, moved
    FINDINGS           kind -> class of finding: Unusable, Duplicate, NearDuplicate, Misnamed, TooSmall, Colourless,
                       Compressed, Blurred, Cmyk, Deep
    LEAK               the further choice of what to move: duplicates that lie in different splits
    ScreeningError     wrong arguments, or a screening that cannot go on

    examine            one photograph: its findings, its digest, its perceptual hash
    duplicates         all photographs: which are the same, which nearly
    neighbours         pairs of hashes that differ in few bits, without comparing all
    moving             findings into another folder, nothing deleted and nothing overwritten
    crew               the processes that look

The report depends on the files and the arguments alone, never on who looked at what in which order.
"""

from __future__ import annotations

from degrade.screening.errors import ScreeningError
from degrade.screening.findings import (
    FINDINGS,
    LEAK,
    Blurred,
    Cmyk,
    Colourless,
    Compressed,
    Deep,
    Duplicate,
    Finding,
    Misnamed,
    NearDuplicate,
    TooSmall,
    Unusable,
)
from degrade.screening.moving import Held, Moved
from degrade.screening.pair_check import PairCheck, PairFinding
from degrade.screening.pairs import check_pairs
from degrade.screening.run import screen
from degrade.screening.screening import Screening

__all__ = [
    "FINDINGS",
    "LEAK",
    "Blurred",
    "Cmyk",
    "Colourless",
    "Compressed",
    "Deep",
    "Duplicate",
    "Finding",
    "Held",
    "Misnamed",
    "Moved",
    "NearDuplicate",
    "PairCheck",
    "PairFinding",
    "Screening",
    "ScreeningError",
    "TooSmall",
    "Unusable",
    "check_pairs",
    "screen",
]
