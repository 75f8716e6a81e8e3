"""What JPEG leaves of a plane: its blocks coded and decoded, without the bits between."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.jpeg_blocks import BLOCK, LANES, code
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import give_runs, take_runs

i32, i64 = np.int32, np.int64

RUN = 16
"""Columns of two blocks, which are read together."""


@kernel
def code_blocks(source, out, rows, columns, steps, halves, inverses, fast):
    """Code and decode a flat uint8 plane of `rows`, a multiple of 8, and `columns`, one of RUN, into `out`; the rest is
    as for `code`. Two blocks side by side are a run, sixteen runs are coded at a time."""
    pair = np.empty(2 * BLOCK, i32)
    starts = np.empty(LANES, i64)
    across = columns // RUN
    count = across * (rows // 8)
    for first in range(0, count, LANES):
        for k in range(LANES):
            number = min(first + k, count - 1)
            starts[k] = number // across * 8 * columns + number % across * RUN
        for y in range(8):
            take_runs(source, starts, y * columns, pair, 8 * LANES * y, BLOCK)
        for half in range(2):
            code(pair[half * BLOCK : (half + 1) * BLOCK], steps, halves, inverses, fast)
        for y in range(8):
            give_runs(pair, 8 * LANES * y, BLOCK, out, starts, y * columns)
