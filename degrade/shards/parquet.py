"""Shards that are Apache Parquet files: a row a pair, pictures as `datasets`' Image (the file's bytes and its name).

Pictures are stored as they are, uncompressed in plain pages (Parquet format, "Plain: (PLAIN = 0)"), so that the index
can say where each lies and nobody needs more than `pread` to read one. The same pairs give the same file with the same
version of pyarrow, which is part of the plan.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import RawIOBase
from pathlib import Path
from threading import Lock
from typing import Any

from degrade.shards.durable import DurableFile
from degrade.shards.errors import MissingExtra, ShardError
from degrade.shards.index import ShardIndex
from degrade.shards.layout import plain_name
from degrade.shards.members import COLUMNS, JSON
from degrade.shards.storage import Storage
from degrade.shards.tar import Sealed

GROUP_ROWS = 100
"""Pairs in a row group, the unit that readers fetch; what `datasets` takes for pictures."""
_GROUP_BYTES = 64 << 20
_PAGE_BYTES = 1 << 20
_FEATURES = {str: "string", int: "int64", float: "float64"}
_HEAD = 16
"""Bytes of a picture that are looked for in the file."""


def arrow() -> tuple[Any, Any]:
    """The modules pyarrow and pyarrow.parquet. Raises MissingExtra if they are not there."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise MissingExtra("the format parquet needs pyarrow", 'pip install "degrade[parquet]"') from None


@contextmanager
def _damage_told() -> Iterator[None]:
    """What pyarrow cannot read as a ValueError: of its own errors some are not."""
    pa, _ = arrow()
    try:
        yield
    except pa.ArrowMemoryError:
        raise
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


class ParquetShard:
    """A shard of the format parquet; see `degrade.shards.writers.ShardWriter`."""

    rows = ()

    def __init__(self, storage: Storage, index: ShardIndex) -> None:
        arrow()
        self.index = index
        self._storage = storage
        self._pictures = tuple(index.members)
        self._sink = _Sink(storage.path(index.shard))
        self._writer: Any = None
        self._group: list[dict[str, bytes]] = []
        self._keys: list[str] = []
        self._bytes = 0

    def add(self, key: str, members: Iterable[tuple[str, bytes]]) -> None:
        """Append a pair."""
        held = dict(members)
        self._keys.append(key)
        self._group.append(held)
        self._bytes += sum(map(len, held.values()))
        if len(self._group) == GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._end_group()

    def commit(self) -> Sealed:
        """End the file and give it its name."""
        if self._group:
            self._end_group()
        if self._writer is None:
            self._storage.remove([self.index.shard])
            return Sealed(0, None)
        self._writer.close()
        self._writer = None
        digest = self._sink.commit()
        self._storage.publish(self.index.shard)
        return Sealed(self._sink.size, digest)

    def _end_group(self) -> None:

        if self._writer is None:
            self._writer = _opened(self._sink, self._pictures)
        before = self._sink.size
        self._sink.recent.clear()
        table = _table(self._keys, self._group, self._pictures, self._writer.schema)
        self._writer.write_table(table, row_group_size=len(self._group))
        written = b"".join(self._sink.recent)
        at = 0
        places: list[dict[str, tuple[int, int]]] = [{} for _ in self._group]
        for suffix in self._pictures:
            for number, held in enumerate(self._group):
                at = _found(written, held[suffix], at)
                places[number][suffix] = before + at, len(held[suffix])
                at += len(held[suffix])
        for key, place in zip(self._keys, places, strict=True):
            self.index.add(key, place)
        self._keys, self._group, self._bytes = [], [], 0

    def __enter__(self) -> ParquetShard:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer = None
        try:
            self._sink.give_up()
        finally:
            self._storage.discard(self.index.shard)


def _found(written: bytes, data: bytes, start: int) -> int:
    """Where `data` stands in a plain page: after its length as four bytes. Between two pages lie headers."""
    length = struct.pack("<I", len(data))
    at = start
    while (at := written.find(length + data[:_HEAD], at)) >= 0:
        begin = at + len(length)
        if written.startswith(data, begin):
            return begin
        at += 1
    raise ShardError("this version of pyarrow stores pictures otherwise than plainly", "install pyarrow 21 to 26")


class _Sink:
    """What pyarrow writes to: a DurableFile that is hashed on the way."""

    closed = False

    def __init__(self, path: Path) -> None:
        self.size = 0
        self.recent: list[bytes] = []
        self._file = DurableFile(path)
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._digest.update(data)
        self.recent.append(data)
        self.size += len(data)
        return len(data)

    def commit(self) -> str:
        self._file.commit()
        return self._digest.hexdigest()

    def give_up(self) -> None:
        self._file.give_up()

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """What is on disk is for `commit` to say."""

    def close(self) -> None:
        """As `flush`."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def schema(pictures: Iterable[str]) -> Any:
    """The pyarrow schema of a shard with these members: pictures first, then the JSON columns, and the features for
    `datasets`, as its `Features.arrow_schema` has them."""
    pa, _ = arrow()
    types = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [pa.field(plain_name(suffix), image) for suffix in pictures]
    fields += [pa.field(name, types[_FEATURES[kind]]) for name, (kind, _) in COLUMNS.items()]
    features: dict[str, Any] = {plain_name(suffix): {"_type": "Image"} for suffix in pictures}
    features |= {name: {"dtype": _FEATURES[kind], "_type": "Value"} for name, (kind, _) in COLUMNS.items()}
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def _opened(sink: _Sink, pictures: tuple[str, ...]) -> Any:
    pa, pq = arrow()
    names = [plain_name(suffix) for suffix in pictures]
    plain = [f"{name}.bytes" for name in names]
    others = [*(f"{name}.path" for name in names), *COLUMNS]
    return pq.ParquetWriter(
        pa.PythonFile(sink, mode="w"),
        schema(pictures),
        compression=dict.fromkeys(plain, "none") | dict.fromkeys(others, "zstd"),
        use_dictionary=list(COLUMNS),
        write_statistics=list(COLUMNS),
        write_page_index=True,
        write_batch_size=1,  # else a page ends at full batches only, however large it is
        data_page_size=_PAGE_BYTES,
    )


def _table(keys: list[str], group: list[dict[str, bytes]], pictures: tuple[str, ...], schema: Any) -> Any:
    pa, _ = arrow()
    arrays = []
    for suffix in pictures:
        image = schema.field(plain_name(suffix)).type
        content = pa.array([held[suffix] for held in group], pa.binary())
        names = pa.array([f"{key}.{suffix}" for key in keys], pa.string())
        arrays.append(pa.StructArray.from_arrays([content, names], fields=list(image)))
    rows = [json.loads(held[JSON]) for held in group]
    arrays += [pa.array([row[name] for row in rows], schema.field(name).type) for name in COLUMNS]
    return pa.Table.from_arrays(arrays, schema=schema)


# --- reading ----------------------------------------------------------------------------------------------------------


class ParquetRows:
    """The JSON columns of a shard, a row group at a time; threads may share it.

    Raises MissingExtra without pyarrow, and from every method OSError, or ValueError for what is no such file.
    """

    def __init__(self, file: RawIOBase) -> None:
        _, pq = arrow()
        with _damage_told():
            self._file = pq.ParquetFile(file)
        self._lock = Lock()
        self._starts = [0]
        for number in range(self._file.metadata.num_row_groups):
            self._starts.append(self._starts[-1] + self._file.metadata.row_group(number).num_rows)
        self._held: tuple[int, list[dict[str, Any]]] = -1, []

    def __getitem__(self, number: int) -> dict[str, Any]:
        from bisect import bisect_right

        group = bisect_right(self._starts, number) - 1
        with self._lock:
            if self._held[0] != group:
                with _damage_told():
                    self._held = group, self._file.read_row_group(group, columns=list(COLUMNS)).to_pylist()
            return dict(self._held[1][number - self._starts[group]])


def read_parquet(file: Any, pictures: Iterable[str]) -> Iterator[tuple[dict[str, Any], dict[str, bytes]]]:
    """(JSON columns, bytes by suffix) of every pair, whatever any index says. Raises OSError, KeyError or ValueError
    where the file is damaged."""
    _, pq = arrow()
    named = {suffix: plain_name(suffix) for suffix in pictures}
    with _damage_told(), pq.ParquetFile(file) as stored:
        if stored.schema_arrow.names != [*named.values(), *COLUMNS]:
            raise ValueError(f"its columns are {', '.join(stored.schema_arrow.names)}")
        for group in range(stored.metadata.num_row_groups):
            for row in stored.read_row_group(group).to_pylist():
                yield (
                    {name: row[name] for name in COLUMNS},
                    {suffix: row[column]["bytes"] for suffix, column in named.items()},
                )
