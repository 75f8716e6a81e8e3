"""Blocks of 8×8 of JPEG: forward transform, quantiser and inverse transform in integers (ITU-T T.81, Annex A).

All roundings are where libjpeg-turbo has them, so that every bit is equal to those of its files. It knows two forward
transforms: the exact one of Loeffler, Ligtenberg and Moschytz (doi:10.1109/ICASSP.1989.266596), whose constants have
13 bits, and the fast one of Arai, Agui and Nakajima, whose constants have 8 bits and whose scaling is left to the
quantiser. The inverse transform is always an exact one.

Sixteen blocks are worked on at a time, one a lane: value `p` of lane `i` stands at 16·p + i of a flat int32 array, so
that each line below is one instruction for all sixteen.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u64, i16, i32, f32 = np.uint64, np.int16, np.int32, np.float32

LANES = 16
BLOCK = 64 * LANES
"""Values of sixteen blocks."""
BITS = 13
"""Of the fractions of the exact transforms' constants."""
KEPT = 2
"""Bits of a fraction that their first pass hands to the second."""


@kernel
def row_at(block, at):
    """A row of values."""
    return (
        block[at], block[at + u64(16)], block[at + u64(32)], block[at + u64(48)],
        block[at + u64(64)], block[at + u64(80)], block[at + u64(96)], block[at + u64(112)],
    )  # fmt: skip


@kernel
def put_row(block, at, v, level):
    """`row_at` back, the first of them less `level`."""
    block[at], block[at + u64(16)], block[at + u64(32)], block[at + u64(48)] = i32(v[0] - i32(level)), v[1], v[2], v[3]
    block[at + u64(64)], block[at + u64(80)], block[at + u64(96)], block[at + u64(112)] = v[4], v[5], v[6], v[7]


@kernel
def column_at(block, at):
    """A column of values."""
    return (
        block[at], block[at + u64(128)], block[at + u64(256)], block[at + u64(384)],
        block[at + u64(512)], block[at + u64(640)], block[at + u64(768)], block[at + u64(896)],
    )  # fmt: skip


@kernel
def put_column(block, at, v):
    """`column_at` back."""
    block[at], block[at + u64(128)], block[at + u64(256)], block[at + u64(384)] = v[0], v[1], v[2], v[3]
    block[at + u64(512)], block[at + u64(640)], block[at + u64(768)], block[at + u64(896)] = v[4], v[5], v[6], v[7]


@kernel
def times(value, constant):
    """A product of int32."""
    return i32(i32(value) * i32(constant))


@kernel
def share(value, constant):
    """`value` · `constant` / 256, rounded down; the product of a value beyond 13 bits wraps, as it does there."""
    return i32(times(i16(i32(value) << i32(2)), constant << 6) >> i32(16))


@kernel
def odd_part(a, b, c, d, more):
    """The odd half of an exact transform, forward or inverse, of differences or odd coefficients, the highest first;
    `more` is added to all, in units of 1 / 2**BITS."""
    p, q, r, s = i32(a + d), i32(b + c), i32(a + c), i32(b + d)
    z = i32(times(r + s, 9633) + i32(more))
    p, q = times(p, -7373), times(q, -20995)
    r, s = i32(times(r, -16069) + z), i32(times(s, -3196) + z)
    return (
        i32(times(a, 2446) + p + r), i32(times(b, 16819) + q + s),
        i32(times(c, 25172) + q + r), i32(times(d, 12299) + p + s),
    )  # fmt: skip


@kernel
def transformed(v, bits, finer):
    """One exact pass of the forward transform, √8 times too large, of which `bits` are rounded away; its even sums
    become `finer` by as many bits, or coarser by -`finer`."""
    s0, s1, s2, s3 = i32(v[0] + v[7]), i32(v[1] + v[6]), i32(v[2] + v[5]), i32(v[3] + v[4])
    half = 1 << (bits - 1)
    o7, o5, o3, o1 = odd_part(i32(v[3] - v[4]), i32(v[2] - v[5]), i32(v[1] - v[6]), i32(v[0] - v[7]), half)
    a, b, c, d = i32(s0 + s3), i32(s1 + s2), i32(s1 - s2), i32(s0 - s3)
    z = i32(times(c + d, 4433) + i32(half))
    first, fifth = i32(a + b), i32(a - b)
    if finer > 0:
        first, fifth = i32(first << i32(finer)), i32(fifth << i32(finer))
    else:
        half = 1 << (-finer - 1)
        first, fifth = i32(i32(first + i32(half)) >> i32(-finer)), i32(i32(fifth + i32(half)) >> i32(-finer))
    return (
        first, i32(o1 >> i32(bits)), i32(i32(z + times(d, 6270)) >> i32(bits)), i32(o3 >> i32(bits)),
        fifth, i32(o5 >> i32(bits)), i32(i32(z - times(c, 15137)) >> i32(bits)), i32(o7 >> i32(bits)),
    )  # fmt: skip


@kernel
def transformed_fast(v):
    """One fast pass of the forward transform; what it is too large by, `fast_scales` tells."""
    s0, s1, s2, s3 = i32(v[0] + v[7]), i32(v[1] + v[6]), i32(v[2] + v[5]), i32(v[3] + v[4])
    d0, d1, d2, d3 = i32(v[0] - v[7]), i32(v[1] - v[6]), i32(v[2] - v[5]), i32(v[3] - v[4])
    a, b, c, d = i32(s0 + s3), i32(s1 + s2), i32(s1 - s2), i32(s0 - s3)
    z = share(c + d, 181)
    p, q, r = i32(d3 + d2), i32(d2 + d1), i32(d1 + d0)
    both = share(p - r, 98)
    p, r, q = i32(share(p, 139) + both), i32(share(r, 334) + both), share(q, 181)
    m, n = i32(d0 + q), i32(d0 - q)
    return i32(a + b), i32(m + r), i32(d + z), i32(n - p), i32(a - b), i32(n + p), i32(d - z), i32(m - r)


@kernel
def restored(w, bits, level):
    """One pass of the inverse transform, of which `bits` are rounded away; `level` is added."""
    z = times(w[2] + w[6], 4433)
    c, d = i32(z - times(w[6], 15137)), i32(z + times(w[2], 6270))
    first = i32(i32(w[0] << i32(BITS)) + i32((1 << (bits - 1)) + (level << bits)))
    fifth = i32(w[4] << i32(BITS))
    p, q = i32(first + fifth), i32(first - fifth)
    e0, e3, e1, e2 = i32(p + d), i32(p - d), i32(q + c), i32(q - c)
    o3, o2, o1, o0 = odd_part(w[7], w[5], w[3], w[1], 0)
    return (
        i32(i32(e0 + o0) >> i32(bits)), i32(i32(e1 + o1) >> i32(bits)),
        i32(i32(e2 + o2) >> i32(bits)), i32(i32(e3 + o3) >> i32(bits)),
        i32(i32(e3 - o3) >> i32(bits)), i32(i32(e2 - o2) >> i32(bits)),
        i32(i32(e1 - o1) >> i32(bits)), i32(i32(e0 - o0) >> i32(bits)),
    )  # fmt: skip


@kernel
def transform_rows(block):
    """The first exact pass of the forward transform, of samples in [0, 255], in place."""
    for y in range(8):
        row = u64(8 * LANES * y)
        for i in range(u64(LANES)):
            v = transformed(row_at(block, row + i), BITS - KEPT, KEPT)
            put_row(block, row + i, v, 8 * 128 << KEPT)


@kernel
def transform_rows_fast(block):
    """The first fast pass of the forward transform, of samples in [0, 255], in place."""
    for y in range(8):
        row = u64(8 * LANES * y)
        for i in range(u64(LANES)):
            put_row(block, row + i, transformed_fast(row_at(block, row + i)), 8 * 128)


@kernel
def transform_columns(block):
    """The second exact pass of the forward transform in place."""
    for x in range(8):
        column = u64(LANES * x)
        for i in range(u64(LANES)):
            put_column(block, column + i, transformed(column_at(block, column + i), BITS + KEPT, -KEPT))


@kernel
def transform_columns_fast(block):
    """The second fast pass of the forward transform in place."""
    for x in range(8):
        column = u64(LANES * x)
        for i in range(u64(LANES)):
            put_column(block, column + i, transformed_fast(column_at(block, column + i)))


@kernel
def quantise(block, steps, halves, inverses):
    """Round coefficients to whole units of their divisors, halves away from zero, and multiply these by `steps`.

    Exact for all coefficients of 16 bits: float32 is far finer than one part by a divisor."""
    for i in range(u64(BLOCK)):
        v = block[i]
        size = times(i32((f32(abs(v)) + halves[i]) * inverses[i]), steps[i])
        block[i] = size if v >= i32(0) else i32(-size)


@kernel
def restore_columns(block):
    """The first pass of the inverse transform in place."""
    for x in range(8):
        column = u64(LANES * x)
        for i in range(u64(LANES)):
            put_column(block, column + i, restored(column_at(block, column + i), BITS - KEPT, 0))


@kernel
def restore_rows(block):
    """The second pass of the inverse transform in place, to samples in [0, 255]."""
    for y in range(8):
        row = u64(8 * LANES * y)
        for i in range(u64(LANES)):
            put_row(block, row + i, restored(row_at(block, row + i), BITS + KEPT + 3, 128), 0)
    for i in range(u64(BLOCK)):
        block[i] = min(max(block[i], i32(0)), i32(255))


@kernel
def code(block, steps, halves, inverses, fast):
    """Code and decode sixteen blocks of samples in [0, 255] in place.

    `steps` (64,) int32 are the quantisation table; `halves` and `inverses` (64,) float32 half the divisors of what the
    forward transform gives, the exact one or the `fast` one, plus a half, and one part by them."""
    if fast:
        transform_rows_fast(block)
        transform_columns_fast(block)
    else:
        transform_rows(block)
        transform_columns(block)
    quantise(block, steps, halves, inverses)
    restore_columns(block)
    restore_rows(block)
