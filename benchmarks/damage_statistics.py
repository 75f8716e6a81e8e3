"""What generated photographs measure, beside what real ones do.

    python benchmarks/damage_statistics.py [--photos 500] [--json]

Film: equivalent diameters of the dust, dirt, hairs and scratches on generated frames of `film_35mm_negative`, from
their outlines at half height, against outlines drawn by hand on ten scans (D. Ivanova et al., arXiv:2302.10004); one
kind at a time, so that it is known what each thing is. Cracks: how dense they are near the edge of a `handled_snapshot`
and in its middle, and how unsteady along their line, against scans of cracked prints. Noise and tone: of an
`album_snapshot` of a gray card, and of the sample photographs, against scans of prints.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from skimage.feature import hessian_matrix, hessian_matrix_eigvals
from skimage.filters import apply_hysteresis_threshold
from skimage.morphology import skeletonize

import degrade
from degrade.codecs import decode
from degrade.corpus import open_corpus

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
BLOCK = 16


class Row(NamedTuple):
    """A figure and the span in which it should lie."""

    what: str
    measured: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether it lies there."""
        return self.low <= self.measured <= self.high


# --- film -------------------------------------------------------------------------------------------------------------

FRAME = 3072
"""Side in px of a frame of film: 10 µm a pixel, near the 7 µm of the scans on which the real ones were outlined."""
UNIT = FRAME * math.sqrt(2) / 1000
"""Pixels in a thousandth of its diagonal."""
KINDS = {
    "dust": ("dust_on_negative", ("dirt",), 1.42, 0.19),
    "dirt": ("dust_on_negative", ("dust",), 2.06, 0.30),
    "short hair": ("hair", ("long",), 2.90, 0.36),
    "long hair": ("hair", ("short",), 5.46, 0.28),
    "scratch": ("negative_scratches", ("lines",), 7.88, 0.60),
}
"""The step that draws a kind, what else it draws, the median and the log-deviation of the diameters of real ones."""
FAINTEST = 4
"""Coverage, of 255, from which a pixel belongs to anything."""
VISIBLE = 8
"""Coverage from which it is seen: a density of 0.02."""
FINE = 4
"""Samples a pixel's side by which an outline is found."""
AROUND = 1
"""Radius in units within which an outline is measured against the peak: half the width of the widest fibres."""


def film(photos: int) -> Iterator[Row]:
    """Sizes on film: outlines on generated frames, weighted for those that the frame's edge cuts off."""
    for kind, (_, _, median, sigma) in KINDS.items():
        found = [outline for key in range(photos) for outline in outlines(_layer(kind, key))]
        diameters, weights = np.array(found).reshape(-1, 2).T
        logs = np.log(diameters)
        deviation = math.sqrt(np.cov(logs, aweights=weights, ddof=0))
        yield Row(f"{kind}: median diameter, u", _median(diameters, weights), 0.95 * median, 1.05 * median)
        yield Row(f"{kind}: deviation of its logarithm", deviation, 0.9 * sigma, 1.1 * sigma)


@functools.cache
def _alone(kind: str) -> degrade.Recipe:
    """`film_35mm_negative` with one kind of damage alone, on large frames. What a step draws hangs on its own address
    and its field's, so that each thing is and lies as in the whole recipe (the tests hold it)."""
    recipe = degrade.load_recipe("film_35mm_negative")
    assert recipe.frame is not None
    address, others, _, _ = KINDS[kind]
    (step,) = (step for step in recipe.steps if step.address == address)
    alone = dataclasses.replace(step, **dict.fromkeys(others, 0))
    return dataclasses.replace(recipe, steps=(alone,), frame=dataclasses.replace(recipe.frame, size=FRAME))


def _layer(kind: str, key: int) -> Pixels:
    """The coverage by one kind of damage on a generated frame, (FRAME, FRAME)."""
    card = np.full((FRAME, FRAME, 1), 128, np.uint8)
    return _alone(kind).make(card, key=str(key), layers=("mask",)).mask


def outlines(layer: Pixels) -> Iterator[tuple[float, float]]:
    """(equivalent diameter in units, weight) of each thing on a frame, from its outline at half its height.

    What touches the frame's edge is left out; the others count the more, the less likely they were to lie wholly within
    (R. E. Miles, J. Lantuéjoul). Things that touch each other are taken for one, which is rare.
    """
    height, width = layer.shape
    count, numbers, boxes, _ = cv2.connectedComponentsWithStats((layer >= FAINTEST).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        x, y, wide, tall = (int(value) for value in boxes[number, :4])
        if x == 0 or y == 0 or x + wide == width or y + tall == height:
            continue
        box = np.s_[y : y + tall, x : x + wide]
        area = _outlined(np.where(numbers[box] == number, layer[box], np.uint8(0)))
        if area > 0:
            yield 2 * math.sqrt(area / math.pi) / UNIT, width * height / ((width - wide) * (height - tall))


def _outlined(thing: Pixels) -> float:
    """Area in px within the outline of a thing: where it has half the height that it has nearby, which counts for no
    more than what three quarters of it have, since a fibre that crosses itself is higher there."""
    thing = np.pad(thing, 2)
    reach = round(AROUND * UNIT)
    near = cv2.dilate(thing, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    height = np.minimum(near, np.percentile(near[thing > 0], 25))
    samples = thing.shape[1] * FINE, thing.shape[0] * FINE
    fine, half = (cv2.resize(image.astype(np.float32), samples) for image in (thing, height / 2))
    return float(np.count_nonzero(fine >= np.maximum(half, VISIBLE))) / FINE**2


def _median(values: Floats, weights: Floats) -> float:
    """The weighted median."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


# --- cracks -----------------------------------------------------------------------------------------------------------

RIDGE = 1.5
"""Standard deviation in px of the ridge detector by which cracks are found, as on scans of prints."""
FAINT_RIDGE, SURE_RIDGE = 1.0, 5.0
"""Its hysteresis, in L* of curvature: a line has a place above the second and goes on while above the first."""
LONG_RIDGE = 60
"""Pixels from which a line is measured."""


def cracks(photos: int) -> Iterator[Row]:
    """Where cracks lie, and how unsteady they are."""
    recipe = degrade.load_recipe("handled_snapshot")
    steps = tuple(
        dataclasses.replace(step, p=1.0) if step.address == "crack_network" else step
        for step in recipe.steps
        if step.address in ("grayscale", "target", "crack_network")
    )
    cracked = dataclasses.replace(recipe, steps=steps)
    card = np.full((512, 512, 3), 110, np.uint8)
    away = _from_edge(512)
    edge, middle, unsteady = [], [], []
    for key in range(photos):
        pair = cracked(card, key=str(key))
        broken = pair.loss / 255.0
        edge.append(broken[(away > 0.02) & (away < 0.06)].mean())
        middle.append(broken[away > 0.25].mean())
        unsteady += _along(pair, cracked(card, key=str(key), without=["crack_network"]).degraded)
    yield Row("cracks: density at the edge to that in the middle", float(np.sum(edge) / np.sum(middle)), 2.3, 3.3)
    yield Row("cracks: variation of contrast along the line", float(np.median(unsteady)), 0.47, 0.86)


def _from_edge(side: int) -> Floats:
    """How far each pixel lies from the edge, in sides."""
    near = np.minimum(np.arange(side) + 0.5, side - 0.5 - np.arange(side)) / side
    result: Floats = np.minimum(near[:, None], near[None, :])
    return result


def _along(pair: Any, without: Pixels) -> list[float]:
    """Of each long crack, the coefficient of variation of its contrast along its crest."""
    contrast = lightness(pair.degraded[:, :, 0]) - lightness(without[:, :, 0])
    curvature = hessian_matrix(contrast, sigma=RIDGE, order="rc", use_gaussian_derivatives=False)
    across = -hessian_matrix_eigvals(curvature)[1] * RIDGE**2
    crest = skeletonize(apply_hysteresis_threshold(across, FAINT_RIDGE, SURE_RIDGE))
    count, numbers = cv2.connectedComponents(crest.astype(np.uint8), connectivity=8)
    lines = (contrast[numbers == number] for number in range(1, count))
    return [float(line.std() / line.mean()) for line in lines if line.size >= LONG_RIDGE]


# --- noise and tone ---------------------------------------------------------------------------------------------------


def noise(photos: int) -> Iterator[Row]:
    """Of a gray card, in 8-bit codes."""
    recipe = degrade.load_recipe("album_snapshot")
    card = np.full((512, 512, 3), 128, np.uint8)
    found = np.array([_flat_noise(recipe(card, key=str(key)).degraded[:, :, 0]) for key in range(photos)])
    strength, alike = np.median(found, axis=0)
    yield Row("noise of flat patches, codes", float(strength), 3, 5)
    yield Row("noise: correlation of neighbours", float(alike), 0.6, 0.75)


def _flat_noise(picture: Pixels) -> tuple[float, float]:
    """(deviation, correlation of neighbours) in the middling one of the blocks, slopes taken out."""
    rows, columns = picture.shape[0] // BLOCK, picture.shape[1] // BLOCK
    blocks = picture[: rows * BLOCK, : columns * BLOCK].astype(np.float64).reshape(rows, BLOCK, columns, BLOCK)
    blocks = blocks.swapaxes(1, 2).reshape(-1, BLOCK, BLOCK)
    ramp = np.arange(BLOCK) - (BLOCK - 1) / 2
    blocks -= blocks.mean(axis=(1, 2), keepdims=True)
    for slope in (ramp[None, :, None] + np.zeros((1, 1, BLOCK)), ramp[None, None, :] + np.zeros((1, BLOCK, 1))):
        blocks -= (blocks * slope).sum(axis=(1, 2), keepdims=True) / (slope**2).sum() * slope
    power = (blocks**2).mean(axis=(1, 2)) + 1e-12
    across, down = (blocks[:, :, 1:] * blocks[:, :, :-1]), (blocks[:, 1:] * blocks[:, :-1])
    alike = (across.mean(axis=(1, 2)) + down.mean(axis=(1, 2))) / 2 / power
    return float(np.median(np.sqrt(power))), float(np.median(alike))


def tone(photos: int) -> Iterator[Row]:
    """Of the sample photographs."""
    recipe = degrade.load_recipe("album_snapshot")
    corpus = open_corpus("sample")
    pictures = [decode(corpus.read(one)).pixels for one in corpus.listing().photographs]
    found = []
    for key in range(photos):
        light = lightness(recipe(pictures[key % len(pictures)], key=str(key)).degraded[:, :, 0])
        found.append(np.percentile(light, (1, 99)))
    black, white = np.median(found, axis=0)
    yield Row("tone: L* of the blacks (1 %)", float(black), 9, 28)
    yield Row("tone: L* of the whites (99 %)", float(white), 76, 92)


def lightness(codes: Pixels) -> Floats:
    """CIE L* of sRGB gray codes."""
    v = codes / 255.0
    light = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    result: Floats = np.where(light > 0.008856, 116 * np.cbrt(light) - 16, 903.3 * light)
    return result


def table(photos: int) -> Iterator[Row]:
    """Every figure, from so many photographs each."""
    for measure in (film, cracks, noise, tone):
        yield from measure(photos)


def main() -> None:
    """Print one row a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for row in table(chosen.photos):
        if chosen.json:
            print(json.dumps(row._asdict() | {"holds": row.holds}), flush=True)
        else:
            verdict = "holds" if row.holds else "does not hold"
            print(f"{row.what:52s} {row.measured:7.3f}   {row.low:g} to {row.high:g}   {verdict}", flush=True)


if __name__ == "__main__":
    main()
