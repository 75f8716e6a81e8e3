"""Which photographs are plates of several exposures, by what their files show; and a recipe with as many of these."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from degrade.codecs import CodecError, decode
from degrade.corpus import Corpus, CorpusReadError
from degrade.engine.distributions import Choice
from degrade.engine.plate import PAIR, PLATES, SEPARATIONS, SINGLE
from degrade.engine.story import Story
from degrade.realism.features.picture import luma_of, scaled, taken_in
from degrade.realism.features.sheet import Array
from degrade.realism.fitting.result import STORY, Value
from degrade.realism.fitting.turning import three
from degrade.recipes import Recipe

FIELD = "story.plate"
_LONGER = 768
"""Pixels at which a photograph is looked at."""
_TALL = (2.2, 3.6)
"""Times as high as wide a plate of three exposures is."""
_MOVED = 0.06
"""Share of its height by which an exposure may lie elsewhere on its third."""
_ALIKE = 0.55
"""Least correlation of exposures of one view."""
_WIDE = (1.05, 2.4)
"""Times as wide as high a plate of two exposures is."""
_MIDDLE = (0.47, 0.53)
"""Where across the plate its seam lies."""
_EDGE = 0.06
"""Share at the upper and lower edge that is not asked for the seam."""
_STEP = 1.5
"""Codes by which a row shows the seam."""
_WHOLE = 0.88
"""Least share of the rows that show the seam, less those that show the opposite."""


def plates_of(corpus: Corpus, keys: Sequence[str]) -> Counter[str]:
    """How many of these photographs are of each kind of `degrade.engine.plate.PLATES`; files that cannot be read are
    left out."""
    wanted = set(keys)
    found: Counter[str] = Counter()
    for photograph in corpus.listing().photographs:
        if photograph.key in wanted:
            try:
                pixels = decode(corpus.read(photograph), photograph.source).pixels
            except (CorpusReadError, CodecError):
                continue
            found[plate_kind(luma_of(taken_in(pixels)))] += 1
    return found


def plate_kind(gray: Array) -> str:
    """What the photograph (H, W) uint8 is by its form: `separations`, upright and its thirds alike; `pair`, with a seam
    from top to bottom in its middle; else `single`."""
    longer = max(gray.shape)
    seen = np.asarray(scaled(gray, _LONGER) if longer > _LONGER else gray, np.float32)
    if _are_alike(seen):
        return SEPARATIONS
    return PAIR if _has_seam(seen) else SINGLE


def _are_alike(gray: Array) -> bool:
    height, width = gray.shape
    if not _TALL[0] <= height / width <= _TALL[1]:
        return False
    tall = height // 3
    smooth = cv2.GaussianBlur(gray, (0, 0), 2)
    thirds = [np.ascontiguousarray(smooth[number * tall : (number + 1) * tall]) for number in range(3)]
    reach = max(1, round(_MOVED * tall))
    inner = [third[reach : tall - reach, reach : width - reach] for third in thirds[:2]]
    return all(
        float(cv2.matchTemplate(other, one, cv2.TM_CCOEFF_NORMED).max()) >= _ALIKE
        for one, other in zip(inner, thirds[1:], strict=True)
    )


def _has_seam(gray: Array) -> bool:
    """Whether a column in the middle is a line or a step of the same sign in nearly all rows."""
    height, width = gray.shape
    if not _WIDE[0] <= width / height <= _WIDE[1]:
        return False
    rows = cv2.blur(gray[round(_EDGE * height) : round((1 - _EDGE) * height)], (1, 5))
    left, here, right = rows[:, :-4], rows[:, 2:-2], rows[:, 4:]
    middle = slice(*(round(share * width) - 2 for share in _MIDDLE))
    return any(float(_one_sided(one[:, middle]).max()) >= _WHOLE for one in (here - (left + right) / 2, right - left))


def _one_sided(values: Array) -> Array:
    """(W,): share of the rows above the step, less that below it, without its sign."""
    sided: Array = np.abs((values > _STEP).mean(axis=0) - (values < -_STEP).mean(axis=0))
    return sided


def reads_plates(recipe: Recipe, held: Collection[str] = ()) -> bool:
    """Whether it is for the photographs to say how often `recipe` lays plates: it chooses among kinds, and is not
    `held` to its shares."""
    return FIELD not in held and recipe.lays_plates and isinstance(_latent(recipe), Choice)


def with_plates(recipe: Recipe, counts: Mapping[str, int]) -> Recipe:
    """`recipe`, which `reads_plates`, with each kind as often as among these photographs, of those that it lays."""
    before = _latent(recipe)
    found = sum(counts.get(word, 0) for word in before.values)
    if recipe.story is None or not found:
        return recipe
    plate = Choice(before.values, [three(counts.get(word, 0) / found) for word in before.values])
    return dataclasses.replace(recipe, story=Story({**recipe.story.latents, "plate": plate}))


def _latent(recipe: Recipe) -> Any:
    return recipe.story.latents["plate"] if recipe.story else None


def plate_value(before: Recipe, after: Recipe, counts: Mapping[str, int]) -> Value | None:
    """What the photographs said, where it changed the recipe."""
    was, now = (_latent(one).to_data() for one in (before, after))
    if was == now:
        return None
    said = ", ".join(f"{kind} {counts[kind]}" for kind in PLATES if counts.get(kind))
    return Value(FIELD, "read", f"counted: {said}", None, None, {STORY: (was, now)})
