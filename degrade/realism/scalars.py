"""Figures that people can read: each as a gap between two sets, in units of how much real photographs differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from degrade.realism.features import colour
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.train.bootstrap import Interval, interval


@dataclass(frozen=True)
class Scalar:
    """A figure that is read off a picture.

    Attributes
    ----------
    name : str
        Short, for JSON.
    words : str
        What it is, to stand in a sentence.
    unit : str
        "" for a ratio.
    feature : str
        The column that it comes from.
    is_log : bool
        Whether the column is its natural logarithm.
    """

    name: str
    words: str
    unit: str
    feature: str
    is_log: bool = False


SCALARS = (
    Scalar("noise", "flat-patch noise", "codes", "common.noise.flattest.level", True),
    Scalar("noise_native", "flat-patch noise in full resolution", "codes", "native.noise.flattest.level", True),
    Scalar("noise_lag1", "correlation of noise between neighbours", "", "common.noise.flattest.lag1"),
    Scalar("noise_lag2", "correlation of noise over two pixels", "", "common.noise.flattest.lag2"),
    Scalar("noise_native_lag1", "correlation of noise in full resolution", "", "native.noise.flattest.lag1"),
    Scalar("fine_detail", "power of the finest detail", "of the coarsest", "common.spectrum.band10.mean", True),
    Scalar("middle_detail", "power of middling detail", "of the coarsest", "common.spectrum.band6.mean", True),
    Scalar("fine_detail_native", "power of detail in full resolution", "of the coarsest",
           "native.spectrum.band10.mean", True),
    Scalar("sharpness", "sharpness in full resolution", "", "native.edges.sharpness"),
    Scalar("edge_width", "width of edges", "px at 384", "common.edges.width", True),
    Scalar("halo", "halo along edges", "of the step", "common.edges.halo"),
    Scalar("halo_native", "halo along edges in full resolution", "of the step", "native.edges.halo"),
    Scalar("light_specks", "number of light marks", "per pixel", "common.morphology.light.specks", True),
    Scalar("dark_specks", "number of dark marks", "per pixel", "common.morphology.dark.specks", True),
    Scalar("light_share", "area of light marks", "of the picture", "common.morphology.light.share", True),
    Scalar("dark_share", "area of dark marks", "of the picture", "common.morphology.dark.share", True),
    Scalar("light_rim", "density of light marks along the rim", "of that inside", "common.morphology.light.rim", True),
    Scalar("dark_rim", "density of dark marks along the rim", "of that inside", "common.morphology.dark.rim", True),
    Scalar("fine_light", "contrast of fine light lines", "codes", "common.morphology.light3.mean.mean", True),
    Scalar("fine_dark", "contrast of fine dark lines", "codes", "common.morphology.dark3.mean.mean", True),
    Scalar("black", "lightness of the blacks", "L*", "common.tone.p1"),
    Scalar("median_tone", "lightness of the middle tone", "L*", "common.tone.p50"),
    Scalar("white", "lightness of the whites", "L*", "common.tone.p99"),
    Scalar("contrast", "spread of the tones", "L*", "common.tone.spread"),
    Scalar("blockiness", "blockiness of JPEG", "", "native.blocks.blockiness"),
    Scalar("shadow_b", "yellowness of the shadows", "b*", "common.colour.shadows.b"),
    Scalar("middle_b", "yellowness of the middle tones", "b*", "common.colour.middle.b"),
    Scalar("highlight_b", "yellowness of the highlights", "b*", "common.colour.highlights.b"),
    Scalar("middle_a", "redness of the middle tones", "a*", "common.colour.middle.a"),
)  # fmt: skip
"""All that are compared."""
_LEAST = {"L*": 1.0, "a*": colour.LEAST, "b*": colour.LEAST}
_LEAST_SHARE, _LEAST_LOG = 0.01, 0.05
"""Spreads that nobody sees: real photographs that differ less, such as gray ones in colour, count as differing so."""


@dataclass(frozen=True)
class Gap:
    """How far a set lies from the real photographs in one figure.

    Attributes
    ----------
    name, words, unit : str
        See `Scalar`.
    synthetic, real : float
        Medians, in the unit.
    real_low, real_high : float
        Quartiles of the real photographs, in the unit.
    z : Interval
        Difference of the medians over the real interquartile range, which counts as what can be seen at least; of
        logarithms where the figure is one of these.
    ratio : float or None
        Synthetic over real median, where the figure is a logarithm.
    distance : float
        Of the two distributions (Kolmogorov–Smirnov), 0 to 1.
    p, q : float
        Of that distance, and after Benjamini and Hochberg (doi:10.1111/j.2517-6161.1995.tb02031.x) among all figures.
    """

    name: str
    words: str
    unit: str
    synthetic: float
    real: float
    real_low: float
    real_high: float
    z: Interval
    ratio: float | None
    distance: float
    p: float
    q: float


def gaps(synthetic: FeatureTable, real: FeatureTable, drawn: tuple[Array, Array]) -> tuple[Gap, ...]:
    """All figures that both sets have, the largest |z| first. `drawn` are bootstrap weights, (R, N) of each set."""
    from scipy.stats import false_discovery_control

    found = [gap for scalar in SCALARS if (gap := _gap(scalar, synthetic, real, drawn)) is not None]
    adjusted = false_discovery_control([gap.p for gap in found]) if found else []
    told = [Gap(**{**vars(gap), "q": float(q)}) for gap, q in zip(found, adjusted, strict=True)]
    return tuple(sorted(told, key=lambda gap: (-abs(gap.z.value), gap.name)))


def share_within(found: Sequence[Gap], bound: float = 0.5) -> float:
    """The share of figures whose medians differ by less than `bound` interquartile ranges."""
    return sum(abs(gap.z.value) < bound for gap in found) / max(1, len(found))


def _gap(scalar: Scalar, synthetic: FeatureTable, real: FeatureTable, drawn: tuple[Array, Array]) -> Gap | None:
    from scipy.stats import ks_2samp

    columns = [np.asarray(table.column(scalar.feature), np.float64) for table in (synthetic, real)]
    told = [~np.isnan(column) for column in columns]
    one, other = (column[known] for column, known in zip(columns, told, strict=True))
    if min(len(one), len(other)) < 3:
        return None
    low, middle, high = np.quantile(other, [0.25, 0.5, 0.75])
    spread = max(float(high - low), _LEAST_LOG if scalar.is_log else _LEAST.get(scalar.unit, _LEAST_SHARE))
    difference = float(np.median(one) - middle)
    medians = [weighted_median(x, w[:, k]) for x, w, k in zip((one, other), drawn, told, strict=True)]
    test = ks_2samp(one, other, method="asymp")
    shown = np.exp if scalar.is_log else np.asarray
    return Gap(
        name=scalar.name,
        words=scalar.words,
        unit=scalar.unit,
        synthetic=float(shown(np.median(one))),
        real=float(shown(middle)),
        real_low=float(shown(low)),
        real_high=float(shown(high)),
        z=interval(difference / spread, (medians[0] - medians[1]) / spread, min(len(one), len(other))),
        ratio=float(np.exp(difference)) if scalar.is_log else None,
        distance=float(test.statistic),
        p=float(test.pvalue),
        q=float(test.pvalue),
    )


def weighted_median(values: Array, weights: Array) -> Array:
    """(R,): the median of (N,) values, each counted as often as (R, N) weights say; NaN where all weights are 0."""
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[:, order], axis=1)
    place = (sums < sums[:, -1:] / 2).sum(axis=1)
    medians = values[order][np.minimum(place, len(values) - 1)]
    return np.where(sums[:, -1] > 0, medians, np.nan)
