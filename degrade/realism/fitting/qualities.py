"""At which quality the photographs' files were saved as JPEG, by their quantisation tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np

from degrade.codecs import CodecError
from degrade.corpus import Corpus, CorpusReadError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Integers
from degrade.engine.step import Step
from degrade.realism.fitting.readings import Reading, of_values
from degrade.realism.fitting.turning import changed
from degrade.recipes import Recipe

_JPEG = b"\xff\xd8\xff"
_MOST_TOLD = 0.5
"""Share of the files that must have a table."""
_RANGE = (0.1, 0.9)
"""Quantiles between which the recipe draws."""


def file_qualities(corpus: Corpus, keys: Sequence[str]) -> list[float]:
    """The quality, 1 to 100, of each of these photographs' files; NaN of one that is no JPEG (or cannot be read).

    By the nearest table of libjpeg's (ITU-T T.81, annex K): of a file that another program wrote, what comes closest.
    """
    from degrade.screening.examine import jpeg_quality

    wanted = set(keys)
    found = []
    for photograph in corpus.listing().photographs:
        if photograph.key not in wanted:
            continue
        try:
            data = corpus.read(photograph)
            quality = jpeg_quality(data) if data.startswith(_JPEG) else None
        except (CorpusReadError, CodecError):
            quality = None
        found.append(np.nan if quality is None else float(quality))
    return found


def quality_reading(qualities: Sequence[float]) -> Reading | None:
    """The files' qualities as a reading; None where fewer than half of them have a table."""
    known = np.isfinite(np.asarray(qualities, np.float64))
    if not len(known) or known.mean() < _MOST_TOLD:
        return None
    return of_values("jpeg_quality", "JPEG quality by quantisation tables", "", qualities)


def with_qualities(recipe: Recipe, qualities: Sequence[float], held: Collection[str] = ()) -> Recipe:
    """`recipe` with its `jpeg` steps between the first and the last decile of these qualities, but those `held`: all of
    them where ``jpeg.quality`` is."""
    if "jpeg.quality" in held:
        return recipe
    known = np.asarray(qualities, np.float64)
    low, high = (round(float(value)) for value in np.quantile(known[np.isfinite(known)], _RANGE))

    def change(step: Step) -> Step:
        if isinstance(step, Degradation) and step.name == "jpeg" and step.address not in held:
            return dataclasses.replace(step, quality=Integers(low, high))  # type: ignore[call-arg]
        return step

    return changed(recipe, change)
