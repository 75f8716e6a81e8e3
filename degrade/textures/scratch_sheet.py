"""Sheets of scratches: bundles of faint near-parallel arcs, long single strokes, scuffs and a few gouges.

Lengths and widths follow hand-drawn outlines on ten film scans (D. Ivanova, J. Williamson, P. Henderson,
arXiv:2302.10004), in mm on a print of 10 × 15 cm made of the whole frame: log-normal lengths with a median of 7.4 mm,
widths of 0.09 to 0.32 mm. That scratches come in bundles, fade at their ends and break up along their way is what scans
of worn prints and films show; part of what lies under them stays visible (V. Bruni, D. Vitulano, A generalized model
for scratch detection, doi:10.1109/TIP.2003.817231).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from degrade.engine.distributions import LogUniform, NegativeBinomial
from degrade.engine.kernels.draw import lattice, speck, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fractal_noise_1d, normal_at, sincos, uniform_at
from degrade.engine.key import Key
from degrade.textures.canvas import Bytes, blank_canvas, clustered_places, log_normal, wrapped

u32, f32 = np.uint32, np.float32
_PRINT_MM2 = 15_000
_NODES = 96
_STRAND_MM = 0.16
_KINDS = ("bundles", "singles", "scuffs", "gouges")


@dataclass(frozen=True, kw_only=True)
class ScratchSheet:
    """A sheet of scratches; what is drawn is how much they cover.

    Parameters
    ----------
    bundles, singles, scuffs, gouges : float
        How many on 150 cm², on average; see `draw_strokes` for what each is.
    k : float
        Shape of the negative binomial of these counts.
    wear : tuple
        (low, high) of a factor to all of them, log-uniform from sheet to sheet.
    length_mm : tuple
        (median, sigma of the logarithm) of a scratch's length.
    width_mm : tuple
        The same of its width.
    clustering : float
        Standard deviation of the log intensity of their places.
    aligned : float
        Share of the scratches that follow the sheet's main direction, in which it was pulled over something.
    """

    bundles: float
    singles: float
    scuffs: float
    gouges: float
    k: float
    wear: tuple[float, float]
    length_mm: tuple[float, float]
    width_mm: tuple[float, float]
    clustering: float
    aligned: float

    def render(self, size: int, px_per_mm: float, key: Key) -> Bytes:
        """The sheet at `key`: (size, size) uint8, repeating."""
        margin = round(56 * px_per_mm)
        canvas = blank_canvas(size, margin)
        share = LogUniform(*self.wear).at(key.at("wear").uniform()) * (size / px_per_mm) ** 2 / _PRINT_MM2
        main = key.at("direction").uniform()
        for kind, name in enumerate(_KINDS):
            own = key.at(name)
            mean = max(getattr(self, name) * share, 1e-3)
            count = NegativeBinomial(mean, self.k).at(own.at("count").uniform())
            places = clustered_places(count, self.clustering, size, margin, own.at("places"))
            draw_strokes(
                canvas, size + 2 * margin, px_per_mm, kind, places, main, self.aligned, *self.length_mm, *self.width_mm,
                *own.pair(),
            )  # fmt: skip
        return wrapped(canvas, size, margin)


@kernel
def draw_strokes(
    canvas, side, px_per_mm, kind, places, main, aligned, length, length_sigma, width, width_sigma, k0, k1
):  # fmt: skip
    """Groups of one kind around `places`. 0: bundles of 3 to 12 near-parallel arcs; 1: single long strokes; 2: scuffs,
    dozens of short hairlines close together; 3: gouges, short and deep, with crumbs beside them. Wide scratches are
    made of up to six hairlines side by side, each pressed on in its own way."""
    scale = f32(px_per_mm)
    values = lattice(k0, k1)
    bumps = np.empty(_NODES + 1, np.float32)
    for own in range(places.shape[0]):
        cx, cy = places[own, 0], places[own, 1]
        heading = f32(main) + normal_at(k0, k1, own, 0) * f32(0.02)
        if uniform_at(k0, k1, own, 20) > f32(aligned):
            heading = uniform_at(k0, k1, own, 21)
        curve = normal_at(k0, k1, own, 1) * f32(0.06)
        members, longer, wider, spread, faint, bright = group_shape(kind, uniform_at(k0, k1, own, 22))
        typical = log_normal(length, length_sigma, k0, k1, own, 2) * longer
        depth = faint + (bright - faint) * uniform_at(k0, k1, own, 23)
        s, c = sincos(heading)
        for member in range(members):
            base = 40 + 16 * member
            along = normal_at(k0, k1, own, base // 4) * spread * typical * f32(0.6)
            aside = normal_at(k0, k1, own, base // 4 + 1) * spread * (f32(1.2) + f32(0.15) * typical)
            long = min(typical * (f32(0.5) + uniform_at(k0, k1, own, base + 8)), f32(90))
            half = f32(0.5) * scale * log_normal(width, width_sigma, k0, k1, own, base // 4 + 3) * wider
            alpha = min(depth * (f32(0.35) + f32(0.65) * uniform_at(k0, k1, own, base + 9)), f32(1))
            turn = heading + (uniform_at(k0, k1, own, base + 10) - f32(0.5)) * f32(0.04) * min(spread * f32(2), f32(1))
            px = cx + (c * along - s * aside) * scale
            py = cy + (s * along + c * aside) * scale
            strands = min(max(int(half * f32(2.5) / (scale * f32(_STRAND_MM)) + f32(0.5)), 1), 6)
            for strand in range(strands):
                stream = u32(1000000 + 4096 * own + 8 * member + strand)
                bumps[:] = 0
                spacing = max(f32(_NODES) * f32(2.5) / max(long, f32(2.5)), f32(1.5))
                fractal_noise_1d(bumps, spacing, 3, 0.7, k0, k1 ^ stream)
                beside = (f32(2 * strand + 1) / f32(strands) - f32(1)) * half
                weaker = f32(1) if strand == 0 else f32(0.25) + f32(0.75) * uniform_at(k0, k1, stream, 4)
                draw_arc(
                    canvas, side, px - s * beside, py + c * beside, turn, long * scale, half / f32(strands), curve,
                    alpha * weaker, bumps, k0, k1, stream,
                )  # fmt: skip
            if kind == 3:
                draw_crumbs(canvas, side, px, py, half, alpha, values, k0, k1, stream)


@kernel
def group_shape(kind, u):
    """(members, factor to the length, factor to the width, spread, least and greatest opacity) of a group."""
    if kind == 0:
        return 3 + int(u * f32(10)), f32(1), f32(0.7), f32(0.45), f32(0.3), f32(1)
    if kind == 1:
        return 1, f32(2.6), f32(0.9), f32(0), f32(0.35), f32(1)
    if kind == 2:
        return 24 + int(u * f32(60)), f32(0.35), f32(0.45), f32(0.9), f32(0.25), f32(0.85)
    return 1, f32(0.5), f32(1.8), f32(0), f32(0.6), f32(1)


@kernel
def draw_arc(canvas, side, x, y, heading, length, half, curve, alpha, bumps, k0, k1, stream):
    """An arc of `curve` turns about (x, y) px; it fades towards its ends and breaks up where `bumps` are low."""
    nodes = min(max(int(length / f32(3)), 5), _NODES)
    step = length / f32(nodes)
    direction = heading - curve * f32(0.5)
    s, c = sincos(heading)
    x, y = x - c * length * f32(0.5), y - s * length * f32(0.5)
    skew = f32(0.2) + f32(0.6) * uniform_at(k0, k1, stream, 0)
    broken = f32(0.3) + f32(2.2) * uniform_at(k0, k1, stream, 1) * uniform_at(k0, k1, stream, 3)
    h0, a0 = f32(0), f32(0)
    for node in range(nodes + 1):
        t = f32(node) / f32(nodes)
        rise = min(t / skew, (f32(1) - t) / (f32(1) - skew))
        fade = rise * (f32(2) - rise)
        press = min(max(f32(0.75) + broken * bumps[node], f32(0)), f32(1))
        h1, a1 = half * (f32(0.5) + f32(0.5) * fade), alpha * fade * press
        if node > 0:
            direction += curve / f32(nodes) + normal_at(k0, k1, stream, node + 1) * f32(0.0012)
            s, c = sincos(direction)
            x1, y1 = x + c * step, y + s * step
            stroke(canvas, side, side, x, y, x1, y1, h0, h1, a0, a1)
            x, y = x1, y1
        h0, a0 = h1, a1


@kernel
def draw_crumbs(canvas, side, x, y, half, alpha, values, k0, k1, stream):
    """Crumbs of emulsion around a gouge."""
    for crumb in range(int(uniform_at(k0, k1, stream, 2) * f32(14))):
        place = 800 + 8 * crumb
        away = half * f32(5) * (f32(0.4) + uniform_at(k0, k1, stream, place))
        s, c = sincos(uniform_at(k0, k1, stream, place + 1))
        radius = half * f32(0.5) * (f32(0.3) + uniform_at(k0, k1, stream, place + 2))
        speck(
            canvas, side, side, x + c * away * f32(2), y + s * away, radius, alpha * f32(0.8), f32(0.5),
            f32(1.5) / max(radius, f32(0.5)), values,
        )  # fmt: skip
