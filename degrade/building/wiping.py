"""Beginning anew: an output without what builds have made in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from degrade.building.errors import BuildError
from degrade.building.workfolder import WorkFolder
from degrade.shards.errors import ShardError
from degrade.shards.folders import own_folders, own_names
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import TOP, in_own_files, is_shard_file
from degrade.shards.manifest import read_manifest
from degrade.shards.writers import own_files_index


def wipe(folder: WorkFolder) -> None:
    """Remove everything that a build has made here, and nothing else; nobody else may be building.

    Raises OSError or StorageError.
    """
    shards = _known_shards(folder)
    folder.withdraw_manifest()  # first: what is half removed must not look finished
    _wipe_own_files(folder)
    folder.storage.remove([*TOP, *shards])
    folder.forget()


def _wipe_own_files(folder: WorkFolder) -> None:
    """Remove members that are files of their own: those that the plan foresees, and those of a finished index."""
    storage = folder.storage
    folders: set[str] = set()
    for index, keys in _own_files(folder):
        storage.remove([*own_names(index, keys), *(name for name in index.files.values() if "*" not in name)])
        folders.update(own_folders(index))
    for name in sorted(folders, reverse=True) if storage.is_local else ():
        with suppress(OSError):  # somebody else's files are in it, or it was never made
            storage.path(name).rmdir()


def _own_files(folder: WorkFolder) -> Iterator[tuple[ShardIndex, list[str]]]:
    """For each known shard whose members are files of their own where they are, and the pairs' keys."""
    with suppress(BuildError, OSError, ValueError, TypeError):  # a damaged plan or listing names no files
        plan = folder.stored_plan()
        for shard in plan.shards if plan is not None else ():
            if plan is None or not in_own_files(shard.file):
                break
            keys = [key for one in folder.photographs(shard) for key in plan.pair_keys(one.key)]
            yield own_files_index(shard.file, shard.split, plan.members), keys
    with suppress(ShardError):  # nor does a damaged or missing index
        yield from ((index, index.keys) for index in read_index(folder.storage) if index.files)


def _known_shards(folder: WorkFolder) -> list[str]:
    """Shards by name, out of the plan and of the manifest."""
    known: list[str] = []
    with suppress(BuildError):  # a damaged plan names no shards
        plan = folder.stored_plan()
        known += [shard.file for shard in plan.shards] if plan else []
    with suppress(ShardError, KeyError, TypeError):  # nor does a damaged manifest
        known += [entry["file"] for entry in read_manifest(folder.storage)["shards"]]
    return list(dict.fromkeys(name for name in known if is_shard_file(name)))
