"""What generated photographs measure, beside what real ones do.

    python benchmarks/damage_statistics.py [--photos 500] [--json]

Film: equivalent diameters of the dust, dirt, hairs and scratches of `film_35mm_negative`, each drawn by itself at the
scale of a frame of 2048 px and opaque, against outlines drawn by hand on ten scans (D. Ivanova et al.,
arXiv:2302.10004). Cracks: how dense they are near the edge of a `handled_snapshot` and in its middle, and how unsteady
along their line, against scans of cracked prints. Noise and tone: of an `album_snapshot` of a gray card, and of the
sample photographs, against scans of prints.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

import degrade
from degrade.codecs import decode
from degrade.corpus import open_corpus
from degrade.engine.kernels import film_scratches
from degrade.engine.kernels.film_fibres import draw_fibres
from degrade.engine.kernels.film_specks import draw_specks
from degrade.engine.units import FORMATS
from degrade.ops.dust_on_negative import DIRT_SIGMA, DUST_SIGMA
from degrade.ops.hair import LENGTH_SIGMA, LONG_WIDER, WIDTH_SIGMA

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

PX_PER_UNIT = 2.048
"""Pixels in a thousandth of the diagonal of a frame."""
OPAQUE = (1e6, 0.0, 0.0)
"""Density, its deviation and blur of things that let no light through, so that their outline can be measured."""
KINDS = {
    "dust": (1.42, 0.19, 64),
    "dirt": (2.06, 0.30, 64),
    "short hair": (2.90, 0.36, 256),
    "long hair": (5.46, 0.28, 512),
    "scratch": (7.88, 0.60, 1280),
}
"""Median and log-deviation of the diameters of real ones, and the side of a canvas, in px, that holds one."""


def film(photos: int) -> Iterator[Row]:
    """Sizes on film: twice as many things of each kind, drawn one at a time with the sizes that the recipe declares."""
    steps = {step.address: step for step in degrade.load_recipe("film_35mm_negative").steps}
    for kind, (median, sigma, side) in KINDS.items():
        diameters = []
        canvas = np.zeros((side, side), np.uint8)
        for key in range(2 * photos):
            canvas[:] = 0
            _draw(kind, steps, canvas, key)
            diameters.append(2 * math.sqrt(canvas.sum(dtype=np.int64) / 255 / math.pi) / PX_PER_UNIT)
        yield Row(f"{kind}: median diameter, u", float(np.median(diameters)), 0.95 * median, 1.05 * median)
        yield Row(f"{kind}: deviation of its logarithm", float(np.log(diameters).std()), 0.9 * sigma, 1.1 * sigma)


def _draw(kind: str, steps: dict[str, Any], canvas: Pixels, key: int) -> None:
    """One thing in the middle of the canvas, as the steps of the recipe declare it."""
    height, width = canvas.shape
    place = canvas, height, width, PX_PER_UNIT, height / PX_PER_UNIT / 2, width / PX_PER_UNIT / 2, 1.0, 1.0, 1

    def units(step: str, field: str) -> float:
        return float(getattr(steps[step], field).value) / FORMATS["film_35mm"]

    if kind in ("dust", "dirt"):
        sigma = DUST_SIGMA if kind == "dust" else DIRT_SIGMA
        draw_specks(*place, kind == "dirt", units("dust_on_negative", f"{kind}_um"), sigma, *OPAQUE, key, 77)
    elif kind == "scratch":
        length, across = units("negative_scratches", "arc_um"), units("negative_scratches", "width_um")
        film_scratches.draw_arcs(*place, length, across, 1.0, film_scratches.BASE, *OPAQUE, key, 77)
    else:
        name = kind.split()[0]
        across = units("hair", "width_um") * LONG_WIDER ** (name == "long")
        spread = LENGTH_SIGMA[name], across, WIDTH_SIGMA[name]
        draw_fibres(*place, units("hair", f"{name}_um"), *spread, *OPAQUE, key, 77)


# --- cracks -----------------------------------------------------------------------------------------------------------


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
    """Of each large crack, the coefficient of variation of its contrast along its crest."""
    contrast = np.abs(lightness(pair.degraded[:, :, 0]) - lightness(without[:, :, 0]))
    soft = cv2.GaussianBlur(pair.mask.astype(np.float32), (0, 0), 1.0)
    crest = (pair.mask > 0) & (soft >= cv2.dilate(soft, np.ones((3, 3), np.uint8)) - 2)
    count, numbers = cv2.connectedComponents((pair.mask > 0).astype(np.uint8), connectivity=8)
    found = []
    for number in range(1, count):
        values = contrast[crest & (numbers == number)]
        if values.size >= 60:
            found.append(float(values.std() / values.mean()))
    return found


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


def table(photos: int) -> list[Row]:
    """Every figure, from so many photographs each."""
    return [row for measure in (film, cracks, noise, tone) for row in measure(photos)]


def main() -> None:
    """Print one row a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for row in table(chosen.photos):
        if chosen.json:
            print(json.dumps(row._asdict() | {"holds": row.holds}))
        else:
            verdict = "holds" if row.holds else "does not hold"
            print(f"{row.what:52s} {row.measured:7.3f}   {row.low:g} to {row.high:g}   {verdict}")


if __name__ == "__main__":
    main()
