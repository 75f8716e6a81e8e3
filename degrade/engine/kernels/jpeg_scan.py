"""The entropy-coded data of a baseline JPEG file, decoded once into its planes (ITU-T T.81, Annexes E and F).

Only what surely is as every decoder has it: anything else, a fault of the data above all, is told and left to libjpeg.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.jpeg_blocks import BLOCK, LANES, restore_columns, restore_rows
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import big_word_at, give_runs

u8, u32, u64, i32, i64 = np.uint8, np.uint32, np.uint64, np.int32, np.int64

LOOK = 10
"""Bits of a code that are looked up at once; longer ones are rare and found bit by bit."""
SLOW = 1 << LOOK
"""Where a code's table goes on with what longer codes are found by: for each length from LOOK + 1 to 16, the first code
that is longer and the place of the length's first symbol less its first code; then the symbols."""
LONGEST = 27
"""Bits of a code and the number that follows it."""
SPARE = 16
"""Bytes that are read beyond the data."""
_SYMBOLS = SLOW + 2 * (16 - LOOK)
TABLE = _SYMBOLS + 256
"""Values of a code's table."""
MOST_ENERGY = 1280 * 1280
"""Of a block's coefficients: 1024² is that of the strongest picture. Above, sums in 16 bits might wrap, as they do in
libjpeg-turbo."""


@kernel
def fill_table(counts, symbols, of_first, table):
    """Prepare the canonical code of `counts` (16,) codes of each length for `symbols`, those of the first coefficient
    of a block or of the others, which have 11 and 10 bits at most in an 8-bit picture. Entries are
    run << 16 | size << 12 | length << 6 | length + size. False if it is no such code."""
    table[:] = 0
    code, place = i64(0), i64(0)
    for length in range(1, 17):
        first, start = code, place
        for _ in range(counts[length - 1]):
            symbol = i64(symbols[place])
            if symbol > 11 if of_first else symbol & 15 > 10:
                return False
            bits = symbol & 15
            entry = symbol >> 4 << 16 | bits << 12 | length << 6 | length + bits
            if length <= LOOK:
                spread = 1 << (LOOK - length)
                if (code + 1) * spread > SLOW:
                    return False
                table[code * spread : (code + 1) * spread] = entry
            table[_SYMBOLS + place] = entry
            code, place = code + 1, place + 1
        if code >= 1 << length and place > start:
            return False
        if length > LOOK:
            table[SLOW + 2 * (length - LOOK - 1)] = code
            table[SLOW + 2 * (length - LOOK - 1) + 1] = start - first
        code <<= 1
    return place == symbols.size


@kernel
def unstuff(data, start, out):
    """Copy the data of a scan from `start` on, without the zeros that follow each 255, up to the next marker.

    Gives how many bytes there are and where the marker stands; -1 if none does."""
    size = i64(0)
    last = data.size - 1
    at = i64(start)
    while at < last:
        v = data[u64(at)]
        out[u64(size)] = v
        size += 1
        at += 1
        if v == u8(255):
            if data[u64(at)] != u8(0):
                return size - 1, at - 1
            at += 1
    return size, i64(-1)


@kernel
def long_code(tables, code, bits):
    """The entry of a code of more than LOOK bits, the highest of `bits`, in the table at `code`; 0 if it has none."""
    for length in range(LOOK + 1, 17):
        number, at = i64(bits >> u64(64 - length)), code + u64(SLOW + 2 * (length - LOOK - 1))
        if number < tables[at]:
            return tables[code + u64(_SYMBOLS + number + tables[at + u64(1)])]
    return i32(0)


@kernel
def value_of(bits, length, size):
    """The number of `size` bits, at least one, that follows a code of `length` bits."""
    rest = i64(bits << length)
    sign = ~(rest >> i64(63))  # no branch: one in two would be foretold wrongly
    return (i64(u64(rest ^ sign) >> (u64(64) - size)) ^ sign) - sign


@kernel
def more(stream, at, bits, known):
    """`bits`, of which `known` are known, with as many more of the stream from byte `at` on as make them 56 or more."""
    return bits | (big_word_at(stream, i64(at)) >> known)


@kernel
def restore(pair, starts, count, out, columns):
    """Give sixteen runs, of which `count` are filled, to a plane; `pair` is empty again."""
    for k in range(count, LANES):
        starts[k] = out.size - 8 * columns
    for half in range(2):
        restore_columns(pair[half * BLOCK : (half + 1) * BLOCK])
        restore_rows(pair[half * BLOCK : (half + 1) * BLOCK])
    for y in range(8):
        give_runs(pair, 8 * LANES * y, BLOCK, out, starts, y * columns)
    pair[:] = 0


@kernel
def read_first(tables, code, bits, known):
    """The difference of a block's first coefficient to the last block's, at the front of the `bits`, by the table that
    begins at `code`.

    Gives it, and the bits that are left; none of them known, if it has no code."""
    entry = tables[code + (bits >> u64(64 - LOOK))]
    if entry == 0:
        entry = long_code(tables, code, bits)
        if entry == 0:
            return i64(0), bits, u64(0)
    many, whole = u64(entry >> 12 & 15), u64(entry & 63)
    difference = value_of(bits, u64(entry >> 6 & 31), many) if many > u64(0) else i64(0)
    return difference, bits << whole, known - whole


@kernel
def read_others(stream, last, at, bits, known, energy, tables, code, steps, step, order, blocks, lane):
    """Read the other coefficients of a block into the lane that begins at `lane`, multiplied by the steps from `step`
    on; `energy` is the first one's.

    Gives whether all is in order, and `at`, `bits` and `known` as they are then.
    """
    k = u64(1)
    while k < u64(64):
        if known < u64(LONGEST):
            if at > last:
                return False, at, bits, known
            bits = more(stream, at, bits, known)
            at, known = at + ((u64(63) - known) >> u64(3)), known | u64(56)
        entry = tables[code + (bits >> u64(64 - LOOK))]
        if entry == 0:
            entry = long_code(tables, code, bits)
            if entry == 0:
                return False, at, bits, known
        many, whole, seen = u64(entry >> 12 & 15), u64(entry & 63), bits
        bits, known = bits << whole, known - whole
        if many == u64(0):
            if entry >> 16 != 15:
                break
            k += u64(16)
            continue
        k += u64(entry >> 16)
        if k > u64(63):
            return False, at, bits, known
        v = value_of(seen, u64(entry >> 6 & 31), many) * i64(steps[step + k])
        blocks[order[k] + lane] = i32(v)
        energy += v * v
        k += u64(1)
    return energy <= MOST_ENERGY and k <= u64(64), at, bits, known


@kernel
def place_of(group, number, wide, across, down):
    """(plane, column, row) of a block, by its number in its group; the blocks of a plane are counted."""
    y, x = group // wide, group % wide
    if number >= across * down:
        return number - across * down + 1, x, y
    return 0, x * across + number % across, y * down + number // across


@kernel
def read_scan(data, start, stream, tables, chosen, steps, order, across, down, wide, high, luma, blue, red, columns):
    """Decode the only scan of a file of `wide` × `high` groups of blocks, of `across` × `down` of luma and one each of
    the chroma planes, into three flat uint8 planes, whose last 8 rows are room to write in.

    data : the file, its scan beginning at `start`; stream : as many bytes and SPARE, to work in
    tables : flat int32, of which each plane's are those that begin where `chosen` (6,) uint64 says, two a plane
    steps, order : (3 · 64,) int32 quantisers and (64,) uint64 places of a lane's values, as in the file
    columns : of the luma's plane, whole runs

    Gives where the file goes on, or -1 if anything is out of the ordinary.
    """
    size, end = unstuff(data, start, stream)
    if end < 0:
        return end
    stream[size : size + SPARE] = 0
    planes = luma, blue, red
    pairs = np.zeros(3 * 2 * BLOCK, i32)
    starts = np.zeros((3, LANES), i64)
    count, before = np.zeros(3, i64), np.zeros(3, i64)
    at, bits, known, last = u64(0), u64(0), u64(0), u64(size + SPARE - 8)
    for group in range(wide * high):
        for number in range(across * down + 2):
            part, x, y = place_of(group, number, wide, across, down)
            width = columns if part == 0 else columns // across
            if x % 2 == 0:
                if count[part] == LANES:
                    restore(pairs[2 * part * BLOCK : 2 * (part + 1) * BLOCK], starts[part], LANES, planes[part], width)
                    count[part] = 0
                starts[part, count[part]] = y * 8 * width + x * 8
                count[part] += 1
            if known < u64(LONGEST):
                if at > last:
                    return i64(-1)
                bits = more(stream, at, bits, known)
                at, known = at + ((u64(63) - known) >> u64(3)), known | u64(56)
            difference, bits, known = read_first(tables, chosen[2 * part], bits, known)
            if known == u64(0):
                return i64(-1)
            before[part] += difference
            v, lane = before[part] * i64(steps[64 * part]), u64(count[part] - 1 + (2 * part + x % 2) * BLOCK)
            pairs[lane] = i32(v)
            sound, at, bits, known = read_others(
                stream, last, at, bits, known, v * v, tables, chosen[2 * part + 1], steps, u64(64 * part), order,
                pairs, lane,
            )  # fmt: skip
            if not sound:
                return i64(-1)
    left = i64(size) * 8 - (i64(at) * 8 - i64(known))
    if left < 0 or left > 7:
        return i64(-1)
    for part in range(3):
        pair, width = pairs[2 * part * BLOCK : 2 * (part + 1) * BLOCK], columns if part == 0 else columns // across
        restore(pair, starts[part], count[part], planes[part], width)
    return end
