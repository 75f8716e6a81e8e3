"""Where things lie in an output.

README.md          the dataset card
manifest.json      recipe, plan, environment, counts, SHA-256 of every shard
index.jsonl        one line a shard: keys, and where each member lies
rejects.jsonl      one line an input that gave no pairs
recipe.yaml        the recipe, beside an output on the Hub; no part of the data
contact_sheet.png  drawn by the command line once all is there; no part of the data
data/              the shards
.degrade/          what a build remembers in order to resume; may be deleted once it has finished

A shard is called {split}-{i:05d}-of-{n:05d}, and is

tar       data/NAME.tar
parquet   data/NAME.parquet
folder    some of the files data/{split}/{clean, degraded, mask …}/KEY.{jpg, png}, the same names in each folder, and of
          the lines of data/{split}/metadata.jsonl; no file has the shard's own name
aligned   some of the files data/{split}/KEY.{jpg, png}, and of the lines of data/{split}/metadata.jsonl
"""

from __future__ import annotations

import re
from pathlib import Path

CARD = "README.md"
MANIFEST = "manifest.json"
INDEX = "index.jsonl"
REJECTS = "rejects.jsonl"
SHEET = "contact_sheet.png"
RECIPE = "recipe.yaml"
DATA = "data"
WORK = ".degrade"
TOP = (MANIFEST, INDEX, REJECTS, CARD, SHEET)
"""What lies beside the folders."""

_SUFFIXES = {"tar": ".tar", "parquet": ".parquet", "folder": "", "aligned": ""}
FORMATS = tuple(_SUFFIXES)
_SHARD = re.compile(rf"{DATA}/[a-z][a-z0-9_]*-[0-9]{{5,}}-of-[0-9]{{5,}}(\.tar|\.parquet|)")
_DATA_FILE = re.compile(rf"{DATA}/[a-z][a-z0-9_]*/(metadata\.jsonl|([a-z0-9_]+/)?\*\.(jpg|png))")
_ALIGNED = "aligned"


def shard_file(split: str, index: int, of: int, format: str = "tar") -> str:
    """The name of shard `index` (from 0) of the `of` shards of a split, relative to the output."""
    return f"{DATA}/{split}-{index:05d}-of-{of:05d}{_SUFFIXES[format]}"


def is_shard_file(name: object) -> bool:
    """Whether `name` is one that `shard_file` gives, and so lies in the output."""
    return isinstance(name, str) and _SHARD.fullmatch(name) is not None


def is_data_file(pattern: str) -> bool:
    """Whether `pattern` is one that `metadata_file` or `member_pattern` gives, and so lies in the output."""
    return _DATA_FILE.fullmatch(pattern) is not None


def in_own_files(shard: str) -> bool:
    """Whether the shard of this name has no file, its members being files of their own."""
    return not shard.endswith((".tar", ".parquet"))


def metadata_file(split: str) -> str:
    """Where the JSON of a split's pairs is, a line each, where members are files of their own."""
    return f"{DATA}/{split}/metadata.jsonl"


def member_pattern(split: str, suffix: str) -> str:
    """Where the members of a suffix are, where they are files of their own; the key takes the place of the ``*``."""
    name, _, kind = suffix.rpartition(".")
    folder = "" if name == _ALIGNED else f"{plain_name(suffix)}/"
    return f"{DATA}/{split}/{folder}*.{kind}"


def member_file(pattern: str, key: str) -> str:
    """`pattern` with a pair's key. Folders are flattened, since the loaders of many trainers look into one folder only:
    ``/`` becomes ``~``, which no key has, so that no two keys meet."""
    return pattern.replace("*", key.replace("/", "~"))


def plain_name(suffix: str) -> str:
    """The folder or column of a member: ``clean`` for ``clean.jpg``, ``clean_grainy`` for ``clean.grainy.jpg``."""
    return suffix.rpartition(".")[0].replace(".", "_")


def temporary(path: Path) -> Path:
    """Where a file is written before it is renamed to `path`: always the same name, in the same folder."""
    return path.with_name(f".{path.name}.tmp")
