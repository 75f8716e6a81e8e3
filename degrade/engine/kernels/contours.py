"""Damage that follows the contours of a field over the print: how deep a place lies within a wet, burnt or dissolved
region becomes coverage through a profile.

A field is a coarse grid of float32 nodes, `CELLS` to a short side of the print and the first at its top left corner,
interpolated linearly: so that it is the same at every resolution. Its values are depths in mm, positive within the
region. A profile is a float32 table of coverage (0 to 255) over depths from `start` mm on, `PER_MM` entries a mm, the
ends holding on beyond them. Lattices are those of `draw.lattice`; lengths are in mm.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import power

u8, u64, f32, i32 = np.uint8, np.uint64, np.float32, np.int32

CELLS = 64
"""Cells of a field to a short side of the print."""
PER_MM = 20
"""Entries of a profile to a mm."""


# ------------------------------------------------------------------------------------------------ fields


@kernel
def octaves(values, x, y, count, falloff):
    """Noise of `count` octaves over a lattice, each 2.1 times finer and `falloff` times weaker, in about [-1, 1]; each
    is turned against the one before, or the lattice's axes would show."""
    total, amplitude, weight = f32(0), f32(1), f32(0)
    x, y = f32(0.94) * x - f32(0.34) * y, f32(0.34) * x + f32(0.94) * y
    for _ in range(count):
        total += amplitude * lattice_noise(values, x, y)
        weight += amplitude
        amplitude *= f32(falloff)
        x, y = f32(1.68) * x - f32(1.26) * y + f32(17.3), f32(1.26) * x + f32(1.68) * y + f32(5.7)
    return total / weight


@kernel
def around(grid, mm, x0, y0, x1, y1, reach, wander, feature, lobes, values):
    """Fill a field with the depth within `reach` of the segment (x0, y0) to (x1, y1), its contours shifted by noise of
    `wander` at most, features of `feature`; `mm` is the size of a cell. In `lobes`, round bays meet in cusps."""
    dx, dy = f32(x1 - x0), f32(y1 - y0)
    inverse = f32(1) / max(dx * dx + dy * dy, f32(1e-6))
    scale = f32(1) / f32(feature)
    for i in range(grid.shape[0]):
        y, row = f32(i) * f32(mm), grid[i]
        for j in range(row.size):
            x = f32(j) * f32(mm)
            px, py = x - f32(x0), y - f32(y0)
            t = min(max((px * dx + py * dy) * inverse, f32(0)), f32(1))
            px, py = px - t * dx, py - t * dy
            noise = octaves(values, x * scale, y * scale, 4, 0.55)
            if lobes:
                noise = f32(1.6) * abs(noise) - f32(0.5)
            row[j] = f32(reach) - np.sqrt(px * px + py * py) + f32(wander) * noise


@kernel
def add_noise(grid, mm, wander, feature, values):
    """Shift a field by noise of `wander` at most, features of `feature`."""
    scale = f32(1) / f32(feature)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            x, y = f32(j) * f32(mm) * scale + f32(29.3), f32(i) * f32(mm) * scale + f32(41.9)
            grid[i, j] += f32(wander) * octaves(values, x, y, 3, 0.55)


@kernel
def nearness(grid, front, spread, near):
    """Raise `near` (as `grid`) to how near a place is to the contour at depth `front`, 1 on it, falling over `spread`
    to either side."""
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            d = (grid[i, j] - f32(front)) / f32(spread)
            near[i, j] = max(near[i, j], f32(1) / (f32(1) + d * d))


@kernel
def read_grid(grid, x, y):
    """The value of a field at (x, y) short sides, 0 outside it."""
    gx, gy = f32(x) * f32(CELLS), f32(y) * f32(CELLS)
    if gx < f32(0) or gy < f32(0):
        return f32(0)
    j, i = i32(gx), i32(gy)
    if i >= grid.shape[0] - 1 or j >= grid.shape[1] - 1:
        return f32(0)
    fx, fy = gx - f32(j), gy - f32(i)
    upper = grid[i, j] + fx * (grid[i, j + 1] - grid[i, j])
    lower = grid[i + 1, j] + fx * (grid[i + 1, j + 1] - grid[i + 1, j])
    return upper + fy * (lower - upper)


@kernel
def cockle(grid, mm, amount, feature, lift, turns_x, turns_y, values, relief):
    """Fill the grid `relief` with the shading of paper that buckled where it was wet: light from the direction
    (`turns_x`, `turns_y`) on waves of `feature` mm, `amount` at most; and `lift` where dye was washed out."""
    scale, delta = f32(1) / f32(feature), f32(0.35)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            within = min(max(grid[i, j] * f32(0.25) + f32(0.5), f32(0)), f32(1))
            if within <= f32(0):
                relief[i, j] = f32(0)
                continue
            x, y = f32(j) * f32(mm) * scale, f32(i) * f32(mm) * scale
            here = octaves(values, x, y, 2, 0.4)
            lit = octaves(values, x + delta * f32(turns_x), y + delta * f32(turns_y), 2, 0.4)
            slope = min(max((lit - here) * f32(2.2), f32(-1)), f32(1))
            relief[i, j] = within * (f32(amount) * slope + f32(lift))


# ------------------------------------------------------------------------------------------------ profiles


@kernel
def front_profile(table, start, strength, width, falloff, edge):
    """Fill a profile with what a drying front leaves: `strength`·(1 + depth/width)^-falloff behind it, nothing before
    it, but for an `edge` that rises within so many mm."""
    for i in range(table.size):
        depth = f32(start) + f32(i) * f32(1.0 / PER_MM)
        rise = min(max(depth / f32(edge) + f32(1), f32(0)), f32(1))
        table[i] = f32(strength) * rise * power(f32(1) + max(depth, f32(0)) / f32(width), f32(-falloff))


@kernel
def soften(table, mm):
    """`table` averaged over the size `mm` of a pixel, in place: anti-aliasing where the field rises 1 mm a mm."""
    reach = i32(f32(mm) * f32(0.5 * PER_MM) + f32(0.5))
    sharp = table.copy()
    for i in range(table.size):
        total = f32(0)
        for k in range(i - reach, i + reach + 1):
            total += sharp[min(max(k, 0), table.size - 1)]
        table[i] = total / f32(2 * reach + 1)


# ------------------------------------------------------------------------------------------------ drawing


@kernel
def blended(grid, gy, line):
    """The row of a field at `gy` cells from its top into `line`."""
    i = min(max(i32(gy), 0), grid.shape[0] - 2)
    t = min(max(gy - f32(i), f32(0)), f32(1))
    upper, lower = grid[i], grid[i + 1]
    for j in range(line.size):
        line[j] = upper[j] + t * (lower[j] - upper[j])


@kernel
def shown_between(table, start):
    """The depths between which a profile is not 0, beyond all depths where it holds on."""
    first, last = 0, table.size - 1
    while first < table.size - 1 and table[first] <= f32(0):
        first += 1
    while last > 0 and table[last] <= f32(0):
        last -= 1
    low = f32(-1e9) if first == 0 else f32(start) + f32(first - 1) * f32(1.0 / PER_MM)
    high = f32(1e9) if last == table.size - 1 else f32(start) + f32(last + 1) * f32(1.0 / PER_MM)
    return low, high


@kernel
def cells_between(grid, low, high):
    """Which cells of a field (rows, columns) have depths between `low` and `high`, by the nodes at their corners."""
    cells = np.empty((grid.shape[0] - 1, grid.shape[1] - 1), u8)
    for i in range(cells.shape[0]):
        upper, lower, row = grid[i], grid[i + 1], cells[i]
        for x in range(u64(row.size)):
            a, b, c, d = upper[x], upper[x + u64(1)], lower[x], lower[x + u64(1)]
            deepest, least = max(max(a, b), max(c, d)), min(min(a, b), min(c, d))
            row[x] = u8(1) if (deepest >= low) & (least <= high) else u8(0)
    return cells


@kernel
def patchwork(cells, patchy, values):
    """A grid of factors around 1 that vary by the share `patchy` from place to place, at the corners of `cells`."""
    rows, columns = cells.shape
    factors = np.ones((rows + 1, columns + 1), f32)
    if patchy > f32(0):
        for i in range(rows + 1):
            above, below = cells[max(i - 1, 0)], cells[min(i, rows - 1)]
            for j in range(columns + 1):
                left, right = max(j - 1, 0), min(j, columns - 1)
                if above[left] | above[right] | below[left] | below[right]:
                    noise = octaves(values, f32(j) * f32(0.17) + f32(7), f32(i) * f32(0.17), 3, 0.6)
                    factors[i, j] = max(f32(1) + f32(patchy) * noise, f32(0))
    return factors


@kernel
def columns_of(cells, left, px_per_cell, width):
    """The pixels, first and past the last, whose centres lie in each of so many columns of cells: (cells, 2) int32."""
    columns = np.empty((cells, 2), i32)
    for j in range(cells):
        first = i32(np.ceil(f32(j) * px_per_cell + left - f32(0.5)))
        end = i32(np.ceil(f32(j + 1) * px_per_cell + left - f32(0.5)))
        columns[j, 0], columns[j, 1] = max(first, i32(0)), min(end, i32(width))
    return columns


@kernel
def add_lattice_row(noise, size, places, scale, y, amplitude, values, columns, shares):
    """Add `lattice_noise` times `amplitude` to the first `size` values of a row, at the `places` times `scale` across
    and at `y`; `columns` (int32) and `shares` are room for as many. A loop without look-ups is one of whole vectors."""
    below = np.floor(y)
    sy, row = y - below, i32(below)
    sy = sy * sy * (f32(3) - f32(2) * sy)
    upper, lower = u64(row & i32(63)) * u64(64), u64((row + i32(1)) & i32(63)) * u64(64)
    for x in range(u64(size)):
        place = places[x] * scale
        floor = np.floor(place)
        t = place - floor
        columns[x], shares[x] = i32(floor), t * t * (f32(3) - f32(2) * t)
    for x in range(u64(size)):
        left, right = u64(columns[x] & i32(63)), u64((columns[x] + i32(1)) & i32(63))
        v00, v01 = values[upper + left], values[lower + left]
        p = v00 + shares[x] * (values[upper + right] - v00)
        q = v01 + shares[x] * (values[lower + right] - v01)
        noise[x] += amplitude * (p + sy * (q - p))


@kernel
def roughen(depths, first, end, rough, shallow, deep, across, y, values, room, columns):
    """Add fine noise of `rough` mm to the depths from `first` to `end` that lie between `shallow` and `deep`, its
    features at the places `across` and `y`. `room` (2, W) and `columns` (W,) int32 are to work in."""
    noise, size, start = room[0], end - first, u64(first)
    for x in range(u64(size)):
        noise[x] = f32(0)
    add_lattice_row(noise, size, across[first:], f32(1), y, f32(1), values, columns, room[1])
    add_lattice_row(noise, size, across[first:], f32(2.3), y * f32(2.3) + f32(11), f32(0.5), values, columns, room[1])
    for x in range(u64(size)):
        depth = depths[start + x]
        depths[start + x] = depth + rough * noise[x] if (shallow < depth) & (depth < deep) else depth


@kernel
def add_covered(row, first, end, depths, table, start, shares):
    """Add to the coverage from `first` to `end` what the profile has at the `depths`, times the `shares`; linear
    between its entries, held beyond the ends."""
    last = f32(table.size - 1) - f32(0.001)
    for x in range(u64(first), u64(end)):
        at = min(max((depths[x] - start) * f32(PER_MM), f32(0)), last)
        k = u64(i32(at))
        covered = (table[k] + (at - f32(i32(at))) * (table[k + u64(1)] - table[k])) * shares[x]
        row[x] = u8(i32(min(f32(row[x]) + covered + f32(0.5), f32(255))))


@kernel
def draw_profile(
    coverage, height, width, top, left, short, px_per_mm,
    grid, table, start, rough, feature, shallow, deep, patchy, values,
):  # fmt: skip
    """Add the coverage that a profile gives to a field; the box that it may touch.

    Parameters: `top`, `left` of the print and its `short` side, in px; the profile's `start`; `rough` mm of fine noise
    with features of `feature` mm at depths from `shallow` to `deep`, where the profile is steep; `patchy`, the share
    by which coverage varies from place to place.
    """
    px_per_cell, per_feature = f32(short) / f32(CELLS), f32(1) / f32(feature)
    corner_y, corner_x = f32(top), f32(left)
    cells_per_px, mm = f32(1) / px_per_cell, f32(1) / f32(px_per_mm)
    low, high = shown_between(table, start)
    roughness = f32(rough), f32(shallow), f32(deep)
    low, high = low - f32(rough) * f32(1.5), high + f32(rough) * f32(1.5)
    cells = cells_between(grid, low, high)
    factors = patchwork(cells, patchy, values)
    line, factor = np.empty(grid.shape[1], f32), np.empty(grid.shape[1], f32)
    bounds = columns_of(cells.shape[1], corner_x, px_per_cell, width)
    depths, shares, across = np.empty(width, f32), np.empty(width, f32), np.empty(width, f32)
    room, columns = np.empty((2, width), f32), np.empty(width, i32)
    for x in range(width):
        across[x] = (f32(x) + f32(0.5) - corner_x) * mm * per_feature
    whole = i32(height), i32(0), i32(width), i32(0)
    for y in range(height):
        gy = (f32(y) + f32(0.5) - corner_y) * cells_per_px
        blended(grid, gy, line)
        blended(factors, gy, factor)
        row, noise_y = coverage[y], (f32(y) + f32(0.5) - corner_y) * mm * per_feature
        shown = cells[min(max(i32(gy), 0), cells.shape[0] - 1)]
        # Neighbouring cells are drawn at one go, and so is the noise of those that are rough.
        first, end, rough_first, rough_end = i32(0), i32(0), i32(0), i32(0)
        for j in range(shown.size):
            if not shown[j]:
                continue
            a, b = line[j], line[j + 1]
            xa, xb = bounds[j, 0], bounds[j, 1]
            if max(a, b) < low or min(a, b) > high or xa >= xb:
                continue
            whole = min(whole[0], i32(y)), i32(y + 1), min(whole[2], xa), max(whole[3], xb)
            if rough_first < rough_end < xa:
                roughen(depths, rough_first, rough_end, *roughness, across, noise_y, values, room, columns)
                rough_first = rough_end
            if end < xa:
                add_covered(row, first, end, depths, table, f32(start), shares)
                first = xa
            end = xb
            slope, steepness = (b - a) * cells_per_px, (factor[j + 1] - factor[j]) * cells_per_px
            for x in range(xa, xb):
                along = f32(x) + f32(0.5) - corner_x - f32(j) * px_per_cell
                depths[x], shares[x] = a + along * slope, factor[j] + along * steepness
            if rough > f32(0) and max(a, b) > f32(shallow) and min(a, b) < f32(deep):
                rough_first, rough_end = (xa if rough_first == rough_end else rough_first), xb
        if rough_first < rough_end:
            roughen(depths, rough_first, rough_end, *roughness, across, noise_y, values, room, columns)
        add_covered(row, first, end, depths, table, f32(start), shares)
    if whole[0] >= whole[1]:
        return i32(0), i32(0), i32(0), i32(0)
    return whole


@kernel
def draw_relief_grid(relief, height, width, top, left, short, grid):
    """Add a grid of shading to a relief; the box that it may touch."""
    px_per_cell = f32(short) / f32(CELLS)
    corner_y, corner_x, cells_per_px = f32(top), f32(left), f32(1) / px_per_cell
    line, bounds = np.empty(grid.shape[1], f32), columns_of(grid.shape[1] - 1, corner_x, px_per_cell, width)
    whole = i32(height), i32(0), i32(width), i32(0)
    for y in range(height):
        blended(grid, (f32(y) + f32(0.5) - corner_y) * cells_per_px, line)
        row = relief[y]
        for j in range(line.size - 1):
            a, b = line[j], line[j + 1]
            if a == f32(0) and b == f32(0):
                continue
            xa, xb = bounds[j, 0], bounds[j, 1]
            if xa >= xb:
                continue
            whole = min(whole[0], i32(y)), i32(y + 1), min(whole[2], xa), max(whole[3], xb)
            slope = (b - a) * cells_per_px
            for x in range(xa, xb):
                row[x] += a + (f32(x) + f32(0.5) - corner_x - f32(j) * px_per_cell) * slope
    if whole[0] >= whole[1]:
        return i32(0), i32(0), i32(0), i32(0)
    return whole


@kernel
def ramp_profile(table, start, places, heights):
    """Fill a profile with straight pieces: `heights` (0 to 255) at the depths `places` (mm, ascending), smooth between
    them."""
    piece = 0
    for i in range(table.size):
        depth = f32(start) + f32(i) * f32(1.0 / PER_MM)
        while piece < places.size - 2 and depth > f32(places[piece + 1]):
            piece += 1
        a, b = f32(places[piece]), f32(places[piece + 1])
        t = min(max((depth - a) / max(b - a, f32(1e-6)), f32(0)), f32(1))
        t = t * t * (f32(3) - f32(2) * t)
        table[i] = f32(heights[piece]) + t * (f32(heights[piece + 1]) - f32(heights[piece]))


@kernel
def patches_within(depth, mm, feature, share, stretch_x, stretch_y, values, patches):
    """Fill the field `patches` with the depth within blots that lie where `depth` is above 0: about the `share` of it,
    `feature` mm large, drawn out by the factors `stretch_x` and `stretch_y`."""
    scale_x, scale_y = f32(1) / (f32(feature) * f32(stretch_x)), f32(1) / (f32(feature) * f32(stretch_y))
    # Depth is about the noise's height above the threshold over its slope.
    height = f32(0.7) * f32(feature)
    threshold = f32(0.55) - f32(0.85) * f32(share)
    for i in range(depth.shape[0]):
        for j in range(depth.shape[1]):
            x, y = f32(j) * f32(mm) * scale_x, f32(i) * f32(mm) * scale_y
            noise = octaves(values, x + f32(3.1), y + f32(8.7), 4, 0.6)
            patches[i, j] = min((noise - threshold) * height, depth[i, j] * f32(0.5))


@kernel
def corners_depth(grid, mm, wide, tall, legs, wander, feature, values):
    """Fill a field with the depth within four right triangles at the corners of a print of `wide` by `tall` mm, their
    two `legs` (4, 2) mm long, 0 for none, their long sides shifted by noise of `wander` mm."""
    scale = f32(1) / f32(feature)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            x, y = f32(j) * f32(mm), f32(i) * f32(mm)
            deepest = f32(-1e9)
            for corner in range(4):
                across = x if corner % 2 == 0 else f32(wide) - x
                down = y if corner < 2 else f32(tall) - y
                a, b = legs[corner, 0], legs[corner, 1]
                if a <= f32(0) or b <= f32(0):
                    continue
                depth = (f32(1) - across / a - down / b) * a * b / np.sqrt(a * a + b * b)
                deepest = max(deepest, depth)
            grid[i, j] = deepest + f32(wander) * octaves(values, x * scale, y * scale, 3, 0.6)
