"""Blocks of 4×4 of VP8: transform, quantiser, and the ten ways in which one is predicted (RFC 6386, 12 to 14).

Sixteen blocks are worked on at a time, one a lane: value `p` of lane `i` stands at 16·p + i of a flat int32 array, so
that each line below is one instruction for all sixteen.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import INTEGERS

u8, u64, i32, i64 = np.uint8, np.uint64, np.int32, np.int64

LANES = 16
EDGE, SOFT, HALF, MEAN, SLOPE = 0, 13, 26, 38, 39
"""Rows of what a block is predicted from: the 13 pixels round it, from the lowest on its left over the corner to the
last on its upper right; these smoothed by three; the means of neighbours; the mean of eight; and the 16 of TM_PRED."""
CANDIDATES = 55
MODES = 10


def _rows(*codes: str) -> list[int]:
    """Rows from words like e4 (edge pixel 4), s4 (smoothed), h4 (mean of 4 and 5)."""
    return [{"e": EDGE, "s": SOFT, "h": HALF}[code[0]] + int(code[1:]) for code in " ".join(codes).split()]


PREDICTIONS = np.array(
    [
        [MEAN] * 16,  # B_DC_PRED
        list(range(SLOPE, SLOPE + 16)),  # B_TM_PRED
        _rows("s5 s6 s7 s8 " * 4),  # B_VE_PRED
        _rows("s3 " * 4, "s2 " * 4, "s1 " * 4, "s0 " * 4),  # B_HE_PRED
        _rows("s6 s7 s8 s9", "s7 s8 s9 s10", "s8 s9 s10 s11", "s9 s10 s11 s12"),  # B_LD_PRED
        _rows("s4 s5 s6 s7", "s3 s4 s5 s6", "s2 s3 s4 s5", "s1 s2 s3 s4"),  # B_RD_PRED
        _rows("h4 h5 h6 h7", "s4 s5 s6 s7", "s3 h4 h5 h6", "s2 s4 s5 s6"),  # B_VR_PRED
        _rows("h5 h6 h7 h8", "s6 s7 s8 s9", "h6 h7 h8 s10", "s7 s8 s9 s11"),  # B_VL_PRED
        _rows("h3 s4 s5 s6", "h2 s3 h3 s4", "h1 s2 h2 s3", "h0 s1 h1 s2"),  # B_HD_PRED
        _rows("h2 s2 h1 s1", "h1 s1 h0 s0", "h0 s0 e0 e0", "e0 e0 e0 e0"),  # B_HU_PRED
    ],
    np.int64,
).reshape(-1)
"""The row that each of a block's pixels is predicted by, (MODES · 16,)."""
SHARPENING = np.array([0, 30, 60, 90, 30, 60, 90, 90, 60, 90, 90, 90, 90, 90, 90, 90], np.int32)
"""By how many 2048ths of its step a luma coefficient is enlarged before it is rounded, as libwebp does."""
MODE_PENALTY = 40
"""Squared difference that a mode must gain on B_DC_PRED, which costs the fewest bits."""


@kernel
def clip_byte(v):
    """An int32 in [0, 255]."""
    return min(max(i32(v), i32(0)), i32(255))


@kernel
def turned(a, b, bias, bits):
    """(a·2217 + b·5352 + bias) / 2**bits: the rotation of the forward transform."""
    return i32(i32(i32(i32(a) * i32(2217)) + i32(i32(b) * i32(5352)) + i32(bias)) >> i32(bits))


@kernel
def transform(block):
    """16 forward transforms in place; coefficient k of a block takes the place of its pixel k."""
    for y in range(4):
        at = u64(64 * y)
        for i in range(u64(LANES)):
            p, q = block[at + i], block[at + i + u64(16)]
            r, s = block[at + i + u64(32)], block[at + i + u64(48)]
            a, b, c, d = i32(p + s), i32(q + r), i32(q - r), i32(p - s)
            block[at + i] = i32(i32(a + b) << i32(3))
            block[at + i + u64(16)] = turned(c, d, 1812, 9)
            block[at + i + u64(32)] = i32(i32(a - b) << i32(3))
            block[at + i + u64(48)] = turned(d, i32(-c), 937, 9)
    for x in range(4):
        at = u64(16 * x)
        for i in range(u64(LANES)):
            p, q = block[at + i], block[at + i + u64(64)]
            r, s = block[at + i + u64(128)], block[at + i + u64(192)]
            a, b, c, d = i32(p + s), i32(q + r), i32(q - r), i32(p - s)
            block[at + i] = i32(i32(a + b + i32(7)) >> i32(4))
            block[at + i + u64(64)] = i32(turned(c, d, 12000, 16) + i32(d != 0))
            block[at + i + u64(128)] = i32(i32(a - b + i32(7)) >> i32(4))
            block[at + i + u64(192)] = turned(d, i32(-c), 51000, 16)


@kernel
def longer(v):
    """√2·cos(π/8) times `v`, rounded as the format says."""
    return i32(i32(i32(i32(v) * i32(20091)) >> i32(16)) + v)


@kernel
def shorter(v):
    """√2·sin(π/8) times `v`, rounded as the format says."""
    return i32(i32(i32(v) * i32(35468)) >> i32(16))


@kernel
def restore(block):
    """16 inverse transforms in place."""
    for x in range(4):
        at = u64(16 * x)
        for i in range(u64(LANES)):
            p, q = block[at + i], block[at + i + u64(64)]
            r, s = block[at + i + u64(128)], block[at + i + u64(192)]
            a, b = i32(p + r), i32(p - r)
            c, d = i32(shorter(q) - longer(s)), i32(longer(q) + shorter(s))
            block[at + i] = i32(a + d)
            block[at + i + u64(64)] = i32(b + c)
            block[at + i + u64(128)] = i32(b - c)
            block[at + i + u64(192)] = i32(a - d)
    for y in range(4):
        at = u64(64 * y)
        for i in range(u64(LANES)):
            p, q = i32(block[at + i] + i32(4)), block[at + i + u64(16)]
            r, s = block[at + i + u64(32)], block[at + i + u64(48)]
            a, b = i32(p + r), i32(p - r)
            c, d = i32(shorter(q) - longer(s)), i32(longer(q) + shorter(s))
            block[at + i] = i32(i32(a + d) >> i32(3))
            block[at + i + u64(16)] = i32(i32(b + c) >> i32(3))
            block[at + i + u64(32)] = i32(i32(b - c) >> i32(3))
            block[at + i + u64(48)] = i32(i32(a - d) >> i32(3))


@kernel
def quantiser(first, step, first_bias, bias, sharpened):
    """(step, 2**17 / step, what rounds up, what is added before), (4, 256) int32: of the `first` coefficients of 16
    blocks and the others. `bias` 256ths of a step round up; luma is `sharpened`."""
    made = np.empty((4, 16 * LANES), i32)
    for k in range(16):
        q, share = (first, first_bias) if k == 0 else (step, bias)
        more = (i64(SHARPENING[k]) * q) >> 11 if sharpened else 0
        at = LANES * k
        made[0, at : at + LANES], made[1, at : at + LANES] = q, 131072 // q
        made[2, at : at + LANES], made[3, at : at + LANES] = share << 9, more
    return made


@kernel
def quantise(block, start, step, inverse, rounding, sharpening):
    """Round the coefficients of 16 blocks from `start` on to multiples of their steps; says whether any is left."""
    left = i32(0)
    for i in range(u64(start), u64(16 * LANES)):
        v = block[i]
        size = i32(abs(v) + sharpening[i])
        level = i32(i32(i32(size * inverse[i]) + rounding[i]) >> i32(17))
        left = i32(left | level)
        kept = i32(level * step[i])
        block[i] = kept if v >= i32(0) else i32(-kept)
    return left != 0


@kernel
def hadamard(block, scratch):
    """Forward Walsh-Hadamard transform of the 16 means (the first coefficients) of a macroblock, into `scratch`."""
    for y in range(4):
        p, q, r, s = block[4 * y], block[4 * y + 1], block[4 * y + 2], block[4 * y + 3]
        a, b, c, d = i32(p + r), i32(q + s), i32(q - s), i32(p - r)
        scratch[4 * y], scratch[4 * y + 1] = i32(a + b), i32(d + c)
        scratch[4 * y + 2], scratch[4 * y + 3] = i32(d - c), i32(a - b)
    for x in range(4):
        p, q, r, s = scratch[x], scratch[x + 4], scratch[x + 8], scratch[x + 12]
        a, b, c, d = i32(p + r), i32(q + s), i32(q - s), i32(p - r)
        scratch[x], scratch[x + 4] = i32(a + b) >> 1, i32(d + c) >> 1
        scratch[x + 8], scratch[x + 12] = i32(d - c) >> 1, i32(a - b) >> 1


@kernel
def restore_hadamard(scratch, block):
    """The inverse, back to where the means stand."""
    for x in range(4):
        p, q, r, s = scratch[x], scratch[x + 4], scratch[x + 8], scratch[x + 12]
        a, b, c, d = i32(p + s), i32(q + r), i32(q - r), i32(p - s)
        scratch[x], scratch[x + 4], scratch[x + 8], scratch[x + 12] = i32(a + b), i32(d + c), i32(a - b), i32(d - c)
    for y in range(4):
        p, q, r, s = scratch[4 * y] + 3, scratch[4 * y + 1], scratch[4 * y + 2], scratch[4 * y + 3]
        a, b, c, d = i32(p + s), i32(q + r), i32(q - r), i32(p - s)
        block[4 * y], block[4 * y + 1] = i32(a + b) >> 3, i32(d + c) >> 3
        block[4 * y + 2], block[4 * y + 3] = i32(a - b) >> 3, i32(d - c) >> 3


@kernel
def fill_candidates(rows):
    """From the 13 edge pixels of 16 blocks, all else that they may be predicted by."""
    for i in range(u64(LANES)):
        low, next_low = rows[i], rows[i + u64(16)]
        rows[u64(16 * SOFT) + i] = i32(i32(next_low + i32(low * i32(3)) + i32(2)) >> i32(2))
        high, before = rows[i + u64(16 * 12)], rows[i + u64(16 * 11)]
        rows[u64(16 * (SOFT + 12)) + i] = i32(i32(before + i32(high * i32(3)) + i32(2)) >> i32(2))
    for i in range(u64(192)):
        rows[i + u64(16 * HALF)] = i32(i32(rows[i] + rows[i + u64(16)] + i32(1)) >> i32(1))
    for i in range(u64(16), u64(192)):
        twice = i32(rows[i] << i32(1))
        rows[i + u64(16 * SOFT)] = i32(i32(rows[i - u64(16)] + twice + rows[i + u64(16)] + i32(2)) >> i32(2))
    for i in range(u64(LANES)):
        left = i32(i32(rows[i] + rows[i + u64(16)]) + i32(rows[i + u64(32)] + rows[i + u64(48)]))
        top = i32(i32(rows[i + u64(80)] + rows[i + u64(96)]) + i32(rows[i + u64(112)] + rows[i + u64(128)]))
        rows[i + u64(16 * MEAN)] = i32(i32(left + top + i32(4)) >> i32(3))
    for y in range(4):
        left, out = u64(16 * (3 - y)), u64(16 * SLOPE + 64 * y)
        for i in range(u64(LANES)):
            slope = i32(rows[left + i] - rows[i + u64(64)])
            rows[out + i] = clip_byte(i32(slope + rows[i + u64(80)]))
            rows[out + i + u64(16)] = clip_byte(i32(slope + rows[i + u64(96)]))
            rows[out + i + u64(32)] = clip_byte(i32(slope + rows[i + u64(112)]))
            rows[out + i + u64(48)] = clip_byte(i32(slope + rows[i + u64(128)]))


@kernel
def squared(a, b):
    """(a - b)²."""
    d = i32(a - b)
    return i32(d * d)


@kernel
def choose_modes(rows, source, modes):
    """The mode of each of 16 blocks that is closest to `source`, into `modes`: of modes alike, the first."""
    closest_modes(rows, source, modes)


@intrinsic
def closest_modes(_typing, rows, source, modes):
    """`choose_modes` in LLVM's own words: each pixel of the source is read once for all modes."""
    signature = types.void(rows, source, modes)

    def generate(context, builder, signature, arguments):
        places = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        pixels = [_row(builder, places[1], p) for p in range(16)]
        best = chosen = None
        for mode in range(MODES):
            score = _spread_integer(MODE_PENALTY if mode else 0)
            for p in range(16):
                away = builder.sub(pixels[p], _row(builder, places[0], int(PREDICTIONS[16 * mode + p])))
                score = builder.add(score, builder.mul(away, away))
            if mode == 0:
                best, chosen = score, _spread_integer(0)
                continue
            better = builder.icmp_signed("<", score, best)
            best = builder.select(better, score, best)
            chosen = builder.select(better, _spread_integer(mode), chosen)
        builder.store(chosen, builder.bitcast(places[2], INTEGERS.as_pointer()), align=4)
        return context.get_dummy_value()

    return signature, generate


def _row(builder, data, number):
    """A row of LANES values."""
    place = builder.gep(data, [ir.Constant(ir.IntType(64), LANES * number)])
    return builder.load(builder.bitcast(place, INTEGERS.as_pointer()), align=4)


def _spread_integer(value):
    return ir.Constant(INTEGERS, [value] * LANES)
