"""Stages for pipelines of webdataset: clean pictures to pairs, and the pairs of a build as arrays.

    pairs     `.compose(pairs(recipe))` degrades the pictures of any shards on the fly
    stored    `.compose(stored())` reads the shards of a build, masks with one channel

Both take samples as they come out of a tar, before any `.decode`, which would turn masks into three channels; neither
needs webdataset itself.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import decode, decode_jpeg, decode_png
from degrade.codecs.suffixes import SUFFIXES
from degrade.corpus.reading import why_rejected
from degrade.jsontext import from_json
from degrade.recipes import Recipe, load_recipe
from degrade.shards.arrays import TOLD, USUAL, Reading, as_arrays, no_member
from degrade.shards.errors import ShardError
from degrade.shards.members import LAYERS, MASKS, record_of
from degrade.streaming.errors import PairError, StreamError
from degrade.streaming.pairs import checked_epoch
from degrade.streaming.workers import Shared, Tally

Array = npt.NDArray[Any]
Sample = dict[str, Any]
KEY = "__key__"
_CURE = "mend it or leave it out of the shards"
_log = logging.getLogger("degrade.streaming")


def pairs(
    recipe: Recipe | str | os.PathLike[str] | Mapping[str, Any],
    *,
    image: str | None = None,
    members: Sequence[str] = USUAL,
    size: int | Sequence[int] | None = None,
    dtype: Any = "uint8",
    layout: str = "HWC",
    split: str = "train",
    epoch: int = 0,
    handler: Callable[[Exception], bool] | None = None,
) -> PairStage:
    """A stage that makes pairs of clean pictures; each picture gives as many as the recipe has copies.

    Parameters
    ----------
    recipe : Recipe, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    image : str, optional
        Which member is the picture, such as "clean.jpg"; by default the first with the suffix of a picture.
    members, size, dtype, layout
        As of `degrade.as_arrays`.
    split : str
        In the split train each epoch has new damage; the others never change.
    epoch : int
        From 0; `stage.set_epoch(n)` lets the next pass be another, in workers that are at work already too.
    handler : callable, optional
        As webdataset's: takes the exception of a picture of which no pair can be made, and says whether to go on. By
        default such a picture is left out, counted in `stage.skipped`, and told to the log `degrade.streaming`.

    Returns
    -------
    PairStage

    Raises
    ------
    RecipeError, ReadError, StreamError, DegradeError
        The recipe, the arguments, or something that the recipe needs cannot be used.
    """
    loaded = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    return PairStage(loaded, image, Reading.of(members, size, dtype, layout), split, checked_epoch(epoch), handler)


class PairStage:
    """Samples with a clean picture to samples with pairs; made by `pairs`."""

    def __init__(
        self,
        recipe: Recipe,
        image: str | None,
        reading: Reading,
        split: str,
        epoch: int,
        handler: Callable[[Exception], bool] | None,
    ) -> None:
        self.recipe, self.split = recipe, split
        self._image, self._reading, self._handler = image, reading, handler
        self._epoch = Shared(epoch)
        self._skipped = Tally()
        self._layers = tuple(name for name in reading.members if name in MASKS)
        recipe.prepare()

    @property
    def epoch(self) -> int:
        """The epoch that the next pass is of."""
        return self._epoch.get()

    def set_epoch(self, epoch: int) -> None:
        """Let the next pass be over another epoch. Raises StreamError."""
        self._epoch.set(checked_epoch(epoch))

    @property
    def skipped(self) -> dict[str, int]:
        """How many pictures were left out so far, over all passes and workers of this machine, by the reason."""
        return self._skipped.counts()

    def __call__(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """The samples of pairs: `__key__` is the pair's key, that is the sample's own, with ``/c1`` … for further
        copies; each member is an array. The picture's own member is gone, all others are as they were.

        Raises
        ------
        StreamError
            A sample has no picture, or its picture has been decoded to something that is no array.
        PairError
            No pair can be made of a picture, and the handler does not go on.
        """
        for sample in samples:
            member = self._member_of(sample)
            try:
                made = list(self._made(sample, member))
            except PairError as error:
                if self._handler is None:
                    self._skipped.add(error.reason)
                    _log.warning("left out %s", error)
                elif not self._handler(error):
                    break
                continue
            yield from made

    def _member_of(self, sample: Sample) -> str:
        found = next((name for name in sample if self._is_picture(name)), None)
        if found is None:
            wanted = self._image or "picture"
            has = ", ".join(name for name in sample if not name.startswith("__")) or "nothing"
            raise StreamError(f"{sample.get(KEY)} has no {wanted}, it has {has}", "name its member by `image=`")
        return found

    def _is_picture(self, name: str) -> bool:
        if self._image is not None:
            return name == self._image
        return not name.startswith("__") and name.rpartition(".")[2].lower() in SUFFIXES

    def _made(self, sample: Sample, member: str) -> Iterator[Sample]:
        key = str(sample[KEY])
        rest = {name: value for name, value in sample.items() if name != member}
        for copy in range(self.recipe.output.copies):
            options: dict[str, Any] = {"key": key, "copy": copy, "epoch": self.epoch, "split": self.split}
            options["apart"] = LAYERS in self._reading.members
            try:
                pair = self._pair(sample[member], f"{key}.{member}", options)
                arrays = self._reading_of(pair)
            except (MemoryError, StreamError, ShardError):
                raise
            except Exception as error:
                reason, detail = why_rejected(error)
                raise PairError(f"{key}.{member}", key, reason, detail, _CURE) from error
            yield rest | {KEY: pair.key} | arrays

    def _pair(self, picture: Any, name: str, options: dict[str, Any]) -> Any:
        if isinstance(picture, bytes):
            decoded = decode(picture, name, self.recipe.reads_luma)
            return self.recipe.of_photograph(decoded, layers=self._layers, **options)
        if isinstance(picture, np.ndarray):
            return self.recipe(picture, **options)
        cure = 'leave out `.decode`, or decode to "rgb8"'
        raise StreamError(f"{name} was decoded to {type(picture).__name__}, which is no array", cure)

    def _reading_of(self, pair: Any) -> dict[str, Any]:
        reading = self._reading
        return as_arrays(pair, reading.members, reading.size, reading.dtype, reading.layout)


def stored(
    members: Sequence[str] = USUAL,
    *,
    size: int | Sequence[int] | None = None,
    dtype: Any = "uint8",
    layout: str = "HWC",
) -> StoredStage:
    """A stage that reads the pairs of a build's shards; see `degrade.as_arrays` for its arguments.

    Raises
    ------
    ReadError
        There are no such members, dtype, layout or size.
    """
    return StoredStage(Reading.of(members, size, dtype, layout))


class StoredStage:
    """Samples of a build's shards to samples of arrays; made by `stored`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __call__(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Samples with `__key__`, `__url__` and the like as they were, and the members.

        Raises ReadError, ShardError or CodecError where a sample lacks a member or it cannot be read.
        """
        for sample in samples:
            kept = {name: value for name, value in sample.items() if name.startswith("__")}
            yield kept | self._reading.arrays(_Held(sample))


class _Held:
    """A sample of a build's shard, as `degrade.shards.arrays.Held`."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    @cached_property
    def _row(self) -> dict[str, Any]:
        told = self._sample["json"]
        row: dict[str, Any] = told if isinstance(told, dict) else from_json(told)
        return row

    @property
    def names(self) -> list[str]:
        suffixes = [name for name in self._sample if not name.startswith("__") and name != "json"]
        return [*(suffix.rpartition(".")[0] for suffix in suffixes), *TOLD]

    def told(self, name: str) -> Any:
        if name == "key":
            return self._sample[KEY]
        return self._row if name == "json" else record_of(self._row)

    def picture(self, name: str) -> Array:
        data = next(
            (self._sample[f"{name}.{kind}"] for kind in ("jpg", "png") if f"{name}.{kind}" in self._sample), None
        )
        if data is None:
            raise no_member(str(self._sample[KEY]), name, self.names)
        if not isinstance(data, bytes):
            raise StreamError(f"{name} of {self._sample[KEY]} is decoded already", "leave out `.decode`")
        return (decode_jpeg if data[:2] == b"\xff\xd8" else decode_png)(data)

    def extent(self) -> tuple[int, int]:
        return int(self._row["height"]), int(self._row["width"])
