"""Round stains with uneven bounds, the clusters of foxing, and colonies of mould.

Places are in short sides of the print from its top left corner, sizes in mm; both come from the key alone, so that they
are the same at every resolution. Each kernel gives the box that it may have touched, empty as (0, 0, 0, 0).
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.contours import read_grid
from degrade.engine.kernels.draw import added, dot, framed, joined, lattice_noise, lattice_row, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, normal_at, power, sincos, uniform_at
from degrade.engine.kernels.shared import damp_at

u32, f32, i32 = np.uint32, np.float32, np.int32

MOST_SPOTS = 64
"""Largest number of spots in a cluster."""
RING_WIDTH = 0.18
"""Width of a bull's-eye's ring, as a share of its radius."""
MOST_TIPS = 256
"""Hyphae that a colony may have, branches included."""
LEAST_ROW = 8
"""Pixels from which on it pays to take a row of a blot as a whole."""
BEYOND = 1e30
"""Where a blot has ended, in its radii."""


@kernel
def fill_profile(profile, farthest, alpha, falloff, ring):
    """Fill `profile` with a blot's coverage (0 to 255) at distances from 0 to `farthest` radii: alpha·exp(-r^falloff),
    the share `ring` of it as a ring at the radius."""
    step = farthest / f32(profile.size - 2)
    for k in range(profile.size):
        r = f32(k) * step
        disc = exp2(f32(-1.442695) * power(r, falloff))
        if ring > f32(0):
            away = (r - f32(1)) * f32(1 / RING_WIDTH)
            disc = (f32(1) - ring) * disc + ring * exp2(f32(-1.442695) * away * away)
        profile[k] = alpha * f32(255) * disc


@kernel
def blot(coverage, height, width, x, y, radius, alpha, falloff, ring, ragged, seed, values, profile):
    """A stain around (x, y) px with the profile of `fill_profile`, whose radius in px noise changes by the share
    `ragged`; `profile` is room for it. It ends where it would be too weak to count."""
    ends = max(log2(f32(400) * max(alpha, f32(0.02))) * f32(0.6931472), f32(1))
    farthest = max(power(ends, f32(1) / falloff), f32(1.4) if ring > f32(0) else f32(0))
    fill_profile(profile, farthest, alpha, falloff, ring)
    rough = f32(0) if radius < f32(1) else ragged
    reach = radius * farthest * (f32(1) + f32(0.7) * rough) + f32(0.5)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    fine = i32(2) if radius < f32(1.5) else i32(1)
    step, share = f32(1) / f32(fine), f32(1) / f32(fine * fine)
    inverse, per_step = f32(1) / max(radius, f32(1e-3)), f32(profile.size - 2) / farthest
    most = f32(profile.size - 2)
    outside = farthest * (f32(1) + f32(0.7) * rough)
    if fine == 1 and box[3] - box[2] >= LEAST_ROW:
        blot_rows(coverage, box, x, y, inverse, outside, rough, seed, values, profile, per_step)
        return box
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            total = f32(0)
            for sub in range(fine * fine):
                px = (f32(i) + (f32(sub % fine) + f32(0.5)) * step - x) * inverse
                py = (f32(j) + (f32(sub // fine) + f32(0.5)) * step - y) * inverse
                r = np.sqrt(px * px + py * py)
                if r >= outside:
                    continue
                if rough > f32(0):
                    noise = lattice_noise(values, px * f32(1.1) + seed, py * f32(1.1) + f32(1.7) * seed)
                    noise += f32(0.6) * lattice_noise(
                        values, f32(2.3) * px - f32(0.7) * py + seed, f32(2.3) * py + f32(0.7) * px
                    )
                    r /= max(f32(1) + rough * f32(0.7) * noise, f32(0.3))
                at = r * per_step
                if at < most:
                    k = i32(at)
                    total += profile[k] + (at - f32(k)) * (profile[k + 1] - profile[k])
            if total > f32(0):
                row[i] = added(row[i], total * share)
    return box


@kernel
def blot_rows(coverage, box, x, y, inverse, outside, rough, seed, values, profile, per_step):
    """The pixels of a `blot` of one sample each, to the same bits, row by row; nothing lies `outside` radii away."""
    room, cells = np.empty((7, box[3] - box[2]), f32), np.empty(box[3] - box[2], u32)
    most = f32(profile.size - 2)
    for j in range(box[0], box[1]):
        py = (f32(j) + f32(0.5) - y) * inverse
        half = np.sqrt(max(outside * outside - py * py, f32(0))) / inverse + f32(2)  # two pixels are for roundings
        start, end = max(box[2], i32(x - half)), min(box[3], i32(x + half) + i32(1))
        if start >= end:
            continue
        size, row = end - start, coverage[j, start:end]
        px, r = room[0, :size], room[1, :size]
        for i in range(size):
            px[i] = (f32(start + i32(i)) + f32(0.5) - x) * inverse
            r[i] = np.sqrt(px[i] * px[i] + py * py)
        if rough > f32(0):
            roughen(r, px, py, outside, rough, seed, values, room, cells[:size])
        for i in range(size):
            at = r[i] * per_step
            if at < most:
                k = i32(at)
                total = profile[k] + (at - f32(k)) * (profile[k + 1] - profile[k])
                if total > f32(0):
                    row[i] = added(row[i], total)


@kernel
def roughen(r, px, py, outside, rough, seed, values, room, cells):
    """Divide the distances `r` of a row of a `blot` by its uneven radius; `room` has five rows for it from 2 on, and
    `px` is used up."""
    size = r.size
    coarse, fine, u, v, across = room[2, :size], room[3, :size], room[4, :size], room[5, :size], room[6, :size]
    for i in range(size):
        u[i], v[i] = px[i] * f32(1.1) + seed, py * f32(1.1) + f32(1.7) * seed
    lattice_row(coarse, values, u, v, cells, across, fine)
    for i in range(size):
        u[i] = f32(2.3) * px[i] - f32(0.7) * py + seed
        v[i] = f32(2.3) * py + f32(0.7) * px[i]
    lattice_row(fine, values, u, v, cells, across, px)
    for i in range(size):
        noise = coarse[i] + f32(0.6) * fine[i]
        uneven = r[i] / max(f32(1) + rough * f32(0.7) * noise, f32(0.3))
        r[i] = uneven if r[i] < outside else f32(BEYOND)


@kernel
def damp_place(wide, tall, k0, k1, number, d0, d1, near):
    """(x, y) of the place `number`, drawn in proportion to the square of the damp (d0, d1) and to 1 plus the field
    `near`, in [0, 2]."""
    x = y = f32(0)
    for trial in range(32):
        x = uniform_at(k0, k1, number, 3 * trial) * f32(wide)
        y = uniform_at(k0, k1, number, 3 * trial + 1) * f32(tall)
        damp = damp_at(x, y, d0, d1)
        likely = damp * damp * f32(1 / 3.0) * (f32(1) + min(read_grid(near, x, y), f32(2)))
        if uniform_at(k0, k1, number, 3 * trial + 2) < likely:
            break
    return x, y


@kernel
def spots_of(cluster, mean, k0, k1):
    """How many spots a cluster has: geometric (negative binomial with k = 1), `mean` on average."""
    fails = f32(mean) / (f32(1) + f32(mean))
    if fails <= f32(0):
        return 0
    count = log2(uniform_at(k0, k1, cluster, u32(100))) / log2(fails)
    return min(i32(count), i32(MOST_SPOTS))


@kernel
def draw_foxing(
    coverage, height, width, top, left, short, px_per_mm, wide, tall,
    clusters, mean, spread, diameter, bullseyes, alpha, haloes, near, values, d0, d1, k0, k1,
):  # fmt: skip
    """The spots of all clusters, or their `haloes`.

    Parameters: the print's corner and its short side in px, its sides `wide` and `tall` in short sides; `mean` spots a
    cluster, `spread` mm around it; their typical `diameter` in mm; the share of `bullseyes`; `alpha`, the strongest
    spot's coverage; the field `near`; a lattice; the damp's key and the own one.
    """
    k0, k1, scale, profile = u32(k0), u32(k1), f32(px_per_mm), np.empty(66, f32)
    whole = i32(0), i32(0), i32(0), i32(0)
    for cluster in range(clusters):
        cx, cy = damp_place(wide, tall, k0, k1, cluster, u32(d0), u32(d1), near)
        for spot in range(spots_of(cluster, mean, k0, k1)):
            own = u32(65536 + cluster * MOST_SPOTS + spot)
            x = f32(left) + cx * f32(short) + f32(spread) * scale * normal_at(k0, k1, own, u32(0))
            y = f32(top) + cy * f32(short) + f32(spread) * scale * normal_at(k0, k1, own, u32(1))
            size = f32(diameter) * exp2(f32(0.6 * 1.442695) * normal_at(k0, k1, own, u32(2)))
            radius = f32(0.5) * min(max(size, f32(0.2)), f32(8)) * scale
            if not (-8 * radius < x < f32(width) + 8 * radius and -8 * radius < y < f32(height) + 8 * radius):
                continue
            strong = f32(alpha) * (f32(0.25) + f32(0.75) * uniform_at(k0, k1, own, u32(20)))
            falloff = f32(1.5) + f32(2.5) * uniform_at(k0, k1, own, u32(21))
            ring = f32(0)
            if uniform_at(k0, k1, own, u32(22)) < f32(bullseyes):
                ring, radius = f32(0.3) + f32(0.4) * uniform_at(k0, k1, own, u32(23)), radius * f32(1.3)
            if haloes:
                radius, falloff, ring, strong = (
                    radius * f32(1.4) + f32(0.45) * scale,
                    f32(1.7),
                    f32(0),
                    strong * f32(0.34),
                )
            seed = f32(60) * uniform_at(k0, k1, own, u32(24))
            box = blot(coverage, height, width, x, y, radius, strong, falloff, ring, f32(0.55), seed, values, profile)
            whole = joined(whole, box)
    return whole


@kernel
def scatter_spores(coverage, height, width, x, y, radius, px_per_mm, alpha, own, k0, k1):
    """Heads of spores over a colony around (x, y) px, most of them near its middle."""
    box = i32(0), i32(0), i32(0), i32(0)
    count = min(i32(f32(9) * radius * radius) + 6, 220)
    for n in range(count):
        sine, cosine = sincos(uniform_at(k0, k1, own, u32(8192 + 3 * n)))
        away = uniform_at(k0, k1, own, u32(8193 + 3 * n))
        away = f32(0.95) * radius * away * np.sqrt(away) * px_per_mm
        half = (f32(0.04) + f32(0.1) * uniform_at(k0, k1, own, u32(8194 + 3 * n))) * px_per_mm
        box = joined(box, dot(coverage, height, width, x + away * cosine, y + away * sine, half, f32(0.8) * alpha))
    return box


@kernel
def grow_colony(coverage, height, width, x, y, radius, px_per_mm, alpha, thickness, tips, own, k0, k1):
    """The mycelium of a colony around (x, y) px: hyphae that wander outwards over `radius` mm, branch, and thin out.

    `tips` (MOST_TIPS, 4) is room for the places, directions and ages of the growing tips.
    """
    scale = f32(px_per_mm)
    step = max(f32(0.22), f32(0.7) / scale)
    steps = i32(radius / step) + 1
    primary = 16 + i32(f32(16) * uniform_at(k0, k1, own, u32(0)))
    count, drawn = primary, u32(64)
    for tip in range(primary):
        tips[tip, 0], tips[tip, 1] = x, y
        tips[tip, 2] = (f32(tip) + f32(0.8) * uniform_at(k0, k1, own, u32(1 + tip))) / f32(primary)
        tips[tip, 3] = f32(0)
    whole = i32(0), i32(0), i32(0), i32(0)
    tip = 0
    while tip < count:
        px, py, turns, age = tips[tip, 0], tips[tip, 1], tips[tip, 2], i32(tips[tip, 3])
        vigour = f32(0.45) + f32(0.6) * uniform_at(k0, k1, own, u32(drawn))
        drawn = u32(drawn + u32(1))
        last = i32(f32(steps) * min(vigour, f32(1)))
        for number in range(age, last):
            turns += f32(0.06) * (uniform_at(k0, k1, own, u32(drawn)) - f32(0.5)) * f32(2)
            chance = uniform_at(k0, k1, own, u32(drawn + u32(1)))
            drawn = u32(drawn + u32(2))
            sine, cosine = sincos(turns)
            qx, qy = px + step * scale * cosine, py + step * scale * sine
            fade = f32(1) - f32(number) / f32(steps)
            half = thickness * (f32(0.5) + f32(0.5) * fade) * scale
            dim = alpha * (f32(0.3) + f32(0.45) * fade)
            whole = joined(whole, stroke(coverage, height, width, px, py, qx, qy, half, half, dim, dim))
            if chance < f32(0.2) and count < MOST_TIPS:
                tips[count, 0], tips[count, 1], tips[count, 3] = qx, qy, f32(number)
                tips[count, 2] = turns + (f32(0.12) if chance < f32(0.1) else f32(-0.12))
                count += 1
            px, py = qx, qy
        tip += 1
    return joined(whole, scatter_spores(coverage, height, width, x, y, radius, scale, alpha, own, k0, k1))


@kernel
def draw_mould(
    coverage, height, width, top, left, short, px_per_mm, wide, tall,
    colonies, radius, alpha, haloes, values, d0, d1, k0, k1,
):  # fmt: skip
    """The colonies' threads and spores, or the `haloes` around them; the arguments are those of `draw_foxing`, `radius`
    the typical one in mm. Two in three colonies grew beside the one before."""
    k0, k1, scale, profile = u32(k0), u32(k1), f32(px_per_mm), np.empty(66, f32)
    tips, nowhere = np.empty((MOST_TIPS, 4), np.float32), np.zeros((2, 2), np.float32)
    whole = i32(0), i32(0), i32(0), i32(0)
    cx, cy = f32(0), f32(0)
    for colony in range(colonies):
        own = u32(65536 + colony)
        if colony % 3 == 0:
            cx, cy = damp_place(wide, tall, k0, k1, colony, u32(d0), u32(d1), nowhere)
        size = min(max(f32(radius) * exp2(f32(0.75) * normal_at(k0, k1, own, u32(50))), f32(0.3)), f32(30))
        apart = f32(5) * f32(radius) * scale * f32(min(colony % 3, 1))
        x = f32(left) + cx * f32(short) + apart * normal_at(k0, k1, own, u32(51))
        y = f32(top) + cy * f32(short) + apart * normal_at(k0, k1, own, u32(52))
        reach = f32(3) * size * scale
        if not (-reach < x < f32(width) + reach and -reach < y < f32(height) + reach):
            continue
        strong = f32(alpha) * (f32(0.4) + f32(0.6) * uniform_at(k0, k1, own, u32(220)))
        seed = f32(60) * uniform_at(k0, k1, own, u32(221))
        if haloes:
            box = blot(
                coverage, height, width, x, y, size * scale, strong, f32(1.8), f32(0.25), f32(0.5), seed,
                values, profile,
            )  # fmt: skip
        else:
            box = grow_colony(
                coverage, height, width, x, y, size, scale, strong, f32(0.07), tips, own + u32(65536), k0, k1
            )
            core, dim = f32(0.36) * size * scale, strong * f32(0.8)
            middle = blot(
                coverage, height, width, x, y, core, dim, f32(2), f32(0), f32(0.9), seed, values, profile
            )  # fmt: skip
            box = joined(box, middle)
        whole = joined(whole, box)
    return whole
