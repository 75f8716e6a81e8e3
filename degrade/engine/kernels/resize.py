"""Resizing by separable kernels, with or without widening them where a picture shrinks.

Weights have the form of `warp.resampling_taps`: output sample i is the sum over k of weights[i, k] · input[first[i] +
k]; both ends of both grids coincide, and taps beyond an end weigh on the last sample.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import sincos
from degrade.engine.kernels.vectors import SIDE, turn
from degrade.engine.kernels.warp import AREA, BICUBIC, BILINEAR, NEAREST, keys_cubic, resampling_taps

u64, f32, f64, i64 = np.uint64, np.float32, np.float64, np.int64

LANCZOS = 4
"""Beside the kinds of `warp`: sinc(x)·sinc(x/3), within 3 samples."""
LINES = SIDE
"""Rows whose columns are resized together."""
PI = 3.141592653589793


@kernel
def sinc(t):
    """sin(πt)/(πt)."""
    if abs(t) < 1e-4:
        return 1.0
    sine, _ = sincos(t / 2)
    return f64(sine) / (PI * t)


@kernel
def profile(kind, t):
    """The kernel of a `kind` at the distance t ≥ 0 in samples."""
    if kind == BILINEAR:
        return max(1 - t, 0.0)
    if kind == BICUBIC:
        return keys_cubic(t) if t < 2 else 0.0
    return sinc(t) * sinc(t / 3) if t < 3 else 0.0


@kernel
def resizing_taps(kind, size, wanted, widen):
    """(first (wanted,) int64, weights (wanted, K) float32) from `size` to `wanted` samples; with `widen` a kernel
    reaches over as many samples as it makes one of, so that shrinking does not alias. K is a multiple of four where
    there are as many samples."""
    if kind in (AREA, NEAREST):
        return resampling_taps(kind, size, wanted)
    step = size / wanted
    stretch = max(step, 1.0) if widen else 1.0
    radius = stretch * (1 if kind == BILINEAR else 2 if kind == BICUBIC else 3)
    reach = min((2 * i64(np.ceil(radius)) + 4) // 4 * 4, size)
    first, weights = np.zeros(wanted, i64), np.zeros((wanted, reach), f32)
    row = np.empty(reach, f64)
    for i in range(wanted):
        centre = (i + 0.5) * step - 0.5
        low = i64(np.ceil(centre - radius))
        first[i] = min(max(low, 0), size - reach)
        row[:] = 0
        total = 0.0
        for j in range(low, i64(np.floor(centre + radius)) + 1):
            share = profile(kind, abs(centre - j) / stretch)
            row[min(max(j, 0), size - 1) - first[i]] += share
            total += share
        for k in range(reach):
            weights[i, k] = f32(row[k] / total)
    return first, weights


@kernel
def add_taps(out, at, block, first, size, w, k, fresh):
    """Set `size` values of the flat `out` from `at` on, or add to them unless `fresh`: up to four runs of the flat
    `block`, from `first` on, weighted by `w` from its `k` on."""
    o, a = u64(at), u64(first)
    if w.size - k < 4:
        if fresh:
            out[o : o + u64(size)] = f32(0)
        for tap in range(k, w.size):
            w0, a = w[tap], u64(first + (tap - k) * size)
            for x in range(u64(size)):
                out[o + x] += w0 * block[a + x]
        return
    w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
    b, c, d = u64(first + size), u64(first + 2 * size), u64(first + 3 * size)
    if fresh:
        for x in range(u64(size)):
            out[o + x] = w0 * block[a + x] + w1 * block[b + x] + w2 * block[c + x] + w3 * block[d + x]
    else:
        for x in range(u64(size)):
            out[o + x] += w0 * block[a + x] + w1 * block[b + x] + w2 * block[c + x] + w3 * block[d + x]


@kernel
def turn_rows(source, first, stride, lines, out, size):
    """`lines` runs of `size` values of the flat `source`, from `first` on, `stride` apart, as columns of the flat
    `out`, whose rows are LINES apart."""
    done = 0
    if lines == LINES:
        for x in range(0, size - LINES + 1, LINES):
            turn(source, first + x, stride, out, x * LINES, LINES)
        done = size // LINES * LINES
    for line in range(lines):
        for x in range(done, size):
            out[u64(x * LINES + line)] = source[u64(first + line * stride + x)]


@kernel
def turn_columns(source, size, out, first, stride, lines):
    """`turn_rows` back: the columns of `source`, LINES apart, as `lines` runs of `out`."""
    done = 0
    if lines == LINES:
        for x in range(0, size - LINES + 1, LINES):
            turn(source, x * LINES, LINES, out, first + x, stride)
        done = size // LINES * LINES
    for line in range(lines):
        for x in range(done, size):
            out[u64(first + line * stride + x)] = source[u64(x * LINES + line)]


@kernel
def resize_columns(source, out, channels, first, weights):
    """Columns of `out` (H, w·C) from those of `source` (H, W·C), float32; not clipped: cubics may leave [0, 1].

    LINES rows at a time are turned round, so that the same tap of all of them is one run in memory.
    """
    height, width, wanted = source.shape[0], source.shape[1], out.shape[1]
    flat, goal = source.reshape(source.size), out.reshape(out.size)
    block, made = np.zeros(width * LINES, f32), np.empty(wanted * LINES, f32)
    size = channels * LINES
    for top in range(0, height, LINES):
        lines = min(LINES, height - top)
        turn_rows(flat, top * width, width, lines, block, width)
        for x in range(wanted // channels):
            for k in range(0, weights.shape[1], 4):
                add_taps(made, x * size, block, (first[x] + k) * size, size, weights[x], k, k == 0)
        turn_columns(made, wanted, goal, top * wanted, wanted, lines)
