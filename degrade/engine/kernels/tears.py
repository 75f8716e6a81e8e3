"""Tears that run into a print from its edge: their path, the gap between its lips, and the core of the paper they bare.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.cracks import from_edge
from degrade.engine.kernels.edges import HURST, along
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, tangents_along
from degrade.engine.kernels.shared import worn_place

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

STEP_MM = 1.6
"""Length of one segment, at most."""
OFFSET, GAP_PLUS, GAP_MINUS, CORE_PLUS, CORE_MINUS = range(5)
"""Rows of a tear's samples: centre line, half widths of the gap, and of all that is not image."""


@kernel
def tear_path(nodes, tangents, samples, tear, length, gap, strip, height, width, top, left, k0, k1, w0, w1):
    """Fill `nodes`, `tangents` (N, 2) and `samples` (5, M) of tear number `tear`; gives how many nodes it has.

    It begins at the print's edge by a worn place and runs inwards for `length` mm: a slight arc with a self-affine
    wander. The lips gape by `gap` mm at the edge and close towards the tip; beside them, on one side or the other, the
    core of the paper shows, some `strip` mm wide. (`left`, `top`) is the print's corner in the picture.
    """
    k0, k1 = u32(k0), u32(k1)
    short = min(height, width)
    x, y = worn_place(width / short, height / short, k0, k1, 64 + tear, u32(w0), u32(w1))
    x, y, turns = from_edge(x * short, y * short, height, width, normal_at(k0, k1, i64(tear), i64(0)))
    pieces = min(max(i64(length / f32(STEP_MM)), i64(3)), i64(nodes.shape[0] - 1))
    step = length / f32(pieces)
    bow = f32(0.14) * length * normal_at(k0, k1, i64(tear), i64(1))
    sine, cosine = sincos(turns)
    key = mix32(k0 ^ u32(tear * 977 + 13))
    rms = f32(0.032) * length * exp2(f32(0.4) * normal_at(k0, k1, i64(tear), i64(2)))
    for i in range(pieces + 1):
        t, s = f32(i) / f32(pieces), f32(i) * step
        away = bow * t * t + rms * min(f32(4) * t, f32(1)) * along(s, f32(0.4) * length, 5, HURST, key, k1)
        nodes[i, 0] = left + x + s * cosine - away * sine
        nodes[i, 1] = top + y + s * sine + away * cosine
    tangents_along(nodes[: pieces + 1], tangents[: pieces + 1])
    salt = mix32(key + u32(1))
    side = f32(0.5) if uniform_at(k0, k1, i64(tear), i64(40)) < f32(0.5) else f32(-0.5)
    for at in range(pieces * PER_SEGMENT + 1):
        t = f32(at) / f32(pieces * PER_SEGMENT)
        s = t * length
        within = f32(at % PER_SEGMENT) / f32(PER_SEGMENT)
        samples[OFFSET, at] = f32(0.5) * within * (f32(1) - within) * along(s, f32(1.3), 3, f32(0.65), salt, key)
        open_ = (f32(1) - t) * np.sqrt(f32(1) - t)
        half = f32(0.5) * gap * open_ * (f32(1) + f32(0.35) * along(s, f32(5), 3, f32(0.6), salt, k1))
        samples[GAP_PLUS, at] = max(
            half * (f32(1) + f32(0.3) * along(s, f32(1.7), 2, f32(0.6), salt, k0)) - f32(0.02), f32(0)
        )
        samples[GAP_MINUS, at] = max(
            half * (f32(1) + f32(0.3) * along(s, f32(1.9), 2, f32(0.6), key, k0)) - f32(0.02), f32(0)
        )
        # The bevel of the paper's core lies on one lip for a while, then on the other.
        bevel = side + f32(1.3) * along(s, f32(14), 2, f32(0.5), key, salt)
        core = exp2(f32(1.7) * along(s, f32(1.8), 3, f32(0.55), key, k1)) - f32(0.2)
        core *= strip * min((f32(1) - t) * f32(7), f32(1)) * (f32(0.45) + f32(0.55) * (f32(1) - t))
        samples[CORE_PLUS, at] = max(half + core * max(bevel, f32(0.08)), f32(0))
        samples[CORE_MINUS, at] = max(half + core * max(-bevel, f32(0.08)), f32(0))
    return pieces + 1
