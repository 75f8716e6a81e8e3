"""Pictures made from a few words: what a test draws, shrinks and prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.key import Key
from degrade.errors import CuredError

Array = npt.NDArray[Any]

KINDS = ("black", "gray", "white", "ramp", "hot", "checks", "rubble", "natural")
"""Contents: constant at 0, 0.47 and 1; a diagonal ramp; black with one white pixel; squares of 3 pixels at the two
extremes; a random value in each pixel; a made scene (`degrade.testing.natural`)."""
DTYPES = ("uint8", "uint16", "float32")
"""Integers span their whole range, floats [0, 1]."""
LAYOUTS = ("plain", "transposed", "every other", "backwards", "read-only")
"""How the same pixels lie in memory: C-contiguous, columns first, with gaps, with negative strides, not writeable."""
_SECOND, _THIRD = 0.7, 1.4
"""Powers that make the further channels differ from the first."""


@dataclass(frozen=True)
class Picture:
    """A made picture; `array` is a fresh copy of it whenever it is asked for.

    Parameters
    ----------
    shape : tuple of int
        (H, W), (H, W, 1) or (H, W, 3), sides from 1 pixel.
    dtype : str
        One of DTYPES.
    kind : str
        One of KINDS.
    seed : int
        Which rubble, which scene, which pixel is hot.
    layout : str
        One of LAYOUTS.

    Raises
    ------
    CuredError
        A shape, dtype, kind or layout that there is none of.
    """

    shape: tuple[int, ...]
    dtype: str = "uint8"
    kind: str = "rubble"
    seed: int = 0
    layout: str = "plain"

    def __post_init__(self) -> None:
        for name, known in (("dtype", DTYPES), ("kind", KINDS), ("layout", LAYOUTS)):
            if getattr(self, name) not in known:
                what = f"there is no picture of the {name} {getattr(self, name)!r}"
                raise CuredError(what, f"choose from {', '.join(known)}", 2)
        if len(self.shape) not in (2, 3) or min(self.shape) < 1 or (*self.shape, 1)[2] not in (1, 3):
            raise CuredError(f"there is no picture of the shape {self.shape}", "give (H, W), (H, W, 1) or (H, W, 3)", 2)

    @property
    def array(self) -> Array:
        """The picture, of its shape, dtype and layout."""
        return _laid_out(_as_dtype(self._values(), np.dtype(self.dtype)), self.layout)

    def _values(self) -> Array:
        """Values in [0, 1]."""
        height, width = self.shape[:2]
        rows, columns = np.indices((height, width))
        values: Array
        if self.kind == "ramp":
            values = (rows + columns) / max(1, height + width - 2)
        elif self.kind == "checks":
            values = (rows // 3 + columns // 3) % 2.0
        elif self.kind == "rubble":
            values = np.random.default_rng(Key(self.seed, "rubble").words()).random((height, width)) * 0.8 + 0.1
        elif self.kind == "hot":
            values = np.zeros((height, width))
            values.flat[Key(self.seed, "hot").words()[0] % values.size] = 1.0
        elif self.kind == "natural":
            from degrade.testing.natural import natural_field

            values = natural_field(height, width, self.seed).astype(np.float64)
        else:
            values = np.full((height, width), {"black": 0.0, "gray": 0.47, "white": 1.0}[self.kind])
        if len(self.shape) == 2:
            return values
        coloured: Array = values[:, :, None] ** np.array([1.0, _SECOND, _THIRD])[: self.shape[2]]
        return coloured

    def __repr__(self) -> str:
        given = [repr(self.shape), repr(self.dtype), repr(self.kind)]
        given += [f"seed={self.seed}"] if self.seed else []
        given += [f"layout={self.layout!r}"] if self.layout != "plain" else []
        return f"Picture({', '.join(given)})"


def _as_dtype(values: Array, dtype: np.dtype[Any]) -> Array:
    return values.astype(dtype) if dtype.kind == "f" else np.rint(values * np.iinfo(dtype).max).astype(dtype)


def _laid_out(image: Array, layout: str) -> Array:
    """The same pixels, otherwise in memory."""
    if layout == "transposed":
        return np.ascontiguousarray(image.swapaxes(0, 1)).swapaxes(0, 1)
    if layout == "every other":
        return image.repeat(2, axis=0).repeat(2, axis=1)[::2, ::2]
    if layout == "backwards":
        return np.ascontiguousarray(image[::-1, ::-1])[::-1, ::-1]
    if layout == "read-only":
        image.flags.writeable = False
    return image
