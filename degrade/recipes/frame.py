"""The frame: what part of a photograph, at what size, becomes the pair. It is applied to both pictures."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from degrade.codecs import MAX_PIXELS
from degrade.engine.declaration import Declaration
from degrade.engine.distributions import Constant, Distribution
from degrade.engine.fields import Count, Kind, Option, Real, field
from degrade.engine.kernels import resize, warp
from degrade.engine.key import Key
from degrade.engine.photo import Box

Array = npt.NDArray[Any]
Size: TypeAlias = Annotated[int | Sequence[int] | Distribution | None, Kind.VECTOR]
FITS = ("crop", "cover", "patch", "contain", "stretch")
AUTO = "auto"
FILTERS: dict[str, int] = {
    "nearest": warp.NEAREST, "bilinear": warp.BILINEAR, "area": warp.AREA, "bicubic": warp.BICUBIC,
    "lanczos": resize.LANCZOS,
}  # fmt: skip
"""The kernels by which a photograph may be scaled, beside `AUTO`."""


@dataclasses.dataclass(frozen=True)
class Framing:
    """What was drawn for one photograph, ready for JSON: enough to frame it again.

    Attributes
    ----------
    cut : [top, left, height, width]
        The part of the source that is used, in its pixels.
    into : [top, left, height, width]
        Where that part lands in the framed picture, scaled to it.
    size : [height, width]
        Of the framed picture.
    resize
        How it is scaled: `AUTO`, or one of `FILTERS`.
    flip, rotate_deg, translate_x_frac, translate_y_frac, zoom, brightness, contrast
        As drawn; zoom is a factor.
    """

    cut: list[int]
    into: list[int]
    size: list[int]
    print_box: list[int]
    flip: bool = False
    rotate_deg: float = 0.0
    translate_x_frac: float = 0.0
    translate_y_frac: float = 0.0
    zoom: float = 1.0
    brightness: float = 0.0
    contrast: float = 0.0
    resize: str = AUTO

    def to_data(self) -> dict[str, Any]:
        """As plain data; a scaling as by default is left out."""
        return {name: value for name, value in dataclasses.asdict(self).items() if (name, value) != ("resize", AUTO)}

    @property
    def untouched(self) -> bool:
        """Whether no pixel is changed."""
        whole = self.cut == self.into == [0, 0, *self.size]
        return whole and not self.flip and not self.warped and self.brightness == 0 and self.contrast == 0

    @property
    def warped(self) -> bool:
        """Whether pixels fall between the source's."""
        return (self.rotate_deg, self.translate_x_frac, self.translate_y_frac, self.zoom) != (0, 0, 0, 1)

    @property
    def box(self) -> Box:
        """Where the print lies, in the framed picture's pixels."""
        top, bottom, left, right = self.print_box
        return top, bottom, left, right

    def apply(self, image: Array) -> Array:
        """The framed picture of (H, W, C) `image`, C-contiguous: of its dtype, or float32 where values fall between."""
        if self.untouched:
            return image
        top, left, height, width = self.cut
        framed = _scaled(image[top : top + height, left : left + width], self.into[2], self.into[3], self.resize)
        if self.into != [0, 0, *self.size]:
            canvas = np.zeros((*self.size, framed.shape[2]), framed.dtype)
            canvas[self.into[0] : self.into[0] + self.into[2], self.into[1] : self.into[1] + self.into[3]] = framed
            framed = canvas
        if self.flip:
            framed = framed[:, ::-1]
        if self.warped:
            framed = self._warp(_as_float(framed))
        if self.brightness or self.contrast:
            lit = (_as_float(framed) - np.float32(0.5)) * np.float32(1 + self.contrast)
            framed = np.clip(lit + np.float32(0.5 + self.brightness), 0, 1)
        return np.ascontiguousarray(framed)

    def _warp(self, framed: Array) -> Array:
        height, width = framed.shape[:2]
        # Trigonometry enters rounded, so that the last bit of libm can't reach a pixel.
        turn = math.radians(self.rotate_deg)
        cos, sin = (float(f"{f(turn):.9g}") / self.zoom for f in (math.cos, math.sin))
        x, y = width / 2, height / 2
        shift_x, shift_y = self.translate_x_frac * width, self.translate_y_frac * height
        out = np.empty((height, width, framed.shape[2]), np.float32)
        warp.affine(
            np.ascontiguousarray(framed), out,
            cos, -sin, x - cos * (x + shift_x) + sin * (y + shift_y),
            sin, cos, y - sin * (x + shift_x) - cos * (y + shift_y),
            True, np.zeros(framed.shape[2], np.float32),
        )  # fmt: skip
        return out


class Frame(Declaration):
    """What is cut out of each photograph and how it is varied. Positions and variations are drawn for the train split;
    elsewhere the frame is centred and nothing is varied."""

    size: Size = field(
        None, "height and width of the pictures, or one number for a square; null keeps the source's",
        low=1, high=100_000, length=2, optional=True, unit="pixels",
    )  # fmt: skip
    fit: Option = field(
        "crop", "crop: scale to cover, then cut; cover: the same, always in the middle; patch: cut without scaling; "
        "contain: scale to fit, black around; stretch: scale each side", options=FITS,
    )  # fmt: skip
    flip: Real = field(0.0, "probability of a left-right flip", low=0, high=1, unit="probability")
    rotate_deg: Real = field(0.0, "turn, counter-clockwise; what comes in from outside is mirrored", low=-180, high=180)
    translate_frac: Real = field(
        0.0, "largest shift along each side, as a share of it, drawn apart for x and y", low=0, high=1
    )
    zoom: Real = field(1.0, "magnification about the centre", low=0.1, high=10, unit="factor")
    brightness: Real = field(0.0, "added to all values", low=-1, high=1, unit="pixel scale [0, 1]")
    contrast: Real = field(0.0, "by how much the distance from mid gray grows", low=-1, high=10, unit="ratio")
    min_side: Count = field(
        64, "photographs with a shorter side are rejected", low=1, high=100_000, unit="pixels of the source"
    )
    resize: Option = field(
        AUTO, "how photographs are scaled; auto: means over areas when shrinking, bilinear when enlarging; the kernels "
        "are widened when shrinking, so that they do not alias", options=(AUTO, *FILTERS),
    )  # fmt: skip

    def __post_init__(self) -> None:
        if isinstance(self.size, int) and not isinstance(self.size, bool):
            object.__setattr__(self, "size", (self.size, self.size))
        super().__post_init__()

    def conflicts(self) -> list[tuple[str, str]]:
        """`size`, `fit`, `flip`, `min_side` and `resize` are facts of the recipe, not drawn."""
        fixed = ("size", "fit", "flip", "min_side", "resize")
        drawn = [name for name in fixed if not isinstance(getattr(self, name), Constant)]
        problems = [(name, "expected a fixed value, not a distribution") for name in drawn]
        if not problems and self.fixed("size") is None and self.fixed("fit") != "crop":
            problems.append(("fit", f"{self.fixed('fit')} needs a size"))
        if not problems and self.fixed("size") is not None and math.prod(self.fixed("size")) > MAX_PIXELS:
            problems.append(("size", f"expected at most {MAX_PIXELS:,} pixels"))
        return problems

    def fixed(self, name: str) -> Any:
        """The constant value of the field `name`."""
        value = getattr(self, name)
        assert isinstance(value, Constant)
        return value.value

    def framing(self, height: int, width: int, key: Key, varied: bool) -> Framing:
        """Draw at `key` how a photograph of height x width pixels is framed; centred and plain unless `varied`."""
        place = key.at("place").uniforms() if varied else [0.5] * 8
        size = self.fixed("size")
        rows, columns = (height, width) if size is None else (int(size[0]), int(size[1]))
        fit = self.fixed("fit")
        down, across = (0.5, 0.5) if fit == "cover" else place[:2]
        cut, into = _fitted(fit, height, width, rows, columns, down, across)
        box = [0, rows, 0, columns]
        if fit == "patch" and cut[2:] == into[2:]:
            box = [-cut[0], height - cut[0], -cut[1], width - cut[1]]
        how = self.fixed("resize")
        if not varied:
            return Framing(cut, into, [rows, columns], box, resize=how)
        drawn = self.draw(key)
        shift = drawn["translate_frac"]
        return Framing(
            cut, into, [rows, columns], box,
            flip=place[2] < self.fixed("flip"),
            rotate_deg=drawn["rotate_deg"],
            translate_x_frac=_six((2 * place[3] - 1) * shift),
            translate_y_frac=_six((2 * place[4] - 1) * shift),
            zoom=drawn["zoom"], brightness=drawn["brightness"], contrast=drawn["contrast"],
            resize=how,
        )  # fmt: skip


def _six(value: float) -> float:
    return float(f"{value:.6g}") + 0.0


def _fitted(
    fit: str, height: int, width: int, rows: int, columns: int, down: float, across: float
) -> tuple[list[int], list[int]]:
    """(cut, into) of `Framing`; `down` and `across` in (0, 1) place the cut."""
    into = [0, 0, rows, columns]
    if fit == "stretch" or (rows, columns) == (height, width):
        return [0, 0, height, width], into
    if fit == "contain":
        scale = min(rows / height, columns / width)
        tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
        return [0, 0, height, width], [(rows - tall) // 2, (columns - wide) // 2, tall, wide]
    # A patch that is larger than the photograph can't be cut without scaling: it is enlarged to cover, like a crop.
    scale = 1.0 if fit == "patch" and rows <= height and columns <= width else max(rows / height, columns / width)
    tall, wide = min(height, max(1, round(rows / scale))), min(width, max(1, round(columns / scale)))
    return [int(down * (height - tall + 1)), int(across * (width - wide + 1)), tall, wide], into


def _scaled(image: Array, rows: int, columns: int, how: str) -> Array:
    """Resampled to rows x columns: by a filter, else the mean over areas when shrinking, bilinear when enlarging.

    All are the same on every CPU: OpenCV's area filter, its fixed-point bilinear filter for uint8, our own otherwise.
    """
    height, width = image.shape[:2]
    if (height, width) == (rows, columns):
        return image
    if how != AUTO:
        return _filtered(_as_float(image), rows, columns, FILTERS[how])
    import cv2

    image = np.ascontiguousarray(image)
    if rows <= height and columns <= width:
        return cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns, -1)
    if image.dtype == np.uint8:
        return cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LINEAR_EXACT).reshape(rows, columns, -1)
    out = np.empty((rows, columns, image.shape[2]), np.float32)
    black = np.zeros(image.shape[2], np.float32)
    warp.affine(_as_float(image), out, width / columns, 0.0, 0.0, 0.0, height / rows, 0.0, True, black)
    return out


def _filtered(image: npt.NDArray[np.float32], rows: int, columns: int, kind: int) -> Array:
    """Resampled by a kernel, which is widened where the picture shrinks."""
    height, width, channels = image.shape
    half = np.empty((rows, width * channels), np.float32)
    out = np.empty((rows, columns * channels), np.float32)
    warp.resample_rows(
        np.ascontiguousarray(image).reshape(height, -1), half, *resize.resizing_taps(kind, height, rows, True)
    )
    resize.resize_columns(half, out, channels, *resize.resizing_taps(kind, width, columns, True))
    return np.clip(out, 0, 1, out=out).reshape(rows, columns, channels)


def _as_float(image: Array) -> npt.NDArray[np.float32]:
    if image.dtype == np.float32:
        return image
    return image.astype(np.float32) * np.float32(1 / np.iinfo(image.dtype).max)
