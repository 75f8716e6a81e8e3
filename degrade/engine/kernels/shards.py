"""Shards of emulsion that came off between cracks: hollow-sided, pointed shapes along a crack's line.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.edges import along
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, power, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, tangents_along

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

NODES = 7
"""Corners of a shard's path."""
OFFSET, PLUS, MINUS, SOIL_PLUS, SOIL_MINUS = range(5)
"""Rows of a shard's samples: centre line, how far the emulsion is gone to either side, and what holds the soil."""
NEAR_MM = 1.0
"""How far from a place a crack's line may run to bound the shard that begins there."""


@kernel
def nearest_on(lines, starts, x, y):
    """(line, node, squared distance) of the node nearest to (x, y); a line of -1 where there is none."""
    line, node, best = i64(-1), i64(-1), f32(1e9)
    for c in range(starts.size - 1):
        for i in range(starts[c], starts[c + 1]):
            dx, dy = lines[i, 0] - x, lines[i, 1] - y
            if dx * dx + dy * dy < best:
                line, node, best = i64(c), i64(i), dx * dx + dy * dy
    return line, node, best


@kernel
def profile(t, kind, apex, cusp):
    """How far a shard reaches out at the share `t` of its length, in [0, 1]: a fin rises in a hollow curve and breaks
    off short, a sliver rises and falls."""
    if kind < f32(0.6):
        rise = power(t / apex, cusp) if t < apex else f32(0)
        fall = f32(1) - (t - apex) / max(f32(1) - apex, f32(1e-3))
        return rise if t < apex else power(max(fall, f32(0)), f32(0.8))
    if t < apex:
        return power(t / apex, f32(0.6) * cusp)
    return power((f32(1) - t) / (f32(1) - apex), f32(0.6) * cusp)


@kernel
def shard_path(nodes, tangents, samples, shard, x, y, lines, starts, size, top, left, k0, k1):
    """Fill `nodes`, `tangents` (NODES, 2) and `samples` (5, M) of shard number `shard`, which begins at (x, y) and is
    about `size` mm wide.

    It follows the crack that runs by there, if one does: `lines` (all, 2) are the corners of all cracks, crack c from
    row starts[c] to starts[c + 1]; else a slight arc of its own. (`left`, `top`) is the print's corner in the picture.
    """
    k0, k1 = u32(k0), u32(k1)
    s = i64(shard)
    high = f32(size) * exp2(f32(0.9) * normal_at(k0, k1, s, i64(0)))
    long = high * (f32(1.6) + f32(3.4) * uniform_at(k0, k1, s, i64(4)))
    turns, bend = uniform_at(k0, k1, s, i64(5)), f32(0.012) * normal_at(k0, k1, s, i64(2))
    line, node, away = nearest_on(lines, starts, x, y)
    follows = line >= 0 and away < f32(NEAR_MM * NEAR_MM)
    if follows:
        x, y = lines[node, 0], lines[node, 1]
        onwards = i64(1) if node - starts[line] < starts[line + 1] - 1 - node else i64(-1)
    step = long / f32(NODES - 1)
    sine, cosine = sincos(turns)
    for i in range(NODES):
        nodes[i, 0], nodes[i, 1] = x + left, y + top
        if follows:
            # Along the crack, aiming at its next corner but one; past its end, straight on.
            towards = node + onwards * 2
            if starts[line] <= towards < starts[line + 1]:
                dx, dy = lines[towards, 0] - x, lines[towards, 1] - y
                gap = max(np.sqrt(dx * dx + dy * dy), f32(1e-6))
                sine, cosine = dy / gap, dx / gap
                if gap < step + f32(1.7):
                    node += onwards
        else:
            sine, cosine = sincos(turns + bend * f32(i))
        x, y = x + step * cosine, y + step * sine
    tangents_along(nodes, tangents)
    kind, apex = uniform_at(k0, k1, s, i64(12)), f32(0.2) + f32(0.6) * uniform_at(k0, k1, s, i64(13))
    if kind < f32(0.6):
        apex = f32(0.5) + f32(0.36) * uniform_at(k0, k1, s, i64(13))
    cusp = f32(1.1) + f32(1.3) * uniform_at(k0, k1, s, i64(14))
    turned = uniform_at(k0, k1, s, i64(15)) < f32(0.6)
    one_sided = uniform_at(k0, k1, s, i64(16)) < f32(0.8)
    main = PLUS if uniform_at(k0, k1, s, i64(17)) < f32(0.5) else MINUS
    salt = mix32(k0 ^ u32(shard * 131 + 7))
    for at in range((NODES - 1) * PER_SEGMENT + 1):
        t = f32(at) / f32((NODES - 1) * PER_SEGMENT)
        where = t * long
        shape = profile(f32(1) - t if turned else t, kind, apex, cusp)
        noise = along(where, f32(0.7) * high + f32(0.3), 4, f32(0.65), salt, k1)
        samples[OFFSET, at] = f32(0)
        out = max(high * shape * (f32(1) + f32(0.4) * noise) - f32(0.02), f32(0))
        other = f32(0.12) if one_sided else f32(0.5)
        back = max(
            high * shape * other * (f32(1) + f32(0.7) * along(where, high, 3, f32(0.6), k1, salt)) - f32(0.02), f32(0)
        )
        samples[main, at], samples[PLUS + MINUS - main, at] = out, back
        samples[SOIL_PLUS, at] = min(samples[PLUS, at], f32(0.3))
        samples[SOIL_MINUS, at] = min(samples[MINUS, at], f32(0.3))
