"""Dirt that settles where a print's emulsion is broken, and that hands rub into its worn edges."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.shared import wear_at

u8, u32, f32, i32 = np.uint8, np.uint32, np.float32, np.int32

BENT = 0.22
"""Dirt that a bend holds whose emulsion is whole, as a share of what a break holds."""
BROKEN_BELOW = 0.035
"""Blurred breaks weaker than this hold no dirt."""
CELL_MM = 1.4
"""Distance of the places at which grime on the edges is worked out; it is linear between them."""
FAINTEST = 3.0
"""Grime of less coverage than this, of 255, is not drawn."""
CLEAN_FROM = 0.11
"""How far from the edge, in short sides, hands leave no grime."""


@kernel
def gather_breaks(field, mask, loss, classes, wanted):
    """Fill `field` (H, W or wider) float32, all zero, with how far the emulsion is broken, in [0, 1], by damage whose
    class is a bit of `wanted`; gives the box that holds it all, empty as (0, 0, 0, 0)."""
    height, width = mask.shape
    top, bottom = height, 0
    broken, columns = np.zeros(width, np.uint8), np.zeros(width, np.uint8)
    for y in range(height):
        covered, lost, shown, row = mask[y], loss[y], classes[y], field[y]
        some = u8(0)
        for x in range(width):
            one = u8(u32(u32(wanted) >> u32(shown[x])) & u32(1)) if covered[x] != 0 else u8(0)
            broken[x] = one
            columns[x] |= one
            some |= one
        if some == 0:
            continue
        top, bottom = min(top, y), y + 1
        for x in range(width):
            share = max(f32(lost[x]), f32(BENT) * f32(covered[x])) * f32(1 / 255.0)
            row[x] = share if broken[x] != 0 else f32(0)
    if top >= bottom:
        return 0, 0, 0, 0
    left, right = 0, width
    while columns[left] == 0:
        left += 1
    while columns[right - 1] == 0:
        right -= 1
    return top, bottom, left, right


@kernel
def soil_breaks(coverage, field, y0, y1, x0, x1, left, top, amount, mm, values):
    """Turn blurred breaks into coverage of dirt, patch by patch, `amount` in [0, 1] at most, and zero the field. The
    print's corner lies (`left`, `top`) mm from the picture's, whose pixels measure `mm`."""
    strength = f32(amount) * f32(255)
    for y in range(y0, y1):
        row, soil = field[y], coverage[y]
        for x in range(x0, x1):
            broken = row[x]
            row[x] = f32(0)
            if broken < f32(BROKEN_BELOW):
                continue
            px, py = (f32(x) + f32(0.5)) * mm - left, (f32(y) + f32(0.5)) * mm - top
            patch = (
                f32(0.55)
                + f32(0.6) * lattice_noise(values, px * f32(0.31) + f32(11), py * f32(0.31))
                + f32(0.4) * lattice_noise(values, px * f32(1.3), py * f32(1.3) + f32(23))
            )
            # Blurring thins the break out; what dirt it holds depends little on how wide it is.
            held = min((broken - f32(BROKEN_BELOW)) * f32(2.4), f32(1))
            soil[x] = u8(i32(strength * held * min(max(patch, f32(0)), f32(1)) + f32(0.5)))


@kernel
def grimy_at(x, y, wide, tall, scale, values, w0, w1):
    """Grime in [0, 1] at (x, y) short sides: worn edges and corners, smeared and blotchy; `scale` mm a short side."""
    away = min(min(x, wide - x), min(y, tall - y))
    if away >= f32(CLEAN_FROM):
        return f32(0)
    px, py = x * scale, y * scale
    blotch = (
        f32(0.28)
        + f32(0.75) * lattice_noise(values, px * f32(0.085) + f32(5), py * f32(0.085))
        + f32(0.4) * lattice_noise(values, px * f32(0.27), py * f32(0.27) + f32(17))
        + f32(0.35) * lattice_noise(values, px * f32(0.55) + f32(41), py * f32(0.55))
    )
    if blotch <= f32(0):
        return f32(0)
    # The wear of the very edge is left out: dirt comes off with the emulsion there.
    worn = wear_at(x, y, wide, tall, w0, w1) - f32(0.75)
    fades = f32(1) - max(away, f32(0)) * f32(1 / CLEAN_FROM)
    return min(max(blotch, f32(0)), f32(1)) * min(max(worn, f32(0)), f32(1)) * fades * fades


@kernel
def soil_edges(coverage, height, width, left, top, print_height, print_width, amount, mm, values, w0, w1):
    """Add the grime of handling to coverage, `amount` in [0, 1] at most; lengths are in mm. Gives the box touched."""
    short = min(print_height, print_width)
    wide, tall = print_width / short, print_height / short
    strength = amount * f32(255)
    if strength <= f32(0):
        return 0, 0, 0, 0
    rows, columns = i32(print_height / f32(CELL_MM)) + 2, i32(print_width / f32(CELL_MM)) + 2
    grid = np.empty((rows, columns), np.float32)
    for j in range(rows):
        for i in range(columns):
            x, y = f32(i) * f32(CELL_MM) / short, f32(j) * f32(CELL_MM) / short
            grid[j, i] = grimy_at(x, y, wide, tall, short, values, u32(w0), u32(w1)) * strength
    inverse = f32(1 / CELL_MM)
    line = np.empty(columns, np.float32)
    per_px, faint = inverse * mm, f32(FAINTEST)
    for y in range(height):
        v = ((f32(y) + f32(0.5)) * mm - top) * inverse
        j = min(max(i32(v), i32(0)), rows - i32(2))
        fy = min(max(v - f32(j), f32(0)), f32(1))
        for i in range(columns):
            line[i] = grid[j, i] + fy * (grid[j + 1, i] - grid[j, i])
        for i in range(columns - 1):
            a, b = line[i], line[i + 1]
            if a < faint and b < faint:
                continue
            # The pixels whose centres lie between these two places.
            start = (left + f32(i) * f32(CELL_MM)) / mm - f32(0.5)
            first = max(i32(np.ceil(start)), i32(0))
            last = min(i32(np.ceil(start + f32(CELL_MM) / mm)), width)
            row = coverage[y, first : max(last, first)]
            slope = (b - a) * per_px
            a += (f32(first) - start) * slope
            for x in range(row.size):
                grime = a + f32(x) * slope
                row[x] = max(row[x], u8(i32(grime + f32(0.5)))) if grime >= faint else row[x]
    return 0, height, 0, width


@kernel
def spare_gone(coverage, loss, classes, gone, y0, y1, x0, x1):
    """Zero the coverage where damage of the class `gone` has left nothing that could be dirty, `loss` near 255."""
    for y in range(y0, y1):
        row, lost, shown = coverage[y, x0:x1], loss[y, x0:x1], classes[y, x0:x1]
        for x in range(row.size):
            row[x] = u8(0) if lost[x] >= 250 and shown[x] == gone else row[x]
