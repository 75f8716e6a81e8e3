"""Dust, dirt and lint.

Sizes follow 12 136 hand-drawn outlines of dust, dirt, short and long hairs on ten film scans, all of them log-normal
(D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage, Computer Graphics Forum 42 (2023),
doi:10.1111/cgf.14749; fitted in thousandths of the frame's diagonal and given here in mm on a print of 10 × 15 cm made of
the whole frame). Counts vary between frames as negative binomials; places are those of a log-Gaussian Cox process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from degrade.engine.distributions import LogUniform, NegativeBinomial
from degrade.engine.kernels.draw import lattice, speck, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import normal_at, sincos, uniform_at
from degrade.engine.key import Key
from degrade.textures.canvas import Bytes, blank_canvas, clustered_place, log_normal, wrapped

u32, f32 = np.uint32, np.float32
_FRAME_MM2 = 15_000
_HAIR_NODES = 48
KINDS = ("grit", "dust", "dirt", "short_hair", "long_hair")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of thing that lies on a frame.

    Parameters
    ----------
    per_frame : float
        How many on 150 cm² of a very dirty print, on average.
    k : float
        Shape of the negative binomial of their number; smaller is more uneven between sheets.
    size_mm : tuple
        (median, sigma of the logarithm) of a speck's diameter or of a hair's length.
    width_mm : float
        Median width of a hair; 0 for a speck.
    """

    per_frame: float
    k: float
    size_mm: tuple[float, float]
    width_mm: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Dust:
    """A sheet of dust; what is drawn is how much the dirt covers.

    Parameters
    ----------
    grit, dust, dirt, short_hair, long_hair : Kind
        Grit is the finest dust, below what the outlines hold; dirt is lumps of it.
    rate : tuple
        (low, high) of the share of a very dirty frame's counts, log-uniform from sheet to sheet.
    clustering : float
        Standard deviation of the log intensity.
    """

    grit: Kind
    dust: Kind
    dirt: Kind
    short_hair: Kind
    long_hair: Kind
    rate: tuple[float, float]
    clustering: float

    def __post_init__(self) -> None:
        for name in KINDS:
            given = getattr(self, name)
            object.__setattr__(self, name, given if isinstance(given, Kind) else Kind(**given))

    def render(self, size: int, px_per_mm: float, key: Key) -> Bytes:
        """The sheet at `key`: (size, size) uint8, repeating."""
        margin = round(24 * px_per_mm)
        canvas = blank_canvas(size, margin)
        rate = LogUniform(*self.rate).at(key.at("rate").uniform()) * (size / px_per_mm) ** 2 / _FRAME_MM2
        for name in KINDS:
            kind: Kind = getattr(self, name)
            own = key.at(name)
            mean = max(kind.per_frame * rate, 1e-3)
            count = NegativeBinomial(mean, kind.k).at(own.at("count").uniform())
            where = (canvas, size, margin, px_per_mm, count, *kind.size_mm)
            if kind.width_mm:
                draw_hairs(*where, kind.width_mm, self.clustering, *own.pair())
            else:
                draw_specks(*where, name == "dirt", self.clustering, *own.pair())
        return wrapped(canvas, size, margin)


@kernel
def draw_specks(canvas, size, margin, px_per_mm, count, median, sigma, lumpy, clustering, k0, k1):
    """Specks of log-normal diameter, in mm, slightly longer than wide; `lumpy` ones are unions of up to five."""
    scale, values = f32(px_per_mm), lattice(k0, k1)
    height, width = canvas.shape[0], size + 2 * margin
    for i in range(count):
        x, y = clustered_place(k0, k1, 2 * i, clustering)
        cx, cy = x * f32(size) + f32(margin), y * f32(size) + f32(margin)
        radius = f32(0.5) * scale * log_normal(median, sigma, k0, k1, 2 * i + 1, 0)
        alpha = opacity(uniform_at(k0, k1, 2 * i + 1, 8))
        parts = 1 + int(uniform_at(k0, k1, 2 * i + 1, 9) * f32(5)) if lumpy else 2
        share = f32(0.72) if lumpy and parts > 1 else f32(1) if lumpy else f32(0.9)
        for part in range(parts):
            s, c = sincos(uniform_at(k0, k1, 2 * i + 1, 10 + 2 * part))
            apart = radius * uniform_at(k0, k1, 2 * i + 1, 11 + 2 * part) * (f32(1.1) if lumpy else f32(0.35))
            if part == 0:
                apart = f32(0)
            speck(
                canvas, height, width, cx + c * apart, cy + s * apart, radius * share, alpha, f32(0.4),
                f32(1.6) / max(radius, f32(0.5)), values,
            )  # fmt: skip


@kernel
def opacity(u):
    """How much a grain hides, from a uniform number: most of them much, some little."""
    return f32(1) - f32(0.75) * u * u


@kernel
def draw_hairs(canvas, size, margin, px_per_mm, count, median, sigma, thick, clustering, k0, k1):
    """Fibres: paths whose curvature wanders about a mean of its own (an Ornstein-Uhlenbeck process); a third of them loop,
    a tenth fork. Lengths (log-normal) and widths in mm."""
    scale = f32(px_per_mm)
    for i in range(count):
        x, y = clustered_place(k0, k1, 2 * i, clustering)
        own = 2 * i + 1
        length = min(log_normal(median, sigma, k0, k1, own, 0) * scale, f32(margin) * f32(0.9))
        half = f32(0.5) * scale * log_normal(thick, 0.3, k0, k1, own, 1)
        turns = normal_at(k0, k1, own, 2) * f32(0.22)
        if uniform_at(k0, k1, own, 20) < f32(0.3):
            turns = (f32(0.7) + f32(0.9) * uniform_at(k0, k1, own, 21)) * (f32(1) if turns > f32(0) else f32(-1))
        alpha = opacity(uniform_at(k0, k1, own, 22)) * f32(0.9)
        cx, cy = x * f32(size) + f32(margin), y * f32(size) + f32(margin)
        heading = uniform_at(k0, k1, own, 23)
        draw_hair(canvas, size, margin, cx, cy, heading, length, half, turns, alpha, k0, k1, u32(3000000 + 2 * i))
        if uniform_at(k0, k1, own, 24) < f32(0.1):
            aside = heading + (f32(0.06) if turns > f32(0) else f32(-0.06))
            draw_hair(
                canvas, size, margin, cx, cy, aside, length * f32(0.5), half * f32(0.8), -turns * f32(0.6), alpha, k0, k1,
                u32(3000001 + 2 * i),
            )  # fmt: skip


@kernel
def draw_hair(canvas, size, margin, x, y, heading, length, half, turns, alpha, k0, k1, row):
    """One fibre from (x, y) px on: `heading` in turns, `turns` in all along its `length`, tapering at its ends."""
    height, width = canvas.shape[0], size + 2 * margin
    nodes = min(max(int(length / f32(1.5)), 6), _HAIR_NODES)
    step = length / f32(nodes)
    bend, wander = f32(0), f32(0)
    h0, a0 = f32(0), f32(0)
    for node in range(nodes + 1):
        t = f32(node) / f32(nodes)
        taper = min(f32(1), f32(0.45) + f32(5) * min(t, f32(1) - t))
        wander = f32(0.85) * wander + f32(0.5) * normal_at(k0, k1, row, 2 * node)
        h1, a1 = half * taper, alpha * min(f32(1), f32(0.75) + f32(0.1) * normal_at(k0, k1, row, 2 * node + 1))
        a1 = min(max(a1, f32(0)), f32(1))
        if node > 0:
            bend = turns / f32(nodes) + wander * f32(0.2) / np.sqrt(f32(nodes))
            heading += bend
            s, c = sincos(heading)
            x1, y1 = x + c * step, y + s * step
            stroke(canvas, height, width, x, y, x1, y1, h0, h1, a0, a1)
            x, y = x1, y1
        h0, a0 = h1, a1
