"""What else might tell two sets apart: size, compression, what the pictures show, where they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from degrade.engine.key import Key
from degrade.realism.c2st import auc, told_apart
from degrade.realism.comparison import Control
from degrade.realism.draws import Resamples, numbered
from degrade.realism.features.picture import VARIANTS
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable, Patches
from degrade.realism.matching import CALLIPER, matched
from degrade.realism.separating import Sides, primary, separability
from degrade.train.bootstrap import Interval, interval

RESAVED = ("resized", "resaved")
"""Controls in which real photographs stand against themselves."""
_FEWEST = 10
"""Photographs of a source, and pairs of patches, below which there is no test."""
_FEWEST_SOURCES = 3


def controls(sides: Sides, resamples: Resamples, key: Key) -> tuple[Control, ...]:
    """Every control that the two sets allow."""
    return (
        *_saved_again(sides, resamples, key),
        *_of_content(sides, resamples, key.at("content")),
        *_between_sources(sides.real, resamples, key.at("sources")),
        *_unseen_sources(sides, resamples, key.at("unseen")),
    )


def _saved_again(sides: Sides, resamples: Resamples, key: Key) -> Iterator[Control]:
    real, columns = sides.real, primary(sides.real)
    for name in RESAVED:
        if name in real.variants:
            area, _ = separability(Sides(real.as_variant(name), real), columns, resamples, key.at(name))
            yield Control(name, f"the real photographs against themselves: {VARIANTS[name]}", area, len(real))
    if all("equalised" in table.variants for table in (sides.synthetic, real)):
        both = Sides(sides.synthetic.as_variant("equalised"), real.as_variant("equalised"))
        area, _ = separability(both, columns, resamples, key.at("equalised"))
        yield Control("equalised", f"both sets: {VARIANTS['equalised']}", area, min(len(sides.synthetic), len(real)))


def _of_content(sides: Sides, resamples: Resamples, key: Key) -> Iterator[Control]:
    """Patches of the like mean, deviation and energy, of both sets."""
    one, other = sides.synthetic.patches, sides.real.patches
    if one is None or other is None:
        return
    first, second = matched(one.content, other.content, key.at("matched"))
    if len(first) < _FEWEST:
        return
    names = (*_groups_of(one, first, sides.synthetic), *_groups_of(other, second, sides.real))
    values = np.concatenate([one.values[first], other.values[second]])
    labels = np.arange(len(values)) < len(first)
    scores = told_apart(values, labels, numbered(names), key, repeats=1)
    drawn = auc(scores, labels, resamples.of(names))
    words = f"patches whose mean, deviation and energy differ by less than {CALLIPER} deviations"
    yield Control("content", words, interval(float(auc(scores, labels)[0]), drawn, len(set(names))), len(first))


def _groups_of(patches: Patches, rows: Array, table: FeatureTable) -> list[str]:
    return [table.groups[photo] for photo in patches.photo[rows].tolist()]


def _between_sources(real: FeatureTable, resamples: Resamples, key: Key) -> Iterator[Control]:
    """The largest source of the real photographs against all others."""
    counts = Counter(real.sources)
    largest, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    labels = np.array([source == largest for source in real.sources])
    if min(count, len(real) - count) < _FEWEST:
        return
    scores = told_apart(real.values[:, primary(real)], labels, numbered(real.groups), key)
    drawn = auc(scores, labels, resamples.of(real.groups))
    area = interval(float(auc(scores, labels)[0]), drawn, count)
    yield Control("sources", f"real photographs of {largest or 'no folder'} against the others", area, count)


def _unseen_sources(sides: Sides, resamples: Resamples, key: Key) -> Iterator[Control]:
    """Synthetic against real, each real source judged by what was learned from the others."""
    real = sides.real
    if len(set(real.sources)) < _FEWEST_SOURCES or set(real.groups) & set(sides.synthetic.groups):
        return
    of_source = [f"source {source}" for source in real.sources]
    groups = numbered((*(f"picture {group}" for group in sides.synthetic.groups), *of_source))
    columns = primary(real)
    scores = told_apart(sides.values[:, columns], sides.labels, groups, key)
    value = float(auc(scores, sides.labels)[0])
    area: Interval = interval(value, auc(scores, sides.labels, sides.weights(resamples)), sides.fewest)
    yield Control("unseen sources", "against real photographs of sources that were not learned from", area, len(real))
