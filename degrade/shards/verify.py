"""Checking an output: everything that is wrong with it, at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from degrade.shards.contents import sha256, shard_problems
from degrade.shards.errors import ShardError
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import CARD, DATA, INDEX, MANIFEST, REJECTS, is_data_file
from degrade.shards.manifest import digest, read_manifest
from degrade.shards.pair_check import Problem
from degrade.shards.storage import Storage, open_storage


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes
    ----------
    problems : tuple of Problem
        Empty if all is well.
    shards, pairs : int
        How many were looked at.
    damaged : tuple of str
        The shards that something is wrong with, by the manifest's names.
    """

    problems: tuple[Problem, ...]
    shards: int
    pairs: int
    damaged: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def exit_code(self) -> int:
        """0, or 1 if anything is wrong."""
        return 0 if self.ok else 1

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        found = [{"file": one.file, "key": one.key, "what": one.what} for one in self.problems]
        return {"ok": self.ok, "shards": self.shards, "pairs": self.pairs, "problems": found}


def verify(out: str | os.PathLike[str], progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check an output against its manifest: the manifest's own digest, the digest of every file, every member against
    the index, every JSON column, that every picture decodes and has the size and channels that its JSON says, and that
    all counts agree. The card is only looked for, since people edit it.

    Parameters
    ----------
    out : path
        The folder or URL of a finished build; of a URL every shard is fetched.
    progress : callable, optional
        Called as ``progress(done, total)`` after each shard.

    Raises
    ------
    ShardError
        There is no readable manifest: no finished output; a StorageError where a URL cannot be reached.
    """
    storage = open_storage(out)
    manifest = read_manifest(storage)
    problems = list(_manifest_problems(storage, manifest))
    lines, found = _index_lines(storage)
    problems += found or _foreign_problems(storage, manifest, lines)
    keys: Counter[str] = Counter()
    damaged: list[str] = []
    shards = [entry for entry in manifest["shards"] if isinstance(entry, dict) and isinstance(entry.get("file"), str)]
    for done, entry in enumerate(shards, 1):
        line = lines.pop(entry["file"], None)
        if line is None:
            problems.append(Problem(INDEX, "", f"{entry['file']} is missing from it"))
        else:
            keys.update(line.keys)
        wrong = list(shard_problems(storage, entry, line, manifest))
        if wrong:
            damaged.append(entry["file"])
        problems += wrong
        if progress:
            progress(done, len(shards))
    problems += [Problem(INDEX, "", f"{name} is not in the manifest") for name in lines]
    problems += [Problem(INDEX, key, f"{count} pairs have this key") for key, count in keys.items() if count > 1]
    return Verification(tuple(problems), len(shards), keys.total(), tuple(damaged))


# --- the files around the shards --------------------------------------------------------------------------------------


def _manifest_problems(storage: Storage, manifest: dict[str, Any]) -> Iterator[Problem]:
    if manifest.get("sha256") != digest(manifest):
        yield Problem(MANIFEST, "", "it was edited: its digest is another")
    files = manifest.get("files", {})
    for name in dict.fromkeys((INDEX, REJECTS, *filter(is_data_file, files))):
        expected = files.get(name)
        found = sha256(storage, name)
        if found is None:
            yield Problem(name, "", "it is missing")
        elif found != expected:
            yield Problem(name, "", "its SHA-256 is not the manifest's")
    if not storage.exists(CARD):
        yield Problem(CARD, "", "it is missing")
    yield from _count_problems(storage, manifest)


def _foreign_problems(storage: Storage, manifest: dict[str, Any], lines: dict[str, ShardIndex]) -> Iterator[Problem]:
    listed = {entry.get("file") for entry in manifest["shards"] if isinstance(entry, dict)}
    listed |= {*manifest.get("files", {})}
    listed |= {name for line in lines.values() for name, _ in line.own_files()}
    for name in storage.list(DATA):
        if name not in listed:
            yield Problem(name, "", "it is not in the manifest")


def _count_problems(storage: Storage, manifest: dict[str, Any]) -> Iterator[Problem]:
    try:
        counts = manifest["counts"]
        pairs = sum(entry["pairs"] for entry in manifest["shards"])
        if pairs != counts["pairs"]:
            yield Problem(MANIFEST, "", f"its shards have {pairs} pairs, its counts say {counts['pairs']}")
        rejects = storage.read(REJECTS).count(b"\n") if storage.exists(REJECTS) else None
        if rejects is not None and rejects != sum(counts["rejects"].values()):
            yield Problem(REJECTS, "", f"it has {rejects} lines, the manifest says {sum(counts['rejects'].values())}")
    except (KeyError, TypeError, AttributeError) as error:
        yield Problem(MANIFEST, "", f"its counts are damaged ({error!r})")


def _index_lines(storage: Storage) -> tuple[dict[str, ShardIndex], list[Problem]]:
    lines: dict[str, ShardIndex] = {}
    try:
        for line in read_index(storage):
            lines[line.shard] = line
    except ShardError as error:
        return lines, [Problem(INDEX, "", error.what)]
    return lines, []
