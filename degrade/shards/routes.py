"""From the bytes of a shard to arrays, with as little as possible between one pair and the next."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import decode_jpeg, decode_png
from degrade.jsontext import from_json
from degrade.shards.arrays import TOLD, Reading
from degrade.shards.errors import ShardError
from degrade.shards.folders import columns_of_row
from degrade.shards.members import COLUMNS, JSON, LAYERS, PICTURES, SIDE_BY_SIDE, record_of
from degrade.shards.places import Shard
from degrade.shards.spans import spans

if TYPE_CHECKING:
    from degrade.shards.data_files import Ahead, DataFiles

Array = npt.NDArray[Any]
_Parts = list[tuple[str, "array[int]", "array[int]", Callable[[bytes], Array]]]
"""Of each member: its name, offsets, sizes, and what decodes it."""
_EIGHT_BITS = np.dtype(np.uint8)  # of which there is one object


class Route:
    """How the pairs of one shard are read in one way: whether their members can be finished one by one, whether they
    are wanted as they are stored.

    Raises ReadError where they have no such members.
    """

    def __init__(self, files: DataFiles, shard: Shard, reading: Reading) -> None:
        self._files = files
        self._shard = shard
        self._reading = reading
        self._blank: dict[str, Any] = dict.fromkeys(reading.members)
        suffixes = {name: shard.suffix_of(name) for name in reading.members if name not in TOLD}
        told = [name for name in reading.members if name in TOLD]
        self._as_stored = (reading.size, reading.dtype, reading.layout) == (None, "uint8", "HWC")
        self._one_by_one = (
            told in ([], ["key"])
            and LAYERS not in suffixes
            and not (reading.size is not None and "degraded" in suffixes)
            and not any(suffix.startswith(SIDE_BY_SIDE) for suffix in suffixes.values())
        )
        self._keys = shard.keys if told == ["key"] else None
        wanted = list(dict.fromkeys(suffixes.values()))
        if JSON in shard.places and reading.needs_row:
            wanted.append(JSON)
        self._spans = spans(shard, wanted, files.gap) if wanted else []
        named = {suffix: name for name, suffix in suffixes.items()}
        self._parts = [
            (
                span.starts,
                [(named.get(suffix, suffix), at, sizes, _decoder(suffix)) for suffix, at, sizes in span.places],
            )
            for span in self._spans
        ]
        only = self._spans[0] if len(self._spans) == 1 else None
        self._only = (only.file, only.lasts, only.last_sizes) if only and only.file and self._one_by_one else None

    def read(self, number: int, ahead: Ahead | None = None) -> dict[str, Any]:
        """The members of the pair `number` of the shard; through `ahead` where pairs are taken in order. Raises
        ShardError or CodecError."""
        if self._only is None:
            read = self._files.read
            return self.arrays(number, [read(*span.piece(number)) for span in self._spans])
        file, lasts, last_sizes = self._only  # the usual case, without what small pictures would wait for
        [(starts, parts)] = self._parts
        start, end = starts[number], lasts[number] + last_sizes[number]
        if ahead is None:
            data = self._files.read(file, start, end - start)
        else:
            start, data = ahead.holding(file, start, end)
        return self._finished(number, ((start, parts, data),))

    def pieces(self, number: int) -> Iterator[tuple[str, int, int]]:
        """(file, offset, size) of what `arrays` takes."""
        return (span.piece(number) for span in self._spans)

    def arrays(self, number: int, held: Sequence[bytes]) -> dict[str, Any]:
        """As `read`, of the bytes of the pieces."""
        if not self._one_by_one:
            members: dict[str, bytes] = {}
            for span, data in zip(self._spans, held, strict=True):
                members.update(span.parts(number, data))
            return self._reading.arrays(_Held(self._files, self._shard, number, members))
        spans = zip(self._parts, held, strict=True)
        return self._finished(number, ((starts[number], parts, data) for (starts, parts), data in spans))

    def _finished(self, number: int, held: Iterable[tuple[int, _Parts, bytes]]) -> dict[str, Any]:
        """Of each span of the pair `number`: where it starts, what it holds, and its bytes."""
        made = self._blank.copy()
        as_stored = self._as_stored
        for start, parts, data in held:
            for name, offsets, sizes, decode in parts:
                at = offsets[number] - start
                pixels = decode(data[at : at + sizes[number]])
                if not (as_stored and pixels.dtype is _EIGHT_BITS):
                    pixels = self._reading.finished(name, pixels, _no_extent)
                made[name] = pixels
        if self._keys is not None:
            made["key"] = self._keys[number]
        return made


def _no_extent() -> tuple[int, int]:
    raise AssertionError("a picture that is not resized asks for no size")


class _Held:
    """What was read of a stored pair, as `degrade.shards.arrays.Held`."""

    def __init__(self, files: DataFiles, shard: Shard, place: int, members: dict[str, bytes]) -> None:
        self._files = files
        self._shard = shard
        self._place = place
        self._members = members
        self._row: dict[str, Any] | None = None
        self._decoded: dict[str, Array] = {}

    def told(self, name: str) -> Any:
        if name == "key":
            return self._shard.keys[self._place]
        if self._row is None:
            self._row = row_of(self._files, self._shard, self._place, self._members.get(JSON))
        return self._row if name == "json" else record_of(self._row)

    def picture(self, name: str) -> Array:
        suffix = self._shard.suffix_of(name)
        if suffix not in self._decoded:
            self._decoded[suffix] = decoded(suffix, self._members[suffix])
        return side(name, suffix, self._decoded[suffix])

    def extent(self) -> tuple[int, int]:
        for suffix, pixels in self._decoded.items():
            name = suffix.partition(".")[0]
            if name not in ("degraded", LAYERS):
                return pixels.shape[0], pixels.shape[1] // (len(PICTURES) if name == SIDE_BY_SIDE else 1)
        row = self.told("json")
        return int(row["height"]), int(row["width"])


def decoded(suffix: str, data: bytes) -> Array:
    """The picture of a member, (H, W, C). Raises CodecError."""
    return _decoder(suffix)(data)


def _decoder(suffix: str) -> Callable[[bytes], Array]:
    return decode_jpeg if suffix.endswith(".jpg") else decode_png


def side(name: str, suffix: str, pixels: Array) -> Array:
    """The picture `name` out of what the member `suffix` shows: itself, or one of two side by side."""
    if not suffix.startswith(SIDE_BY_SIDE):
        return pixels
    return np.ascontiguousarray(np.split(pixels, len(PICTURES), axis=1)[PICTURES.index(name)])


def row_of(files: DataFiles, shard: Shard, place: int, line: bytes | None) -> dict[str, Any]:
    """The JSON columns out of the JSON member, or of the shard itself where there is none. Raises ShardError."""
    try:
        if line is None:
            return files.rows(shard.file)[place]
        if JSON in shard.files:
            return columns_of_row(line)
        row: dict[str, Any] = from_json(line)
        if not isinstance(row, dict) or not row.keys() >= COLUMNS.keys():
            raise ValueError("it has other columns")
        return row
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ShardError(f"the JSON of {shard.keys[place]} is damaged ({error})", "run `degrade verify`") from error
