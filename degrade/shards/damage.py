"""Statistics of an output's damage, out of its JSON columns alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from degrade.engine.damage import DamageClass
from degrade.jsontext import from_json
from degrade.textures.errors import TextureError

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation
    from degrade.shards.reader import StoredPairs

MOST_PAIRS = 20_000
"""Pairs that are looked at; of more, so many spread evenly, by which a share is known to within one percent."""


@dataclass(frozen=True)
class DamageStatistics:
    """What was done to the pairs of an output.

    Attributes
    ----------
    pairs : int
        How many were looked at.
    coverage : float
        Mean share of a picture's pixels with any damage, in [0, 1].
    damaged : float
        Share of pairs with any, in [0, 1].
    classes : dict
        Name of a damage class -> share of pairs in which a step of it fired, in the order of their codes.
    steps : dict
        (label, op) of each step -> share of pairs in which it fired, in the order of the recipe.
    """

    pairs: int
    coverage: float
    damaged: float
    classes: dict[str, float]
    steps: dict[tuple[str, str], float]


def damage_statistics(pairs: StoredPairs) -> DamageStatistics:
    """The statistics of an output, the same for the same pairs.

    Raises ShardError where a pair cannot be read.
    """
    count = min(len(pairs), MOST_PAIRS)
    coverages: list[float] = []
    classes: Counter[DamageClass] = Counter()
    steps: dict[tuple[str, str], int] = {}
    for number in range(count):
        row = pairs[number * len(pairs) // count].row
        coverages.append(row["coverage"])
        fired = from_json(row["steps"])
        for step in fired:
            name = step["label"], step["op"]
            steps[name] = steps.get(name, 0) + bool(step["fired"])
        classes.update(set(_classes(fired)))
    return DamageStatistics(
        count,
        math.fsum(coverages) / max(count, 1),
        sum(coverage > 0 for coverage in coverages) / max(count, 1),
        {_name(damage): classes[damage] / count for damage in sorted(classes)},
        {name: fired / count for name, fired in steps.items()},
    )


def _classes(steps: list[dict[str, Any]]) -> Iterator[DamageClass]:
    """The classes of what fired; a step that this version does not know, and one that keeps no mask, has none."""
    for step in steps:
        op = _op(step["op"]) if step["fired"] else None
        if op is None:
            continue
        try:
            damage = op.damage_of(step["drawn"])
        except TextureError:  # a folder that is not on this machine
            damage = _of_a_folder(step["drawn"]["shows"])
        if damage is not None:
            yield damage


@cache
def _op(name: str) -> Degradation | None:
    from degrade.ops import KnownOps

    kind = KnownOps().get(name)
    return None if kind is None else kind()


def _of_a_folder(shows: str) -> DamageClass | None:
    """As `Texture.shows` has it."""
    if shows == "auto":
        return DamageClass.DIRT
    return None if shows == "nothing" else DamageClass[shows.upper()]


def _name(damage: DamageClass) -> str:
    return damage.name.lower().replace("_", " ")
