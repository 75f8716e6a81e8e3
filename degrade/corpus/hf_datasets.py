"""Photographs in datasets of the `datasets` library: saved to disk, in parquet files, or on the Hub.

Opening one makes it a set of Arrow files: those it was saved as, else those in the library's own cache, to which it
downloads and converts what it has not yet. Workers map these into memory and take single rows, without the library.
"""

from __future__ import annotations

import importlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

from degrade.corpus.files import check_size, read_file, reason_of
from degrade.corpus.listing import CorpusReadError, Listing, ListingMaker, Photograph
from degrade.corpus.roles import Roles, text_of

_SPLIT = "split"
_OPEN_AT_ONCE = 256
_BATCH = 10_000


@dataclass(frozen=True)
class Rows:
    """Rows in Arrow files, one after the other.

    Attributes
    ----------
    name : str
        The dataset's split or the parquet file's stem, "" where there is only one.
    files : tuple of (str, int)
        Absolute path, and how many rows it has.
    """

    name: str
    files: tuple[tuple[str, int], ...]

    @cached_property
    def ends(self) -> list[int]:
        """The row after the last of each file."""
        return list(accumulate(count for _, count in self.files))


@dataclass(frozen=True)
class DatasetCorpus:
    """The photographs in the rows of a dataset; a source is the row's number, below the name of its split.

    Attributes
    ----------
    name : str
    parts : tuple of Rows
    column : str
        Holds the pictures: bytes, or a struct of `bytes` and `path`.
    licence : str
        As the dataset says.
    origin : str
        Its name on the Hub.
    classes : mapping
        Column -> names of the numbers in it.
    roles : Roles
        Columns for group, split and class; `split`, if the dataset has no such column, is the name of its split.
    """

    name: str
    parts: tuple[Rows, ...]
    column: str
    licence: str = ""
    origin: str = ""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Roles = field(default_factory=Roles)

    def with_columns(self, *, group: str = "", split: str = "", label: str = "") -> Self:
        """The same, with these columns for group, split and class."""
        return replace(self, roles=self.roles.with_names(group=group, split=split, label=label))

    def listing(self) -> Listing:
        """Read the sizes of the pictures, not the pictures."""
        maker = ListingMaker()
        for part in self.parts:
            row = 0
            for path, _ in part.files:
                table = table_of(path)
                self.roles.check({*table.column_names, _SPLIT}, f"the dataset {self.name}", self.name)
                for size, columns in self._rows(table, part):
                    self._add(maker, part, row, size, columns)
                    row += 1
        return maker.finish()

    def read(self, photograph: Photograph) -> bytes:
        """The bytes in the row, as they were put there."""
        check_size(photograph.size, photograph.source)
        name = photograph.source.rpartition("/")[0]
        part = next((part for part in self.parts if part.name == name), Rows(name, ()))
        number = bisect_right(part.ends, photograph.offset)
        if number == len(part.files):
            raise CorpusReadError("vanished", "the dataset has no such row any more", photograph.source)
        path, count = part.files[number]
        try:
            held = table_of(path).column(self.column)[photograph.offset - part.ends[number] + count].as_py()
        except OSError as error:
            reason, detail = reason_of(error)
            raise CorpusReadError(reason, f"its dataset: {detail}", photograph.source) from error
        except (ValueError, KeyError, IndexError) as error:
            detail = "its dataset is no longer the one that was listed; build again from the present one"
            raise CorpusReadError("changed", detail, photograph.source) from error
        data = held.get("bytes") if isinstance(held, dict) else held
        if data is None:
            return read_file(Path(str(held["path"])), photograph)
        if len(data) != photograph.size:
            detail = "its dataset is no longer the one that was listed; build again from the present one"
            raise CorpusReadError("changed", detail, photograph.source)
        return bytes(data)

    def _rows(self, table: Any, part: Rows) -> Iterator[tuple[int | str | None, dict[str, str]]]:
        """For each row the picture's bytes, or where it lies, or None; and what the columns say."""
        asked = self.roles.asked()
        names = [name for name in dict.fromkeys(asked.values()) if name in table.column_names]
        for batch in table.select([self.column, *names]).to_batches(max_chunksize=_BATCH):
            columns = {name: self._texts(name, batch.column(name)) for name in names}
            if _SPLIT in asked.values() and _SPLIT not in names:
                columns[_SPLIT] = [part.name] * batch.num_rows
            for number, size in enumerate(_sizes(batch.column(self.column))):
                yield size, {role: columns[name][number] for role, name in asked.items()}

    def _texts(self, name: str, values: Any) -> list[str]:
        classes = self.classes.get(name)
        found = values.to_pylist()
        if classes is None:
            return [text_of(value) for value in found]
        return [classes[value] if value is not None and 0 <= value < len(classes) else "" for value in found]

    def _add(self, maker: ListingMaker, part: Rows, row: int, size: int | str | None, columns: dict[str, str]) -> None:
        source = f"{part.name}/{row:08d}" if part.name else f"{row:08d}"
        if isinstance(size, int):
            maker.add(source, size, row, **columns)
        elif size is None:
            maker.reject(source, "unreadable", "its row holds no picture")
        else:
            try:
                maker.add(source, Path(size).stat().st_size, row, **columns)
            except (OSError, ValueError):
                maker.reject(source, "vanished", "its row names a file, which is not there, instead of holding one")


def _sizes(pictures: Any) -> list[int | str | None]:
    """For each picture of an Arrow array its bytes, or the path that stands instead of them."""
    compute = importlib.import_module("pyarrow.compute")
    if not importlib.import_module("pyarrow.types").is_struct(pictures.type):
        return list(compute.binary_length(pictures).to_pylist())
    sizes: list[int | str | None] = compute.binary_length(compute.struct_field(pictures, "bytes")).to_pylist()
    if None in sizes and pictures.type.get_field_index("path") >= 0:
        paths = compute.struct_field(pictures, "path").to_pylist()
        return [path if size is None else size for size, path in zip(sizes, paths, strict=True)]
    return sizes


@lru_cache(_OPEN_AT_ONCE)
def table_of(path: str) -> Any:
    """An Arrow file, mapped into memory. Raises OSError or ValueError."""
    arrow = importlib.import_module("pyarrow")
    return arrow.ipc.open_stream(arrow.memory_map(path)).read_all()
