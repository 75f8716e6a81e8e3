"""Columns of many rows, small in memory: texts in one block, and texts that are few and repeat.

A Python string costs some 80 bytes before its letters; ten million of them in three columns would not fit a machine.
"""

from __future__ import annotations

import zlib
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
_CHUNK = 1 << 14
_SMALL = 1 << 32


class Column(Protocol):
    """One text a row."""

    def __len__(self) -> int: ...

    def at(self, rows: Numbers) -> list[str]:
        """The texts of the rows with these numbers."""
        ...


class Texts:
    """One text a row, all in one block of UTF-8.

    Parameters
    ----------
    block : bytes-like
    ends : (N,) of whole numbers
        Where each row's text ends.
    """

    def __init__(self, block: bytes | bytearray, ends: Numbers) -> None:
        self._block = memoryview(block)
        self._ends = np.zeros(len(ends) + 1, np.uint32 if len(block) < _SMALL else np.uint64)
        self._ends[1:] = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """From the texts, row by row."""
        builder = TextsBuilder()
        for text in texts:
            builder.add(text)
        return builder.finish()

    def __reduce__(self) -> Any:
        return Texts, (bytes(self._block), self._ends[1:])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def raw(self, row: int) -> bytes:
        """The text of a row, in UTF-8."""
        return self._block[self._ends[row] : self._ends[row + 1]].tobytes()

    def raws(self, rows: Numbers) -> list[bytes]:
        """The texts of the rows with these numbers, in UTF-8."""
        block = self._block
        bounds = zip(self._ends[rows].tolist(), self._ends[rows + 1].tolist(), strict=True)
        return [block[start:end].tobytes() for start, end in bounds]

    def at(self, rows: Numbers) -> list[str]:
        """The texts of the rows with these numbers."""
        return [raw.decode("utf-8", "surrogatepass") for raw in self.raws(rows)]

    def moved(self, rows: Numbers) -> Texts:
        """Those rows alone, in this order, in a block of their own; nothing is left here.

        On the way the texts are packed: there is no room for both blocks at once.
        """
        ends = np.empty(len(rows), self._ends.dtype)
        packed_texts: deque[bytes] = deque()
        size = done = 0
        for part in chunks(rows):
            texts = self.raws(part)
            ends[done : done + len(part)] = size + np.cumsum([len(text) for text in texts], dtype=np.int64)
            whole = b"".join(texts)
            packed_texts.append(zlib.compress(whole, 1))
            size, done = size + len(whole), done + len(part)
        self._block, self._ends = memoryview(b""), np.zeros(1, ends.dtype)
        block = bytearray(size)
        start = 0
        while packed_texts:
            whole = zlib.decompress(packed_texts.popleft())
            block[start : start + len(whole)] = whole
            start += len(whole)
        return Texts(block, ends)


class RawTexts(Sequence[bytes]):
    """The rows of `Texts` as a sequence of UTF-8."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, row: Any) -> Any:
        return self._texts.raw(row)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self), _CHUNK):
            yield from self._texts.raws(np.arange(start, min(start + _CHUNK, len(self))))


class Codes:
    """One text a row, of which there are few.

    Attributes
    ----------
    values : list of str
        The texts, each once.
    codes : (N,) of whole numbers
        The place of each row's text among them.
    """

    def __init__(self, values: list[str], codes: Numbers) -> None:
        self.values = values
        self.codes = codes.astype(np.min_scalar_type(max(0, len(values) - 1)))

    def __len__(self) -> int:
        return len(self.codes)

    def at(self, rows: Numbers) -> list[str]:
        """The texts of the rows with these numbers."""
        return [self.values[code] for code in self.codes[rows].tolist()]

    def moved(self, rows: Numbers) -> Codes:
        """Those rows alone, in this order."""
        return Codes(self.values, self.codes[rows])


class TextsBuilder:
    """Collects `Texts`. Rows may be passed over: theirs are empty."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, text: str) -> None:
        """The next row."""
        self._block += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._block))

    def pad(self, rows: int) -> None:
        """Empty texts, up to `rows` rows."""
        self._ends.extend([len(self._block)] * (rows - len(self._ends)))

    def finish(self) -> Texts:
        """The column."""
        return Texts(self._block, np.frombuffer(self._ends, np.uint64))


class CodesBuilder:
    """Collects `Codes`. Rows may be passed over: theirs are empty."""

    def __init__(self) -> None:
        self._places = {"": 0}
        self._codes = array("I")

    def __len__(self) -> int:
        return len(self._codes)

    def add(self, text: str) -> None:
        """The next row."""
        self._codes.append(self._places.setdefault(text, len(self._places)))

    def pad(self, rows: int) -> None:
        """Empty texts, up to `rows` rows."""
        self._codes.extend([0] * (rows - len(self._codes)))

    def finish(self) -> Codes:
        """The column."""
        return Codes(list(self._places), np.frombuffer(self._codes, np.uint32))


def packed(numbers: array[int]) -> Numbers:
    """Whole numbers from 0 in as few bytes as they all fit into."""
    wide = np.frombuffer(numbers, np.int64)
    return wide.astype(np.min_scalar_type(int(wide.max(initial=0))))


def chunks(rows: Numbers) -> Iterator[Numbers]:
    """`rows` in parts that are worth an array operation and small in memory."""
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
