"""Shards: what a build writes, read back and checked.

    open_pairs     an output's pairs by number or key: StoredPairs, StoredPair, PairArrays
    as_arrays      a pair, stored or just made, as arrays ready for a batch
    verify         everything that is wrong with an output
    open_storage   the files of an output, in a folder or at a URL: Storage
    ShardError     an output that does not hold what it should

Inside: `layout` (names of files), `durable` (files that appear whole), `storage` (where an output lies; beside it
`storage_local`, `storage_remote`, `staging`, `remote_errors`), `writers` (the formats: `tar`, `parquet`, `folders`),
`members` (a pair as files, and its JSON columns), `index`, `reader`, `arrays`, `data_files`, `manifest`, `card`,
`damage` (its statistics), `verify`, `contents` and `pair_check` (of one shard, of one pair).
"""

from __future__ import annotations

from degrade.shards.arrays import as_arrays
from degrade.shards.errors import MissingExtra, NameTooLong, NoSuchPair, ReadError, ShardError, StorageError, WriteError
from degrade.shards.pair_check import Problem
from degrade.shards.reader import PairArrays, StoredPairs, open_pairs
from degrade.shards.storage import Storage, open_storage
from degrade.shards.stored_pair import StoredPair
from degrade.shards.verify import Verification, verify

__all__ = [
    "MissingExtra",
    "NameTooLong",
    "NoSuchPair",
    "PairArrays",
    "Problem",
    "ReadError",
    "ShardError",
    "Storage",
    "StorageError",
    "StoredPair",
    "StoredPairs",
    "Verification",
    "WriteError",
    "as_arrays",
    "open_pairs",
    "open_storage",
    "verify",
]
