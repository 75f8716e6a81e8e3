"""What stands around and over a print that is scanned or photographed: its backing, lamps and their reflections.

Smooth fields are (rows, columns) of nodes as in `displace`. Pictures are (H, W·C) float32 rows of interleaved channels.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.displace import along
from degrade.engine.kernels.gaussian import SCALE
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fill_bits, row_key, to_encoded, to_linear, value_noise
from degrade.engine.kernels.shared import fractal

u8, u32, u64, f32, i32, i64 = np.uint8, np.uint32, np.uint64, np.float32, np.int32, np.int64

UNEVEN_MM = 0.06
"""How far a print's edge strays from a straight line, over 5 mm."""


@kernel
def clipped(v):
    """`v` within [0, 1]."""
    return min(max(v, f32(0)), f32(1))


# ------------------------------------------------------------------------------------------------ backing


@kernel
def inside_distance(x, y, top, bottom, left, right):
    """How far (x, y) lies within a print from `top` to `bottom` and `left` to `right`; negative outside."""
    across, down = min(x - left, right - x), min(y - top, bottom - y)
    if across < f32(0) and down < f32(0):
        return -np.sqrt(across * across + down * down)
    return min(across, down)


@kernel
def beyond_print(x, y, top, bottom, left, right, uneven, wave, k0, k1):
    """How much of a pixel at (x, y) shows what lies beyond a print's edge, which strays by up to `uneven` px in waves
    of 1/`wave` px."""
    inside = inside_distance(x, y, top, bottom, left, right)
    if abs(inside) < uneven + f32(0.5):
        inside += uneven * value_noise(x * wave, y * wave, k0, k1)
    return clipped(f32(0.5) - inside)


@kernel
def set_backing(
    shown, light, m00, m01, m02, m10, m11, m12, top, bottom, left, right, border, per_px, k0, k1,
    weave, shade, throw_x, throw_y, soft,
):  # fmt: skip
    """How much of each pixel shows the backing beyond a print, into `shown`, and where any does the light on it, with
    the print's shadow, into `light`; both are (H, W) float32.

    The output point (x, y) shows the source point (m00·x + m01·y + m02, m10·x + m11·y + m12), and the print reaches
    from `top` to `bottom` and from `left` to `right` of the source. Only `border` px from the picture's edges are
    looked at; `per_px` is the mm in a px. The backing has fibres of the relative amplitude `weave`. The shadow takes
    the share `shade` of its light, thrown by (throw_x, throw_y) px with an edge `soft` px wide.
    """
    height, width = shown.shape
    y0, y1, x0, x1 = f32(top), f32(bottom), f32(left), f32(right)
    uneven, wave = f32(UNEVEN_MM) / f32(per_px), f32(per_px) * f32(0.2)
    for y in range(height):
        for start, end in border_of_row(y, height, width, border):
            for x in range(start, end):
                px = f32(m00 * (x + 0.5) + m01 * (y + 0.5) + m02)
                py = f32(m10 * (x + 0.5) + m11 * (y + 0.5) + m12)
                h = beyond_print(px, py, y0, y1, x0, x1, uneven, wave, k0, k1)
                shown[y, x] = h
                if h <= f32(0):
                    continue
                near = inside_distance(px - f32(throw_x), py - f32(throw_y), y0, y1, x0, x1) / f32(soft)
                s = clipped(f32(0.5) + f32(0.5) * near)
                bright = f32(1) - f32(shade) * s * s * (f32(3) - f32(2) * s)
                if weave > 0:
                    a, b = f32(x) * f32(per_px), f32(y) * f32(per_px)
                    grain = f32(0.5) * fractal(a * f32(0.12), b * f32(0.12), 3, 0.6, k1, k0)
                    bright *= f32(1) + f32(weave) * (grain + fractal(a * f32(2.2), b * f32(3.1), 2, 0.7, k0, k1))
                light[y, x] = bright


@kernel
def border_of_row(y, height, width, border):
    """The two stretches (start, end) of row `y` that lie within `border` px of a picture's edge."""
    if y < border or y >= height - border or 2 * border >= width:
        return (0, width), (width, width)
    return (0, border), (width - border, width)


@kernel
def lay_on_backing(pixels, channels, border, shown, light, colour):
    """Show a backing of the `colour` (C,) in (H, W·C) pixels, as `set_backing` says."""
    height, width = shown.shape
    for y in range(height):
        row = pixels[y]
        for start, end in border_of_row(y, height, width, border):
            for x in range(start, end):
                h = shown[y, x]
                if h <= f32(0):
                    continue
                for c in range(channels):
                    v, bare = row[x * channels + c], clipped(colour[c] * light[y, x])
                    row[x * channels + c] = v + h * (bare - v) if h < f32(1) else bare


@kernel
def clear_backing(mask, border, shown):
    """Set an (H, W) uint8 mask to 0 wherever nothing but the backing is shown, as `set_backing` says."""
    height, width = mask.shape
    for y in range(height):
        for start, end in border_of_row(y, height, width, border):
            for x in range(start, end):
                if shown[y, x] >= f32(1):
                    mask[y, x] = 0


# ------------------------------------------------------------------------------------------------ lamps


@kernel
def falling_light(rows, columns, every, centre_y, centre_x, per_px, falloff, slope_y, slope_x):
    """Nodes of the light that reaches the sensor: (1 + falloff·r²)⁻² times an even slope. r and places are in units of
    1/per_px px from the centre."""
    out = np.empty((rows, columns), f32)
    for i in range(rows):
        dy = f32((i * every - centre_y) * per_px)
        for j in range(columns):
            dx = f32((j * every - centre_x) * per_px)
            q = f32(1) + f32(falloff) * (dx * dx + dy * dy)
            out[i, j] = max(f32(1) + f32(slope_y) * dy + f32(slope_x) * dx, f32(0.05)) / (q * q)
    return out


@kernel
def add_lobe(glare, every, top, left, per_px, amount, centre_y, centre_x, radius_y, radius_x, turn, cockling, k0, k1):
    """Add to the nodes a soft reflection of a lamp: a Gaussian lobe around (centre_y, centre_x) with the radii along
    two axes of the tilt `turn` (sine over cosine), bent by the slopes of cockled paper. All lengths in short sides."""
    norm = f32(1 / (1 + turn * turn))
    for i in range(glare.shape[0]):
        for j in range(glare.shape[1]):
            y, x = f32((i * every - top) * per_px), f32((j * every - left) * per_px)
            dy = y - f32(centre_y) + f32(cockling) * fractal(x * f32(3.5), y * f32(3.5), 2, 0.5, k0, k1)
            dx = x - f32(centre_x) + f32(cockling) * fractal(x * f32(3.5), y * f32(3.5), 2, 0.5, k1, k0)
            a, b = (dx + f32(turn) * dy) / f32(radius_x), (dy - f32(turn) * dx) / f32(radius_y)
            glare[i, j] += f32(amount) * exp2((a * a + b * b) * norm * f32(-0.7213475))


@kernel
def lit(pixels, channels, gain, glare, every, balance):
    """Multiply linear light by the nodes `gain` and the colour `balance` (C,) and add the nodes `glare`, in place."""
    height, width = pixels.shape[0], pixels.shape[1] // channels
    bright, more = np.empty(width, f32), np.empty(width, f32)
    factor, added = np.empty(width * channels, f32), np.empty(width * channels, f32)
    for y in range(height):
        along(bright, gain, y, every)
        along(more, glare, y, every)
        if channels == 1:
            b0 = balance[0]
            for x in range(width):
                factor[x], added[x] = bright[x] * b0, more[x]
        else:
            b0, b1, b2 = balance[0], balance[1], balance[2]
            for i in range(width):
                x, j = u64(i), u64(3) * u64(i)
                factor[j], factor[j + u64(1)], factor[j + u64(2)] = bright[x] * b0, bright[x] * b1, bright[x] * b2
                added[j], added[j + u64(1)], added[j + u64(2)] = more[x], more[x], more[x]
        row = pixels[y]
        for x in range(row.size):
            light = to_linear(row[x]) * factor[x] + added[x]
            row[x] = clipped(to_encoded(min(light, f32(1))))


# ------------------------------------------------------------------------------------------------ sensor


@kernel
def noise_row(out, bits, y, k0, k1):
    """Row `y` of white noise: sums of four random bytes, less their mean; `bits` is a uint32 row as long."""
    start, stride = row_key(k0, k1, u32(y))
    fill_bits(bits, start, stride)
    low = u32(0x00FF00FF)
    for x in range(out.size):
        pairs = u32(u32(bits[x] & low) + u32(u32(bits[x] >> u32(8)) & low))
        out[x] = f32(i32(u32(u32(pairs & u32(0xFFFF)) + u32(pairs >> u32(16))))) - f32(510)


@kernel
def sparse_row(out, bits, sums, row, shift, k0, k1):
    """Noise of a sensor row that has a value at every second pixel, from pixel `shift` on, filled in linearly."""
    noise_row(sums, bits, row, k0, k1)
    half = u64(shift)
    for i in range(u64(out.size // 2)):
        a, b = sums[i], sums[i + u64(1)]
        if shift == 0:
            out[u64(2) * i], out[u64(2) * i + u64(1)] = a, f32(0.5) * (a + b)
        else:
            out[u64(2) * i], out[u64(2) * i + u64(1)] = f32(0.5) * (a + b), b
    if out.size % 2 == 1:
        last = u64(out.size // 2)
        out[out.size - 1] = sums[last] if half == u64(0) else f32(0.5) * (sums[last] + sums[last + u64(1)])


@kernel
def sparse_noise(out, lines, held, bits, sums, y, shift, k0, k1):
    """Row `y` of the noise of the red (`shift` 0) or the blue (1) pixels of a Bayer pattern, filled in bilinearly.
    `lines` (2, W) are the last rows of such pixels that were made, `held` their numbers."""
    first = (y + shift) // 2
    last = first + (y + shift) % 2
    for row in range(first, last + 1):
        if held[row & 1] != row:
            sparse_row(lines[row & 1], bits, sums, row, shift, k0, k1)
            held[row & 1] = row
    upper, lower = lines[first & 1], lines[last & 1]
    for x in range(out.size):
        out[x] = f32(0.5) * (upper[x] + lower[x])


@kernel
def quincunx_noise(out, above, here, below, odd):
    """Noise of a row of a Bayer pattern's green pixels: own values at every second pixel, from 0 or if `odd` 1 on, the
    mean of four neighbours between. The three rows have one value more on either side."""
    own = u64(1) if odd else u64(0)
    for x in range(out.size):
        i = u64(x)
        mean = here[i] + here[i + u64(2)] + above[i + u64(1)] + below[i + u64(1)]
        out[i] = here[i + u64(1)] if i & u64(1) == own else f32(0.25) * mean


@kernel
def add_sensor_noise(row, noise, strength):
    """Add noise to a row of encoded values, 1.3 times `strength` in the blacks and half of it in the whites."""
    s = f32(strength * SCALE)
    for x in range(row.size):
        v = row[x]
        row[x] = clipped(v + s * noise[x] * (f32(1.3) - f32(0.8) * v))


@kernel
def bayer_noise(pixels, channels, strength, k0, k1):
    """Add the noise of a demosaiced Bayer sensor to (H, W·C) pixels in place; gray ones get that of the green pixels.

    Red and blue have a value of their own at every fourth pixel, green at every second, the others are interpolated: so
    it is correlated over two pixels, and coloured in blotches.
    """
    height, width = pixels.shape[0], pixels.shape[1] // channels
    long, short = np.empty(width + 2, u32), np.empty(width // 2 + 2, u32)
    greens, sums = np.empty((3, width + 2), f32), np.empty(width // 2 + 2, f32)
    noise, wide = np.empty((3, width), f32), np.empty(width * channels, f32)
    reds, blues, held = np.empty((2, width), f32), np.empty((2, width), f32), np.full((2, 2), -1, i64)
    for y in range(-1, height + 1):
        noise_row(greens[(y + 3) % 3], long, y + 1, k0, k1)
        if y < 1:
            continue
        middle = y - 1
        above, here, below = greens[(middle + 2) % 3], greens[middle % 3], greens[(middle + 1) % 3]
        quincunx_noise(noise[1], above, here, below, middle % 2 == 1)
        if channels == 1:
            add_sensor_noise(pixels[middle], noise[1], strength)
            continue
        sparse_noise(noise[0], reds, held[0], short, sums, middle, 0, k1, k0)
        sparse_noise(noise[2], blues, held[1], short, sums, middle, 1, k0 ^ k1, k0)
        red, green, blue = noise[0], noise[1], noise[2]
        for i in range(width):
            x, j = u64(i), u64(3) * u64(i)
            wide[j], wide[j + u64(1)], wide[j + u64(2)] = red[x], green[x], blue[x]
        add_sensor_noise(pixels[middle], wide, strength)
