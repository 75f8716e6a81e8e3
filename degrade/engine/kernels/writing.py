"""Handwriting and rubber stamps, as strokes.

Handwriting is an oscillation of the pen across the line while it moves along it, its height and phase modulated from
stroke to stroke (J. M. Hollerbach, An oscillation theory of handwriting, Biological Cybernetics 39, 1981). Lengths are
in mm; what is drawn comes from the key alone. Each kernel gives the box that it may have touched.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, lattice_noise, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import normal_at, sincos, uniform_at

u8, u32, f32, i32 = np.uint8, np.uint32, np.float32, np.int32

PIECES = 12
"""Straight pieces of one up and down of the pen."""
LETTERS = np.array(
    [
        0b0001111011, 0b0000011111, 0b0000011011, 0b0001111010, 0b0000011100, 0b1000000001, 0b0011111000,
        0b0100000101, 0b0001111100, 0b0000111011, 0b0001111101, 0b0001001111, 0b1000000000, 0b0110000000,
        0b0010111011, 0b0100100001, 0b0000110111, 0b0001100111,
    ],
    np.int64,
)  # fmt: skip
"""Block letters and figures, as bits of the ten bars of `BARS` that they are made of."""
BARS = np.array(
    [
        (0, 0, 1, 0), (0, 0.5, 1, 0.5), (0, 1, 1, 1), (0, 0, 0, 0.5), (0, 0.5, 0, 1),
        (1, 0, 1, 0.5), (1, 0.5, 1, 1), (0, 0, 1, 1), (1, 0, 0, 1), (0.5, 0, 0.5, 1),
    ],
    np.float32,
)  # fmt: skip
"""x0, y0, x1, y1 of the bars of a block letter, in its box."""


@kernel
def draw_line(coverage, height, width, x, y, turns, length, size, half, nib, flow, px_per_mm, values, row, k0, k1):
    """One line of words in running hand from (x, y) px on, `length` mm long.

    Parameters: the `size` of a small letter and the `half` width of a stroke, in mm; `nib`, the share by which
    downstrokes are wider; `flow`, the share by which opacity varies; `row`, the line's number.
    """
    scale, row = f32(px_per_mm), u32(row)
    sine, cosine = sincos(turns)
    slant = f32(0.15) + f32(0.35) * uniform_at(k0, k1, u32(7), u32(0))
    along, cycle, left_in_word = f32(0), u32(0), i32(2) + i32(f32(7) * uniform_at(k0, k1, row, u32(1)))
    bottom, box = f32(0), (i32(0), i32(0), i32(0), i32(0))
    old_x, old_y, old_half, old_alpha, down = f32(0), f32(0), f32(0), f32(0), False
    while along < f32(length):
        own = u32(1024 + row * u32(512) + cycle)
        kind, shape = uniform_at(k0, k1, own, u32(0)), uniform_at(k0, k1, own, u32(1))
        top = f32(size) * (f32(2.3) if kind < f32(0.13) else (f32(1) + f32(0.12) * normal_at(k0, k1, own, u32(1))))
        next_bottom = (
            f32(-1.25) * f32(size) if shape < f32(0.09) else f32(0.06) * f32(size) * normal_at(k0, k1, own, u32(2))
        )
        advance = f32(size) * (f32(0.55) + f32(0.5) * uniform_at(k0, k1, own, u32(2)))
        loop = (
            f32(size)
            * (f32(0.12) + f32(0.4) * uniform_at(k0, k1, own, u32(3)))
            * (f32(-1) if shape > f32(0.6) else f32(1))
        )
        for piece in range(PIECES + 1):
            t = f32(piece) / f32(PIECES)
            wave, swing = sincos(t)
            low = bottom if t < f32(0.5) else next_bottom
            rise = (f32(1) - swing) * f32(0.5)
            up = low + (top - low) * rise
            over = along + t * advance - loop * wave * f32(0.5) + slant * up
            nx = x + (over * cosine + up * sine) * scale
            ny = y + (over * sine - up * cosine) * scale
            falling = f32(1) if t > f32(0.5) else f32(0)
            thick = f32(half) * (f32(1) + f32(nib) * (falling - f32(0.35))) * scale
            ink = f32(0.9) + f32(flow) * lattice_noise(values, over * f32(0.31) + f32(13) * f32(row), up * f32(0.4))
            ink = min(max(ink, f32(0.1)), f32(1))
            if down:
                box = joined(
                    box, stroke(coverage, height, width, old_x, old_y, nx, ny, old_half, thick, old_alpha, ink)
                )
            old_x, old_y, old_half, old_alpha, down = nx, ny, thick, ink, True
        along, bottom, cycle = along + advance, next_bottom, u32(cycle + u32(1))
        left_in_word -= 1
        if left_in_word <= 0:
            along += f32(size) * (f32(1) + uniform_at(k0, k1, own, u32(20)))
            left_in_word = i32(2) + i32(f32(9) * uniform_at(k0, k1, own, u32(21)))
            bottom, down = f32(0), False
    return box


@kernel
def draw_letter(coverage, height, width, letter, x, y, turns, wide, tall, half, px_per_mm):
    """A block letter whose box begins at (x, y) px, `wide` by `tall` mm."""
    sine, cosine = sincos(turns)
    scale = f32(px_per_mm)
    box = i32(0), i32(0), i32(0), i32(0)
    for bar in range(BARS.shape[0]):
        if (letter >> bar) & 1 == 0:
            continue
        a, b = (BARS[bar, 0] - f32(0.5)) * wide * scale, BARS[bar, 1] * tall * scale
        c, d = (BARS[bar, 2] - f32(0.5)) * wide * scale, BARS[bar, 3] * tall * scale
        box = joined(
            box,
            stroke(
                coverage, height, width, x + a * cosine - b * sine, y + a * sine + b * cosine,
                x + c * cosine - d * sine, y + c * sine + d * cosine, half * scale, half * scale, f32(1), f32(1),
            ),
        )  # fmt: skip
    return box


@kernel
def letter_at(chance):
    """The block letter that a number in (0, 1] stands for."""
    return LETTERS[min(i32(chance * f32(LETTERS.size)), LETTERS.size - 1)]


@kernel
def draw_words(coverage, height, width, x, y, turns, length, tall, half, px_per_mm, row, k0, k1):
    """A straight line of block letters centred on (x, y) px, `length` mm long, `tall` mm high."""
    sine, cosine = sincos(turns)
    pitch, box = tall * f32(0.85), (i32(0), i32(0), i32(0), i32(0))
    count = i32(length / pitch)
    for n in range(count):
        own = u32(4096 + u32(row) * u32(256) + u32(n))
        if uniform_at(k0, k1, own, u32(0)) < f32(0.14):
            continue
        letter = letter_at(uniform_at(k0, k1, own, u32(1)))
        along = (f32(n) + f32(0.5) - f32(0.5) * f32(count)) * pitch * px_per_mm
        up = f32(-0.5) * tall * px_per_mm
        cx, cy = x + along * cosine - up * sine, y + along * sine + up * cosine
        box = joined(
            box, draw_letter(coverage, height, width, letter, cx, cy, turns, tall * f32(0.55), tall, half, px_per_mm)
        )
    return box


@kernel
def draw_ring(coverage, height, width, x, y, radius, half, px_per_mm):
    """A circle of `radius` mm around (x, y) px."""
    scale, box = f32(px_per_mm), (i32(0), i32(0), i32(0), i32(0))
    pieces = 72
    old_x, old_y = x + radius * scale, y
    for n in range(1, pieces + 1):
        sine, cosine = sincos(f32(n) / f32(pieces))
        nx, ny = x + radius * scale * cosine, y + radius * scale * sine
        box = joined(
            box, stroke(coverage, height, width, old_x, old_y, nx, ny, half * scale, half * scale, f32(1), f32(1))
        )
        old_x, old_y = nx, ny
    return box


@kernel
def draw_round_stamp(coverage, height, width, x, y, turns, radius, px_per_mm, k0, k1):
    """Two rings, letters around between them, one or two lines across the middle."""
    scale, k0, k1 = f32(px_per_mm), u32(k0), u32(k1)
    x, y, turns, radius = f32(x), f32(y), f32(turns), f32(radius)
    tall = radius * f32(0.2)
    half = radius * f32(0.018)
    box = draw_ring(coverage, height, width, x, y, radius, radius * f32(0.028), scale)
    box = joined(box, draw_ring(coverage, height, width, x, y, radius * f32(0.62), half, scale))
    count = 22 + i32(f32(8) * uniform_at(k0, k1, u32(3), u32(0)))
    for n in range(count):
        own = u32(2048 + n)
        if uniform_at(k0, k1, own, u32(0)) < f32(0.16):
            continue
        letter = letter_at(uniform_at(k0, k1, own, u32(1)))
        turn = turns + f32(n) / f32(count)
        sine, cosine = sincos(turn)
        lx, ly = x + radius * f32(0.91) * sine * scale, y - radius * f32(0.91) * cosine * scale
        box = joined(
            box, draw_letter(coverage, height, width, letter, lx, ly, turn, tall * f32(0.6), tall, half, scale)
        )
    sine, cosine = sincos(turns)
    lines = 1 + i32(f32(2) * uniform_at(k0, k1, u32(3), u32(1)))
    for line in range(lines):
        up = (f32(line) - f32(0.5) * f32(lines - 1)) * radius * f32(0.36) * scale
        box = joined(
            box,
            draw_words(
                coverage, height, width, x - up * sine, y + up * cosine, turns, radius * f32(1.0), radius * f32(0.24),
                half * f32(1.2), scale, line, k0, k1,
            ),
        )  # fmt: skip
    return box


@kernel
def draw_square_stamp(coverage, height, width, x, y, turns, radius, px_per_mm, k0, k1):
    """A frame around two or three lines; `radius` is half its width."""
    scale, k0, k1 = f32(px_per_mm), u32(k0), u32(k1)
    x, y, turns, radius = f32(x), f32(y), f32(turns), f32(radius)
    sine, cosine = sincos(turns)
    lines = 2 + i32(f32(2) * uniform_at(k0, k1, u32(3), u32(1)))
    tall = radius * f32(0.2)
    high, half = tall * (f32(0.75) * f32(lines) + f32(0.35)), radius * f32(0.02)
    box = i32(0), i32(0), i32(0), i32(0)
    for side in range(4):
        a, b = (f32(-1) if side in (0, 3) else f32(1)), (f32(-1) if side < 2 else f32(1))
        c, d = (f32(-1) if side in (2, 3) else f32(1)), (f32(-1) if side in (0, 3) else f32(1))
        px, py, qx, qy = a * radius * scale, b * high * scale, c * radius * scale, d * high * scale
        box = joined(
            box,
            stroke(
                coverage, height, width, x + px * cosine - py * sine, y + px * sine + py * cosine,
                x + qx * cosine - qy * sine, y + qx * sine + qy * cosine, half * scale, half * scale, f32(1), f32(1),
            ),
        )  # fmt: skip
    for line in range(lines):
        down = (f32(line) - f32(0.5) * f32(lines - 1)) * tall * f32(1.5) * scale
        length = radius * (f32(1.1) + f32(0.7) * uniform_at(k0, k1, u32(4), u32(line)))
        box = joined(
            box,
            draw_words(
                coverage,
                height,
                width,
                x - down * sine,
                y + down * cosine,
                turns,
                length,
                tall,
                half,
                scale,
                line,
                k0,
                k1,
            ),
        )
    return box


@kernel
def thin_out(coverage, box, top, left, px_per_mm, alpha, uneven, grain, feature, values):
    """Scale coverage by `alpha` and, from place to place, by what noise leaves: the share `uneven` over centimetres,
    `grain` over `feature` mm, as a stamp inks or a pencil rubs off on a grained surface."""
    mm = f32(1) / f32(px_per_mm)
    fine = f32(1) / f32(feature)
    for y in range(box[0], box[1]):
        row = coverage[y]
        for x in range(box[2], box[3]):
            if row[x] == 0:
                continue
            px, py = (f32(x) + f32(0.5) - f32(left)) * mm, (f32(y) + f32(0.5) - f32(top)) * mm
            slow = lattice_noise(values, px * f32(0.14), py * f32(0.14) + f32(9))
            rough = lattice_noise(values, px * fine, py * fine)
            rough += f32(0.5) * lattice_noise(values, px * fine * f32(2.3), py * fine * f32(2.3) + f32(21))
            share = f32(1) - f32(uneven) * (f32(0.5) + f32(0.9) * slow) - f32(grain) * (f32(0.4) + rough)
            row[x] = u8(i32(f32(row[x]) * f32(alpha) * min(max(share, f32(0)), f32(1)) + f32(0.5)))
