"""How much damage there is from scan to scan, and how it lies on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.harvest.cutting import CutOut
from degrade.textures.cutouts import Rate
from degrade.textures.damage_bank import MOST_CLUSTERING

ASSUMED_K = 2.0
"""Shape of the counts of a single scan, of which nothing says how they differ from scan to scan; measured on dirt of
35 mm film it is 0.45 to 4.1 (outlines of D. Ivanova et al., arXiv:2302.10004)."""
LEAST_K, MOST_K = 0.2, 100.0
CELLS = 4
"""Cells along each side of a scan, of which the gathering is read."""
_FEWEST = 20
"""Things on a scan, below which nothing is said of how they gather."""


@dataclass(frozen=True)
class Counted:
    """What was found on one scan.

    Attributes
    ----------
    width_mm, height_mm : float
    counts : dict of DamageClass to int
    places : (N, 2) float64
        Middles of all things, as shares of the height and the width.
    """

    width_mm: float
    height_mm: float
    counts: dict[DamageClass, int]
    places: npt.NDArray[np.float64]

    @property
    def area_mm2(self) -> float:
        """Of the scan."""
        return self.width_mm * self.height_mm


def counted(cutouts: Sequence[CutOut], shape: tuple[int, ...], px_per_mm: float) -> Counted:
    """Count what was cut out of a scan of `shape` (height, width) px."""
    places = np.array([one.place for one in cutouts], np.float64).reshape(-1, 2) / np.array(shape[:2], np.float64)
    counts = dict(sorted(Counter(one.damage for one in cutouts).items()))
    return Counted(round(shape[1] / px_per_mm, 3), round(shape[0] / px_per_mm, 3), counts, places)


def mean_area(scans: Sequence[Counted]) -> float:
    """In mm²."""
    return round(sum(scan.area_mm2 for scan in scans) / len(scans), 3)


def rates(scans: Sequence[Counted]) -> dict[DamageClass, Rate]:
    """Negative binomial counts of each class on a scan of `mean_area`, by their first two moments.

    The mean is that of all scans together; k is mean²/(variance - mean), within LEAST_K and MOST_K, ASSUMED_K of a
    single scan.
    """
    area = mean_area(scans)
    found = {}
    for damage in sorted({damage for scan in scans for damage in scan.counts}):
        numbers = np.array([scan.counts.get(damage, 0) * area / scan.area_mm2 for scan in scans])
        mean = sum(scan.counts.get(damage, 0) for scan in scans) / sum(scan.area_mm2 for scan in scans) * area
        over = float(numbers.var(ddof=1)) - mean if len(scans) > 1 else 0.0
        k = ASSUMED_K if len(scans) == 1 else MOST_K if over <= 0 else min(max(mean * mean / over, LEAST_K), MOST_K)
        found[damage] = Rate(float(f"{min(mean, 1e4, 1e4 * k):.5g}"), float(f"{k:.4g}"))
    return found


def clustering(scans: Sequence[Counted]) -> float:
    """Standard deviation of the log intensity of a log-Gaussian Cox process, from how counts in cells vary:
    Var N = μ + μ² (exp σ² - 1) (J. Møller et al., doi:10.1111/1467-9469.00115). 0 where there are too few to tell."""
    over = square = 0.0
    for scan in scans:
        if len(scan.places) < _FEWEST:
            continue
        down, across = np.clip((scan.places * CELLS).astype(np.int64), 0, CELLS - 1).T
        cells = np.bincount(down * CELLS + across, minlength=CELLS * CELLS)
        mean = float(cells.mean())
        over += float(cells.var(ddof=1)) - mean
        square += mean * mean
    if over <= 0:
        return 0.0
    return round(min(math.sqrt(math.log1p(over / square)), MOST_CLUSTERING), 3)


def clark_evans(scan: Counted) -> float | None:
    """Mean distance to the nearest other thing over that of things scattered evenly: below 1 where they gather (P. J.
    Clark and F. C. Evans, doi:10.2307/1931034); None where there are too few to tell."""
    from scipy.spatial import cKDTree

    if len(scan.places) < _FEWEST:
        return None
    places = scan.places * np.array([scan.height_mm, scan.width_mm])
    nearest = cKDTree(places).query(places, 2)[0][:, 1]
    return round(float(nearest.mean()) * 2 * math.sqrt(len(places) / scan.area_mm2), 3)
