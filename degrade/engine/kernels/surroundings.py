"""What stands around a print that is scanned: its backing and the shadow on it.

Pictures are (H, W·C) float32 rows of interleaved channels.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.layers import clipped
from degrade.engine.kernels.noise import value_noise
from degrade.engine.kernels.shared import fractal_row

f32 = np.float32

UNEVEN_MM = 0.06
"""How far a print's edge strays from a straight line, over 5 mm."""


@kernel
def inside_distance(x, y, top, bottom, left, right):
    """How far (x, y) lies within a print from `top` to `bottom` and `left` to `right`; negative outside."""
    across, down = min(x - left, right - x), min(y - top, bottom - y)
    corner = -np.sqrt(across * across + down * down)
    return corner if across < f32(0) and down < f32(0) else min(across, down)


@kernel
def show_beyond_print(shown, xs, ys, edges, uneven, wave, k0, k1):
    """How much of the pixels at (`xs`, `ys`) shows what lies beyond a print's edges (top, bottom, left, right), which
    stray by up to `uneven` px in waves of 1/`wave` px, into `shown`, all (N,) float32. Gives the first and past the
    last of those that show any."""
    top, bottom, left, right = edges
    for i in range(shown.size):
        shown[i] = inside_distance(xs[i], ys[i], top, bottom, left, right)
    near = uneven + f32(0.5)
    for i in range(shown.size):
        if abs(shown[i]) < near:
            shown[i] += uneven * value_noise(xs[i] * wave, ys[i] * wave, k0, k1)
    for i in range(shown.size):
        shown[i] = clipped(f32(0.5) - shown[i])
    first, last = 0, shown.size
    while first < last and shown[first] <= f32(0):
        first += 1
    while last > first and shown[last - 1] <= f32(0):
        last -= 1
    return first, last


@kernel
def shadow_row(light, xs, ys, edges, shadow):
    """The light that the shadow of a print with the `edges` leaves to the pixels at (`xs`, `ys`), (N,) float32;
    `shadow` is the share that it takes, how far it is thrown along x and y, and how wide its edge is, px."""
    top, bottom, left, right = edges
    shade, throw_x, throw_y, soft = shadow
    for i in range(light.size):
        near = inside_distance(xs[i] - throw_x, ys[i] - throw_y, top, bottom, left, right) / soft
        s = clipped(f32(0.5) + f32(0.5) * near)
        light[i] = f32(1) - shade * s * s * (f32(3) - f32(2) * s)


@kernel
def weave_row(light, first, y, per_px, weave, k0, k1, places, coarse, fine):
    """Multiply the light on the pixels from column `first` of row `y` on by fibres; `places`, `coarse` and `fine` are
    room for as many values."""
    b = f32(y) * per_px
    for i in range(light.size):
        places[i] = f32(first + i) * per_px * f32(0.12)
    fractal_row(coarse, places, b * f32(0.12), 3, 0.6, k1, k0)
    for i in range(light.size):
        places[i] = f32(first + i) * per_px * f32(2.2)
    fractal_row(fine, places, b * f32(3.1), 2, 0.7, k0, k1)
    for i in range(light.size):
        light[i] *= f32(1) + weave * (f32(0.5) * coarse[i] + fine[i])


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
    edges, shadow = (f32(top), f32(bottom), f32(left), f32(right)), (f32(shade), f32(throw_x), f32(throw_y), f32(soft))
    uneven, wave = f32(UNEVEN_MM) / f32(per_px), f32(per_px) * f32(0.2)
    room = np.empty((5, width), f32)
    for y in range(height):
        for start, end in border_of_row(y, height, width, border):
            xs, ys = room[0, : end - start], room[1, : end - start]
            for i in range(end - start):
                x = start + i
                xs[i] = f32(m00 * (x + 0.5) + m01 * (y + 0.5) + m02)
                ys[i] = f32(m10 * (x + 0.5) + m11 * (y + 0.5) + m12)
            first, last = show_beyond_print(shown[y, start:end], xs, ys, edges, uneven, wave, k0, k1)
            if first == last:
                continue
            bright, size = light[y, start + first : start + last], last - first
            shadow_row(bright, xs[first:last], ys[first:last], edges, shadow)
            if weave > 0:
                weave_row(
                    bright, start + first, y, f32(per_px), f32(weave), k0, k1,
                    room[2, :size], room[3, :size], room[4, :size],
                )  # fmt: skip


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
