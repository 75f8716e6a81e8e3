"""DEFLATE (RFC 1951) of bytes that mostly stay the same, such as masks: literals, and repeats of the byte before.

What is not flat in a mask is soft and comes but once, so that no other repeats are looked for. The codes are Huffman's
own for each mask. Integers alone: the same bytes on every CPU.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import lowest_bit, new_bytes_at

u8, u16, u32, u64, i32, i64 = np.uint8, np.uint16, np.uint32, np.uint64, np.int32, np.int64

AHEAD = 64
"""How many bytes are looked at together."""
_SHORTEST, _LONGEST = 3, 258
"""Of the repeats that can be told, in bytes."""
_END = 256
"""A token is a byte, or this and the length of a repeat; as a symbol it ends the stream."""
_TOKENS = _END + _LONGEST + 1
_SYMBOLS = 286
_DEEPEST = 15
"""Bits of the longest code."""
_EXTRA = np.array([0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0], np.int32)
"""Bits behind the symbol of a repeat, by symbol from 257 on."""
_FIRST = np.array([*(_SHORTEST + np.cumsum([0, *(1 << _EXTRA[:-2])])), _LONGEST], np.int32)
"""The shortest repeat of each of these symbols."""
_SYMBOL = np.array([0] * 3 + [256 + int(np.searchsorted(_FIRST, n, "right")) for n in range(3, 259)], np.int32)
"""The symbol of each length of a repeat."""
_ORDER = np.array([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15], np.int32)
_FEW_ZEROS, _MANY_ZEROS = 17, 18
_DEPTHS = np.array([3, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 0, 4, 3], np.int32)
"""Lengths of codes are coded themselves, always by codes of these lengths: there are too few to choose for."""


@kernel
def deflated(data):
    """The stream, (m,) uint8, of (1 + n + AHEAD,) uint8 `data`: of the n bytes behind the first one, which is another
    than the second; those AHEAD at the end are the last of the n again."""
    tokens, counts = np.empty(data.size, u16), np.zeros(_TOKENS, i64)
    number = find_tokens(data, tokens, counts)
    lengths = code_lengths(symbol_counts(counts))
    codes = canonical_codes(lengths)
    bits, sizes = np.empty(_TOKENS, u64), np.empty(_TOKENS, u64)
    total = token_codes(lengths, codes, counts, bits, sizes)
    out = np.empty(total // 32 + _SYMBOLS // 4 + 8, u32)
    at, held, filled = write_head(out, lengths)
    for k in range(number):
        token = tokens[k]
        held |= bits[token] << filled
        filled += sizes[token]
        out[at] = u32(held)  # kept once it is whole
        whole = filled >> u64(5)
        at += i64(whole)
        held >>= whole << u64(5)
        filled &= u64(31)
    at, held, filled = put(out, at, held, filled, u64(codes[_END]), u64(lengths[_END]))
    out[at] = u32(held)
    return out.view(u8)[: 4 * at + i64(filled + u64(7)) // 8]


@kernel
def find_tokens(data, tokens, counts):
    """Fill in `tokens`, and how often each comes; gives their number."""
    number, first, stop = 0, 1, data.size - AHEAD
    for block in range(1, stop, AHEAD):
        new = new_bytes_at(data, block)
        while new:
            place = block + lowest_bit(new)
            if place > 1:
                number = put_run(data[first], place - first - 1, tokens, counts, number)
            first = place
            new &= new - u64(1)
    return put_run(data[first], stop - first - 1, tokens, counts, number)


@kernel
def put_run(byte, again, tokens, counts, number):
    """Put a byte and the `again` more of it that follow; gives the number of tokens."""
    single = again if again < _SHORTEST else 0
    for k in range(_SHORTEST):  # whether they count or not: a branch would be guessed wrong too often
        tokens[number + k] = u16(byte)
    counts[byte] += 1 + single
    number += 1 + single
    again -= single
    while again > 0:
        length = min(again, _LONGEST)
        if 0 < again - length < _SHORTEST:
            length -= _SHORTEST
        tokens[number] = u16(_END + length)
        counts[_END + length] += 1
        number, again = number + 1, again - length
    return number


@kernel
def symbol_counts(counts):
    """How often each symbol comes, the end of the stream among them."""
    symbols = np.zeros(_SYMBOLS, i64)
    for byte in range(_END):
        symbols[byte] = counts[byte]
    symbols[_END] = 1
    for length in range(_SHORTEST, _LONGEST + 1):
        symbols[_SYMBOL[length]] += counts[_END + length]
    return symbols


@kernel
def code_lengths(counts):
    """Bits of each symbol's code, 0 where it never comes: Huffman's, the counts being flattened if they are too uneven
    for codes of 15 bits. At least two symbols come."""
    used = sorted_by_count(counts)
    weights = counts[used]
    depths = huffman_depths(weights)
    while depths[0] > _DEEPEST:
        weights = (weights + 1) // 2
        depths = huffman_depths(weights)
    lengths = np.zeros(counts.size, i64)
    lengths[used] = depths
    return lengths


@kernel
def huffman_depths(weights):
    """How deep the leaves of Huffman's tree lie, of two or more with ascending weights."""
    leaves = weights.size
    nodes = 2 * leaves - 1
    total, parent, depth = np.zeros(nodes, i64), np.zeros(nodes, i64), np.zeros(nodes, i64)
    total[:leaves] = weights
    leaf, inner = 0, leaves
    for node in range(leaves, nodes):
        for _ in range(2):
            if leaf < leaves and (inner == node or total[leaf] <= total[inner]):
                lightest, leaf = leaf, leaf + 1
            else:
                lightest, inner = inner, inner + 1
            total[node] += total[lightest]
            parent[lightest] = node
    for node in range(nodes - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1
    return depth[:leaves]


@kernel
def sorted_by_count(counts):
    """The symbols that come, the rarest first, by Shell's sort."""
    used = np.nonzero(counts)[0]
    gap = 132
    while gap:
        for k in range(gap, used.size):
            symbol, place = used[k], k
            while place >= gap and counts[used[place - gap]] > counts[symbol]:
                used[place] = used[place - gap]
                place -= gap
            used[place] = symbol
        gap = gap * 3 // 7 if gap > 1 else 0
    return used


@kernel
def canonical_codes(lengths):
    """The codes of these lengths (RFC 1951, 3.2.2), each with its first bit lowest, as codes are written."""
    codes = np.zeros(lengths.size, u64)
    code = 0
    for length in range(1, _DEEPEST + 1):
        for symbol in range(lengths.size):
            if lengths[symbol] == length:
                for bit in range(length):
                    codes[symbol] |= u64((code >> bit & 1) << (length - 1 - bit))
                code += 1
        code *= 2
    return codes


@kernel
def token_codes(lengths, codes, counts, bits, sizes):
    """Fill in what each token is written as: of a repeat its symbol, the rest of its length, and one bit for how far
    back it lies, which is always one byte. Gives the bits of all tokens that come."""
    total = 0
    for token in range(_END):
        bits[token], sizes[token] = codes[token], u64(lengths[token])
        total += counts[token] * lengths[token]
    for length in range(_SHORTEST, _LONGEST + 1):
        symbol = _SYMBOL[length]
        rest = length - _FIRST[symbol - 257]
        size = lengths[symbol] + _EXTRA[symbol - 257] + 1
        bits[_END + length] = codes[symbol] | u64(rest) << u64(lengths[symbol])
        sizes[_END + length] = u64(size)
        total += counts[_END + length] * size
    return total


@kernel
def write_head(out, lengths):
    """Begin the stream's only block, whose codes have these `lengths`; gives where `put` goes on."""
    at, held, filled = put(out, 0, u64(0), u64(0), u64(0b101), u64(3))
    at, held, filled = put(out, at, held, filled, u64(lengths.size - 257), u64(5))
    at, held, filled = put(out, at, held, filled, u64(0), u64(5))
    at, held, filled = put(out, at, held, filled, u64(_ORDER.size - 4), u64(4))
    for symbol in _ORDER:
        at, held, filled = put(out, at, held, filled, u64(_DEPTHS[symbol]), u64(3))
    codes = canonical_codes(_DEPTHS)
    symbol = 0
    while symbol < lengths.size:
        zeros = 0
        while symbol + zeros < lengths.size and lengths[symbol + zeros] == 0 and zeros < 138:
            zeros += 1
        told, least, size = lengths[symbol], 0, 0
        if zeros >= 11:
            told, least, size = i64(_MANY_ZEROS), 11, 7
        elif zeros >= 3:
            told, least, size = i64(_FEW_ZEROS), 3, 3
        at, held, filled = put(out, at, held, filled, codes[told], u64(_DEPTHS[told]))
        at, held, filled = put(out, at, held, filled, u64(zeros - least if size else 0), u64(size))
        symbol += zeros if size else 1
    return put(out, at, held, filled, codes[1], u64(_DEPTHS[1]))


@kernel
def put(out, at, held, filled, bits, size):
    """Append `size` `bits`, 32 at most, to the words `out`, complete before `at`, and the `filled` bits `held` back."""
    held |= bits << filled
    filled += size
    if filled >= u64(32):
        out[at] = u32(held)
        return at + 1, held >> u64(32), filled - u64(32)
    return at, held, filled
