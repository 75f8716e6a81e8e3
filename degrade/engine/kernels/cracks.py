"""A network of cracks: where they grow one after the other, how the emulsion has broken along them, and their drawing.

Lengths are in mm on the print; everything comes from the key alone, so that it is the same at every resolution. The
corners of all cracks stand one crack after the other in `nodes` (most, 2), crack c from row starts[c] up to
starts[c + 1]; its samples begin at column starts[c]·`PER_SEGMENT` of `samples` (3, most·PER_SEGMENT).
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fractal_noise_1d, mix32, normal_at, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief, tangents_along
from degrade.engine.kernels.shared import wear_at, worn_place

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

STEP_MM = 1.7
"""Length of one segment."""
LONGEST = 160
"""Segments of a crack, at most."""
BEYOND_MM = 1.0
"""How far a crack that begins at the print's edge begins outside."""
MOST_DAUGHTERS = 8
USUAL_WEAR = 0.4
"""Wear at which the severity is what was asked for."""
OFFSET, PLUS, MINUS = range(3)
"""Rows of the samples: centre line, half widths of the break."""
SHORT_AT_EDGE = 0.75
"""Share of the cracks of worn edges that stay short."""
ROUGHNESS = 0.5
"""How far noise moves the edges of a break, as a share of their half width."""
PARENT, WIDTH, GENERATION, STOPPED, EDGE = range(5)
"""Columns of `facts` (cracks, 5): the crack that it left or -1, its width as a share of the first ones' (0: an unbroken
bend), how many cracks it stems from, whether it ended at another crack, whether it began at the print's edge."""


@kernel
def salted(k0, crack, purpose):
    """A key word of its own for one purpose of one crack."""
    return mix32(u32(k0) + u32(u32(crack) * u32(16) + u32(purpose)) * u32(0x9E3779B1))


@kernel
def crossing_share(ax, ay, bx, by, cx, cy, dx, dy):
    """Where the segment from a to b meets the one from c to d, as a share of the first, or 2."""
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    turn = ux * vy - uy * vx
    if abs(turn) < f32(1e-6):
        return f32(2)
    t = ((cx - ax) * vy - (cy - ay) * vx) / turn
    s = ((cx - ax) * uy - (cy - ay) * ux) / turn
    return t if f32(0) < t <= f32(1) and f32(0) <= s <= f32(1) else f32(2)


@kernel
def first_crossing(nodes, starts, boxes, count, spared, ax, ay, bx, by):
    """Where the segment from a to b first meets one of the `count` cracks there are, as a share of it, or 2. `boxes`
    (cracks, 4) are the cracks' bounds: left, right, top, bottom; the crack `spared` is not looked at."""
    nearest = f32(2)
    left, right, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    for c in range(count):
        if c == spared or left > boxes[c, 1] or right < boxes[c, 0] or top > boxes[c, 3] or bottom < boxes[c, 2]:
            continue
        for i in range(starts[c], starts[c + 1] - 1):
            x0, y0, x1, y1 = nodes[i, 0], nodes[i, 1], nodes[i + 1, 0], nodes[i + 1, 1]
            if max(x0, x1) >= left and min(x0, x1) <= right and max(y0, y1) >= top and min(y0, y1) <= bottom:
                nearest = min(nearest, crossing_share(ax, ay, bx, by, x0, y0, x1, y1))
    return nearest


@kernel
def grow_one(
    nodes, starts, boxes, facts, junctions, met, crack, x, y, turns, length, curl, stopping, height, width, k0, k1
):
    """Let crack number `crack` grow from (x, y) in the direction `turns`, for `length` mm, until it leaves the print or
    mostly, as often as `stopping` says, meets another one. Gives how many junctions there are after it, `met` before.

    Its heading wanders with a persistence of some centimetres (an arc of about `curl` turns a cm), is unsteady from
    step to step and kinks at times, as a sheet does that is bent again and again.
    """
    own = salted(k0, crack, 0)
    first = starts[crack]
    room = min(nodes.shape[0] - first - 1, i64(LONGEST))
    steps = min(max(i64(length / f32(STEP_MM) + f32(0.5)), i64(2)), room)
    nodes[first, 0], nodes[first, 1] = x, y
    left, right, top, bottom = x, x, y, y
    bend = f32(curl) * normal_at(own, k1, i64(0), i64(0))
    last, stopped = first, f32(0)
    crosses = uniform_at(own, k1, i64(0), i64(9)) > f32(stopping)
    for step in range(1, steps + 1):
        bend = f32(0.93) * bend + f32(0.37) * f32(curl) * normal_at(own, k1, step, i64(0))
        turns += bend * f32(0.1 * STEP_MM)
        if uniform_at(own, k1, step, i64(8)) < f32(0.13):
            turns += f32(0.07) * normal_at(own, k1, step, i64(1))
        sine, cosine = sincos(turns + f32(0.03) * normal_at(own, k1, step, i64(3)))
        nx, ny = x + f32(STEP_MM) * cosine, y + f32(STEP_MM) * sine
        spared = i64(facts[crack, PARENT]) if step == 1 else i64(-1)
        t = first_crossing(nodes, starts, boxes, crack, spared, x, y, nx, ny)
        if t <= f32(1):
            if met < junctions.shape[0] and facts[crack, WIDTH] > f32(0):
                junctions[met, 0], junctions[met, 1] = x + t * (nx - x), y + t * (ny - y)
                met += 1
            if not crosses:
                nx, ny, stopped = x + t * (nx - x), y + t * (ny - y), f32(1)
        x, y, last = nx, ny, last + 1
        nodes[last, 0], nodes[last, 1] = x, y
        left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
        out = -x > f32(BEYOND_MM) or -y > f32(BEYOND_MM) or x > width + f32(BEYOND_MM) or y > height + f32(BEYOND_MM)
        if stopped > f32(0) or out:
            break
    facts[crack, STOPPED] = stopped
    starts[crack + 1] = last + 1
    boxes[crack, 0], boxes[crack, 1], boxes[crack, 2], boxes[crack, 3] = left, right, top, bottom
    return met


@kernel
def from_edge(x, y, height, width, u):
    """The point of the print's edge nearest to (x, y), a little outside, and the direction inwards in turns; `u`, a
    normal number, turns it."""
    away = f32(0.09) * u
    if min(x, width - x) < min(y, height - y):
        if x < f32(0.5) * width:
            return f32(-BEYOND_MM), y, away
        return width + f32(BEYOND_MM), y, f32(0.5) + away
    if y < f32(0.5) * height:
        return x, f32(-BEYOND_MM), f32(0.25) + away
    return x, height + f32(BEYOND_MM), f32(0.75) + away


@kernel
def daughters_of(
    nodes, starts, boxes, facts, junctions, met, crack, count, rate, curl, stopping, height, width, k0, k1
):
    """Let cracks leave crack number `crack` at 72 ± 17 degrees, `rate` a mm; gives how many cracks there are, `count`
    of which were there before, and how many junctions."""
    first, last = starts[crack], starts[crack + 1] - 1
    key = salted(k0, crack, 1)
    length = f32(last - first) * f32(STEP_MM)
    number = min(i64(length * rate * f32(2) * uniform_at(key, k1, i64(0), i64(0)) + f32(0.5)), i64(MOST_DAUGHTERS))
    for d in range(1, number + 1):
        if count >= facts.shape[0] or starts[count] + 4 > nodes.shape[0]:
            break
        q = (f32(0.06) + f32(0.88) * uniform_at(key, k1, d, i64(0))) * f32(last - first)
        i = min(first + i64(q), last - 1)
        s = q - f32(i - first)
        dx, dy = nodes[i + 1, 0] - nodes[i, 0], nodes[i + 1, 1] - nodes[i, 1]
        x, y = nodes[i, 0] + s * dx, nodes[i, 1] + s * dy
        # The direction across is the parent's turned by a right angle; what lacks to 90 degrees leans forwards.
        side = f32(1) if uniform_at(key, k1, d, i64(1)) < f32(0.5) else f32(-1)
        sine, cosine = sincos(f32(0.2) + f32(0.0472) * normal_at(key, k1, d, i64(1)))
        norm = max(np.sqrt(dx * dx + dy * dy), f32(1e-6))
        ux, uy = dx / norm, dy / norm
        hx, hy = ux * cosine - side * uy * sine, uy * cosine + side * ux * sine
        facts[count, PARENT], facts[count, EDGE] = f32(crack), f32(0)
        facts[count, WIDTH] = facts[crack, WIDTH] * (f32(0.4) + f32(0.4) * uniform_at(key, k1, d, i64(2)))
        facts[count, GENERATION] = facts[crack, GENERATION] + f32(1)
        wanted = length * (f32(0.2) + f32(0.5) * uniform_at(key, k1, d, i64(3)))
        if met < junctions.shape[0]:
            junctions[met, 0], junctions[met, 1] = x, y
            met += 1
        met = grow_one(
            nodes, starts, boxes, facts, junctions, met, count, x, y, turns_of(hx, hy), wanted, curl, stopping,
            height, width, k0, k1,
        )  # fmt: skip
        count += 1
    return count, met


@kernel
def turns_of(x, y):
    """The angle of a unit vector in turns, to about a thousandth."""
    steep = abs(y) > abs(x)
    ratio = abs(x) / max(abs(y), f32(1e-9)) if steep else abs(y) / max(abs(x), f32(1e-9))
    angle = ratio * (f32(0.25 * 0.5) + f32(0.0434) * (f32(1) - ratio))
    angle = f32(0.25) - angle if steep else angle
    angle = f32(0.5) - angle if x < f32(0) else angle
    return -angle if y < f32(0) else angle


@kernel
def grow_cracks(
    nodes, starts, facts, junctions, first, bends, length, branching, curl, stopping, height, width, k0, k1, w0, w1
):
    """Grow `first` cracks, their daughters and `bends` unbroken ones, over a print of height x width mm.

    Most cracks begin at the worn places' nearest edge. `length` in mm is the median of the first ones', `branching` the
    daughters a mm. Fills nodes (most, 2), starts (cracks + 1,) int64, facts (cracks, 5), junctions (most, 2) float32;
    gives how many cracks and how many junctions there are.
    """
    k0, k1 = u32(k0), u32(k1)
    short = min(height, width)
    boxes = np.empty((facts.shape[0], 4), np.float32)
    count, met = i64(0), i64(0)
    starts[0] = 0
    for number in range(first + bends):
        if count >= facts.shape[0] or starts[count] + 4 > nodes.shape[0]:
            break
        broken = number < first
        x, y = worn_place(width / short, height / short, k0, k1, number, u32(w0), u32(w1))
        x, y = x * short, y * short
        u = uniform_at(k0, k1, number, i64(200))
        turns = uniform_at(k0, k1, number, i64(201))
        near = min(min(x, width - x), min(y, height - y)) < f32(0.12) * short
        at_edge = u < (f32(0.65) if near else f32(0.22))
        if at_edge:
            x, y, turns = from_edge(x, y, height, width, normal_at(k0, k1, number, i64(51)))
        wanted = f32(length) * exp2(f32(0.9) * normal_at(k0, k1, number, i64(52)))
        if uniform_at(k0, k1, number, i64(202)) < (f32(SHORT_AT_EDGE) if near else f32(0)):
            wanted *= f32(0.3)
        wanted = min(wanted, f32(1.1) * (height + width))
        facts[count, PARENT], facts[count, GENERATION] = f32(-1), f32(0)
        facts[count, WIDTH] = exp2(f32(0.5) * normal_at(k0, k1, number, i64(53))) if broken else f32(0)
        facts[count, EDGE] = f32(1) if at_edge else f32(0)
        met = grow_one(
            nodes, starts, boxes, facts, junctions, met, count, x, y, turns, wanted, f32(curl), stopping,
            height, width, k0, k1,
        )  # fmt: skip
        count += 1
        mother = count - 1
        while broken and mother < count and count < facts.shape[0]:
            if facts[mother, GENERATION] < f32(3):
                count, met = daughters_of(
                    nodes, starts, boxes, facts, junctions, met, mother, count, f32(branching), f32(curl), stopping,
                    height, width, k0, k1,
                )  # fmt: skip
            mother += 1
    return count, met


@kernel
def break_crack(samples, opened, worn, crack, facts, length, severity, width, k0, k1):
    """Fill a crack's samples (3, M): it opens and closes along itself in beads, thins out towards its free end, and
    gapes where it leaves another crack or the print's edge and where the print is `worn` (N,)."""
    n = opened.size
    opened[:] = f32(0)
    samples[OFFSET, :] = f32(0)
    fractal_noise_1d(opened, f32(11), i32(4), f32(0.7), salted(k0, crack, 2), k1)
    fractal_noise_1d(samples[OFFSET], f32(17), i32(4), f32(0.58), salted(k0, crack, 3), k1)
    slow = severity + f32(0.3) * normal_at(k0, k1, 4096 + crack, i64(0))
    slope = f32(0.5) * normal_at(k0, k1, 4096 + crack, i64(1))
    own, mm = facts[crack, WIDTH] * width * f32(0.5), length / f32(n - 1)
    rooted = facts[crack, PARENT] >= f32(0) or facts[crack, EDGE] > f32(0)
    for j in range(n):
        t, s = f32(j) / f32(n - 1), f32(j) * mm
        root = f32(1) / (f32(1) + s * s * f32(0.6))
        ahead = length - s
        value = slow + slope * (t - f32(0.5)) + f32(0.5) * opened[j] + f32(0.48) * worn[j // PER_SEGMENT]
        value += f32(0.5) * root if rooted else -f32(0.8) * root
        if facts[crack, STOPPED] > f32(0):
            value += f32(0.4) / (f32(1) + ahead * ahead)
        else:
            tip = max(f32(1) - ahead / (f32(0.3) * length), f32(0))
            value -= f32(1.1) * tip * tip
        gape = max(f32(0.5) * (value + np.sqrt(value * value + f32(0.07))) - f32(0.03), f32(0))
        gape = min(gape, f32(1.3)) * own * (f32(1) - f32(0.65) * t)
        if rooted:
            gape *= f32(1) + f32(0.9) / (f32(1) + f32(5) * s * s)
        samples[PLUS, j] = max(gape - f32(0.004), f32(0))
        opened[j] = gape
    # The centre line follows the nodes at the nodes, and is torn to and fro between them.
    for j in range(n):
        nearer = f32(1) if 0 < j < n - 1 else f32(0)
        samples[OFFSET, j] *= f32(0.16) * nearer
    lean = np.zeros(n, np.float32)
    fractal_noise_1d(lean, f32(7), i32(3), f32(0.6), salted(k0, crack, 4), k1)
    for j in range(n):
        samples[PLUS, j] = max(opened[j] * (f32(1) + f32(0.6) * lean[j]) - f32(0.004), f32(0))
        samples[MINUS, j] = max(opened[j] * (f32(1) - f32(0.6) * lean[j]) - f32(0.004), f32(0))


@kernel
def break_cracks(
    nodes, starts, facts, count, tangents, samples, top, left, height, width_of_print, severity, width, k0, k1, w0, w1
):
    """Fill the tangents and samples of the cracks, an unbroken bend's tangents alone, and shift the nodes to the
    picture, from whose top left corner the print's lies (`left`, `top`) mm away."""
    k0, k1 = u32(k0), u32(k1)
    opened, worn = np.empty(LONGEST * PER_SEGMENT + 1, np.float32), np.empty(LONGEST + 1, np.float32)
    per_short = f32(1) / min(height, width_of_print)
    wide, tall = width_of_print * per_short, height * per_short
    for crack in range(count):
        first, last = starts[crack], starts[crack + 1]
        tangents_along(nodes[first:last], tangents[first:last])
        for i in range(first, last):
            if facts[crack, WIDTH] > f32(0):
                x, y = nodes[i, 0] * per_short, nodes[i, 1] * per_short
                worn[i - first] = min(wear_at(x, y, wide, tall, u32(w0), u32(w1)), f32(1.6)) - f32(USUAL_WEAR)
            nodes[i, 0] += f32(left)
            nodes[i, 1] += f32(top)
        if facts[crack, WIDTH] == f32(0):
            continue
        n = (last - first - 1) * PER_SEGMENT + 1
        own = samples[:, first * PER_SEGMENT : first * PER_SEGMENT + n]
        length = f32(last - first - 1) * f32(STEP_MM)
        break_crack(own, opened[:n], worn, crack, facts, length, f32(severity), f32(width), k0, k1)


@kernel
def draw_cracks(
    coverage, height, width, nodes, starts, facts, count, tangents, samples, px_per_mm, subsamples, corner, values
):  # fmt: skip
    """The broken emulsion of all cracks, into coverage; gives the box that may have been touched."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for crack in range(count):
        if facts[crack, WIDTH] == f32(0):
            continue
        first, last = starts[crack], starts[crack + 1]
        a, b = first * PER_SEGMENT, (last - 1) * PER_SEGMENT + 1
        box = draw_break(
            coverage, height, width, nodes[first:last], tangents[first:last], samples[OFFSET, a:b],
            samples[PLUS, a:b], samples[MINUS, a:b], px_per_mm, ROUGHNESS, subsamples, corner, values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_ridges(relief, height, width, nodes, starts, facts, count, tangents, px_per_mm, amount, light, k0, k1):
    """Add the shading of the bends along all cracks, light coming from `light` (in turns); a bend was bent up or down,
    and its shading lessens and grows along it and dies away at its end."""
    k0, k1 = u32(k0), u32(k1)
    sine, cosine = sincos(light)
    shade = np.empty(LONGEST + 1, np.float32)
    whole = i32(0), i32(0), i32(0), i32(0)
    for crack in range(count):
        first, last = starts[crack], starts[crack + 1]
        n = last - first
        own = shade[:n]
        own[:] = f32(0)
        fractal_noise_1d(own, f32(5), i32(2), f32(0.6), salted(k0, crack, 5), k1)
        up = f32(1) if uniform_at(k0, k1, 8192 + crack, i64(0)) < f32(0.5) else f32(-1)
        strength = up * f32(amount) * (f32(0.4) + f32(0.6) * uniform_at(k0, k1, 8192 + crack, i64(1)))
        sigma = f32(0.22) + f32(0.3) * uniform_at(k0, k1, 8192 + crack, i64(2))
        for i in range(n):
            facing = tangents[first + i, 0] * sine - tangents[first + i, 1] * cosine
            fades = min(f32(n - 1 - i) * f32(0.4), f32(1))
            if facts[crack, PARENT] < f32(0) and facts[crack, EDGE] == f32(0):
                fades = min(fades, f32(i) * f32(0.4))
            own[i] = strength * (facing * f32(0.8) + f32(0.2)) * fades * max(f32(1) + f32(0.7) * own[i], f32(0))
        box = draw_relief(relief, height, width, nodes[first:last], tangents[first:last], own, px_per_mm, sigma)
        whole = joined(whole, box)
    return whole
