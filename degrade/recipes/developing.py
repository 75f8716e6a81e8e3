"""From a photograph's pixels, and what happens to them, to its pair."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import Decoded
from degrade.engine.key import Key
from degrade.engine.pair import Pair, with_steps
from degrade.engine.photo import LAYERS, Box, Photo
from degrade.engine.plate import SINGLE, Plate, laid
from degrade.engine.workspace import borrowed_workspace
from degrade.recipes.frame import Framing
from degrade.recipes.given import REAL, UNPAIRED, check_sizes, finished, give_target, leave_gray

Array = npt.NDArray[Any]


def working_pixels(decoded: Decoded, image: str) -> tuple[Array, type[np.uint8] | type[np.uint16]]:
    """The (H, W, C) pixels that a recipe gets, and the dtype that its pictures are to have, for an output of `image`
    jpg, png or png16."""
    if image != "png16":
        return decoded.stored, np.uint8
    if decoded.stored.dtype == np.uint16:
        return decoded.stored, np.uint16
    return decoded.stored.astype(np.uint16) * np.uint16(257), np.uint16


def plate_of(record: Mapping[str, Any], height: int, width: int) -> Plate | None:
    """What a photograph of `height` x `width` pixels lies on, by its pair's record; None for a single exposure, and for
    an old photograph that is taken as it is."""
    if record.get("given") == REAL:
        return None
    root = Key(record["seed"], record["photo"], record["variant"])
    return laid(record.get("story", {}).get("plate", SINGLE), height, width, root.at("plate"))


class View:
    """What of a photograph of `height` x `width` pixels becomes its pair, by the pair's record: laid on its plate, then
    framed."""

    def __init__(self, record: Mapping[str, Any], height: int, width: int) -> None:
        self.plate = plate_of(record, height, width)
        self.framing = Framing(**record["frame"]) if record["frame"] else None

    @property
    def box(self) -> Box | None:
        """Where the print lies in it; None if it is all of it."""
        return self.framing.box if self.framing else None

    @property
    def untouched(self) -> bool:
        """Whether no pixel is changed."""
        return self.plate is None and (self.framing is None or self.framing.untouched)

    def of(self, image: Array) -> Array:
        """(H, W, C) `image` as it is degraded: itself, where nothing is changed."""
        whole = self.plate.apply(image) if self.plate else image
        return self.framing.apply(whole) if self.framing else whole


def developed(
    image: Array,
    record: dict[str, Any],
    root: Key,
    dtype: Any,
    run: Callable[[Photo], None],
    layers: Collection[str] = LAYERS,
    clean_is_final: bool = False,
    original: Decoded | None = None,
    target: Array | None = None,
    before: Callable[[Photo], None] | None = None,
) -> Pair:
    """The pair of `image`, which `run` degrades; `before` is what happens to a `target` that is given."""
    if target is not None:
        check_sizes(image, target)
    view = View(record, *image.shape[:2])
    channels_clean, channels_degraded = record["channels"]
    with borrowed_workspace() as workspace:
        photo = Photo(view.of(image), workspace, record["format"], view.box)
        photo.clean_is_source = view.untouched
        photo.is_luma = "luma" in record
        photo.final_channels = channels_degraded
        photo.root = root
        photo.clean_dtype = dtype if clean_is_final else np.float32
        photo.story = record.get("story", {})
        photo.split = record.get("split", "train")
        if target is not None and before is not None:
            give_target(photo, view.of(target), before)
        photo.shrink, photo.shrunk_at = record.get("scale", (1, -1))
        run(photo)
        if record.get("given") in UNPAIRED:
            leave_gray(photo, channels_clean, channels_degraded)
        own = _own_file(photo, image, original) if "given" in record else None
        photo.shrink_now()
        if "scale" in record:
            record["scale"] = [record["scale"][0], photo.shrunk_at]
        clean: Array | Callable[[], Array]
        if photo.is_luma and photo.clean_is_source:
            clean = partial(_pixels_of, original)
        else:
            clean = finished(photo.clean, dtype, channels_clean)
        targets = {name: finished(image, dtype, image.shape[2]) for name, image in photo.targets.items()}
        whole = partial(with_steps, record, photo.record)
        pair = Pair(record["key"], clean, photo, dtype, channels_degraded, whole, layers, targets)
        if own is not None and dtype == np.uint8 and image.shape[2] == channels_degraded:
            pair.degraded_jpeg = own
        return pair


def _own_file(photo: Photo, image: Array, original: Decoded | None) -> bytes | None:
    """The file that `image` was decoded from, if nothing has happened to it and its bytes can stand for it."""
    return original.jpeg if original is not None and photo.source is image else None


def _pixels_of(original: Decoded | None) -> Array:
    assert original is not None  # or the picture would be no luma
    return original.pixels
