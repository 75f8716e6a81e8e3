"""What one shard of an output holds, pair by pair, and whether that is where the index says; for `verify`."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from itertools import groupby
from typing import Any

from degrade.jsontext import from_json
from degrade.shards.folders import columns_of_row, file_names
from degrade.shards.index import COMPACT, ShardIndex
from degrade.shards.layout import INDEX, in_own_files
from degrade.shards.members import JSON
from degrade.shards.pair_check import Problem, pair_problems
from degrade.shards.parquet import arrow, read_parquet
from degrade.shards.storage import Storage


def shard_problems(
    storage: Storage, entry: dict[str, Any], line: ShardIndex | None, manifest: dict[str, Any]
) -> Iterator[Problem]:
    """Everything that is wrong with a shard: its files' sizes and digest, its pairs, their places.

    Parameters
    ----------
    entry : dict
        Of the manifest.
    line : ShardIndex or None
        Of the index; None where it has none.
    manifest : dict

    Raises MissingExtra if pyarrow is needed and is not there.
    """
    name, pairs = entry["file"], entry.get("pairs")
    if not pairs:
        if storage.exists(name):
            yield Problem(name, "", "it is there, though the manifest says that all its photographs were rejected")
        return
    if line is not None and len(line.keys) != pairs:
        yield Problem(INDEX, "", f"{name} has {len(line.keys)} pairs, the manifest says {pairs}")
    if in_own_files(name):
        yield from _of_own_files(storage, entry, line, manifest)
        return
    try:
        file = storage.open(name)
    except (FileNotFoundError, IsADirectoryError):
        yield Problem(name, "", "it is missing")
        return
    except OSError as error:
        yield Problem(name, "", f"it cannot be read ({error.strerror})")
        return
    with file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if size != entry.get("bytes"):
            yield Problem(name, "", f"it has {size} bytes, not {entry.get('bytes')}")
        elif hashlib.file_digest(file, "sha256").hexdigest() != entry.get("sha256"):
            yield Problem(name, "", "its SHA-256 is not the manifest's")
        file.seek(0)
        yield from (_of_tar if name.endswith(".tar") else _of_parquet)(file, entry, line, manifest)


def sha256(storage: Storage, name: str) -> str | None:
    """The digest of a file, read in pieces; None if it cannot be read."""
    try:
        with storage.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def digest_of_own_files(storage: Storage, line: ShardIndex, rows: Sequence[str]) -> str | None:
    """SHA-256 of a shard whose members are files of their own, as the manifest has it; None if one cannot be read.

    Parameters
    ----------
    rows : sequence of str
        Of which the last are the lines of metadata, one a pair.
    """
    digest = hashlib.sha256()
    try:
        for number, row in enumerate(rows[len(rows) - len(line.keys) :]):
            for suffix in line.members:
                digest.update(f"{row}\n".encode() if suffix == JSON else storage.read(line.place(suffix, number)[0]))
    except OSError:
        return None
    return digest.hexdigest()


def _of_tar(
    file: BufferedIOBase, entry: dict[str, Any], line: ShardIndex | None, manifest: dict[str, Any]
) -> Iterator[Problem]:
    places: list[tuple[str, int, int]] = []
    pairs = 0
    try:
        for key, group in groupby(_tar_members(file), lambda member: member[0]):
            members = {}
            for _, suffix, offset, data in group:
                places.append((f"{key}.{suffix}", offset, len(data)))
                members[suffix] = data
            pairs += 1
            yield from pair_problems(entry["file"], key, members, entry, manifest)
    except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
        yield Problem(entry["file"], "", f"it is no whole tar ({error})")
    yield from _count_problems(entry, pairs)
    if line is not None and places != _indexed(line):
        yield _misplaced(entry)


def _tar_members(file: BufferedIOBase) -> Iterator[tuple[str, str, int, bytes]]:
    """(key, suffix, offset, bytes) of every member, whatever the index says. Raises tarfile.TarError, OSError,
    ValueError or OverflowError."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:") as tar:
        for member in tar:
            if member.issparse() or member.size < 0 or member.offset_data + member.size > end:
                raise tarfile.ReadError(f"{member.name} is longer than what is stored of it")
            key, _, suffix = member.name.partition(".")
            held = tar.extractfile(member) if member.isreg() else None
            yield key, suffix, member.offset_data, held.read() if held else b""


def _indexed(line: ShardIndex) -> list[tuple[str, int, int]]:
    """(name, offset, size) of every member, in the order of the shard."""
    return [
        (f"{key}.{suffix}", offsets[place], sizes[place])
        for place, key in enumerate(line.keys)
        for suffix, (offsets, sizes) in line.members.items()
    ]


def _of_parquet(
    file: BufferedIOBase, entry: dict[str, Any], line: ShardIndex | None, manifest: dict[str, Any]
) -> Iterator[Problem]:
    arrow()
    name, suffixes = entry["file"], manifest.get("members", [])
    pairs = 0
    in_place = True
    try:
        for row, pictures in read_parquet(file, [suffix for suffix in suffixes if suffix != JSON]):
            key = str(row["key"])
            held = pictures | {JSON: COMPACT(row).encode("ascii")}
            yield from pair_problems(name, key, {suffix: held[suffix] for suffix in suffixes}, entry, manifest)
            if line is not None:
                in_place &= _stands_there(file, line, pairs, key, pictures)
            pairs += 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Problem(name, "", f"it is no whole parquet file of pairs ({error})")
    yield from _count_problems(entry, pairs)
    if not in_place:
        yield _misplaced(entry)


def _stands_there(file: BufferedIOBase, line: ShardIndex, number: int, key: str, pictures: dict[str, bytes]) -> bool:
    """Whether the index says of the pair `number` what was found."""
    if number >= len(line.keys) or line.keys[number] != key:
        return False
    for suffix, data in pictures.items():
        _, offset, size = line.place(suffix, number)
        file.seek(offset)
        if file.read(size) != data:
            return False
    return True


def _of_own_files(
    storage: Storage, entry: dict[str, Any], line: ShardIndex | None, manifest: dict[str, Any]
) -> Iterator[Problem]:
    if line is None:
        return  # which pairs it has is then unknown, and that its line is missing is told elsewhere
    if line.members.keys() != line.files.keys():
        yield Problem(INDEX, "", f"it does not say in which files the members of {entry['file']} lie")
        return
    digest = hashlib.sha256()
    size = 0
    for number, key in enumerate(line.keys):
        members: dict[str, bytes] = {}
        for suffix in line.members:
            file, offset, expected = line.place(suffix, number)
            try:
                whole = "*" in line.files[suffix]
                data = storage.read(file) if whole else storage.read_range(file, offset, expected + 1)
            except OSError as error:
                yield Problem(file, key, f"it cannot be read ({error.strerror or 'there is no such file'})")
                continue
            digest.update(data)
            size += len(data)
            if suffix == JSON:
                try:
                    yield from _name_problems(data, line, number)
                    data = COMPACT(columns_of_row(data)).encode("ascii")
                except (ValueError, KeyError, TypeError) as error:
                    yield Problem(file, key, f"its line is damaged ({error})")
            elif len(data) != expected:
                yield Problem(file, key, f"it has {len(data)} bytes, {INDEX} says {expected}")
            members[suffix] = data
        yield from pair_problems(entry["file"], key, members, entry, manifest)
    if size != entry.get("bytes"):
        yield Problem(entry["file"], "", f"its files have {size} bytes, not {entry.get('bytes')}")
    elif digest.hexdigest() != entry.get("sha256"):
        yield Problem(entry["file"], "", "the SHA-256 of its files is not the manifest's")


def _name_problems(row: bytes, line: ShardIndex, number: int) -> Iterator[Problem]:
    """Whether the files that a row of metadata names are those that the index says."""
    told = from_json(row)
    if not isinstance(told, dict):
        raise ValueError("it is no JSON object")
    named = {name: value for name, value in told.items() if name.endswith("file_name")}
    if named != file_names(line, line.keys[number]):
        yield Problem(line.files[JSON], line.keys[number], "its line names other files than the index")


def _count_problems(entry: dict[str, Any], pairs: int) -> Iterator[Problem]:
    if pairs != entry["pairs"]:
        yield Problem(entry["file"], "", f"it has {pairs} pairs, the manifest says {entry['pairs']}")


def _misplaced(entry: dict[str, Any]) -> Problem:
    return Problem(INDEX, "", f"the members of {entry['file']} are not where it says")
