"""A transform of the library albumentations, as a step."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice, Distribution
from degrade.engine.fields import Flag, Mapping, Option, field, plain_copy
from degrade.engine.key import Key
from degrade.engine.pair import luma
from degrade.engine.photo import Photo
from degrade.errors import DegradeError, MissingExtra

VERSION = "2.0.8"
"""The last under the MIT licence; under the same import name there is a successor that is AGPL."""
IN_COLOUR = (
    "ChannelDropout", "ChromaticAberration", "HEStain", "HueSaturationValue", "ISONoise", "PlanckianJitter",
    "RandomFog", "RandomGravel", "RandomRain", "RandomSnow", "RandomSunFlare", "Spatter", "ToGray",
)  # fmt: skip
"""Those that want three channels."""
PIXEL = (
    "AdditiveNoise", "AdvancedBlur", "AutoContrast", "Blur", "CLAHE", "ChannelShuffle", "ColorJitter", "Defocus",
    "Downscale", "Emboss", "Equalize", "FancyPCA", "GaussNoise", "GaussianBlur", "GlassBlur", "Illumination",
    "ImageCompression", "InvertImg", "MedianBlur", "Morphological", "MotionBlur", "MultiplicativeNoise", "PixelDropout",
    "PlasmaBrightnessContrast", "PlasmaShadow", "Posterize", "RGBShift", "RandomBrightnessContrast", "RandomGamma",
    "RandomShadow", "RandomToneCurve", "RingingOvershoot", "SaltAndPepper", "Sharpen", "ShotNoise", "Solarize",
    "Superpixels", "ToSepia", "UnsharpMask", "ZoomBlur", *IN_COLOUR,
)  # fmt: skip
"""Those that leave the picture's content where it is."""
SPATIAL = (
    "Affine", "ElasticTransform", "GridDistortion", "HorizontalFlip",
    "OpticalDistortion", "Perspective", "RandomGridShuffle", "Rotate", "SafeRotate", "ThinPlateSpline", "VerticalFlip",
)  # fmt: skip
"""Those that move it, and keep the picture's size."""
_OURS = {"p": "p stands beside the step", "mask": "it wants a picture", "mask_params": "it wants a function"}
"""Arguments that a recipe cannot give."""
_BOUNDS = {
    "temperature_limit": (0.0, 40_000.0),
    "num_control_points": (2.0, 10.0),
    "tile_grid_size": (1.0, 64.0),
    "iterations": (1.0, 20.0),
    "max_factor": (1.0, 5.0),
    "step_factor": (0.002, 5.0),
}
_USUAL_BOUNDS = (-1000.0, 1000.0)
"""Of the numbers of an argument: beyond them lie transforms that take all memory or never end."""
_LEAST_SIDE = 16
"""In pixels; below it many a transform fails."""


class Albumentations(Degradation):
    """A transform of albumentations, called by its name, with that library's own arguments.

    For what this package has no op of, such as ``albumentations: {transform: PlasmaShadow, arguments: {roughness: 3}}``
    or the sharpening of a scanner's software, which stands here by default. Each photo gets a fresh transform, seeded
    at the step's address, that always runs: for a chance, give the step a `p`. What of `arguments` is a range is drawn
    by the transform, and is not on record; the arguments and the seed are, so that a replay is exact.
    It needs albumentations 2.0.8, the extra `albumentations`.

    The transforms are those that work on the picture alone and keep its size. A recipe may come from anywhere: so those
    that read files or other pictures, or call functions, are not among them, and arguments are plain values. Pixels are
    handed over as float32; a transform that knows 8 bits alone rounds them. A gray picture stays gray: a transform that
    wants colour gets three equal channels, and the luma of what it gives is kept. Pictures with a side below 16 pixels
    are left as they are. Bytes may differ between machines. Many of that library's transforms take far longer than any
    op of this package.

    It keeps no masks, whatever the transform does: for damage that masks know, take an op of this package. A transform
    that moves pixels (Affine, ElasticTransform and the like) moves masks alike, by nearest neighbour, and with `both`
    the clean picture.

    Reference: A. Buslaev et al., Albumentations: fast and flexible image augmentations, doi:10.3390/info11020125.
    """

    stage = Stage.CAPTURE
    portable = False
    moves_pixels = True  # of its instances, those with such a transform
    anytime = True
    extra = "albumentations"

    transform: Option = field("Sharpen", "the transform's name", options=tuple(sorted((*PIXEL, *SPATIAL))))
    arguments: Mapping = field({}, "the transform's arguments, by name, as that library explains them")
    both: Flag = field(True, "of a transform that moves pixels, whether the clean picture is moved alike")

    def conflicts(self) -> list[tuple[str, str]]:
        """What no transform may be given."""
        problems = []
        for arguments in _values(self.arguments):
            problems += [f"{name} can't be among the arguments: {_OURS[name]}" for name in _OURS if name in arguments]
            for name, value in arguments.items():
                low, high = _BOUNDS.get(name, _USUAL_BOUNDS)
                if not all(low <= number <= high for number in _numbers(value)):
                    problems.append(f"expected {name} in [{low:g}, {high:g}], not {value}")
        return [("arguments", problem) for problem in problems]

    def _plan_draw(self) -> None:
        super()._plan_draw()
        object.__setattr__(self, "moves_pixels", any(name in SPATIAL for name in _values(self.transform)))

    def draw(self, key: Key) -> Drawn:
        """As any op, the arguments being a copy."""
        drawn = super().draw(key)
        return drawn | {"arguments": plain_copy(drawn["arguments"])}

    def prepare(self) -> None:
        """Import the library, and try the transforms on a plain picture.

        Raises
        ------
        MissingExtra
            The library is not installed, or it is not the version that is known to work.
        ParameterError
            A transform does not take its arguments, or changes the size of pictures.
        """
        problems = []
        for name in _values(self.transform):
            for arguments in _values(self.arguments):
                try:
                    _transformed(name, arguments, 0, np.full((64, 80, 3), 0.5, np.float32))
                except TransformFailed as error:
                    problems.append(("arguments", str(error)))
        if problems:
            raise ParameterError(self.name, problems)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A fresh transform for each picture and mask that it works on, always with the same seed."""
        if min(photo.height, photo.width) < _LEAST_SIDE:
            return
        name, arguments, seed = drawn["transform"], drawn["arguments"], key.words()[0]

        def displace(image: npt.NDArray[Any], _nearest: bool) -> npt.NDArray[Any]:
            return _transformed(name, arguments, seed, image)

        if name in SPATIAL:
            photo.move(displace, drawn["both"])
            return
        gray = photo.channels == 1
        if gray and name in IN_COLOUR:
            made = _transformed(name, arguments, seed, np.repeat(photo.pixels, 3, axis=2))
            photo.pixels[...] = luma(made)[:, :, None]
        else:  # the transform may work in place: the pixels are no one else's
            _transformed(name, arguments, seed, photo.pixels, out=photo.pixels)


class TransformFailed(DegradeError, ValueError):
    """A transform that does not take its arguments, or not this picture.

    Attributes
    ----------
    transform, why : str
    """

    def __init__(self, transform: str, why: str) -> None:
        self.transform, self.why = transform, why
        super().__init__(transform, why)

    def __str__(self) -> str:
        return f"albumentations.{self.transform}: {self.why}; `arguments` are those of that class"


def _values(distribution: Any) -> tuple[Any, ...]:
    """Every value that may be drawn."""
    assert isinstance(distribution, Distribution)
    return distribution.values if isinstance(distribution, Choice) else (distribution.at(0.5),)


def _numbers(value: Any) -> Iterator[float]:
    """All numbers within plain data."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _transformed(
    name: str, arguments: dict[str, Any], seed: int, image: npt.NDArray[Any], out: npt.NDArray[Any] | None = None
) -> npt.NDArray[Any]:
    """What the transform makes of (H, W, C) float32 pixels, or of an (H, W, 1) uint8 mask: an array of the same shape
    and dtype, `out` or a fresh one. The image stays as it is, but where it is `out` itself."""
    is_mask = image.dtype == np.uint8
    member = "mask" if is_mask else "image"
    given = image if image is out else image.copy()
    targets = {"image": np.zeros((*image.shape[:2], 3), np.float32), "mask": given[:, :, 0]} if is_mask else {}
    library = _library()
    try:
        made = _seeded(library, name, arguments, seed)(**(targets or {"image": given}))[member]
        if made.size != image.size or made.shape[:2] != image.shape[:2]:
            was, now = image.shape[:2][::-1], made.shape[:2][::-1]
            raise TransformFailed(name, f"makes {now[0]}×{now[1]} pixels of {was[0]}×{was[1]}, and must keep the size")
    except (DegradeError, MemoryError):
        raise
    except Exception as error:
        raise TransformFailed(name, _first_lines(error)) from error
    made = made.reshape(image.shape)
    whole = np.empty(image.shape, image.dtype) if out is None else out
    if is_mask:
        whole[...] = made
        return whole
    np.minimum(np.fmax(made, 0, out=whole, casting="unsafe"), 1, out=whole)  # what is no number becomes black
    return whole


def _seeded(library: Any, name: str, arguments: dict[str, Any], seed: int) -> Any:
    """A fresh transform that always runs, its own generators seeded."""
    made = getattr(library, name)
    known = inspect.signature(made.__init__).parameters
    if strange := sorted(set(arguments) - set(known)):  # the library only warns of those
        takes = ", ".join(name for name in known if name != "self" and name not in _OURS) or "no arguments"
        raise TransformFailed(name, f"takes {takes}; not {', '.join(strange)}")
    transform = made(**plain_copy(arguments), p=1)
    transform.set_random_seed(seed)
    return transform


def _first_lines(error: Exception) -> str:
    """What is wrong, without the address of the validator's documentation."""
    lines = [line.strip() for line in str(error).splitlines() if "http" not in line and line.strip()]
    return " ".join(lines[:6]) or type(error).__name__


@cache
def _library() -> Any:
    """The module. Raises MissingExtra."""
    from importlib.metadata import PackageNotFoundError, version

    cure = 'pip install "degrade[albumentations]"'
    try:
        installed = version("albumentations")
    except PackageNotFoundError:
        raise MissingExtra("the step albumentations needs the library albumentations", cure) from None
    with suppress(PackageNotFoundError):
        version("albumentationsx")
        what = "AlbumentationsX is installed under the import name of albumentations; its licence (AGPL) is another"
        raise MissingExtra(what, f"pip uninstall -y albumentationsx, then {cure}")
    if installed != VERSION:
        what = f"the step albumentations needs version {VERSION} of the library, not {installed}"
        raise MissingExtra(f"{what}: seeds mean something else in others", cure)
    return _imported()


def _imported() -> Any:
    """The module, imported without asking the network for a newer one."""
    asked = os.environ.get("NO_ALBUMENTATIONS_UPDATE")
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module("albumentations")
    finally:
        if asked is None:
            del os.environ["NO_ALBUMENTATIONS_UPDATE"]
        else:
            os.environ["NO_ALBUMENTATIONS_UPDATE"] = asked
