"""Photographs: one, and any number of them as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, overload

import numpy as np

from degrade.corpus.columns import Codes, Column, Numbers, Texts, chunks
from degrade.corpus.keys import key_of


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph of a corpus.

    Attributes
    ----------
    key : str
        Its address in builds: `[A-Za-z0-9_-/]+`, unique in the corpus; see `degrade.corpus.keys`.
    source : str
        Its path relative to the corpus, with `/`; plain text that JSON can hold, see `degrade.corpus.names`.
    size : int
        Bytes.
    order : int
        64-bit hash of the key: its place among the shards and its split.
    offset : int
        Where its bytes begin in the file that holds it, such as an archive.
    group : str
        What it belongs to, such as a person, a film or an album, all of which goes into one split; "" if it stands
        alone.
    split : str
        The split that the source imposes; "" leaves it to the hash.
    domain : str
        What kind of picture it is, such as real or clean, for the column `domain`.
    target : str
        In a corpus of pairs, the source of the clean picture; this photograph is then the input.
    target_size : int
        Bytes of the target.
    """

    key: str
    source: str
    size: int
    order: int
    offset: int = 0
    group: str = ""
    split: str = ""
    domain: str = ""
    target: str = ""
    target_size: int = 0


class KeysOf:
    """The column of keys that follow from the sources.

    Parameters
    ----------
    sources : Texts
    attempts : (N,) of whole numbers
        Which of its claims each source has; None if all have the first.
    """

    def __init__(self, sources: Texts, attempts: Numbers | None) -> None:
        self._sources = sources
        self._attempts = attempts

    def __len__(self) -> int:
        return len(self._sources)

    def raws(self, rows: Numbers) -> list[bytes]:
        """The keys of the rows with these numbers, in ASCII."""
        sources = self._sources.raws(rows)
        attempts: Iterable[int] = repeat(0) if self._attempts is None else self._attempts[rows].tolist()
        return [key_of(source, attempt) for source, attempt in zip(sources, attempts, strict=False)]

    def at(self, rows: Numbers) -> list[str]:
        """The keys of the rows with these numbers."""
        return [raw.decode("ascii") for raw in self.raws(rows)]


@dataclass(frozen=True)
class Table:
    """What is known of photographs, a column each; None stands for a column of nothing.

    `labels` are classes, by which photographs are chosen and counted, `parts` the names of the corpora in a mixture;
    neither is kept in shards.
    """

    sources: Texts
    keys: KeysOf | Texts
    sizes: Numbers
    orders: Numbers
    offsets: Numbers | None = None
    groups: Column | None = None
    splits: Codes | None = None
    domains: Codes | None = None
    targets: Texts | None = None
    target_sizes: Numbers | None = None
    labels: Codes | None = None
    parts: Codes | None = None

    @classmethod
    def of(cls, photographs: Iterable[Photograph]) -> Table:
        """The table of photographs that were made one by one; they have no labels."""
        rows = list(photographs)
        texts = {name: Texts.of(getattr(one, name) for one in rows) for name in ("source", "key", "group", "target")}
        return cls(
            sources=texts["source"], keys=texts["key"], groups=texts["group"], targets=texts["target"],
            sizes=np.array([one.size for one in rows], np.int64),
            orders=np.array([one.order for one in rows], np.uint64),
            offsets=np.array([one.offset for one in rows], np.int64),
            target_sizes=np.array([one.target_size for one in rows], np.int64),
            splits=_coded([one.split for one in rows]), domains=_coded([one.domain for one in rows]),
        )  # fmt: skip


def _coded(texts: Sequence[str]) -> Codes:
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return Codes(list(places), np.array([places[text] for text in texts], np.int64))


class Photographs(Sequence[Photograph]):
    """Photographs in an order, made when they are looked at.

    Parameters
    ----------
    table : Table
    rows : (N,) of whole numbers
        Which rows of the table, in which order.
    """

    def __init__(self, table: Table, rows: Numbers) -> None:
        self.table = table
        self.rows = rows

    @classmethod
    def of(cls, photographs: Iterable[Photograph]) -> Photographs:
        """As columns, in the order given; those that are columns already stay as they are."""
        if isinstance(photographs, Photographs):
            return photographs
        table = Table.of(photographs)
        return cls(table, np.arange(len(table.sources)))

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Photograph: ...
    @overload
    def __getitem__(self, place: slice) -> Photographs: ...
    def __getitem__(self, place: int | slice) -> Photograph | Photographs:
        if isinstance(place, slice):
            return Photographs(self.table, self.rows[place])
        return next(self._made(self.rows[[place]]))

    def __iter__(self) -> Iterator[Photograph]:
        for rows in chunks(self.rows):
            yield from self._made(rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it is a sequence

    def __repr__(self) -> str:
        return f"<{len(self)} photographs>"

    def _made(self, rows: Numbers) -> Iterator[Photograph]:
        table = self.table
        columns: list[Iterable[Any]] = [
            table.keys.at(rows), table.sources.at(rows), table.sizes[rows].tolist(), table.orders[rows].tolist(),
            repeat(0) if table.offsets is None else table.offsets[rows].tolist(),
            *(repeat("") if column is None else column.at(rows)
              for column in (table.groups, table.splits, table.domains, table.targets)),
            repeat(0) if table.target_sizes is None else table.target_sizes[rows].tolist(),
        ]  # fmt: skip
        return map(Photograph, *columns)

    # ------------------------------------------------------------------ as columns

    @property
    def orders(self) -> Numbers:
        """(N,) uint64: the hash of each key."""
        return self.table.orders[self.rows]

    def keys(self) -> Iterator[bytes]:
        """The key of each, in ASCII."""
        for rows in chunks(self.rows):
            yield from self.table.keys.raws(rows)

    def labels(self) -> Iterator[str]:
        """The class of each, "" where it has none."""
        for rows in chunks(self.rows):
            yield from repeat("", len(rows)) if self.table.labels is None else self.table.labels.at(rows)

    def take(self, places: Numbers) -> Photographs:
        """Those at `places`, or those where `places` is True."""
        return Photographs(self.table, self.rows[places])

    def where(self, keep: Callable[[Photograph], bool]) -> Photographs:
        """Those of which `keep` holds."""
        return self.take(np.fromiter((keep(one) for one in self), bool, len(self)))

    def with_table(self, **columns: Any) -> Photographs:
        """The same with other columns, as long as the table."""
        return Photographs(replace(self.table, **columns), self.rows)

    def with_columns(self, **columns: Column | None) -> Photographs:
        """The same with other columns of the table; the rows of a column are those of `self`."""
        spread: dict[str, Any] = {
            name: None if column is None else _spread(column, self) for name, column in columns.items()
        }
        return Photographs(replace(self.table, **spread), self.rows)


def _spread(column: Column, photographs: Photographs) -> Column:
    """A column of the rows of `photographs` as one of their table."""
    places = np.zeros(len(photographs.table.sources), np.int64)
    places[photographs.rows] = np.arange(len(photographs))
    if isinstance(column, Codes):
        return Codes(column.values, column.codes[places])
    return Spread(column, places)


class Spread:
    """A column of which row i is row `places[i]` of another."""

    def __init__(self, column: Column, places: Numbers) -> None:
        self._column = column
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def at(self, rows: Numbers) -> list[str]:
        """The texts of the rows with these numbers."""
        return self._column.at(self._places[rows])
