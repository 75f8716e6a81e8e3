"""Comparing synthetic pictures with real photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import Standard, ready
from degrade.realism.comparison import Comparison, Separation
from degrade.realism.controls import controls
from degrade.realism.draws import Resamples
from degrade.realism.errors import RealismError
from degrade.realism.features.gathering import features_of
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.judging import FEWEST, score_of, verdict_of, warnings_of
from degrade.realism.masks import mask_figures, mask_gaps
from degrade.realism.separating import Sides, real_floor, separation, textural
from degrade.train.bootstrap import Interval, interval

MOST = 400
"""Pictures of a set that are compared; of more, so many are drawn."""
_FEWEST_DRAWS = 19
Progress = Callable[[str], None]
"""Told what is being done next."""


def compare(
    synthetic: Any,
    real: Any,
    clean: Any = None,
    naive: Any = None,
    laid: Any = None,
    *,
    synthetic_masks: Iterable[Array] | None = None,
    real_masks: Iterable[Array] | None = None,
    seed: int = 0,
    permutations: int = 500,
    resamples: int = 500,
    splits: int = 20,
    progress: Progress | None = None,
) -> Comparison:
    """Every test between synthetic pictures and real photographs, with the floor and the references beside them.

    Sets other than the real one are made equally large, since a classifier learns more from more pictures. The same
    pictures and the same seed give the same figures.

    Parameters
    ----------
    synthetic, real, clean, naive, laid
        Tables of `features_of`, or whatever that takes; at least 5 independent photographs each. `clean` are pictures
        before degrading, best the same ones; `naive` are such with noise and lines of the plainest kind; `laid` are
        clean ones laid on plates of several exposures, as the synthetic ones are.
    synthetic_masks, real_masks : iterable of (H, W) uint8 or bool, optional
        Damage masks; compared where both are given.
    seed : int
        What all random draws follow from.
    permutations, resamples, splits : int
        How many permutations for p, bootstrap resamples for intervals, and halvings of the real set for the floor.
    progress : callable, optional
        Told what is being done next, in words.

    Raises
    ------
    RealismError
        Sets that are too small, or a mistake in the arguments.
    MissingExtra
        scikit-learn is not installed.
    CorpusError
        A source that cannot be listed.
    """
    counts = {"permutations": permutations, "resamples": resamples, "splits": splits}
    _check(counts)
    say = progress or (lambda _: None)
    with ready():
        given = {"synthetic": synthetic, "clean": clean, "naive": naive, "laid": laid}
        measured = {name: _table(pictures, name, say) for name, pictures in given.items() if pictures is not None}
        photographs = _table(real, "real", say)
        key = Key(seed, "realism")
        kept = _drawn(photographs, MOST, key)
        sets = _equally_many(measured, key)
        return _Comparer(kept, sets, {name: len(table) for name, table in measured.items()}, key, counts, say).run(
            seed, len(photographs.left_out), _masks(synthetic_masks, real_masks)
        )


def _check(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        least = 2 if name == "splits" else _FEWEST_DRAWS
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise RealismError(f"{name} is {count!r}", f"give a whole number from {least}")


def _table(pictures: Any, name: str, say: Progress) -> FeatureTable:
    if isinstance(pictures, FeatureTable):
        table = pictures
    else:
        say(f"measuring the {name} pictures")
        table = features_of(pictures)
    groups = len(set(table.groups))
    if groups < FEWEST:
        left = f" ({len(table.left_out)} more could not be measured)" if table.left_out else ""
        what = f"the {name} set has {groups} independent photograph{'s' * (groups != 1)}{left}"
        raise RealismError(what, f"give at least {FEWEST}, better 50 or more")
    return table


def _drawn(table: FeatureTable, count: int, key: Key) -> FeatureTable:
    """At most so many pictures; sets that have photographs in common keep the same ones."""
    if len(table) <= count:
        return table
    order = sorted(range(len(table)), key=lambda row: (key.at("drawn", table.groups[row]).uniform(), row))
    return table.take(sorted(order[:count]))


def _equally_many(tables: dict[str, FeatureTable], key: Key) -> dict[str, FeatureTable]:
    count = min(MOST, *(len(table) for table in tables.values()))
    return {name: _drawn(table, count, key) for name, table in tables.items()}


def _masks(synthetic: Iterable[Array] | None, real: Iterable[Array] | None) -> tuple[Array, Array] | None:
    if synthetic is None or real is None:
        return None
    return mask_figures(synthetic), mask_figures(real)


class _Comparer:
    """The tests of one comparison, which share the floor, the resamples and the scale of the distances."""

    def __init__(
        self, real: FeatureTable, sets: dict[str, FeatureTable], given: dict[str, int], key: Key,
        counts: dict[str, int], say: Progress,
    ) -> None:  # fmt: skip
        self._real, self._sets, self._given, self._key, self._counts, self._say = real, sets, given, key, counts, say
        others = [group for table in sets.values() for group in table.groups]
        self._resamples = Resamples(real.groups, others, counts["resamples"], key.at("resamples"))
        self._standard = Standard(real.values[:, textural(real)])

    def run(self, seed: int, left_out: int, masks: tuple[Array, Array] | None) -> Comparison:
        """All of it."""
        self._say("halving the real photographs")
        self._floor = real_floor(self._real, self._standard, self._key.at("floor"), self._counts["splits"])
        found = {name: self._one(name) for name in self._sets}
        area, drawn = found["synthetic"]
        self._say("testing what else might tell them apart")
        sides = Sides(self._sets["synthetic"], self._real)
        checked = controls(sides, self._resamples, self._key.at("controls"))
        groups = len(set(self._real.groups))
        verdict, words = verdict_of(area, groups, self._floor, checked)
        reference = (found["clean"][0].auc.value, found["clean"][1]) if "clean" in found else None
        score, refused = score_of(area.auc.value, drawn, reference, self._floor)
        return Comparison(
            real=len(self._real),
            real_groups=groups,
            left_out={"real": left_out, **{name: len(table.left_out) for name, table in self._sets.items()}},
            floor=self._floor,
            synthetic=area,
            clean=found["clean"][0] if "clean" in found else None,
            naive=found["naive"][0] if "naive" in found else None,
            laid=found["laid"][0] if "laid" in found else None,
            gain=None if reference is None else _gain(reference, (area.auc.value, drawn)),
            gain_over_laid=_gain((found["laid"][0].auc.value, found["laid"][1]), (area.auc.value, drawn))
            if "laid" in found
            else None,
            score=score,
            score_refused=refused,
            controls=checked,
            masks=() if masks is None else mask_gaps(*masks, self._key.at("masks"), self._counts["permutations"]),
            verdict=verdict,
            words=words,
            warnings=warnings_of(self._sets["synthetic"], self._real, self._floor, checked, self._given),
            seed=seed,
            permutations=self._counts["permutations"],
            resamples=self._counts["resamples"],
        )

    def _one(self, name: str) -> tuple[Separation, Array]:
        self._say(f"comparing the {name} pictures with the real photographs")
        sides = Sides(self._sets[name], self._real)
        return separation(
            sides, self._standard, self._floor, self._resamples, self._key.at(name), self._counts["permutations"]
        )


def _gain(clean: tuple[float, Array], degraded: tuple[float, Array]) -> Interval:
    return interval(clean[0] - degraded[0], np.asarray(clean[1] - degraded[1]), 2)
