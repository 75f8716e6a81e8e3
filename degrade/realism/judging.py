"""What may be said of the figures, and what to be warned of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from degrade.realism.comparison import VERDICTS, Control, Floor, Separation, Verdict
from degrade.realism.controls import RESAVED
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.train.bootstrap import Interval, interval

FEWEST = 5
"""Independent photographs of each side below which nothing is compared."""
_TO_SAY = 20
_FOR_FAMILIES = 50
_FOR_ALL = 100
_SPREADS = 2.0
"""Deviations of the floor within which a result is not called."""
_LEVEL = 0.05


def verdict_of(found: Separation, real_groups: int, floor: Floor, controls: Sequence[Control]) -> tuple[Verdict, str]:
    """Whether the sets are told apart, and that in a sentence."""
    bound = floor.auc + _SPREADS * floor.auc_spread
    control = max((one.auc.value for one in controls if one.name in RESAVED), default=0.5)
    figures = f"AUC {_shown(found.auc)}, p {found.p:.3f}, {found.groups} against {real_groups} photographs"
    halves = f"two halves of the real ones give {floor.auc:.2f} ± {floor.auc_spread:.2f}"
    if min(found.groups, real_groups) < _TO_SAY:
        return "too_few", f"{VERDICTS['too_few']}: {figures}; it takes {_TO_SAY} on each side"
    if found.p > _LEVEL:
        return "not_told_apart", f"{VERDICTS['not_told_apart']}: {figures}; {halves}"
    if found.auc.value <= bound:
        return "too_few", f"{VERDICTS['too_few']}: {figures}, but {halves}"
    if (found.auc.low or 0.0) <= control:
        again = f"saved again these give {control:.2f}"
        return "within_controls", f"{VERDICTS['within_controls']}: {figures}; {again}"
    return "told_apart", f"{VERDICTS['told_apart']}: {figures}; {halves}"


def score_of(auc: float, drawn: Array, clean: tuple[float, Array] | None, floor: Floor) -> tuple[Interval | None, str]:
    """1 − (AUC − floor) / (AUC of clean − floor), and why there is none.

    There is none where clean pictures lie within two deviations of the floor: nothing could come nearer than these.
    """
    if clean is None:
        return None, "there are no clean pictures to compare with"
    value, clean_drawn = clean
    if value - floor.auc <= _SPREADS * floor.auc_spread:
        halves = f"{floor.auc:.2f} ± {floor.auc_spread:.2f}"
        return None, f"clean pictures ({value:.2f}) are not told from real ones beyond the floor ({halves})"
    scores = 1 - (drawn - floor.auc) / np.maximum(clean_drawn - floor.auc, 1e-3)
    return interval(1 - (auc - floor.auc) / (value - floor.auc), scores, 2), ""


def warnings_of(
    synthetic: FeatureTable, real: FeatureTable, floor: Floor, controls: Sequence[Control], given: dict[str, int]
) -> tuple[str, ...]:
    """What a reader has to know; `given` are the pictures of each set before these were made equally many."""
    return (
        *_of_counts(synthetic, real, floor, given),
        *_of_left_out({"synthetic": synthetic, "real": real}),
        *_of_sizes(synthetic, real),
        *_of_sources(real, controls),
    )


def _of_counts(synthetic: FeatureTable, real: FeatureTable, floor: Floor, given: dict[str, int]) -> Iterator[str]:
    count = len(set(real.groups))
    if count < _TO_SAY:
        yield f"{count} real photographs show gross errors only; give {_FOR_FAMILIES} or more"
    elif count < _FOR_FAMILIES:
        yield f"{count} real photographs are enough for single figures, not for families of them; give {_FOR_FAMILIES}"
    elif count < _FOR_ALL:
        yield f"with {count} real photographs differences in AUC below 0.1 tell nothing; give {_FOR_ALL} or more"
    if len(synthetic) < len(real):
        yield f"the synthetic set is smaller than the real one ({len(synthetic)} against {len(real)}); make more pairs"
    if len(set(synthetic.groups)) < len(synthetic) / 2:
        yield f"the {len(synthetic)} synthetic pictures are of {len(set(synthetic.groups))} photographs only"
    if max(given.values()) > len(synthetic):
        sets = ", ".join(f"{name} {number}" for name, number in given.items())
        yield f"sets were made equally large, {len(synthetic)} pictures each (given: {sets})"
    if floor.auc_spread > 0.1:
        yield f"two halves of the real set differ by chance (AUC ± {floor.auc_spread:.2f}): read no small differences"


def _of_left_out(tables: dict[str, FeatureTable]) -> Iterator[str]:
    for name, table in tables.items():
        if table.left_out:
            reasons = Counter(one.reason for one in table.left_out)
            told = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
            yield f"{len(table.left_out)} {name} pictures were left out ({told})"


def _of_sizes(synthetic: FeatureTable, real: FeatureTable) -> Iterator[str]:
    one, other = (float(np.median(table.sizes.max(axis=1))) for table in (synthetic, real))
    if max(one, other) > 1.5 * min(one, other):
        yield (
            f"synthetic pictures have {one:.0f} pixels a side, real ones {other:.0f}: figures in full resolution "
            "compare unlike scans; make synthetic pictures of the real ones' size"
        )


def _of_sources(real: FeatureTable, controls: Sequence[Control]) -> Iterator[str]:
    largest, count = max(Counter(real.sources).items(), key=lambda item: (item[1], item[0]))
    if largest and count > len(real) / 2:
        yield f"{count} of {len(real)} real photographs come from {largest}; mix sources"
    told = next((control for control in controls if control.name == "sources"), None)
    if told is not None and told.auc.value > 0.8:
        yield f"sources differ among themselves ({told.words}: AUC {told.auc.value:.2f})"


def _shown(figure: Interval) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
