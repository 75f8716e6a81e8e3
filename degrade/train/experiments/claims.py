"""What an experiment is expected to show, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from degrade.train.bootstrap import Interval
from degrade.train.experiments.measured import Row


@dataclass(frozen=True)
class Claim:
    """One expectation.

    Attributes
    ----------
    text : str
    holds : bool or None
        None where there is nothing to tell it by.
    found : str
        The figures.
    """

    text: str
    holds: bool | None
    found: str = ""

    def __str__(self) -> str:
        return f"{self.text}: {self.found}" if self.found else self.text


def at_least(text: str, found: Interval, least: float, unit: str = "dB") -> Claim:
    """`found` is `least` or more. Its interval is told, and where that has the bound in it."""
    words = signed(found, unit)
    if found.low is not None and found.high is not None and found.low < least <= found.high:
        words += ", whose interval does not decide it"
    return Claim(text, found.value >= least, words)


def above_filters(what: str, row: Row, simple: Mapping[str, float]) -> Claim:
    """The PSNR of a network's row is above those of all `simple` filters, by name."""
    best = max(simple, key=lambda name: simple[name])
    names = ", ".join(simple).replace("_", " ")
    text = f"{what} beats {names}, the best being {best.replace('_', ' ')}"
    return at_least(text, Interval(row.interval().value - simple[best]), 0)


def at_most(text: str, found: float, most: float, unit: str) -> Claim:
    """`found` is `most` or less."""
    return Claim(text, found <= most, f"{found:.2f} {unit}")


def signed(found: Interval, unit: str = "dB") -> str:
    """ "+1.20 dB [+0.80, +1.61]"."""
    bounds = "" if found.low is None else f" [{found.low:+.2f}, {found.high:+.2f}]"
    return f"{found.value:+.2f} {unit}{bounds}"
