"""Writing one shard, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, Self

from degrade.shards.index import ShardIndex
from degrade.shards.layout import member_pattern, metadata_file
from degrade.shards.members import JSON
from degrade.shards.storage import Storage
from degrade.shards.tar import Sealed, TarShard


class ShardWriter(Protocol):
    """Writes one shard, which is in place as a whole after `commit`, or not at all: as a context manager it is given up
    unless `commit` was called. Writing the same shard from two processes of a machine at once is safe: one waits for
    the other. Every method may raise OSError or StorageError.

    Attributes
    ----------
    index : ShardIndex
        What was added, and where it lies. Where members are files of their own, the offsets of the JSON are those in
        `rows`.
    rows : sequence of str
        This shard's lines of the split's metadata, where members are files of their own; else none.
    """

    @property
    def index(self) -> ShardIndex: ...

    @property
    def rows(self) -> Sequence[str]: ...

    def add(self, key: str, members: Iterable[tuple[str, bytes]]) -> None:
        """Append a pair: (suffix, bytes) of each member, in the order of suffixes."""

    def commit(self) -> Sealed:
        """Put everything on disk and in place. A shard without pairs has no file."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_writer(
    format: str, storage: Storage, shard: str, split: str, members: Sequence[str], planned: Iterable[str] = ()
) -> ShardWriter:
    """Begin a shard.

    Parameters
    ----------
    format : str
        tar, parquet, folder or aligned.
    storage : Storage
        The output.
    shard, split : str
        Its name (`layout.shard_file`), and whose pairs it holds.
    members : sequence of str
        The suffixes of each pair's members, in their order.
    planned : iterable of str
        The keys of all pairs that may come. Where members are files of their own, what an earlier attempt has left of
        them is removed first.

    Raises
    ------
    MissingExtra
        Of parquet, if pyarrow is not installed.
    OSError, StorageError
        The shard cannot be written.
    """
    try:
        return _opened(format, storage, shard, split, members, planned)
    except BaseException:
        storage.discard(shard)
        raise


def _opened(
    format: str, storage: Storage, shard: str, split: str, members: Sequence[str], planned: Iterable[str]
) -> ShardWriter:
    index = empty_index(format, shard, split, members)
    if format == "tar":
        return TarShard(storage, index)
    if format == "parquet":
        from degrade.shards.parquet import ParquetShard

        return ParquetShard(storage, index)
    from degrade.shards.folders import FolderShard

    return FolderShard(storage, index, planned)


def empty_index(format: str, shard: str, split: str, members: Sequence[str]) -> ShardIndex:
    """The index of a shard of a format, without pairs; the other parameters are those of `open_writer`."""
    if format == "tar":
        return ShardIndex.empty(shard, split, members)
    if format == "parquet":
        return ShardIndex.empty(shard, split, [name for name in members if name != JSON])
    return own_files_index(shard, split, members)


def own_files_index(shard: str, split: str, members: Sequence[str]) -> ShardIndex:
    """The index of a shard without pairs, of those whose members are files of their own."""
    files = {suffix: metadata_file(split) if suffix == JSON else member_pattern(split, suffix) for suffix in members}
    return ShardIndex.empty(shard, split, members, files)
