"""Pairs for the library datasets: an IterableDataset of them, and a function for `map` and `with_transform`.

iterable   pairs on the fly as an IterableDataset
Degrade    adds the degraded picture, its mask and the like to examples that have a picture
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from degrade.codecs import decode
from degrade.engine.key import Key
from degrade.errors import MissingExtra
from degrade.recipes import Recipe
from degrade.recipes.source import Source
from degrade.shards.arrays import USUAL, Reading, as_arrays
from degrade.shards.members import MASKS
from degrade.streaming.errors import PairError, StreamError
from degrade.streaming.order import Permutation
from degrade.streaming.pairs import Pairs
from degrade.streaming.transform import Transform, as_image

if TYPE_CHECKING:
    from PIL.Image import Image

_log = logging.getLogger("degrade.streaming")
Shard = tuple[int, int]
"""The first place of an epoch's order, and the one past the last."""


def iterable(
    recipe: Recipe | str | os.PathLike[str] | Mapping[str, Any],
    source: Source | os.PathLike[str] | None = None,
    *,
    split: str = "train",
    epoch: int = 0,
    shuffle: bool = False,
    members: Sequence[str] = USUAL,
    size: int | Sequence[int] | None = None,
    dtype: Any = "uint8",
    layout: str = "HWC",
    shards: int = 64,
) -> Any:
    """Pairs, made on the fly, as a `datasets.IterableDataset` of arrays.

    It resumes exactly by its `state_dict()`, shuffled or not: `shuffle` is an order of the whole epoch, while
    `IterableDataset.shuffle` has a buffer that is lost. Each epoch is an `iterable` of its own. Leave the format as it
    is, and let `degrade.streaming.torch.Collate` make tensors: `with_format("torch")` makes int64 of uint8.

    Parameters
    ----------
    recipe, source, split, epoch, shuffle
        As of `degrade.stream`.
    members, size, dtype, layout
        As of `degrade.as_arrays`; examples have the pair's `key` besides.
    shards : int
        Into how many runs of pairs the epoch is divided at most: what workers and nodes share among them, which take
        whole ones. A resumed epoch makes the pairs of one run again.

    Returns
    -------
    datasets.IterableDataset
        A photograph of which no pair can be made is left out, and told to the log `degrade.streaming`.

    Raises
    ------
    MissingExtra
        The library is not installed.
    StreamError, ReadError, RecipeError, CorpusError, DegradeError
        As of `degrade.Pairs` and `degrade.as_arrays`.
    """
    library = _library()
    if isinstance(shards, bool) or not isinstance(shards, int) or shards < 1:
        raise StreamError(f"shards is {shards!r}", "give a whole number from 1")
    reading = Reading.of(members, size, dtype, layout)
    made = tuple(dict.fromkeys(name.partition(".")[0] for name in reading.members if name not in ("key", "record")))
    pairs = Pairs(recipe, source, split=split, epoch=epoch, members=made)
    bounds = [len(pairs) * number // shards for number in range(shards + 1)]
    runs = [(first, end) for first, end in pairwise(bounds) if end > first]
    arguments = {"runs": runs, "pairs": pairs, "shuffle": shuffle, "reading": reading}
    return library.IterableDataset.from_generator(_examples, gen_kwargs=arguments)


def _examples(runs: Sequence[Shard], pairs: Pairs, shuffle: bool, reading: Reading) -> Iterator[dict[str, Any]]:
    order = Permutation(len(pairs), Key(pairs.recipe.seed, "", pairs.epoch).at("order", pairs.split))
    for first, end in runs:
        places = np.arange(first, end, dtype=np.uint64)
        for number in (order(places) if shuffle else places).tolist():
            try:
                pair = pairs[number]
            except PairError as error:
                _log.warning("left out %s", error)
                continue
            arrays = as_arrays(pair, reading.members, reading.size, reading.dtype, reading.layout)
            yield {"key": pair.key} | arrays


class Degrade:
    """A function for `Dataset.map`, `IterableDataset.map` and `Dataset.with_transform`; may be pickled.

    Parameters
    ----------
    recipe : Recipe, op, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    image : str
        The column with the picture: of the feature Image, decoded or not, or an array.
    key : str, optional
        The column with the picture's key; by default the key is a hash of the pixels.
    members : sequence of str
        The columns that are made: as of `degrade.as_transform`.
    keep : sequence of str
        Columns that are handed on: `map` keeps all others by itself, `with_transform` none.
    output : "image" or "array"
        PIL images, which `map` stores as the feature Image; or arrays, pictures (H, W, C) and masks (H, W).
    copy, epoch, split
        As of `degrade.as_transform`.

    Raises
    ------
    StreamError, RecipeError, DegradeError
        As of `degrade.as_transform`.
    """

    def __init__(
        self,
        recipe: Any,
        *,
        image: str = "image",
        key: str | None = None,
        members: Sequence[str] = USUAL,
        keep: Sequence[str] = (),
        output: Literal["image", "array"] = "image",
        copy: int = 0,
        epoch: int = 0,
        split: str = "train",
    ) -> None:
        if output not in ("image", "array"):
            raise StreamError(f"there is no output {output!r}", "choose image or array")
        self.image, self.key, self.keep, self.output = image, key, tuple(keep), output
        self.transform = Transform(recipe, output="dict", members=members, copy=copy, epoch=epoch, split=split)

    def __call__(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """The members, and the columns that are kept, of an example or of a batch of examples.

        Raises
        ------
        StreamError
            There is no such column, or it holds no pictures.
        CodecError, TypeError, ValueError
            A picture cannot be read, or the recipe does not take it.
        """
        for column in (self.image, *([self.key] if self.key else []), *self.keep):
            if column not in example:
                raise StreamError(f"there is no column {column!r}, but {', '.join(example)}", "name another column")
        pictures = example[self.image]
        kept = {column: example[column] for column in self.keep}
        if not isinstance(pictures, list):
            return kept | self._made(pictures, example[self.key] if self.key else None)
        keys = example[self.key] if self.key else [None] * len(pictures)
        made = [self._made(picture, key) for picture, key in zip(pictures, keys, strict=True)]
        return kept | {name: [one[name] for one in made] for name in self.transform.members}

    def _made(self, picture: Any, key: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.transform(self._pixels(picture), key=None if key is None else str(key))
        if self.output == "image":
            return {name: as_image(member) for name, member in made.items()}
        flat = [name for name, member in made.items() if name not in MASKS and getattr(member, "ndim", 0) == 2]
        return made | {name: made[name][:, :, None] for name in flat}

    def _pixels(self, picture: Any) -> Any:
        """(H, W, C) of a column's value."""
        if isinstance(picture, np.ndarray):
            return picture
        if isinstance(picture, Mapping) and picture.get("bytes") is not None:
            return decode(picture["bytes"], str(picture.get("path") or "")).pixels
        if not hasattr(picture, "convert"):
            what = f"the column {self.image!r} holds {type(picture).__name__}, no pictures"
            raise StreamError(what, f'cast_column("{self.image}", datasets.Image())')
        return np.asarray(picture if picture.mode in ("L", "RGB", "I;16") else _plain(picture))


def _plain(image: Image) -> Image:
    """An image of any other mode as RGB or gray, what is transparent laid over white."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        from PIL import Image as library

        see_through = image.convert("RGBA")
        image = library.alpha_composite(library.new("RGBA", image.size, "white"), see_through)
    return image.convert("RGB")


def _library() -> Any:
    """The module. Raises MissingExtra."""
    try:
        return import_module("datasets")
    except ModuleNotFoundError:
        raise MissingExtra("an IterableDataset needs the library datasets", 'pip install "degrade[hub]"') from None
