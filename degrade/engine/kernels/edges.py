"""The outline of a print whose corners are gone or rounded and whose edges are worn, as a path for `paths`.

The outline runs clockwise as the picture is seen, so that the print lies on its right. Lengths are in mm; everything
comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.kernels.draw import joined, lattice
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, power, uniform_at
from degrade.engine.kernels.paths import (
    CHIP_MM,
    PER_SEGMENT,
    ROUGHEST,
    edge_noise,
    reach_of,
    row_of,
    segment_box,
    segment_of,
    tangents_along,
)
from degrade.engine.kernels.shared import wear_at
from degrade.engine.kernels.torn import corner_of, draw_hairs, subsamples_of

if TYPE_CHECKING:
    from degrade.engine.key import Key
    from degrade.engine.photo import Box, Photo

u8, u32, f32, i32, i64 = np.uint8, np.uint32, np.float32, np.int32, np.int64
Floats = npt.NDArray[np.float32]

ROUND, TORN = 0, 1
"""Codes of the kinds of corners."""
EDGE_MM = 4.0
"""Length of one segment of an edge, at most."""
AT_CORNER = 8
"""Segments at a corner."""
OUTSIDE_MM = 1.0
"""How far beyond an edge the outside is drawn."""
OFFSET, PAPER_GONE, FRINGE, PEELED, OUTSIDE = range(5)
"""Rows of the samples: centre line; how far inwards the paper is missing, the emulsion is gone, its top is peeled; how
far outwards the outside reaches."""
HURST = f32(2.1**-0.67)
"""Fall of amplitude to the next octave, 2.1 times finer, in a self-affine line of Hurst exponent 0.67, as lines of
fracture in paper have."""


@kernel
def along(s, scale, octaves, falloff, k0, k1):
    """Smoothed noise at `s` mm along the outline in about [-1, 1], its first feature `scale` mm long."""
    total, weight, amplitude, t = f32(0), f32(0), f32(1), s / f32(scale)
    for octave in range(octaves):
        whole = np.floor(t)
        i, f = i32(whole), t - whole
        f = f * f * (f32(3) - f32(2) * f)
        salt = u32(k0 + u32(octave) * u32(0x85EBCA6B))
        a = f32(mix32(salt ^ mix32(u32(i) + k1)) >> u32(8)) * f32(2.0 / 16777215) - f32(1)
        b = f32(mix32(salt ^ mix32(u32(i + i32(1)) + k1)) >> u32(8)) * f32(2.0 / 16777215) - f32(1)
        total += amplitude * (a + f * (b - a))
        weight += amplitude
        amplitude *= f32(falloff)
        t *= f32(2.1)
    return total / weight


@kernel
def corner_at(corner, height, width):
    """A corner's place, 0 to 3 clockwise from the top left, and the directions in which the outline comes and goes."""
    if corner == 0:
        return f32(0), f32(0), f32(0), f32(-1), f32(1), f32(0)
    if corner == 1:
        return width, f32(0), f32(1), f32(0), f32(0), f32(1)
    if corner == 2:
        return width, height, f32(0), f32(1), f32(-1), f32(0)
    return f32(0), height, f32(-1), f32(0), f32(0), f32(-1)


@kernel
def outline(nodes, spans, kinds, legs, height, width, k0, k1):
    """Fill `nodes` with the outline of a print of height x width mm, closed; gives how many they are. `spans` (4, 2)
    int64 becomes the first and the last node of each corner.

    `kinds` (4,) int64 and `legs` (4, 2) float32 are the corners' kinds and how much of the edge that comes and of the
    one that goes they take, clockwise from the top left. A round corner is a parabola; a torn one is a line with one
    bend, to either side, and a self-affine wander.
    """
    count = i64(0)
    k0, k1 = u32(k0), u32(k1)
    for step in range(5):
        corner = step % 4
        x, y, inx, iny, outx, outy = corner_at(corner, height, width)
        ax, ay = x - inx * legs[corner, 0], y - iny * legs[corner, 0]
        bx, by = x + outx * legs[corner, 1], y + outy * legs[corner, 1]
        if step > 0:
            # The edge from the last corner to this one.
            px, py = nodes[count - 1, 0], nodes[count - 1, 1]
            length = np.sqrt((ax - px) * (ax - px) + (ay - py) * (ay - py))
            pieces = max(i64(np.ceil(length / f32(EDGE_MM))), i64(1))
            for i in range(1, pieces + 1):
                t = f32(i) / f32(pieces)
                nodes[count, 0], nodes[count, 1] = px + t * (ax - px), py + t * (ay - py)
                count += 1
        if step == 4:
            break
        spans[corner, 0] = max(count - 1, i64(0))
        spans[corner, 1] = spans[corner, 0] + AT_CORNER
        chord = np.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay))
        nx, ny = -(by - ay) / max(chord, f32(1e-6)), (bx - ax) / max(chord, f32(1e-6))
        bend_at = f32(0.25) + f32(0.5) * uniform_at(k0, k1, i64(corner), i64(0))
        bend = f32(0.09) * chord * normal_at(k0, k1, i64(corner), i64(1))
        for i in range(0 if step == 0 else 1, AT_CORNER + 1):
            t = f32(i) / f32(AT_CORNER)
            px, py = ax + t * (bx - ax), ay + t * (by - ay)
            if kinds[corner] == ROUND:
                pull = f32(2) * t * (f32(1) - t)
                px, py = px + pull * (x - f32(0.5) * (ax + bx)), py + pull * (y - f32(0.5) * (ay + by))
            else:
                ends = min(min(t, f32(1) - t) * f32(8), f32(1))
                bent = t / bend_at if t < bend_at else (f32(1) - t) / (f32(1) - bend_at)
                wander = (
                    f32(0.05) * chord * along(t * chord + f32(71 * corner), f32(0.4) * chord + f32(1), 3, HURST, k0, k1)
                )
                away = bend * bent + wander * ends
                px, py = px + away * nx, py + away * ny
            nodes[count, 0], nodes[count, 1] = px, py
            count += 1
    return count


@kernel
def wear_edges(
    nodes,
    tangents,
    samples,
    count,
    spans,
    kinds,
    legs,
    height,
    width,
    top,
    left,
    fringe,
    peel,
    nicks,
    strip,
    k0,
    k1,
    w0,
    w1,
):
    """Fill `tangents` and `samples` (5, M) of an outline of `count` nodes and shift it to the picture, from whose top
    left corner the print's lies (`left`, `top`) mm away.

    `fringe` mm: how far the emulsion is worn off, typically; `peel` mm: how far its top has come off at the corners;
    `nicks` a mm: small bites out of the edge; `strip` mm: how wide the core of the paper shows at a torn corner.
    """
    k0, k1 = u32(k0), u32(k1)
    salt = mix32(k0 ^ u32(0x51ED27))
    short = min(height, width)
    wide, tall = width / short, height / short
    tangents_along(nodes[:count], tangents[:count])
    s = f32(0)
    for i in range(count - 1):
        x0, y0, x1, y1 = nodes[i, 0], nodes[i, 1], nodes[i + 1, 0], nodes[i + 1, 1]
        length = np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
        worn0 = wear_at(x0 / short, y0 / short, wide, tall, u32(w0), u32(w1))
        worn1 = wear_at(x1 / short, y1 / short, wide, tall, u32(w0), u32(w1))
        for j in range(PER_SEGMENT + 1):
            t = f32(j) * f32(1 / PER_SEGMENT)
            here, at = s + t * length, i * PER_SEGMENT + j
            worn = worn0 + t * (worn1 - worn0)
            patchy = min(max(f32(0.45) + f32(2.2) * (worn - f32(1.25)), f32(0)), f32(4))
            ragged = exp2(f32(2.2) * along(here, f32(4.5), 5, f32(0.68), k0, k1)) - f32(0.35)
            samples[OFFSET, at], samples[PAPER_GONE, at], samples[OUTSIDE, at] = f32(0), f32(0), f32(OUTSIDE_MM)
            samples[FRINGE, at] = max(fringe * patchy * ragged, f32(0))
            over = f32(0)
            if peel > f32(0):
                over = along(here + f32(500), f32(13), 2, f32(0.5), k0, k1) + f32(0.5) * (worn - f32(2))
            if over > f32(0):
                over *= f32(1) + f32(0.5) * along(here, f32(1.6), 3, f32(0.6), salt, k1)
            samples[PEELED, at] = max(peel * over, f32(0))
        s += length
    total = (count - 1) * PER_SEGMENT + 1
    bite_edges(samples, total, s, nicks, k0, k1)
    for corner in range(4):
        first, last = spans[corner, 0], spans[corner, 1]
        deep = legs[corner, 0] + legs[corner, 1]
        chord = np.sqrt(legs[corner, 0] * legs[corner, 0] + legs[corner, 1] * legs[corner, 1])
        for at in range(first * PER_SEGMENT, last * PER_SEGMENT + 1):
            samples[OUTSIDE, at] = max(deep, f32(OUTSIDE_MM))
            if kinds[corner] != TORN or strip <= f32(0) or deep <= f32(0):
                continue
            t = f32(at - first * PER_SEGMENT) / f32((last - first) * PER_SEGMENT)
            core = exp2(f32(1.6) * along(t * chord + f32(91 * corner), f32(1.8), 3, f32(0.5), salt, k1)) - f32(0.15)
            samples[FRINGE, at] += max(strip * core, f32(0))
            fine = f32(0.13) * along(t * chord + f32(37 * corner), f32(1.2), 3, HURST, k0, salt)
            samples[OFFSET, at] = fine * min(min(t, f32(1) - t) * f32(12), f32(1))
    for at in range(total):
        samples[FRINGE, at] += samples[PAPER_GONE, at]
        if samples[PEELED, at] > f32(0):
            samples[PEELED, at] += samples[FRINGE, at]
    for i in range(count):
        nodes[i, 0] += left
        nodes[i, 1] += top


@kernel
def bite_edges(samples, total, length, per_mm, k0, k1):
    """Add nicks to the outline's samples: pointed bites a few tenths of a mm deep, mostly broader than deep, with the
    paper's core around them."""
    number = i64(per_mm * length + uniform_at(k0, k1, i64(77), i64(0)))
    for nick in range(number):
        centre = uniform_at(k0, k1, 100 + nick, i64(0)) * f32(total - 1)
        deep = f32(0.45) * exp2(f32(0.8) * normal_at(k0, k1, 100 + nick, i64(1)))
        half = max(deep * (f32(0.6) + uniform_at(k0, k1, 100 + nick, i64(1))) * f32(total) / length, f32(1.5))
        for at in range(max(i64(centre - half), i64(0)), min(i64(centre + half) + 1, total)):
            away = abs(f32(at) - centre) / half
            rise = deep * power(max(f32(1) - away, f32(0)), f32(1.3))
            samples[PAPER_GONE, at] = max(samples[PAPER_GONE, at], rise - f32(0.05))
            samples[FRINGE, at] += f32(0.35) * rise


@kernel
def draw_band(
    coverage, height, width, nodes, tangents, offset, inward, outward, px_per_mm, roughness, subsamples, corner, values
):  # fmt: skip
    """What is gone along a path, from `outward` mm to its left, all of it, up to `inward` mm to its right, to an edge
    that `paths.edge_noise` moves by `roughness` times its distance, or `CHIP_MM` where that is less.

    The other arguments are those of `paths.draw_break`; where `inward` is 0 nothing is gone on the right.
    """
    scale, rough = f32(px_per_mm), f32(roughness)
    mm, fine = f32(1) / scale, i32(subsamples)
    mm_per_sub = mm / f32(fine)
    first_sub = f32(0.5) * (mm_per_sub - mm)
    share = f32(255) / f32(fine * fine)
    uneven = rough * f32(ROUGHEST)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        first = i * PER_SEGMENT
        _, low, high = reach_of(offset, inward, outward, first)
        high += uneven * f32(CHIP_MM) + f32(0.75) * mm
        box = segment_box(nodes, i, max(high, -low), scale, height, width)
        whole = joined(whole, box)
        segment, ux, uy, length = segment_of(nodes, tangents, i, mm)
        samples_per_mm, mm_per_sample = f32(PER_SEGMENT) / length, length * f32(1 / PER_SEGMENT)
        for y in range(box[0], box[1]):
            xa, xb, a0, da, b0, db, d0, dd = row_of(segment, box, y, low, high)
            row = coverage[y]
            for x in range(xa, xb):
                fx = f32(x)
                a, b, d = a0 + fx * da, b0 + fx * db, d0 + fx * dd
                if a < f32(0) or b <= f32(0):
                    continue
                q = a / (a + b) * f32(PER_SEGMENT)
                j = min(i32(q), i32(PER_SEGMENT - 1))
                f, j = q - f32(j), j + first
                centre, centre_slope = offset[j], offset[j + 1] - offset[j]
                e, e_slope = inward[j], inward[j + 1] - inward[j]
                deep = d - centre - f * centre_slope - e - f * e_slope
                margin = uneven * min(max(e, inward[j + 1]), f32(CHIP_MM)) + f32(0.75) * mm
                margin += abs(e_slope) * mm * samples_per_mm
                if deep > margin or d < centre - outward[j]:
                    continue
                if deep < -margin:
                    row[x] = u8(255)
                    continue
                total = f32(0)
                for sy in range(fine):
                    oy = first_sub + f32(sy) * mm_per_sub
                    py = (f32(y) + f32(0.5)) * mm + oy - corner[1]
                    for sx in range(fine):
                        ox = first_sub + f32(sx) * mm_per_sub
                        px = (fx + f32(0.5)) * mm + ox - corner[0]
                        t = f + (ox * ux + oy * uy) * samples_per_mm
                        away = d + ux * oy - uy * ox - (centre + t * centre_slope)
                        edge = max(e + t * e_slope, f32(0))
                        if edge > f32(0) and abs(away - edge) < uneven * min(edge, f32(CHIP_MM)) + mm_per_sub:
                            noise = edge_noise(values, px, py, (f32(j) + t) * mm_per_sample, away)
                            edge = max(edge + rough * noise * min(edge, f32(CHIP_MM)), f32(0))
                        total += min(max(f32(0.5) + (edge - away) * scale * f32(fine), f32(0)), f32(1))
                row[x] = max(row[x], u8(i32(total * share + f32(0.5))))
    return whole


class Outline(NamedTuple):
    """The outline of one print, as `draw_band` takes it."""

    nodes: Floats
    tangents: Floats
    samples: Floats
    spans: npt.NDArray[np.int64]
    values: Floats

    def band(self, photo: Photo, row: int, roughness: float) -> Box:
        """Draw the band up to the samples' `row` into the photo's coverage; gives the box that it touches."""
        length = (len(self.nodes) - 1) * PER_SEGMENT + 1
        box: Box = draw_band(
            photo.coverage, photo.height, photo.width, self.nodes, self.tangents, self.samples[OFFSET, :length],
            self.samples[row, :length], self.samples[OUTSIDE, :length], photo.px_per_mm, roughness,
            subsamples_of(photo), corner_of(photo), self.values,
        )  # fmt: skip
        return box

    def hairs(self, photo: Photo, corners: list[bool], per_mm: float, long_mm: float, key: Key) -> Box:
        """Draw hairs of paper over the torn edges at those of the four `corners`; gives the box that they touch."""
        whole: Box = (0, 0, 0, 0)
        gone, k0, k1 = self.samples[PAPER_GONE], *key.pair()
        for hairy, (first, last) in zip(corners, self.spans, strict=True):
            if hairy:
                box = draw_hairs(
                    photo.coverage, photo.height, photo.width, self.nodes, self.tangents, self.samples[OFFSET], gone,
                    gone, photo.px_per_mm, per_mm, long_mm, first * PER_SEGMENT, last * PER_SEGMENT, k0, k1,
                )  # fmt: skip
                whole = joined(whole, box)
        return whole


def outlined(
    photo: Photo, kinds: tuple[int, ...], legs: list[tuple[float, float]], key: Key,
    *, fringe: float = 0.0, peel: float = 0.0, nicks: float = 0.0, strip: float = 0.0,
) -> Outline:  # fmt: skip
    """The outline of the whole print, of which `photo` may show a part: see `outline` and `wear_edges`, mm and 1/mm."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    size = np.float32((bottom - top) / scale), np.float32((right - left) / scale)
    words, wear = key.pair(), photo.shared_key("wear").pair()
    taken = np.minimum(np.array(legs, np.float32), np.float32(0.45 * min(size)))
    kind = np.array(kinds, np.int64)
    most = int(2 * (size[0] + size[1]) / EDGE_MM) + 4 * AT_CORNER + 8
    nodes, tangents = np.empty((most, 2), np.float32), np.empty((most, 2), np.float32)
    samples = np.empty((OUTSIDE + 1, most * PER_SEGMENT), np.float32)
    spans = np.empty((4, 2), np.int64)
    count = outline(nodes, spans, kind, taken, *size, *words)
    wear_edges(
        nodes, tangents, samples, count, spans, kind, taken, *size, np.float32(top / scale), np.float32(left / scale),
        np.float32(fringe), np.float32(peel), np.float32(nicks), np.float32(strip), *words, *wear,
    )  # fmt: skip
    return Outline(nodes[:count], tangents[:count], samples, spans, lattice(*words))
