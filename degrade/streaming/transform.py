"""A recipe or an op as a stage of somebody's image pipeline."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from degrade.engine.pair import Pair, checked_image, luma
from degrade.engine.photo import with_channels
from degrade.engine.step import Step
from degrade.recipes import Recipe, load_recipe
from degrade.shards.arrays import USUAL
from degrade.shards.members import CLEAN, MASKS, PICTURES
from degrade.streaming.errors import StreamError

if TYPE_CHECKING:
    from PIL.Image import Image

Array = npt.NDArray[Any]
_MODES = ("RGB", "L", "I;16")
_TARGET = f"{CLEAN}."


def as_transform(
    recipe: Recipe | Step | str | os.PathLike[str] | Mapping[str, Any],
    *,
    output: Literal["image", "dict"] = "image",
    members: Sequence[str] = USUAL,
    key: str | None = None,
    copy: int = 0,
    epoch: int = 0,
    split: str = "train",
) -> Transform:
    """A recipe, or a single op, as a callable that takes a picture.

    Parameters
    ----------
    recipe : Recipe, op, group of ops, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    output : "image" or "dict"
        What a call gives: the degraded picture, or a dict of `members`.
    members : sequence of str
        Of a dict: some of clean, degraded, mask, loss, classes, ``clean.NAME``, key and record.
    key : str, optional
        The key of every picture. By default it is `pixel_key`, a hash of the picture: the same picture gets the same
        damage, in any process and on any machine, and another picture other damage.
    copy, epoch, split
        As of `Recipe.__call__`: another copy or, in the split train, another epoch has other damage. To a single op
        their sum counts.

    Returns
    -------
    Transform
        May be pickled; it holds no state but these arguments.

    Raises
    ------
    StreamError
        No such output or members.
    RecipeError, DegradeError
        The recipe has mistakes, or something that it needs is not there.
    """
    return Transform(recipe, output=output, members=members, key=key, copy=copy, epoch=epoch, split=split)


class Transform:
    """A recipe or an op as a callable; made by `as_transform`.

    Attributes
    ----------
    recipe : Recipe or Step
    output, members, key, copy, epoch, split
        As of `as_transform`. `epoch` may be set; a data loader's worker at work has its own copy.
    """

    def __init__(
        self,
        recipe: Recipe | Step | str | os.PathLike[str] | Mapping[str, Any],
        *,
        output: str = "image",
        members: Sequence[str] = USUAL,
        key: str | None = None,
        copy: int = 0,
        epoch: int = 0,
        split: str = "train",
    ) -> None:
        if output not in ("image", "dict"):
            raise StreamError(f"a transform has no output {output!r}", "choose image or dict")
        self.recipe = recipe if isinstance(recipe, Recipe | Step) else load_recipe(recipe)
        self.output = output
        self.members = _checked_members(self.recipe, members)
        self.key, self.copy, self.epoch, self.split = key, copy, epoch, split
        self.recipe.prepare()

    def __call__(self, image: Array | Image, *, key: str | None = None) -> Any:
        """Degrade a picture.

        Parameters
        ----------
        image : array or PIL image
            (H, W), (H, W, 1) or (H, W, 3) of uint8, uint16 or float32 in [0, 1], RGB order; or an image of the mode
            RGB, L or I;16. It is not changed.
        key : str, optional
            Of this picture, such as its file's name.

        Returns
        -------
        array, PIL image or dict
            The degraded picture, of the kind, dtype, axes and channels of `image`; of its size too unless the recipe
            has a frame or a scale. Or the dict: pictures of that kind and dtype with as many channels as the recipe
            leaves, (H, W, C), or (H, W) where `image` had two axes and C is 1; masks (H, W) uint8.

        Raises
        ------
        TypeError, ValueError
            `image` is of another kind, dtype or shape.
        TooSmall
            It is smaller than the recipe takes.
        """
        pixels = image if isinstance(image, np.ndarray) else _pixels(image)
        pair = self.pair(pixels, key=key)
        if self.output == "image":
            degraded = _as_given(pair.degraded, pixels)
            return degraded if pixels is image else as_image(degraded)
        flat = pixels is not image or pixels.ndim == 2
        made = {name: self._member(pair, name, flat) for name in self.members}
        return made if pixels is image else {name: as_image(member) for name, member in made.items()}

    def stage(self, image: Array | Image, **_told: Any) -> Any:
        """As a call, for pipelines that tell more than the picture, such as `albumentations.Lambda`."""
        return self(image)

    def pair(self, image: Array, *, key: str | None = None) -> Pair:
        """The Pair of a picture that is an array; raises what a call raises."""
        whole = checked_image(image)
        key = key if key is not None else self.key if self.key is not None else pixel_key(image)
        if isinstance(self.recipe, Recipe):
            return self.recipe(whole, key=key, copy=self.copy, epoch=self.epoch, split=self.split)
        return self.recipe.pair(whole, key=key, copy=self.copy + (self.epoch if self.split == "train" else 0))

    def _member(self, pair: Pair, name: str, flat: bool) -> Any:
        if name.startswith(_TARGET):
            picture: Array = pair.targets[name.removeprefix(_TARGET)]
        elif name in PICTURES:
            picture = getattr(pair, name)
        else:
            return getattr(pair, name)
        return picture[:, :, 0] if flat and picture.shape[2] == 1 else picture

    def __repr__(self) -> str:
        name = self.recipe.name if isinstance(self.recipe, Recipe) else self.recipe.address
        return f"as_transform({name!r}, output={self.output!r})"


def pixel_key(image: Array) -> str:
    """32 hex digits: the BLAKE2b hash of an array's pixels, shape and dtype, the same on every machine."""
    kept = np.ascontiguousarray(image)
    digest = hashlib.blake2b(f"{kept.dtype.name} {kept.shape} ".encode(), digest_size=16, person=b"degrade.pixels")
    digest.update(kept.astype(kept.dtype.newbyteorder("<"), copy=False).data)
    return digest.hexdigest()


def _checked_members(recipe: Recipe | Step, members: Sequence[str]) -> tuple[str, ...]:
    wanted = (members,) if isinstance(members, str) else tuple(members)
    targets = recipe.targets if isinstance(recipe, Recipe) else ()
    possible = (*PICTURES, *MASKS, "key", "record", *(_TARGET + name for name in targets))
    if unknown := [name for name in wanted if name not in possible]:
        raise StreamError(f"the transform's dict has no {unknown[0]!r}", f"choose of {', '.join(possible)}")
    return wanted


def _pixels(image: Any) -> Array:
    """A PIL image's pixels."""
    library = sys.modules.get("PIL.Image")
    if library is None or not isinstance(image, library.Image):
        tensors = "; tensors go through degrade.streaming.torch.as_transform" if hasattr(image, "device") else ""
        raise TypeError(f"a picture is an array or a PIL image, not {type(image).__name__}{tensors}")
    if image.mode not in _MODES:
        raise TypeError(f'an image of the mode {image.mode} is none of {", ".join(_MODES)}; image.convert("RGB") first')
    return np.asarray(image)


def as_image(pixels: Any) -> Any:
    """A PIL image of an array (H, W), (H, W, 1) or (H, W, 3); what is no array is left. Raises TypeError for colours of
    more than 8 bits."""
    from PIL import Image

    if not isinstance(pixels, np.ndarray):
        return pixels
    if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint16:
        raise TypeError("PIL has no colours of 16 bits; hand the transform an array")
    return Image.fromarray(pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)


def _as_given(degraded: Array, image: Array) -> Array:
    """`degraded` (H, W, C) with the channels and axes of `image`."""
    channels = image.shape[2] if image.ndim == 3 else 1
    if degraded.shape[2] > channels:
        return luma(degraded) if image.ndim == 2 else luma(degraded)[:, :, None]
    whole = with_channels(degraded, channels)
    return whole[:, :, 0] if image.ndim == 2 else whole
