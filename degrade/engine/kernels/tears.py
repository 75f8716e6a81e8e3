"""Tears that run into a print from its edge: their path, where the flap beside it lies, and the core that they bare.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels import flaps
from degrade.engine.kernels.cracks import from_edge
from degrade.engine.kernels.edges import HURST, along
from degrade.engine.kernels.flaps import openness
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, tangents_along
from degrade.engine.kernels.shared import worn_place

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

STEP_MM = 1.6
"""Length of one segment, at most."""
OFFSET, LINE, LIP, CORE, FLAP_CORE, LAP = range(6)
"""Rows of a tear's samples: centre line along either lip; the lip that stayed and the flap's, as `flaps` takes them;
widths of the paper's core on the one and on the other; how far that core reaches over the lip."""
LAP_MM = 0.03
"""How far it reaches at most."""


@kernel
def lay_flap(frame, tear, gap, shift, overlap, k0, k1):
    """Fill in what the `frame` says of a flap: on which side it lies, and how far it has moved at the print's edge.

    It has slid some `shift` mm along the tear, either way. In the share `overlap` of the tears it lies over the other
    side, by a part of its shift; else the lips gape by `gap` mm.
    """
    own = i64(tear)
    side = f32(1) if uniform_at(k0, k1, own, i64(41)) < f32(0.5) else f32(-1)
    way = f32(1) if uniform_at(k0, k1, own, i64(42)) < f32(0.5) else f32(-1)
    frame[flaps.SIDE] = side
    frame[flaps.ALONG] = way * shift * (f32(0.5) + f32(0.8) * uniform_at(k0, k1, own, i64(43)))
    over = shift * (f32(0.4) + f32(0.8) * uniform_at(k0, k1, own, i64(44)))
    frame[flaps.ACROSS] = side * (-over if uniform_at(k0, k1, own, i64(45)) < overlap else gap)


@kernel
def lay_lips(samples, total, frame, key, salt):
    """Fill the rows `LINE` and `LIP` of samples whose row `LINE` holds the line along which the paper tore: the flap's
    lip is the same line, moved; where the lips gape, bits of either have come off."""
    per_mm = f32(total - 1) / frame[flaps.LENGTH]
    for at in range(total):
        t = f32(at) / f32(total - 1)
        q = min(max(f32(at) - openness(t) * frame[flaps.ALONG] * per_mm, f32(0)), f32(total - 1) - f32(0.001))
        j = i64(q)
        here = samples[LINE, j] + (q - f32(j)) * (samples[LINE, j + 1] - samples[LINE, j])
        samples[LIP, at] = here + openness(t) * frame[flaps.ACROSS]
    gapes = f32(0.3) * max(frame[flaps.ACROSS] * frame[flaps.SIDE], f32(0))
    for at in range(total):
        s = f32(at) / per_mm
        off = gapes * openness(f32(at) / f32(total - 1)) * frame[flaps.SIDE]
        samples[LINE, at] -= off * max(along(s, f32(1.9), 3, f32(0.6), key, salt), f32(0))
        samples[LIP, at] += off * max(along(s, f32(1.7), 3, f32(0.6), salt, key), f32(0))


@kernel
def tear_path(
    nodes, flap, tangents, flap_tangents, samples, frame, tear, length, gap, strip, shift, overlap, height, width, top,
    left, px_per_mm, k0, k1, w0, w1
):  # fmt: skip
    """Lay out tear number `tear`: fill `nodes` and `flap`, the lip that stays and the flap's, their `tangents` (all
    (N, 2)), `samples` (6, M) and the `frame` of `flaps`; gives how many nodes a lip has.

    It begins at the print's edge by a worn place and runs inwards for `length` mm: a slight arc with a self-affine
    wander. The flap on one side has moved, most at the edge and not at all at the tip: see `lay_flap`. Beside the lips,
    on one or the other, the core of the paper shows, some `strip` mm wide. (`left`, `top`) is the print's corner in the
    picture.
    """
    k0, k1 = u32(k0), u32(k1)
    short = min(height, width)
    x, y = worn_place(width / short, height / short, k0, k1, 64 + tear, u32(w0), u32(w1))
    x, y, turns = from_edge(x * short, y * short, height, width, normal_at(k0, k1, i64(tear), i64(0)))
    pieces = min(max(i64(length / f32(STEP_MM)), i64(3)), i64(nodes.shape[0] - 1))
    step = length / f32(pieces)
    bow = f32(0.14) * length * normal_at(k0, k1, i64(tear), i64(1))
    sine, cosine = sincos(turns)
    frame[flaps.X], frame[flaps.Y], frame[flaps.COSINE], frame[flaps.SINE] = left + x, top + y, cosine, sine
    frame[flaps.LENGTH], frame[flaps.SCALE] = length, px_per_mm
    lay_flap(frame, tear, gap, shift, overlap, k0, k1)
    key = mix32(k0 ^ u32(tear * 977 + 13))
    rms = f32(0.032) * length * exp2(f32(0.4) * normal_at(k0, k1, i64(tear), i64(2)))
    for i in range(pieces + 1):
        t, s = f32(i) / f32(pieces), f32(i) * step
        away = bow * t * t + rms * min(f32(4) * t, f32(1)) * along(s, f32(0.4) * length, 5, HURST, key, k1)
        samples[LINE, i * PER_SEGMENT] = away
        nodes[i, 0] = left + x + s * cosine - away * sine
        nodes[i, 1] = top + y + s * sine + away * cosine
        moved, aside = openness(t) * frame[flaps.ALONG], openness(t) * frame[flaps.ACROSS]
        flap[i, 0] = nodes[i, 0] + moved * cosine - aside * sine
        flap[i, 1] = nodes[i, 1] + moved * sine + aside * cosine
    tangents_along(nodes[: pieces + 1], tangents[: pieces + 1])
    tangents_along(flap[: pieces + 1], flap_tangents[: pieces + 1])
    salt = mix32(key + u32(1))
    side = f32(0.5) if uniform_at(k0, k1, i64(tear), i64(40)) < f32(0.5) else f32(-0.5)
    total = pieces * PER_SEGMENT + 1
    for at in range(total):
        t = f32(at) / f32(total - 1)
        s = t * length
        within = f32(at % PER_SEGMENT) / f32(PER_SEGMENT)
        first = at - at % PER_SEGMENT
        fine = f32(0.5) * within * (f32(1) - within) * along(s, f32(1.3), 3, f32(0.65), salt, key)
        samples[OFFSET, at] = fine
        if at % PER_SEGMENT:
            rise = samples[LINE, first + PER_SEGMENT] - samples[LINE, first]
            steep = rise / step
            samples[LINE, at] = samples[LINE, first] + within * rise + fine * np.sqrt(f32(1) + steep * steep)
        # The bevel of the paper's core lies on one lip for a while, then on the other.
        bevel = (side + f32(1.3) * along(s, f32(14), 2, f32(0.5), key, salt)) * frame[flaps.SIDE]
        core = exp2(f32(1.5) * along(s, f32(2.2), 3, f32(0.4), key, k1)) - f32(0.2)
        core *= strip * min((f32(1) - t) * f32(7), f32(1)) * (f32(0.45) + f32(0.55) * (f32(1) - t))
        samples[CORE, at] = max(core * min(max(f32(-1.5) * bevel, f32(0.1)), f32(1.3)), f32(0))
        samples[FLAP_CORE, at] = max(core * min(max(f32(1.5) * bevel, f32(0.1)), f32(1.3)), f32(0))
        samples[LAP, at] = min(f32(LAP_MM), max(samples[CORE, at], samples[FLAP_CORE, at]))
    lay_lips(samples, total, frame, key, salt)
    return pieces + 1
