"""What is measured of one picture: a vector of features, one for each control, and vectors of its patches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from degrade.realism.features import colour, edges, morphology, names, noise, spectrum, statistics, tone
from degrade.realism.features.picture import (
    COMMON,
    EQUALISED,
    RESAVED,
    RESIZED,
    luma_of,
    saved,
    scaled,
    taken_in,
    trimmed,
)
from degrade.realism.features.sheet import Array, Sheet, common_sheet, native_sheet

_OF_PATCHES = {
    "nss": statistics.NAMES, "spectrum": spectrum.NAMES, "noise": noise.NAMES, "morphology": morphology.NAMES,
}  # fmt: skip
_FLATTEST = tuple(f"flattest.{name}" for name in noise.NAMES)


def _summaries(scale: str) -> tuple[str, ...]:
    means = [names.prefixed(scale, family, (f"{n}.mean" for n in known)) for family, known in _OF_PATCHES.items()]
    spreads = [names.prefixed(scale, family, (f"{n}.spread" for n in known)) for family, known in _OF_PATCHES.items()]
    return (*sum(means, ()), *sum(spreads, ()), *names.prefixed(scale, "noise", _FLATTEST))


COMMON_NAMES = (
    *_summaries("common"),
    *names.prefixed("common", "morphology", morphology.PICTURE_NAMES),
    *names.prefixed("common", "edges", edges.NAMES),
    *names.prefixed("common", "tone", tone.NAMES),
    *names.prefixed("common", "colour", colour.NAMES),
)
NATIVE_NAMES = (
    *_summaries("native"),
    *names.prefixed("native", "edges", (*edges.NAMES, "sharpness")),
    *names.prefixed("native", "blocks", ("blockiness",)),
)
FEATURES = (*COMMON_NAMES, *NATIVE_NAMES)
"""What a picture's vector has, in order."""
PATCH_FEATURES = sum((names.prefixed("common", family, known) for family, known in _OF_PATCHES.items()), ())
"""What a patch's vector has, in order."""
CONTENT = ("mean", "deviation", "energy")
"""What patches are matched by: mean and deviation of luma in codes, log power between 1/30 and 1/8 cycles a pixel."""
_MIDDLE = slice(3, 7)


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured of one picture.

    Attributes
    ----------
    vector : (F,) float32
        In the order of FEATURES; NaN for what the picture has nothing of.
    variants : dict
        Name of a variant -> its vector, (F,); NaN for what is not measured of it.
    patches : (K, P) float32
        In the order of PATCH_FEATURES.
    content : (K, 3) float32
        In the order of CONTENT.
    looks : tuple or None
        (hash, tones), by which pictures of the same thing are found; see `degrade.screening.perceptual`.
    size : tuple of int
        (height, width) as it came.
    """

    vector: Array
    variants: dict[str, Array]
    patches: Array
    content: Array
    looks: tuple[int, bytes] | None
    size: tuple[int, int]


def measure(picture: Any, variants: tuple[str, ...]) -> Measured:
    """Measure one picture, an array as `taken_in` takes it.

    Raises NotMeasured for one that cannot be.
    """
    from degrade.screening.perceptual import looks_of

    whole = taken_in(picture)
    pixels = trimmed(whole)
    common, patches, content = _common(pixels)
    vector = np.concatenate([common, _native(luma_of(pixels))]).astype(np.float32)
    others = {name: _VARIANTS[name](pixels).astype(np.float32) for name in variants}
    looks = looks_of(luma_of(whole))
    found = None if looks is None else (looks.hash, looks.tones)
    height, width = whole.shape[:2]
    return Measured(vector, others, patches.astype(np.float32), content.astype(np.float32), found, (height, width))


def _common(pixels: Array) -> tuple[Array, Array, Array]:
    """The common scale's part of the vector, the patches, and their content."""
    small = scaled(pixels, COMMON)
    return _of_small(scaled(luma_of(pixels).astype(np.float32), COMMON), small)


def _of_small(luma: Array, pixels: Array) -> tuple[Array, Array, Array]:
    sheet = common_sheet(luma)
    patches, flattest = _patches(sheet)
    cut = sheet.cut(sheet.plane)
    middle = spectrum.band_levels(sheet)[:, _MIDDLE].mean(axis=1)
    content = np.stack([cut.mean(axis=(1, 2)), cut.std(axis=(1, 2)), middle], axis=1)
    parts = (
        *(patches.mean(axis=0), patches.std(axis=0), flattest),
        *(morphology.specks(luma), edges.edges(luma), tone.tone(luma), colour.colour(pixels)),
    )
    return np.concatenate(parts), patches, content


def _native(luma: Array) -> Array:
    """The native scale's part of the vector, of (H, W) uint8."""
    from degrade.screening.compression import blockiness
    from degrade.screening.sharpness import sharpness

    patches, flattest = _patches(native_sheet(luma))
    single = [np.nan if figure is None else figure for figure in (sharpness(luma), blockiness(luma))]
    return np.concatenate([patches.mean(axis=0), patches.std(axis=0), flattest, edges.edges(luma), single])


def _patches(sheet: Sheet) -> tuple[Array, Array]:
    """(K, P) in the order of PATCH_FEATURES, and the noise of the flattest blocks of all."""
    by_patch, flattest = noise.noise(sheet)
    every = [statistics.nss(sheet), spectrum.spectrum(sheet), by_patch, morphology.morphology(sheet)]
    return np.concatenate(every, axis=1), flattest


def _whole(pixels: Array) -> Array:
    return np.concatenate([_common(pixels)[0], _native(luma_of(pixels))])


def _resized(pixels: Array) -> Array:
    return _whole(scaled(pixels, round(RESIZED * max(pixels.shape[:2]))))


def _resaved(pixels: Array) -> Array:
    return _whole(saved(pixels, RESAVED))


def _equalised(pixels: Array) -> Array:
    small = saved(scaled(pixels, COMMON), EQUALISED)
    common = _of_small(luma_of(small).astype(np.float32), small)[0]
    return np.concatenate([common, np.full(len(NATIVE_NAMES), np.nan)])


_VARIANTS: dict[str, Callable[[Array], Array]] = {
    "resized": _resized, "resaved": _resaved, "equalised": _equalised,
}  # fmt: skip
