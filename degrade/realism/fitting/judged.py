"""How far the pictures of a recipe are from real photographs, in figures and as one number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import Standard, auc, divergence, log_odds, told_apart
from degrade.realism.comparison import Floor
from degrade.realism.draws import Resamples
from degrade.realism.features.names import scale_of
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.judging import score_of
from degrade.realism.mmd import kernel, mmd
from degrade.realism.scalars import SCALARS, gaps, share_within
from degrade.realism.separating import Sides, primary, real_floor, separability, textural
from degrade.train.bootstrap import Interval, interval

_FARTHEST = 3.0
"""Interquartile ranges beyond which a gap counts no more, and times the clean set's discrepancy."""
_ALIKE = 1.5
"""Ratio of sizes up to which figures in full resolution compare like with like."""
_EACH_STEP = 0.01
_RESAMPLES = 300
_SPLITS = 10
_FEATURES = {scalar.name: scalar.feature for scalar in SCALARS}


@dataclass(frozen=True)
class Figures:
    """A recipe's pictures beside photographs.

    Attributes
    ----------
    photographs, pictures : int
    auc, mmd : Interval
        Of the classifier test, and of the discrepancy; see `degrade.realism.comparison`.
    within : float
        Share of the scalars with |z| < 0.5.
    gaps : dict
        Name of a scalar -> z, the difference of medians in real interquartile ranges; the largest first.
    divergence : float
        Bits a picture by which classifiers tell them apart: see `degrade.realism.c2st.divergence`.
    steps : float
        That happened to a picture, on average.
    cost : float
        What is made small: see `cost_of`.
    score : Interval or None
        1 is like the photographs, 0 no better than clean pictures; None where the photographs cannot tell.
    """

    photographs: int
    pictures: int
    auc: Interval
    mmd: Interval
    within: float
    gaps: dict[str, float]
    divergence: float
    steps: float
    cost: float
    score: Interval | None = None

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        plain = {"photographs": self.photographs, "pictures": self.pictures, "within": self.within,
                 "divergence": self.divergence, "steps": self.steps, "cost": self.cost}  # fmt: skip
        shown = {"auc": self.auc.to_data(), "mmd": self.mmd.to_data(), "gaps": self.gaps}
        return {**plain, **shown, "score": None if self.score is None else self.score.to_data()}


class Judge:
    """Holds a half of the photographs, and tells how far a set of pictures is from them.

    Parameters
    ----------
    real : FeatureTable
    clean : FeatureTable
        Undegraded pictures, by which discrepancies are measured.
    key : Key
        What folds and resamples are drawn from.
    """

    def __init__(self, real: FeatureTable, clean: FeatureTable, key: Key) -> None:
        self._real, self._clean, self._key = real, clean, key
        self._standard = Standard(real.values[:, textural(real)])
        self._scale = self._clean_discrepancy(Sides(clean, real))

    def _clean_discrepancy(self, sides: Sides) -> float:
        """The discrepancy of clean pictures, and twice its error: of few photographs that may be larger than it."""
        value, moved = self._discrepancy(sides, self._resamples)
        return max(value + 2 * float(np.std(moved)), 1e-3)

    def quickly(self, pictures: FeatureTable, steps: float = 0.0) -> Figures:
        """Figures without intervals, from a single repeat of the classifier test; `steps` happened to a picture."""
        sides = Sides(pictures, self._real)
        columns = primary(self._real)
        scores = told_apart(sides.values[:, columns], sides.labels, sides.groups, self._key.at("quick"), repeats=1)
        area = Interval(float(auc(scores, sides.labels)[0]))
        return self._figures(pictures, steps, area, Interval(self._discrepancy(sides, None)[0]))

    def fully(self, pictures: FeatureTable, steps: float = 0.0) -> Figures:
        """Figures with intervals over photographs, and the realism score against the clean pictures."""
        sides = Sides(pictures, self._real)
        area, drawn = self._separated(sides)
        value, moved = self._discrepancy(sides, self._resamples)
        reference, reference_drawn = self._reference
        score, _ = score_of(area.value, drawn, (reference.value, reference_drawn), self.floor)
        return self._figures(pictures, steps, area, interval(value, moved, sides.fewest), score)

    @cached_property
    def floor(self) -> Floor:
        """What halves of these photographs give against each other."""
        return real_floor(self._real, self._standard, self._key.at("floor"), _SPLITS)

    @cached_property
    def _resamples(self) -> Resamples:
        """Pictures are of the same photographs as the clean ones."""
        return Resamples(self._real.groups, self._clean.groups, _RESAMPLES, self._key.at("resamples"))

    @cached_property
    def _reference(self) -> tuple[Interval, Array]:
        return self._separated(Sides(self._clean, self._real))

    def _separated(self, sides: Sides) -> tuple[Interval, Array]:
        return separability(sides, primary(self._real), self._resamples, self._key.at("all"))

    def _discrepancy(self, sides: Sides, resamples: Resamples | None) -> tuple[float, Any]:
        like = kernel(self._standard(sides.values[:, textural(self._real)]))
        value = float(mmd(like, sides.labels, sides.groups)[0])
        return value, None if resamples is None else mmd(like, sides.labels, sides.groups, sides.weights(resamples))

    def _figures(
        self, pictures: FeatureTable, steps: float, area: Interval, distance: Interval, score: Any = None
    ) -> Figures:
        once = np.ones((1, len(pictures))), np.ones((1, len(self._real)))
        sizes = [float(np.median(table.sizes.max(axis=1))) for table in (pictures, self._real)]
        alike = max(sizes) <= _ALIKE * min(sizes)
        found = [gap for gap in gaps(pictures, self._real, once) if alike or scale_of(_FEATURES[gap.name]) == "common"]
        z = {gap.name: gap.z.value for gap in found}
        bits = self._divergence(pictures)
        cost = cost_of(bits, distance.value / self._scale, z, steps)
        within = share_within(found)
        return Figures(len(self._real), len(pictures), area, distance, within, z, bits, steps, cost, score)

    def _divergence(self, pictures: FeatureTable) -> float:
        """Of two repeats, since a search looks at small differences."""
        sides, columns = Sides(pictures, self._real), primary(self._real)
        key = self._key.at("divergence")
        return divergence(log_odds(sides.values[:, columns], sides.labels, sides.groups, key, repeats=2), sides.labels)


def cost_of(bits: float, discrepancy: float, z: dict[str, float], steps: float) -> float:
    """Twice the divergence in bits, half the discrepancy in that of clean pictures and twice its error, the mean |z|,
    each of these two at most 3, and a hundredth of the steps that happen to a picture.

    The first three together, because each alone is made small by what the others see: divergence by too much spread,
    discrepancy and gaps by leaving pictures nearly clean. Divergence stands for the AUC, of which a search learns less:
    it still falls where most pictures are told apart, and moves with every picture. Steps cost because they take time:
    of two recipes that are as near, the one that does less. Where the discrepancy is as small as its error it weighs
    little, since a search would fit that.
    """
    gap = float(np.mean([min(abs(value), _FARTHEST) for value in z.values()])) if z else _FARTHEST
    return 2 * bits + 0.5 * min(max(discrepancy, 0.0), _FARTHEST) + gap + _EACH_STEP * steps
