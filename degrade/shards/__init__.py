"""Shards: what a build writes, read back and checked.

    open_pairs     an output's pairs by number or key: Pairs, StoredPair
    verify         everything that is wrong with an output
    ShardError     an output that does not hold what it should

Inside: `layout` (names of files), `durable` (files that appear whole), `tar`, `members` (a pair as files, and its JSON
columns), `index`, `reader`, `manifest`, `card`, `verify`, `pair_check`.
"""

from __future__ import annotations

from degrade.shards.errors import NameTooLong, NoSuchPair, ShardError, WriteError
from degrade.shards.pair_check import Problem
from degrade.shards.reader import Pairs, StoredPair, open_pairs
from degrade.shards.verify import Verification, verify

__all__ = [
    "NameTooLong",
    "NoSuchPair",
    "Pairs",
    "Problem",
    "ShardError",
    "StoredPair",
    "Verification",
    "WriteError",
    "open_pairs",
    "verify",
]
