"""Drawing what `folds` laid out: the broken emulsion with its fibres, the flakes, the dirt, the crease.

Coverage and relief are (H, W rounded up to 8) buffers; nodes and tangents (count, N, 2), shades (count, N), samples
(count, 7, M) and used (count,) are those of `fold_geometry`. Each kernel gives the box that it may have touched.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, lattice_noise, speck, stroke
from degrade.engine.kernels.folds import (
    FLAKE_MINUS,
    FLAKE_PLUS,
    MINUS,
    OFFSET,
    PLUS,
    TWIN,
    TWIN_OFFSET,
    salted,
)
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, normal_at, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief, draw_rim

u32, f32, i32 = np.uint32, np.float32, np.int32

BREAK_ROUGHNESS, FLAKE_ROUGHNESS = 0.75, 0.3
"""How far noise moves the edges of a break and of a flake, as a share of their half width."""
FRINGE_FROM = 1.0
"""Pixels a millimetre below which no fibre is drawn: the largest would cover a few hundredths of a pixel."""
SOIL_SPREAD_MM = 0.55
"""How far dirt spreads from the rims."""


@kernel
def beside(nodes, tangents, samples, q, side):
    """The point at the rim of a break, `q` samples along the path, on the positive (1) or negative (-1) side: x, y, the
    unit direction away from the path, and the half width there, in mm."""
    i = min(i32(q) // PER_SEGMENT, nodes.shape[0] - 2)
    j = min(i32(q), (nodes.shape[0] - 1) * PER_SEGMENT - 1)
    s = (q - f32(i * PER_SEGMENT)) / f32(PER_SEGMENT)
    dx, dy = nodes[i + 1, 0] - nodes[i, 0], nodes[i + 1, 1] - nodes[i, 1]
    nx, ny = -tangents[i, 1], tangents[i, 0]
    half = samples[PLUS, j] if side > f32(0) else samples[MINUS, j]
    d = samples[OFFSET, j] + side * half
    return nodes[i, 0] + s * dx + nx * d, nodes[i, 1] + s * dy + ny * d, nx * side, ny * side, half


@kernel
def draw_fringe(coverage, height, width, nodes, tangents, samples, px_per_mm, fold, values, k0, k1):
    """Fibres of the paper that stand out over the rims of a break, and flecks where the emulsion is rubbed beside it.

    One candidate a sample of the path, two in three a fibre; those beside a closed stretch come to nothing.
    """
    whole = i32(0), i32(0), i32(0), i32(0)
    n, scale = (nodes.shape[0] - 1) * PER_SEGMENT + 1, f32(px_per_mm)
    key = salted(k0, fold, u32(10))
    per_px = f32(6) / scale
    for i in range(n - 1):
        q = uniform_at(key, k1, i, u32(0)) * f32(n - 1)
        side = f32(1) if uniform_at(key, k1, i, u32(1)) < f32(0.5) else f32(-1)
        x, y, nx, ny, half = beside(nodes, tangents, samples, q, side)
        if half < f32(0.03) + f32(0.1) * uniform_at(key, k1, i, u32(2)):
            continue
        u, alpha = uniform_at(key, k1, i, u32(3)), f32(0.2) + f32(0.5) * uniform_at(key, k1, i, u32(4))
        sine, cosine = sincos((uniform_at(key, k1, i, u32(5)) - f32(0.5)) * f32(0.42))
        ax, ay = nx * cosine - ny * sine, nx * sine + ny * cosine
        if i % 3 != 0:
            long = f32(0.05) + f32(0.4) * u * u * u
            thick = scale * (f32(0.02) + f32(0.02) * u)
            box = stroke(
                coverage, height, width, (x - ax * f32(0.05)) * scale, (y - ay * f32(0.05)) * scale,
                (x + ax * long) * scale, (y + ay * long) * scale, thick, thick * f32(0.6), alpha, alpha * f32(0.4),
            )  # fmt: skip
        else:
            far = f32(-0.35) * log2(u)
            radius = scale * f32(0.04) * exp2(f32(0.7) * normal_at(key, k1, i, u32(2)))
            box = speck(
                coverage, height, width, (x + nx * far) * scale, (y + ny * far) * scale, radius, alpha,
                f32(0.7), per_px, values,
            )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_rubbing(coverage, height, width, nodes, tangents, used, px_per_mm, per_mm, values, k0, k1):
    """Fine short scratches across the ridges of all folds, `per_mm` of them on average: in patches, each rubbed one way
    or nearly so, thin and shallow, most of them close to the ridge."""
    k0, k1, scale = u32(k0), u32(k1), f32(px_per_mm)
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        last, key = used[fold] - 1, salted(k0, fold, u32(11))
        dx, dy = nodes[fold, 1, 0] - nodes[fold, 0, 0], nodes[fold, 1, 1] - nodes[fold, 0, 1]
        length = f32(last) * np.sqrt(dx * dx + dy * dy)
        for i in range(np.int64(f32(2) * length * f32(per_mm))):
            s = uniform_at(key, k1, i, u32(0)) * length
            patch = lattice_noise(values, s * f32(0.11), f32(fold) * f32(7.3)) + f32(0.3) * lattice_noise(
                values, s * f32(0.5), f32(fold) * f32(7.3) + f32(2.6)
            )
            if f32(0.5) + f32(0.9) * patch < uniform_at(key, k1, i, u32(1)):
                continue
            q = s / length * f32(last)
            node = min(np.int64(q), last - 1)
            t, a, b = q - f32(node), nodes[fold, node], nodes[fold, node + 1]
            tx, ty = tangents[fold, node, 0], tangents[fold, node, 1]
            # The way it was rubbed turns slowly along the ridge, and differs a little from scratch to scratch.
            turns = f32(0.13) * lattice_noise(values, s * f32(0.07), f32(fold) * f32(7.3) + f32(4.9))
            turns += f32(0.04) * normal_at(key, k1, i, u32(1))
            sine, cosine = sincos(turns)
            ux, uy = -ty * cosine - tx * sine, tx * cosine - ty * sine
            long = exp2(f32(0.8) * normal_at(key, k1, i, u32(2)))
            away = f32(0.75) * normal_at(key, k1, i, u32(3)) - f32(0.5) * long
            x, y = a[0] + t * (b[0] - a[0]) + ux * away, a[1] + t * (b[1] - a[1]) + uy * away
            u = uniform_at(key, k1, i, u32(8))
            thick = scale * (f32(0.015) + f32(0.035) * u * u)
            alpha = f32(0.25) + f32(0.5) * uniform_at(key, k1, i, u32(9))
            bend = f32(0.12) * long * (uniform_at(key, k1, i, u32(10)) - f32(0.5))
            mx, my = x + f32(0.5) * long * ux - bend * uy, y + f32(0.5) * long * uy + bend * ux
            box = stroke(
                coverage, height, width, x * scale, y * scale, mx * scale, my * scale,
                thick * f32(0.5), thick, alpha * f32(0.4), alpha,
            )  # fmt: skip
            whole = joined(whole, box)
            box = stroke(
                coverage, height, width, mx * scale, my * scale, (x + long * ux) * scale, (y + long * uy) * scale,
                thick, thick * f32(0.5), alpha, alpha * f32(0.2),
            )  # fmt: skip
            whole = joined(whole, box)
    return whole


@kernel
def draw_folds(coverage, height, width, nodes, tangents, samples, used, px_per_mm, subsamples, corner, values, k0, k1):
    """The broken emulsion of all folds, with the fibres and flecks beside it."""
    k0, k1 = u32(k0), u32(k1)
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        path, direction, own = nodes[fold, :n], tangents[fold, :n], samples[fold]
        box = draw_break(
            coverage, height, width, path, direction, own[OFFSET, :m], own[PLUS, :m], own[MINUS, :m],
            px_per_mm, BREAK_ROUGHNESS, subsamples, corner, values,
        )  # fmt: skip
        whole = joined(whole, box)
        box = draw_break(
            coverage, height, width, path, direction, own[TWIN_OFFSET, :m], own[TWIN, :m], own[TWIN, :m],
            px_per_mm, BREAK_ROUGHNESS, subsamples, corner, values,
        )  # fmt: skip
        whole = joined(whole, box)
        if px_per_mm >= FRINGE_FROM:
            box = draw_fringe(coverage, height, width, path, direction, own, px_per_mm, fold, values, k0, k1)
            whole = joined(whole, box)
    return whole


@kernel
def draw_flakes(coverage, height, width, nodes, tangents, samples, used, px_per_mm, subsamples, corner, values):
    """The emulsion that flaked off beside all folds."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        own = samples[fold]
        box = draw_break(
            coverage, height, width, nodes[fold, :n], tangents[fold, :n], own[OFFSET, :m],
            own[FLAKE_PLUS, :m], own[FLAKE_MINUS, :m], px_per_mm, FLAKE_ROUGHNESS, subsamples, corner, values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_soil(coverage, height, width, nodes, tangents, samples, used, px_per_mm, amount, corner, values):
    """The dirt in and beside all folds, with `amount` in [0, 1] at most."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        own = samples[fold]
        box = draw_rim(
            coverage, height, width, nodes[fold, :n], tangents[fold, :n], own[OFFSET, :m],
            own[PLUS, :m], own[MINUS, :m], px_per_mm, SOIL_SPREAD_MM, amount, corner, values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_creases(relief, height, width, nodes, tangents, shades, used, px_per_mm, sigma):
    """The relief of all folds."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n = used[fold]
        box = draw_relief(
            relief, height, width, nodes[fold, :n], tangents[fold, :n], shades[fold, :n], px_per_mm, sigma
        )
        whole = joined(whole, box)
    return whole
