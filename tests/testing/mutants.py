"""Ops and functions, each with one fault, in a module that other processes can import."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo

Array = npt.NDArray[Any]
Rng = np.random.Generator

# --- functions --------------------------------------------------------------------------------------------------------


def top(image: Array) -> Any:
    """The largest value of the image's dtype."""
    return 1 if image.dtype == np.float32 else np.iinfo(image.dtype).max


def good(image: Array, rng: Rng) -> Array:
    """Half of the pixels black, as the generator says."""
    return np.where(rng.random(image.shape) < 0.5, image, 0).astype(image.dtype)


def good_with_mask(image: Array, rng: Rng) -> tuple[Array, Array]:
    hit = rng.random(image.shape[:2]) < 0.5
    out = image.copy()
    out[hit] = 0
    return out, hit


def plain(image: Array) -> Array:
    return top(image) - image


def global_generator(image: Array, rng: Rng) -> Array:
    return np.where(np.random.rand(*image.shape) < 0.5, image, 0).astype(image.dtype)  # noqa: NPY002 - the fault


def seeds_the_global_generator(image: Array, rng: Rng) -> Array:
    np.random.seed(7)  # noqa: NPY002 - the fault
    return good(image, rng)


def changes_its_input(image: Array, rng: Rng) -> Array:
    if image.flags.writeable:
        image[...] = good(image, rng)
    return image.copy()


def gives_its_input(image: Array, rng: Rng) -> Array:
    return image if rng.random() < 0.5 else good(image, rng)


_buffers: dict[Any, Array] = {}


def shares_a_buffer(image: Array, rng: Rng) -> Array:
    out = _buffers.setdefault((image.shape, image.dtype), np.zeros_like(image))
    out[...] = good(image, rng)
    return out


def escapes_the_range(image: Array, rng: Rng) -> Array:
    noise = rng.normal(0, 0.1, image.shape)
    return (image + noise).astype(image.dtype) if image.dtype == np.float32 else good(image, rng)


def leaks_float64(image: Array, rng: Rng) -> Array:
    return image * rng.random()


def divides_by_nothing(image: Array, rng: Rng) -> Array:
    if image.dtype != np.float32:
        return good(image, rng)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.minimum(image / image.min() * np.float32(rng.random()), np.float32(1))


def drops_a_row(image: Array, rng: Rng) -> Array:
    return good(image, rng)[1:] if len(image) > 1 else good(image, rng)


def wants_eight_pixels(image: Array, rng: Rng) -> Array:
    out = image.copy()
    out[rng.integers(0, image.shape[0] - 7)] = 0
    return out


def does_nothing(image: Array, rng: Rng) -> Array:
    return image.copy()


def ignores_its_generator(image: Array, rng: Rng) -> Array:
    return good(image, np.random.default_rng(0))


def lies_about_its_mask(image: Array, rng: Rng) -> tuple[Array, Array]:
    out, hit = good_with_mask(image, rng)
    return out, hit[:, ::-1]


def swaps_left_and_right(image: Array, rng: Rng) -> Array:
    """Light that fell in from the left falls in from the right, when the picture's memory runs backwards."""
    light = np.linspace(1, 0, image.shape[1])[None, :] * rng.random()
    light = light[:, ::-1] if image.strides[1] < 0 else light
    light = light if image.ndim == 2 else light[:, :, None]
    return (image + (top(image) - image.astype(float)) * light).astype(image.dtype)


def lit_from_the_left(image: Array, rng: Rng) -> Array:
    return swaps_left_and_right(np.ascontiguousarray(image), rng)


def lit_from_the_right(image: Array, rng: Rng) -> Array:
    """Documented as lit from the left."""
    return np.ascontiguousarray(lit_from_the_left(image[:, ::-1], rng)[:, ::-1])


_calls = [0]


def counts_its_calls(image: Array, rng: Rng) -> Array:
    _calls[0] += 1
    out = good(image, rng)
    out.flat[0] = _calls[0] % 200
    return out


def knows_its_process(image: Array, rng: Rng) -> Array:
    return good(image, np.random.default_rng(os.getpid() + int(rng.integers(1000))))


_seeded: list[Rng] = []


def seeds_each_worker_alike(image: Array, rng: Rng) -> Array:
    if not _seeded:
        _seeded.append(np.random.default_rng(0))
    return good(image, _seeded[0])


_first: dict[Any, Array] = {}


def keeps_what_it_saw_first(image: Array, rng: Rng) -> Array:
    """Whatever key comes first in a process decides for all that follow."""
    noise = _first.setdefault(image.shape, rng.random(image.shape))
    return np.where(noise < 0.5, image, 0).astype(image.dtype)


# --- ops --------------------------------------------------------------------------------------------------------------


class Whole(Degradation):
    """A blow that takes a corner away.

    It covers the picture's upper left quarter with gray, to a strength; nothing in the world looks so, but it is simple
    to look at in a test of tests. Reference: none is needed, since this is no model of anything.
    """

    stage = Stage.WEAR
    damage = DamageClass.STAIN

    strength: Real = field((0.5, 0.9), "how gray it becomes", low=0, high=1, unit="pixel scale [0, 1]")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        height, width = (photo.height + 1) // 2, (photo.width + 1) // 2
        photo.coverage[:height, :width] = 255
        photo.cover(photo.coverage, (0, height, 0, width), DamageClass.STAIN, colour=(drawn["strength"],) * 3)


class InPlace(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        super().apply(photo, drawn, key)
        if photo.clean.flags.writeable:
            photo.clean[0, 0] = 9 if photo.clean.dtype != np.float32 else 0.123


class Bright(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.pixels[...] += np.float32(0.5)


class Nan(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.pixels[0, 0] = np.nan


class Deep(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.pixels = photo.pixels.astype(np.float64)  # type: ignore[assignment]


class Uncovered(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        super().apply(photo, drawn, key)
        photo.pixels[-1, -1] *= np.float32(0.5)


class Maskless(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Nothing at all."""


class Classless(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.layers[0][0, 0] = 255


class Littering(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.coverage[0, 0] = 9


class Undocumented(Whole):
    __doc__ = Whole.__doc__

    share: Real = field(0.5, "x", low=0, high=1, unit="ratio")


class Unexplained(Whole):
    """Something."""


class Wrong(Whole):
    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        return frozenset({3}) if channels == {1} else frozenset({1})


class Always(Whole):
    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        self.apply(photo, self.draw(root.at(self.name)), root)
        photo.record.append((self.name, self.name, False, self.plain(self.draw(root.at(self.name)))))


class Forgetful(Whole):
    """Applies what it declares, not what was drawn."""

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        super().apply(photo, {"strength": self.strength.at(0.3)}, key)  # type: ignore[union-attr]


class Talkative(Whole):
    def changed(self) -> dict[str, Any]:
        return self.settings()


class Streaming(Whole):
    """Draws one value after the other, so that a field that is fixed moves the next."""

    other: Real = field((0.0, 1.0), "something else", low=0, high=1, unit="ratio")

    def draw(self, key: Key) -> Drawn:
        from degrade.engine.distributions import Constant

        numbers = iter(key.at("draw").uniforms())
        given = {name: getattr(self, name) for name in self.specs}
        return {n: d.value if isinstance(d, Constant) else d.at(next(numbers)) for n, d in given.items()}


class Lossy(Whole):
    def changed(self) -> dict[str, Any]:
        return {}


class Numpy(Whole):
    def draw(self, key: Key) -> Drawn:
        return {name: np.float32(value) for name, value in super().draw(key).items()}


class Wild(Whole):
    def draw(self, key: Key) -> Drawn:
        return {name: value + 5 for name, value in super().draw(key).items()}


class Counting(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        _calls[0] += 1
        super().apply(photo, {"strength": (_calls[0] % 97) / 97}, key)


class Process(Whole):
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        super().apply(photo, {"strength": os.getpid() % 97 / 97}, key)
