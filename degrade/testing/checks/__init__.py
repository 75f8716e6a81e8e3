"""The checks, by what they look at.

pictures        what goes in and what comes out: shapes, dtypes, ranges, small pictures, nothing shared
chance          the same key the same bytes, another key another picture, no global generator, replay
masks           masks that agree with the picture and with each other
declarations    what an op says of itself: help, units, YAML, pickle, JSON
order           nothing depends on what ran before, in which thread, in which process
"""

from __future__ import annotations

from degrade.testing.check import Check
from degrade.testing.checks import chance, declarations, masks, order, pictures

CHECKS: dict[str, Check] = {
    found.name: found
    for module in (pictures, chance, masks, declarations, order)
    for found in vars(module).values()
    if isinstance(found, Check)
}
"""Every check by its name."""

__all__ = ["CHECKS"]
