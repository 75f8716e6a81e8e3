"""What is read off real photographs, each figure with its median and quartiles over photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.scalars import SCALARS, Scalar

_FEWEST = 3


@dataclass(frozen=True)
class Reading:
    """A figure read off photographs.

    Attributes
    ----------
    name, words, unit : str
        As of `degrade.realism.scalars.Scalar`.
    median, low, high : float
        Over the photographs: the median and the quartiles, in the unit.
    count : int
        Of how many photographs it could be read.
    """

    name: str
    words: str
    unit: str
    median: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        spread = f"{self.low:.3g} to {self.high:.3g}"
        return f"{self.words} {self.median:.3g}{unit} ({spread}, {self.count} photographs)"


def noise_level(table: FeatureTable) -> Reading | None:
    """Deviation of the flattest tenth of 16-px blocks at 384 px, in codes, after X. Liu, M. Tanaka and M. Okutomi
    (doi:10.1109/TIP.2013.2283400): grain that a scan at that size shows."""
    return read(table, "noise")


def noise_correlation(table: FeatureTable) -> Reading | None:
    """Correlation of that noise between neighbours: 0 of white noise, 0.65 to 0.73 of old scans."""
    return read(table, "noise_lag1")


def blacks(table: FeatureTable) -> Reading | None:
    """First percentile of CIE L*: 9 to 28 in aged prints, near 3 where software stretched the tones."""
    return read(table, "black")


def whites(table: FeatureTable) -> Reading | None:
    """99th percentile of CIE L*: 76 to 92 in aged prints, near 96 where software stretched the tones."""
    return read(table, "white")


def middle_tone(table: FeatureTable) -> Reading | None:
    """Median of CIE L*: with blacks and whites what is known of gamma."""
    return read(table, "median_tone")


def edge_width(table: FeatureTable) -> Reading | None:
    """Step over steepest slope of the median profile across edges, in px at 384: ISO 12233 by natural edges."""
    return read(table, "edge_width")


def fine_detail(table: FeatureTable) -> Reading | None:
    """Power in the finest tenth of frequencies relative to the coarsest (D. J. Field, doi:10.1364/JOSAA.4.002379)."""
    return read(table, "fine_detail")


def halo(table: FeatureTable) -> Reading | None:
    """How far the profile across edges overshoots: the unsharp mask of the scanner's software."""
    return read(table, "halo")


def light_specks(table: FeatureTable) -> Reading | None:
    """Marks lighter than their surroundings that a top-hat of 13 px leaves (J. Serra, 1982), a pixel."""
    return read(table, "light_specks")


def dark_specks(table: FeatureTable) -> Reading | None:
    """Marks darker than their surroundings that a black-hat of 13 px leaves, a pixel."""
    return read(table, "dark_specks")


def speck_area(table: FeatureTable) -> Reading | None:
    """Share of the picture that light marks cover; over their number, the size of one."""
    return read(table, "light_share")


READ: tuple[Callable[[FeatureTable], Reading | None], ...] = (
    noise_level, noise_correlation, blacks, middle_tone, whites, edge_width, fine_detail, halo, light_specks,
    dark_specks, speck_area,
)  # fmt: skip
"""What is read of every set of photographs."""


def readings(table: FeatureTable) -> tuple[Reading, ...]:
    """All of READ, and the other scalars of `degrade.realism.scalars`, that can be read of these photographs."""
    first = [reading for one in READ if (reading := one(table)) is not None]
    known = {reading.name for reading in first}
    rest = (read(table, scalar.name) for scalar in SCALARS if scalar.name not in known)
    return (*first, *(reading for reading in rest if reading is not None))


def read(table: FeatureTable, name: str) -> Reading | None:
    """The scalar `name` over the photographs of `table`; None where fewer than three have it."""
    scalar = next(one for one in SCALARS if one.name == name)
    return of_values(scalar.name, scalar.words, scalar.unit, _in_unit(scalar, table.column(scalar.feature)))


def of_values(name: str, words: str, unit: str, values: Iterable[float] | Array) -> Reading | None:
    """A reading of one value a photograph, NaN where it has none; None with fewer than three."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if len(known) < _FEWEST:
        return None
    low, median, high = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    return Reading(name, words, unit, median, low, high, len(known))


def _in_unit(scalar: Scalar, column: Array) -> Array:
    values = np.asarray(column, np.float64)
    return np.exp(values) if scalar.is_log else values
