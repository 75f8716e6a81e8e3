"""One pair as it stands in an output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.shards.arrays import USUAL
from degrade.shards.errors import ShardError
from degrade.shards.index import COMPACT
from degrade.shards.members import JSON, LAYERS, record_of
from degrade.shards.routes import decoded, row_of, side

if TYPE_CHECKING:
    from degrade.shards.data_files import Ahead
    from degrade.shards.reader import StoredPairs

Array = npt.NDArray[Any]


class StoredPair:
    """A pair as it stands in a shard; each member is read when it is first asked for.

    Attributes
    ----------
    key : str
        The photo's key, with ``/c1``, ``/c2`` … for further copies.
    split : str
    suffixes : tuple of str
        What is stored: some of clean.jpg, degraded.jpg, mask.png, loss.png, classes.png (or .png), and json; of the
        format aligned aligned.jpg and json.
    """

    def __init__(self, pairs: StoredPairs, shard: int, place: int, ahead: Ahead | None = None) -> None:
        self._pairs = pairs
        self._number = shard
        self._shard = pairs.shards[shard]
        self._files = pairs.files
        self._place = place
        self._ahead = ahead

    @cached_property
    def key(self) -> str:
        return self._shard.keys[self._place]

    @property
    def split(self) -> str:
        return self._shard.split

    @property
    def suffixes(self) -> tuple[str, ...]:
        return self._shard.suffixes

    def read(
        self,
        members: Sequence[str] = USUAL,
        size: int | Sequence[int] | None = None,
        dtype: Any = "uint8",
        layout: str = "HWC",
    ) -> dict[str, Any]:
        """The members as arrays; see `degrade.shards.arrays.as_arrays`. Nothing of it is kept in the pair."""
        return self._pairs.route_as(self._number, members, size, dtype, layout).read(self._place, self._ahead)

    def member(self, suffix: str) -> bytes:
        """The bytes of one member, such as "clean.jpg". Raises ShardError."""
        if suffix == JSON and (JSON not in self._shard.places or JSON in self._shard.files):
            try:
                return COMPACT(self.row).encode("ascii")
            except (ValueError, TypeError) as error:  # columns of a parquet file may be of any type
                raise ShardError(f"the JSON of {self.key} is damaged ({error})", "run `degrade verify`") from error
        if suffix not in self._shard.places:
            raise ShardError(
                f"{self.key} has no {suffix}, it has {', '.join(self.suffixes)}", "build with it among `members`"
            )
        return self._files.read(*self._shard.place(suffix, self._place))

    @cached_property
    def row(self) -> dict[str, Any]:
        """The JSON columns (`degrade.shards.members.COLUMNS`). Raises ShardError."""
        line = self._files.read(*self._shard.place(JSON, self._place)) if JSON in self._shard.places else None
        return row_of(self._files, self._shard, self._place, line)

    @property
    def pictures(self) -> frozenset[str]:
        """What of a pair is stored as a picture: some of clean, degraded, mask, loss, classes, layers, clean.TARGET."""
        return frozenset(self._shard.pictures)

    @cached_property
    def record(self) -> dict[str, Any]:
        """`Pair.record`, from which `degrade.replay_record` makes the pair again."""
        return record_of(self.row)

    @cached_property
    def clean(self) -> Array:
        """(H, W, C) uint8, or uint16 of a 16-bit output; C is 1 or 3. Raises ShardError or CodecError."""
        return self._picture("clean")

    @cached_property
    def degraded(self) -> Array:
        """(H, W, C) uint8, or uint16 of a 16-bit output; C is 1 or 3. Raises ShardError or CodecError."""
        return self._picture("degraded")

    @cached_property
    def mask(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 soft coverage of all damage. Raises ShardError or CodecError."""
        return self._picture("mask")[:, :, 0]

    @cached_property
    def loss(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 soft coverage of destroyed content. Raises ShardError or CodecError."""
        return self._picture("loss")[:, :, 0]

    @cached_property
    def classes(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8 codes of `DamageClass`. Raises ShardError or CodecError."""
        return self._picture("classes")[:, :, 0]

    @cached_property
    def layers(self) -> dict[str, npt.NDArray[np.uint8]]:
        """The (H, W) uint8 soft coverage of each structural step, by label. Raises ShardError or CodecError."""
        labels = self.record.get("layers", [])
        stacked = self._picture(LAYERS)[:, :, 0]
        return dict(zip(labels, np.split(stacked, len(labels)), strict=True)) if labels else {}

    def target(self, name: str) -> Array:
        """The further clean picture called `name`, (H, W, C). Raises ShardError or CodecError."""
        return self._picture(f"clean.{name}")

    def _picture(self, name: str) -> Array:
        suffix = self._shard.suffix_of(name)
        return side(name, suffix, decoded(suffix, self._files.read(*self._shard.place(suffix, self._place))))

    def __repr__(self) -> str:
        return f"StoredPair({self.key!r}, {self.split}, {', '.join(self.suffixes)})"
