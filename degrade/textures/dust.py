"""Dust, dirt and lint.

Sizes follow 12 136 hand-drawn outlines of dust, dirt, short and long hairs on ten film scans, all of them log-normal
(D. Ivanova, J. Williamson, P. Henderson, arXiv:2302.10004; fitted in thousandths of the frame's diagonal and given here
in mm on a print of 10 × 15 cm made of the whole frame, outlines being drawn somewhat wide). Counts vary between frames
as negative binomials; places are those of a log-Gaussian Cox process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from degrade.engine.distributions import LogUniform, NegativeBinomial
from degrade.engine.kernels.draw import lattice, speck, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import normal_at, sincos, uniform_at
from degrade.engine.key import Key
from degrade.textures.canvas import Bytes, blank_canvas, clustered_places, log_normal, wrapped

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
            places = clustered_places(count, self.clustering, size, margin, own.at("places"))
            where = (canvas, size + 2 * margin, px_per_mm, places, *kind.size_mm)
            if kind.width_mm:
                draw_hairs(*where, kind.width_mm, 0.9 * margin, *own.pair())
            else:
                draw_specks(*where, name == "dirt", *own.pair())
        return wrapped(canvas, size, margin)


@kernel
def draw_specks(canvas, side, px_per_mm, places, median, sigma, lumpy, k0, k1):
    """Specks of log-normal diameter, in mm, around `places`, slightly longer than wide; `lumpy` ones are unions of up
    to five."""
    scale, values = f32(px_per_mm), lattice(k0, k1)
    for i in range(places.shape[0]):
        radius = f32(0.5) * scale * log_normal(median, sigma, k0, k1, i, 0)
        alpha = opacity(uniform_at(k0, k1, i, 8))
        parts, share, spread = 2, f32(0.9), f32(0.35)
        if lumpy:
            parts, spread = 1 + int(uniform_at(k0, k1, i, 9) * f32(5)), f32(1.1)
            share = f32(0.72) if parts > 1 else f32(1)
        for part in range(parts):
            s, c = sincos(uniform_at(k0, k1, i, 10 + 2 * part))
            apart = radius * uniform_at(k0, k1, i, 11 + 2 * part) * spread if part > 0 else f32(0)
            speck(
                canvas, side, side, places[i, 0] + c * apart, places[i, 1] + s * apart, radius * share, alpha, f32(0.4),
                f32(1.6) / max(radius, f32(0.5)), values,
            )  # fmt: skip


@kernel
def opacity(u):
    """How much a grain hides, from a uniform number: most of them much, some little."""
    return f32(1) - f32(0.75) * u * u


@kernel
def draw_hairs(canvas, side, px_per_mm, places, median, sigma, thick, longest, k0, k1):
    """Fibres from `places` on: paths whose curvature wanders about a mean of its own (an Ornstein-Uhlenbeck process); a
    third of them loop, a tenth fork. Lengths (log-normal) and widths in mm, `longest` in pixels."""
    scale = f32(px_per_mm)
    for i in range(places.shape[0]):
        length = min(log_normal(median, sigma, k0, k1, i, 0) * scale, f32(longest))
        half = f32(0.5) * scale * log_normal(thick, 0.3, k0, k1, i, 1)
        turns = normal_at(k0, k1, i, 2) * f32(0.22)
        way = f32(1) if turns > f32(0) else f32(-1)
        if uniform_at(k0, k1, i, 20) < f32(0.3):
            turns = (f32(0.7) + f32(0.9) * uniform_at(k0, k1, i, 21)) * way
        alpha = opacity(uniform_at(k0, k1, i, 22)) * f32(0.9)
        heading = uniform_at(k0, k1, i, 23)
        branches = 2 if uniform_at(k0, k1, i, 24) < f32(0.1) else 1
        for branch in range(branches):
            stream = u32(1000000 + 2 * i + branch)
            draw_hair(
                canvas, side, places[i, 0], places[i, 1], heading, length, half, turns, alpha, k0, k1, stream
            )  # fmt: skip
            heading, turns = heading + f32(0.06) * way, turns * f32(-0.6)
            length, half = length * f32(0.5), half * f32(0.8)


@kernel
def draw_hair(canvas, side, x, y, heading, length, half, turns, alpha, k0, k1, stream):
    """One fibre from (x, y) px on: `heading` in turns, `turns` in all along its `length`, tapering at its ends."""
    nodes = min(max(int(length / f32(1.5)), 6), _HAIR_NODES)
    step, share = length / f32(nodes), f32(1) / f32(nodes)
    wander, wavering = f32(0), f32(0.2) * np.sqrt(share)
    h0, a0 = f32(0), f32(0)
    for node in range(nodes + 1):
        t = f32(node) * share
        taper = min(f32(1), f32(0.45) + f32(5) * min(t, f32(1) - t))
        uneven = f32(0.75) + f32(0.1) * normal_at(k0, k1, stream, 2 * node + 1)
        h1, a1 = half * taper, alpha * min(max(uneven, f32(0)), f32(1))
        if node > 0:
            wander = f32(0.85) * wander + f32(0.5) * normal_at(k0, k1, stream, 2 * node)
            heading += turns * share + wander * wavering
            s, c = sincos(heading)
            x1, y1 = x + c * step, y + s * step
            stroke(canvas, side, side, x, y, x1, y1, h0, h1, a0, a1)
            x, y = x1, y1
        h0, a0 = h1, a1
