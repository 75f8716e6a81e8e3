"""Drawing pins: the hole, the rust around it, and paper torn between it and the corner.

Places are in px, sizes in mm. Each kernel gives the box that it may have touched.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import added, framed, lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, sincos

f32, i32 = np.float32, np.int32

RUST_MM = 1.5
"""Distance over which rust around the hole falls to 1/e."""
RIM_MM = 0.32
"""Half width of the ring that the head's rim left."""


@kernel
def draw_rust(coverage, height, width, x, y, head, arc, turns, alpha, px_per_mm, subsamples, values):
    """Rust that spread from the pin, and from the rim of its `head` (radius) along the share `arc` of it, which is
    missing in the direction `turns`."""
    mm, fine = f32(1) / f32(px_per_mm), i32(subsamples)
    reach = (f32(head) * f32(1.15) + f32(2.5)) * f32(px_per_mm)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    gap_y, gap_x = sincos(turns)
    _, opening = sincos(f32(0.5) * (f32(1) - f32(arc)))
    step, share = mm / f32(fine), f32(alpha) * f32(255) / f32(fine * fine)
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            total = f32(0)
            for sub in range(fine * fine):
                px = (f32(i) - f32(x)) * mm + (f32(sub % fine) + f32(0.5)) * step
                py = (f32(j) - f32(y)) * mm + (f32(sub // fine) + f32(0.5)) * step
                r = np.sqrt(px * px + py * py)
                if r * f32(px_per_mm) > reach:
                    continue
                patch = lattice_noise(values, px * f32(0.6) + f32(9), py * f32(0.6) + f32(9))
                patch += f32(0.5) * lattice_noise(values, px * f32(1.9) + f32(40), py * f32(1.9))
                disc = min(f32(1.5) * exp2(r * (f32(1) - f32(0.35) * patch) * f32(-1.442695 / RUST_MM)), f32(1))
                away = (r - f32(head) * (f32(1) + f32(0.025) * patch)) / f32(RIM_MM)
                outer = f32(0.45) if away > f32(0) else f32(0.7)
                ring = exp2(f32(-1.442695) * outer * away * away)
                toward = (px * gap_x + py * gap_y) / max(r, f32(1e-3))
                open_rim = min(max((opening - toward) * f32(2.5) + f32(0.3), f32(0)), f32(1))
                if arc >= f32(1):
                    open_rim = f32(1)
                ring *= open_rim * min(max(f32(0.75) + f32(0.55) * patch, f32(0.05)), f32(1))
                fades = min(max((reach * mm - r) * f32(0.7), f32(0)), f32(1))
                total += min(disc + f32(0.8) * ring, f32(1)) * fades
            row[i] = added(row[i], total * share)
    return box


@kernel
def draw_hole(coverage, height, width, x, y, radius, px_per_mm, subsamples, values):
    """A round hole with a frayed edge."""
    mm, fine = f32(1) / f32(px_per_mm), i32(subsamples)
    reach = f32(1.5) * f32(radius) * f32(px_per_mm) + f32(1)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    step, share = mm / f32(fine), f32(255) / f32(fine * fine)
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            total = f32(0)
            for sub in range(fine * fine):
                px = (f32(i) - f32(x)) * mm + (f32(sub % fine) + f32(0.5)) * step
                py = (f32(j) - f32(y)) * mm + (f32(sub // fine) + f32(0.5)) * step
                edge = f32(radius) * (
                    f32(1) + f32(0.28) * lattice_noise(values, px * f32(1.3) + f32(20), py * f32(1.3))
                )
                total += min(max((edge - np.sqrt(px * px + py * py)) / step + f32(0.5), f32(0)), f32(1))
            row[i] = added(row[i], total * share)
    return box


@kernel
def draw_torn(coverage, height, width, x, y, turns, first, last, px_per_mm, subsamples, values):
    """Emulsion skinned off from the hole in the direction `turns`, over `last` mm: a wedge from `first` mm half wide
    on, of ragged sides."""
    mm, fine = f32(1) / f32(px_per_mm), i32(subsamples)
    sine, cosine = sincos(turns)
    reach = (f32(last) * f32(1.3) + f32(2) * f32(first) + f32(1)) * f32(px_per_mm)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    step, share = mm / f32(fine), f32(255) / f32(fine * fine)
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            total = f32(0)
            for sub in range(fine * fine):
                px = (f32(i) - f32(x)) * mm + (f32(sub % fine) + f32(0.5)) * step
                py = (f32(j) - f32(y)) * mm + (f32(sub // fine) + f32(0.5)) * step
                s, t = px * cosine + py * sine, py * cosine - px * sine
                if s < f32(-2) * f32(first) or s > f32(1.3) * f32(last) or abs(t) > f32(last) + f32(2) * f32(first):
                    continue
                rough = f32(0.55) * lattice_noise(values, s * f32(0.7) + f32(3), t * f32(0.7) + f32(3))
                rough += f32(0.3) * lattice_noise(values, s * f32(2.1), t * f32(2.1) + f32(30))
                half = f32(first) + f32(0.3) * max(s, f32(0))
                ends = min(s + f32(0.9) * f32(first), (f32(last) - s) * f32(0.8))
                depth = min(half - abs(t), ends) + rough
                total += min(max(depth / step + f32(0.5), f32(0)), f32(1))
            row[i] = added(row[i], total * share)
    return box


@kernel
def draw_dent(relief, height, width, x, y, head, amount, px_per_mm):
    """The crater that pushing the pin in left, lit from the upper left, and the shallow print of its head."""
    mm = f32(1) / f32(px_per_mm)
    reach = (f32(head) + f32(1)) * f32(px_per_mm)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    for j in range(box[0], box[1]):
        row = relief[j]
        for i in range(box[2], box[3]):
            px, py = (f32(i) + f32(0.5) - f32(x)) * mm, (f32(j) + f32(0.5) - f32(y)) * mm
            r = np.sqrt(px * px + py * py)
            if r * f32(px_per_mm) > reach:
                continue
            facing = (px * f32(0.6) + py * f32(0.8)) / max(r, f32(0.3))
            rim, crater = (r - f32(head)) * f32(1 / 0.35), (r - f32(1.1)) * f32(1 / 0.5)
            slope = exp2(f32(-1.442695) * crater * crater) + f32(0.35) * exp2(f32(-1.442695) * rim * rim)
            row[i] += f32(amount) * facing * slope
    return box
