"""Where things lie in an output.

README.md          the dataset card
manifest.json      recipe, plan, environment, counts, SHA-256 of every shard
index.jsonl        one line a shard: keys, offsets and sizes by member
rejects.jsonl      one line an input that gave no pairs
contact_sheet.png  drawn by the command line once all is there; no part of the data
data/              the shards, {split}-{i:05d}-of-{n:05d}.tar
.degrade/          what a build remembers in order to resume; may be deleted once it has finished
"""

from __future__ import annotations

import re
from pathlib import Path

CARD = "README.md"
MANIFEST = "manifest.json"
INDEX = "index.jsonl"
REJECTS = "rejects.jsonl"
SHEET = "contact_sheet.png"
DATA = "data"
WORK = ".degrade"

_SHARD = re.compile(rf"{DATA}/[a-z][a-z0-9_]*-[0-9]{{5,}}-of-[0-9]{{5,}}\.tar")


def shard_file(split: str, index: int, of: int) -> str:
    """The name of shard `index` (from 0) of the `of` shards of a split, relative to the output."""
    return f"{DATA}/{split}-{index:05d}-of-{of:05d}.tar"


def is_shard_file(name: object) -> bool:
    """Whether `name` is one that `shard_file` gives, and so lies in the output."""
    return isinstance(name, str) and _SHARD.fullmatch(name) is not None


def temporary(path: Path) -> Path:
    """Where a file is written before it is renamed to `path`: always the same name, in the same folder."""
    return path.with_name(f".{path.name}.tmp")
