"""The surface of photographic paper: cloudy formation, fibres along the machine's direction, tooth in raking light.

Fractal noise whose amplitude falls as one over the frequency (spectral slope 2), 1.5 times longer along the machine's
direction than across, as paper's formation shows (M. Deng, C. T. J. Dodson, Paper: An Engineered Stochastic Structure,
TAPPI Press 1994); amplitudes of 0.5 to 2 per cent of the reflectance are meant, and are reached at a strength of 0.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from degrade.engine.distributions import Uniform
from degrade.engine.kernels.draw import stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, normal_at, row_key, sincos, uniform_at
from degrade.engine.key import Key
from degrade.textures.canvas import Bytes, blank_canvas, wrapped

u8, u32, f32, f64, i32 = np.uint8, np.uint32, np.float32, np.float64, np.int32


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A sheet of paper, in its tones: 255 is as bright as it gets.

    Parameters
    ----------
    level : float
        Mean tone in [0, 1].
    formation, tooth, fibres : tuple
        (low, high) of the standard deviation, as a share of full scale, of the cloudiness, of the relief's shading, and
        of the contrast of single fibres; uniform from sheet to sheet.
    cloud_mm : float
        Size of the largest clouds.
    finest_mm : float
        Size of the finest grain of the tooth.
    anisotropy : float
        How much longer everything is along the machine's direction.
    fibres_per_cm2 : float
        Single fibres that can be seen.
    """

    level: float
    formation: tuple[float, float]
    tooth: tuple[float, float]
    fibres: tuple[float, float]
    cloud_mm: float
    finest_mm: float
    anisotropy: float
    fibres_per_cm2: float

    def render(self, size: int, px_per_mm: float, key: Key) -> Bytes:
        """The sheet at `key`: (size, size) uint8, repeating."""
        amounts = [Uniform(*span).at(u) for span, u in zip(
            (self.formation, self.tooth, self.fibres), key.at("amounts").uniforms(), strict=False)]  # fmt: skip
        upright = key.at("direction").uniform() < 0.5
        clouds, relief = (np.zeros((size, size), np.float32) for _ in range(2))
        side = size / px_per_mm
        self._add_octaves(clouds, side, self.cloud_mm, 5 * self.finest_mm, upright, key.at("clouds"))
        self._add_octaves(relief, side, 4 * self.finest_mm, self.finest_mm, upright, key.at("relief"))
        strands = self._strands(size, px_per_mm, upright, key.at("fibres"))
        sheet = np.empty((size, size), np.uint8)
        shade(sheet, clouds, relief, strands, self.level, *amounts)
        return sheet

    def _add_octaves(
        self, out: npt.NDArray[np.float32], side: float, largest: float, finest: float, upright: bool, key: Key
    ) -> None:
        stretch = math.sqrt(self.anisotropy)
        feature, octave = largest, 0
        while feature >= finest:
            along, across = max(round(side / (feature * stretch)), 1), max(round(side * stretch / feature), 1)
            rows, columns = (along, across) if upright else (across, along)
            add_octave(out, rows, columns, feature / largest, *key.at(octave).pair())
            feature, octave = feature / 2, octave + 1

    def _strands(self, size: int, px_per_mm: float, upright: bool, key: Key) -> Bytes:
        margin = round(8 * px_per_mm)
        canvas = blank_canvas(size, margin)
        count = round(self.fibres_per_cm2 * (size / px_per_mm) ** 2 / 100)
        draw_strands(canvas, size, margin, px_per_mm, count, 0.25 if upright else 0.0, *key.pair())
        return wrapped(canvas, size, margin)


@kernel
def add_octave(out, rows, columns, amplitude, k0, k1):
    """Add smooth value noise with `rows` × `columns` features to the square `out`; it repeats."""
    size = out.shape[0]
    lattice = np.empty((rows, columns + 1), np.float32)
    bits = np.empty(columns, np.uint32)
    for j in range(rows):
        start, stride = row_key(k0, k1, j)
        fill_bits(bits, start, stride)
        for i in range(columns):
            lattice[j, i] = (f32(bits[i] >> u32(8)) * f32(2.0 / 16777215) - f32(1)) * f32(amplitude)
        lattice[j, columns] = lattice[j, 0]
    line = np.empty(columns + 1, np.float32)
    per_row, per_column = f32(rows) / f32(size), f32(columns) / f32(size)
    for y in range(size):
        at = f32(y) * per_row
        j = i32(at)
        f = at - f32(j)
        f = f * f * (f32(3) - f32(2) * f)
        upper, lower = lattice[j % rows], lattice[(j + 1) % rows]
        for i in range(line.size):
            line[i] = upper[i] + f * (lower[i] - upper[i])
        row = out[y]
        for x in range(size):
            at = f32(x) * per_column
            i = u32(at)
            f = at - f32(i)
            f = f * f * (f32(3) - f32(2) * f)
            row[x] += line[i] + f * (line[i + u32(1)] - line[i])


@kernel
def draw_strands(canvas, size, margin, px_per_mm, count, main, k0, k1):
    """Single fibres: 1 to 4 mm long, curled, about the direction `main` in turns."""
    side, scale = size + 2 * margin, f32(px_per_mm)
    for i in range(count):
        x = uniform_at(k0, k1, i, 0) * f32(size) + f32(margin)
        y = uniform_at(k0, k1, i, 1) * f32(size) + f32(margin)
        heading = f32(main) + normal_at(k0, k1, i, 1) * f32(0.11)
        step = (f32(1) + f32(3) * uniform_at(k0, k1, i, 2)) * scale / f32(8)
        bend = normal_at(k0, k1, i, 2) * f32(0.03)
        half = f32(0.03) * scale
        alpha = f32(0.3) + f32(0.7) * uniform_at(k0, k1, i, 3)
        for node in range(8):
            s, c = sincos(heading)
            x1, y1 = x + c * step, y + s * step
            stroke(canvas, side, side, x, y, x1, y1, half, half, alpha, alpha)
            x, y, heading = x1, y1, heading + bend + normal_at(k0, k1, i, 8 + node) * f32(0.012)


@kernel
def shade(sheet, clouds, relief, strands, level, formation, tooth, fibres):
    """Put the sheet together: clouds by standard deviation `formation`; relief lit from the upper left, by `tooth`;
    bright fibres with a shadow on their lower right, by `fibres`."""
    size = sheet.shape[0]
    cloud_power, relief_power = f64(1e-9), f64(1e-9)
    for y in range(size):
        for x in range(size):
            d = f64(relief[y, x] - relief[(y + 1) % size, (x + 1) % size])
            cloud_power += f64(clouds[y, x]) * f64(clouds[y, x])
            relief_power += d * d
    a, b = f32(f64(formation * size) / np.sqrt(cloud_power)), f32(f64(tooth * size) / np.sqrt(relief_power))
    c = f32(fibres) / f32(255)
    for y in range(size):
        below, above = (y + 1) % size, (y - 1) % size
        for x in range(size):
            d = relief[y, x] - relief[below, (x + 1) % size]
            ridge = f32(strands[y, x]) - f32(strands[above, (x - 1) % size])
            v = f32(level) + a * clouds[y, x] + b * d + c * ridge
            sheet[y, x] = u8(i32(min(max(v, f32(0)), f32(1)) * f32(255) + f32(0.5)))
