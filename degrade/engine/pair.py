"""What a recipe gives: the clean and the degraded picture, the masks of the damage, and the numbers that made it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.engine.instances import found
from degrade.engine.jpeg_file import JpegFile
from degrade.engine.key import Key
from degrade.engine.photo import LAYERS, Photo, rounded, with_channels
from degrade.engine.workspace import borrowed_workspace

if TYPE_CHECKING:
    from degrade.engine.step import Step

Array = npt.NDArray[Any]
_DTYPES = (np.uint8, np.uint16, np.float32)


class Pair:
    """A clean and a degraded picture.

    Attributes
    ----------
    key : str
        The photo's key, with ``/c1``, ``/c2`` … for further copies.
    clean, degraded : (H, W, C) array
        Of the dtype that went in; C is 1 or 3, each side its own.
    mask : (H, W) uint8
        Soft coverage of all damage, true before global ops.
    loss : (H, W) uint8
        Soft coverage of destroyed content.
    classes : (H, W) uint8
        The `DamageClass` that covers most, 0 where there is none.
    coverage : float
        Share of the pixels with any damage (mask above 0), rounded to 6 digits.
    record : dict
        Ready for JSON, and enough to make the pair again from the photograph (`degrade.replay_record`).
    degraded_jpeg : bytes or None
        The JPEG file whose decode `degraded` is, when the last step was `jpeg`.
    clean_is_source : bool
        Whether `clean` is the photograph as it came in, untouched.
    height, width : int
        Of the clean picture and the masks.
    targets : dict
        Further clean pictures, (H, W, C), by the names of the recipe's targets.
    layers : dict
        The (H, W) uint8 soft coverage of each structural step by its label, where damages are told apart.
    instances : list of dict
        The single damages (`degrade.engine.instances.found`), where they are told apart.
    """

    mask: npt.NDArray[np.uint8]
    loss: npt.NDArray[np.uint8]
    classes: npt.NDArray[np.uint8]

    __slots__ = (
        "_clean", "_degraded", "_file", "_record", "classes", "clean_is_source", "coverage", "height", "instances",
        "key", "layers", "loss", "mask", "targets", "width",
    )  # fmt: skip

    def __init__(
        self,
        key: str,
        clean: Array | Callable[[], Array],
        photo: Photo,
        dtype: Any,
        channels: int | None,
        record: dict[str, Any] | Callable[[], dict[str, Any]],
        layers: Collection[str] = LAYERS,
        targets: dict[str, Array] | None = None,
    ) -> None:
        self.key = key
        self._clean = clean
        self.height, self.width = photo.clean.shape[:2]
        self.clean_is_source = photo.clean_is_source
        self.coverage = photo.covered()
        for layer in layers:
            setattr(self, layer, getattr(photo, layer))
        self._record = record
        self.targets = targets or {}
        self.layers: dict[str, npt.NDArray[np.uint8]] = {}
        self.instances: list[dict[str, Any]] = []
        if photo.watch is not None:
            self.layers = _joined({label: mask for label, (mask, _, _) in photo.watch.own.items()})
            self.instances = found(photo.watch.own)
        self._file = photo.file if dtype == np.uint8 else None
        self._degraded: Array | Callable[[], Array] = (
            photo.rounded(dtype, channels) if self._file is None else partial(self._file.decoded, channels)
        )

    @property
    def clean(self) -> Array:
        """The clean picture; decoded on first use where the luma of the photograph's file was all that was read."""
        if callable(self._clean):
            self._clean = self._clean()
        return self._clean

    @property
    def degraded(self) -> Array:
        """The degraded picture; decoded on first use when it is a JPEG file."""
        if callable(self._degraded):
            self._degraded = self._degraded()
        return self._degraded

    @property
    def record(self) -> dict[str, Any]:
        """Ready for JSON, and enough to make the pair again from the photograph; put together on first use."""
        if callable(self._record):
            self._record = self._record()
        return self._record

    @property
    def degraded_jpeg(self) -> bytes | None:
        """The file whose decode `degraded` is, where it is one; encoded on first use."""
        return None if self._file is None else self._file.data

    @degraded_jpeg.setter
    def degraded_jpeg(self, data: bytes) -> None:
        self._file = JpegFile.of(data)

    def __repr__(self) -> str:
        return f"Pair({self.key!r}, {self.width}×{self.height}, damaged {self.coverage:.1%})"


def _joined(masks: dict[str, npt.NDArray[np.uint8]]) -> dict[str, npt.NDArray[np.uint8]]:
    """The rounds of a repeated step as one: ``dust[0]``, ``dust[1]`` are ``dust``."""
    joined: dict[str, npt.NDArray[np.uint8]] = {}
    for label, mask in masks.items():
        step = label.partition("[")[0]
        joined[step] = np.maximum(joined[step], mask) if step in joined else mask
    return joined


def checked_image(image: Array) -> Array:
    """`image` as (H, W, C), C-contiguous, not copied if it already is.

    Raises
    ------
    TypeError
        Not an array of uint8, uint16 or float32.
    ValueError
        Not (H, W), (H, W, 1) or (H, W, 3), without pixels, or float32 outside [0, 1].
    """
    if not isinstance(image, np.ndarray) or image.dtype not in _DTYPES:
        kind = getattr(image, "dtype", type(image).__name__)
        raise TypeError(f"an image is an array of uint8, uint16 or float32 in [0, 1], not {kind}; convert it first")
    whole = image[:, :, None] if image.ndim == 2 else image
    if whole.ndim != 3 or whole.shape[2] not in (1, 3) or whole.size == 0:
        raise ValueError(f"an image has the shape (H, W), (H, W, 1) or (H, W, 3), not {image.shape}")
    whole = np.ascontiguousarray(whole)
    if whole.dtype == np.float32 and not (whole.min() >= 0 and whole.max() <= 1):
        raise ValueError("a float32 image lies in [0, 1] and holds no NaN; divide by its largest value first")
    return whole


def as_picture(degraded: Array, like: Array) -> Array:
    """`degraded` (H, W, C) in exactly the shape of the image `like`."""
    if like.ndim == 2:
        return degraded[:, :, 0] if degraded.shape[2] == 1 else luma(degraded)
    if degraded.shape[2] < like.shape[2]:
        return with_channels(degraded, like.shape[2])
    return degraded if degraded.shape == like.shape else luma(degraded)[:, :, None]


def luma(colour: Array) -> Array:
    """Rec. 601 luma of a picture that an op has coloured, where the caller's image has one channel."""
    weights = np.array([19595, 38470, 7471], np.int64)
    if colour.dtype == np.float32:
        exact: Array = (colour.astype(np.float64) * weights).sum(axis=2) / 65536
        return np.clip(exact, 0, 1).astype(np.float32)
    whole: Array = (colour.astype(np.int64) * weights).sum(axis=2)
    return (whole + 32768 >> 16).astype(colour.dtype)


def with_steps(record: dict[str, Any], steps: list[tuple[str, str, bool, dict[str, Any]]]) -> dict[str, Any]:
    """`record` and a photo's steps as plain data: each one's label, op, whether it fired, and every field."""
    told = [{"label": label, "op": op, "fired": fired, "drawn": drawn} for label, op, fired, drawn in steps]
    return {**record, "steps": told}


def developed_picture(step: Step, image: Array, *, seed: int, key: str, variant: int, format: str) -> Array:
    """What `step` makes of one picture, in exactly its shape and dtype: `develop` without what only a Pair has."""
    whole = checked_image(image)
    with borrowed_workspace() as workspace:
        photo = Photo(whole, workspace, format)
        photo.root = Key(seed, key, variant)
        step.run(photo, photo.root)
        return as_picture(photo.rounded(whole.dtype.type), image)


def develop(step: Step, image: Array, *, seed: int, key: str, variant: int, format: str) -> Pair:
    """The Pair that `step` makes of one picture at the address (seed, key, variant), without frame."""
    whole = checked_image(image)
    dtype = whole.dtype.type
    with borrowed_workspace() as workspace:
        photo = Photo(whole, workspace, format)
        photo.root = Key(seed, key, variant)
        step.run(photo, photo.root)
        after = step.channels_after(frozenset({whole.shape[2]}))
        channels = 1 if after == {1} else max(photo.channels, whole.shape[2])
        clean = photo.clean.copy() if photo.clean.dtype == dtype else rounded(photo.clean, dtype)
        record = {
            "key": key, "photo": key, "seed": seed, "variant": variant, "format": format,
            "channels": [int(clean.shape[2]), channels], "frame": None,
        }  # fmt: skip
        return Pair(key, clean, photo, dtype, channels, partial(with_steps, record, photo.record))
