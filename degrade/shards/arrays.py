"""A pair as plain arrays, ready for a batch: chosen members, one size, one dtype, one layout.

What is read is the same whether the pair was stored or has just been made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from degrade.shards.errors import ReadError
from degrade.shards.members import CLEAN, LAYERS, MASKS, PICTURES, stacked

if TYPE_CHECKING:
    from degrade.engine.pair import Pair
    from degrade.shards.stored_pair import StoredPair

Array = npt.NDArray[Any]
USUAL = ("clean", "degraded", "mask")
"""The members that are read where none are named."""
DTYPES = ("uint8", "float32")
LAYOUTS = ("HWC", "CHW")
TOLD = ("key", "json", "record")
"""What may be read beside pictures: the key, the JSON columns, the record."""
_TARGET = f"{CLEAN}."
_MOST_SIDE = 65_500


class Held(Protocol):
    """Where the parts of a pair come from."""

    def told(self, name: str) -> Any:
        """Its key, JSON columns or record."""

    def picture(self, name: str) -> Array:
        """A picture, (H, W, C); a mask may be (H, W). Raises ShardError or CodecError."""

    def extent(self) -> tuple[int, int]:
        """The height and width of the clean picture. Raises ShardError."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read of a pair, and how; see `as_arrays`.

    Raises
    ------
    ReadError
        No such members, dtype or layout, or an impossible size.
    """

    members: tuple[str, ...] = USUAL
    size: tuple[int, int] | None = None
    dtype: str = "uint8"
    layout: str = "HWC"

    def __post_init__(self) -> None:
        possible = (*PICTURES, *MASKS, LAYERS, *TOLD)
        for name in self.members:
            if name not in possible and not (name.startswith(_TARGET) and len(name) > len(_TARGET)):
                raise ReadError(
                    f"a pair has no {name!r}", f"choose of {', '.join(possible)}, {_TARGET}NAME of a target"
                )
        if not self.members or len(set(self.members)) < len(self.members):
            raise ReadError(f"members are {list(self.members)}", "name one at least, and none twice")
        if self.dtype not in DTYPES:
            raise ReadError(f"pictures are not read as {self.dtype!r}", f"choose {' or '.join(DTYPES)}")
        if self.layout not in LAYOUTS:
            raise ReadError(f"there is no layout {self.layout!r}", f"choose {' or '.join(LAYOUTS)}")

    @classmethod
    def of(
        cls,
        members: Sequence[str] = USUAL,
        size: int | Sequence[int] | None = None,
        dtype: Any = "uint8",
        layout: str = "HWC",
    ) -> Reading:
        """The same from what people write. Raises ReadError."""
        if isinstance(members, str):
            members = (members,)
        return _made(tuple(members), _extent(size), _name_of(dtype), layout)

    @property
    def needs_row(self) -> bool:
        """Whether a stored pair's JSON columns are needed: they are asked for, or tell a size that no picture tells."""
        asked = set(self.members)
        in_proportion = LAYERS in asked or ("degraded" in asked and self.size is not None)
        return bool(asked & {"json", "record"}) or (in_proportion and asked <= {"degraded", LAYERS, *TOLD})

    def arrays(self, held: Held) -> dict[str, Any]:
        """The members of one pair. Raises ReadError for those that it does not have, ShardError or CodecError."""
        read = {name: held.told(name) if name in TOLD else held.picture(name) for name in self.members}
        for name in self.members:
            if name not in TOLD:
                read[name] = self.finished(name, read[name], held.extent)
        return read

    def finished(self, name: str, pixels: Array, extent: Callable[[], tuple[int, int]]) -> Array:
        """A picture as it was decoded, made what is asked for; `extent` tells the size of the clean one."""
        if name == LAYERS:
            return self._laid_out(self._layers(pixels, *extent()), name)
        if self.size is not None:
            size = self.size if name != "degraded" else _in_proportion(self.size, pixels, *extent())
            pixels = _resized(pixels, size, nearest=name == "classes")
        return self._laid_out(pixels if pixels.ndim == 3 else pixels[:, :, None], name)

    def _layers(self, stack: Array, height: int, width: int) -> Array:
        """(N·H, W) or (N·H, W, 1) as (H, W, N)."""
        layers = stack.reshape(-1, height, width)
        if self.size is not None:
            layers = np.stack([_resized(layer, self.size, nearest=False) for layer in layers])
        return layers.transpose(1, 2, 0)

    def _laid_out(self, pixels: Array, name: str) -> Array:
        if self.layout == "CHW":
            pixels = _planes(pixels)
        if name == "classes" or self.dtype == pixels.dtype:
            return np.ascontiguousarray(pixels)
        return _as_float(pixels) if self.dtype == "float32" else _as_bytes(pixels)


@lru_cache(maxsize=64)
def _made(members: tuple[str, ...], size: tuple[int, int] | None, dtype: str, layout: str) -> Reading:
    return Reading(members, size, dtype, layout)


def as_arrays(
    pair: Pair | StoredPair,
    members: Sequence[str] = USUAL,
    size: int | Sequence[int] | None = None,
    dtype: Any = "uint8",
    layout: str = "HWC",
) -> dict[str, Any]:
    """The members of a pair as arrays of three axes, of their own memory, C-contiguous and writable.

    Parameters
    ----------
    pair : Pair or StoredPair
        Just made, or stored.
    members : sequence of str
        Some of clean, degraded, mask, loss, classes, layers and ``clean.NAME`` for a further target; and of key (a
        text), json (the flat columns of a stored pair) and record (what `degrade.replay_record` takes).
    size : int or [height, width], optional
        Of the clean picture, masks and targets, in pixels; an int is a square. The picture is scaled to it whole,
        whatever its proportions were: by area where it gets smaller, bilinearly where it gets larger. Classes take
        their nearest neighbour. A degraded picture that is 1/n of the clean one stays so.
    dtype : "uint8" or "float32"
        float32 lies in [0, 1]. 16-bit pictures are rounded to uint8. Classes are codes, always uint8.
    layout : "HWC" or "CHW"
        Of every member: pictures have 1 or 3 channels, masks and classes 1, layers one each, in the order of
        ``record["layers"]``.

    Returns
    -------
    dict
        name -> array, in the order of `members`.

    Raises
    ------
    ReadError
        The pair has no such member, or there is no such dtype, layout or size.
    ShardError, CodecError
        What is stored cannot be read.
    """
    from degrade.engine.pair import Pair as Made

    reading = Reading.of(members, size, dtype, layout)
    if not isinstance(pair, Made):
        return pair.read(members, size, dtype, layout)
    held = _Made(pair)
    return {name: held.copied(value) for name, value in reading.arrays(held).items()}


class _Made:
    """A pair that was just made, as `Held`."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._given: list[Array] = []

    def _names(self) -> list[str]:
        pair = self._pair
        masks = [name for name in MASKS if hasattr(pair, name)]
        layers = [LAYERS] if "layers" in pair.record else []
        return [*PICTURES, *masks, *layers, *(f"{_TARGET}{name}" for name in pair.targets), "key", "record"]

    def told(self, name: str) -> Any:
        if name == "json":
            raise no_member(self._pair.key, name, self._names())
        return getattr(self._pair, name)

    def picture(self, name: str) -> Array:
        if name not in self._names():
            raise no_member(self._pair.key, name, self._names())
        if name == LAYERS:
            return stacked(self._pair)
        target = name.removeprefix(_TARGET)
        picture: Array = getattr(self._pair, name) if target == name else self._pair.targets[target]
        self._given.append(picture)
        return picture

    def copied(self, value: Any) -> Any:
        """What shares its memory with the pair, copied."""
        shared = isinstance(value, np.ndarray) and any(np.may_share_memory(value, given) for given in self._given)
        return value.copy() if shared else value

    def extent(self) -> tuple[int, int]:
        return self._pair.height, self._pair.width


def no_member(pair: str, name: str, names: Sequence[str]) -> ReadError:
    """The error of a pair that has other members."""
    return ReadError(f"{pair} has no {name}, it has {', '.join(names)}", "build with it among `members`")


def _extent(size: int | Sequence[int] | None) -> tuple[int, int] | None:
    if size is None:
        return None
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if len(sides) != 2 or not all(isinstance(side, int) and 1 <= side <= _MOST_SIDE for side in sides):
        raise ReadError(f"no picture has the size {size!r}", "give a number of pixels from 1, or [height, width]")
    return sides[0], sides[1]


def _name_of(dtype: Any) -> str:
    try:
        return dtype if isinstance(dtype, str) else np.dtype(dtype).name
    except TypeError:
        return repr(dtype)


def _in_proportion(size: tuple[int, int], pixels: Array, height: int, width: int) -> tuple[int, int]:
    """The size of a degraded picture that is to stay as much smaller than the clean one as it is."""
    rows, columns = pixels.shape[:2]
    return max(1, round(size[0] * rows / height)), max(1, round(size[1] * columns / width))


def _resized(pixels: Array, size: tuple[int, int], nearest: bool) -> Array:
    """(H, W) or (H, W, C) in another size."""
    import cv2

    height, width = size
    if pixels.shape[:2] == size:
        return pixels
    smaller = height <= pixels.shape[0] and width <= pixels.shape[1]
    enlarging = cv2.INTER_LINEAR if pixels.dtype == np.float32 else cv2.INTER_LINEAR_EXACT
    how = cv2.INTER_NEAREST_EXACT if nearest else cv2.INTER_AREA if smaller else enlarging
    resized: Array = cv2.resize(pixels, (width, height), interpolation=how)
    return resized.reshape(height, width, *pixels.shape[2:])


def _planes(pixels: Array) -> Array:
    """(H, W, C) as (C, H, W)."""
    height, width, channels = pixels.shape
    if channels == 1:
        return pixels.reshape(1, height, width)
    import cv2

    planes: Array = np.empty((channels, height, width), pixels.dtype)
    cv2.split(pixels, list(planes))  # at a fifth of the cost of a copy of the transposed array
    return planes


def _as_float(pixels: Array) -> Array:
    floats = pixels.astype(np.float32, order="C")
    floats /= np.float32(np.iinfo(pixels.dtype).max)
    return floats


def _as_bytes(pixels: Array) -> Array:
    """uint16, or float32 in [0, 1], rounded to uint8."""
    if pixels.dtype == np.float32:
        return np.ascontiguousarray((pixels * np.float32(255) + np.float32(0.5)).astype(np.uint8))
    wide = pixels.astype(np.uint32)
    return np.ascontiguousarray(((wide * 255 + 32_767) // 65_535).astype(np.uint8))
