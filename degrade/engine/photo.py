"""The working picture: pixels, the damage drawn on it so far, and the few verbs that draw damage."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.engine.jpeg_file import JpegFile
from degrade.engine.kernels import convert, layers, warp
from degrade.engine.key import Key
from degrade.engine.units import DEFAULT_FORMAT, pixels_per_mm
from degrade.engine.workspace import Workspace

if TYPE_CHECKING:
    from degrade.engine.watch import Watch

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
LAYERS = ("mask", "loss", "classes")
"""The masks of a photo, and of its Pair."""
Layers = tuple[Bytes, Bytes, Bytes]
"""(mask, loss, classes)."""
Box = tuple[int, int, int, int]
"""(first row, past the last row, first column, past the last column)."""

PAPER: tuple[float, float, float] = (0.89, 0.865, 0.80)
"""Encoded colour of bare paper base: cream, not white."""
VISIBLE_SHADE = 0.012
"""Shading weaker than this is not drawn: no eye sees it, and mask and picture must agree."""
SHADE_GAIN = 4.0
"""Soft mask coverage a unit of shading: a relief of 0.25 counts as fully covered."""
DENSITY_FLOOR = 1e-3
"""Smallest reflectance, density 3."""


_NOWHERE = Key()
_UNKEPT = {name: f"unkept {name}" for name in LAYERS}
_BYTE, _SHORT = 1 / 255, 1 / 65535


class Photo:
    """A photograph at work.

    Parameters
    ----------
    image : (H, W, C) array
        C is 1 or 3 (RGB), uint8 or uint16 over their whole range, or float32 in [0, 1]; sRGB-encoded. Not changed.
    workspace : Workspace
        Buffers to draw in; nobody else may hold it meanwhile.
    format : str
        The print's format (`degrade.engine.units.FORMATS`).
    print_box : Box or None
        Where the whole print lies in the picture's pixels, (0, H, 0, W) when None; larger than the picture for a patch.

    Attributes
    ----------
    mask, loss, classes : (H, W) uint8
        Soft coverage of all damage (0 to 255), of destroyed content (0 to 255), and the `DamageClass` that covers most.
    record : list
        One entry a step that ran or was skipped: label, op, fired, drawn.
    px_per_mm : float
        Pixels on a millimetre of the print.
    unit : float
        Pixels in a thousandth of the print's diagonal.
    is_luma : bool
        Whether the picture came as the luma alone of a photograph in colour.
    clean_dtype : type
        What `clean` is rounded to at the target: float32, unless whoever runs the steps knows that none moves it later.
    targets : dict
        Further clean pictures by their names, each as the picture was at the target of that name.
    traces : dict
        What earlier ops leave for later ones, by a name that both know: where a tear runs, for the tape on it. Places
        are in short sides of the print from its top left corner.
    kept : collection of str
        Which of loss and classes are kept beside the mask; to be set before damage is drawn.
    given : tuple or None
        The clean picture, whether it is as it came, and further ones by name, where these are given beside the photo:
        the target takes them.
    shrink : int
        How many times smaller each side of the degraded picture is to become, before it is made a file.
    shrunk_at : int
        How many steps were on record when that happened, or will be.
    story : dict
        What happened to the photograph as a whole, by `degrade.engine.story.LATENTS`.
    root : Key
        The pair's address, which the steps' addresses begin with.
    watch : Watch or None
        Looks at single steps, where somebody asked for that.
    """

    # On the class, for most photos leave them so: with over 30 of its own, CPython keeps an object's attributes slower.
    shrink, shrunk_at = 1, -1
    final_channels: int | None = None
    is_luma = False
    clean_dtype: Any = np.float32
    kept: Collection[str] = LAYERS
    watch: Watch | None = None
    given: tuple[npt.NDArray[Any], bool, dict[str, npt.NDArray[Any]]] | None = None
    split = "train"

    def __init__(
        self,
        image: npt.NDArray[Any],
        workspace: Workspace,
        format: str = DEFAULT_FORMAT,
        print_box: Box | None = None,
    ) -> None:
        self.height, self.width = image.shape[:2]
        self._whole = (self.height, self.width)
        self.workspace = workspace
        self.format = format
        self.print_box = print_box or (0, self.height, 0, self.width)
        top, bottom, left, right = self.print_box
        self.px_per_mm = pixels_per_mm(bottom - top, right - left, format)
        self.unit = math.hypot(bottom - top, right - left) / 1000
        self.record: list[tuple[str, str, bool, dict[str, Any]]] = []
        self._drawn = False
        self.clean: npt.NDArray[Any] = image
        self.clean_is_source = True
        self.targets: dict[str, npt.NDArray[Any]] = {}
        self.traces: dict[str, list[Any]] = {}
        self.root = _NOWHERE
        self.story: dict[str, Any] = {}
        self._source: npt.NDArray[Any] | None = image
        self._pixels: Floats | None = None
        self._file: JpegFile | None = None
        self._channels = int(image.shape[2])
        self._layers: Layers | None = None

    # ------------------------------------------------------------------ pixels

    @property
    def channels(self) -> int:
        """1 (gray) or 3 (RGB), now."""
        return self._channels

    @property
    def source(self) -> npt.NDArray[Any] | None:
        """The untouched input, until a step first takes `pixels`."""
        return self._source

    @property
    def pixels(self) -> Floats:
        """(H, W, C) float32 in [0, 1], C-contiguous, to be changed in place; taking it voids `jpeg`."""
        if self._file is not None:
            self._open_file()
        if self._pixels is None:
            assert self._source is not None
            source, self._source = self._source, None
            self._pixels = self._buffer(source.shape[2])
            _to_float(source, self._pixels)
        return self._pixels

    @pixels.setter
    def pixels(self, pixels: Floats) -> None:
        self._source, self._file, self._pixels, self._channels = None, None, pixels, pixels.shape[2]

    def blank(self) -> Floats:
        """`pixels` with undefined contents, for ops that set every one of them; what they were is not made for it."""
        if self._pixels is None:
            self._pixels = self._buffer(self.channels)
        self._source = self._file = None
        return self._pixels

    def _buffer(self, channels: int) -> Floats:
        name = f"pixels{channels}" if (self.height, self.width) == self._whole else f"shrunken pixels{channels}"
        return self.workspace.array(name, (self.height, self.width, channels), np.float32)

    def spare(self) -> Floats:
        """A buffer like `pixels`, contents undefined, for ops that can't work in place; assign it to `pixels` after."""
        name = "spare" if self.pixels is not self.workspace.array("spare", self.pixels.shape, np.float32) else "spare2"
        return self.workspace.array(name, self.pixels.shape, np.float32)

    def shrink_now(self) -> None:
        """Make the degraded picture as small as it is to become; the clean one and the masks keep their size."""
        if self.shrink == 1:
            return
        by, self.shrink = self.shrink, 1
        self.shrunk_at = len(self.record)
        pixels = self.pixels
        self.height, self.width = max(self.height // by, 1), max(self.width // by, 1)
        top, bottom, left, right = self.print_box
        self.print_box = top // by, bottom // by, left // by, right // by
        self.px_per_mm, self.unit = self.px_per_mm / by, self.unit / by
        self._pixels = _area_mean(pixels, self._buffer(self.channels))

    def to_gray(self, weights: tuple[float, float, float], linear: bool) -> None:
        """Leave one channel: the weighted sum of R, G, B, encoded or in `linear` light. Gray stays as it is."""
        if self.channels == 1:
            return
        out = self._buffer(1)
        if self._source is not None and self._source.dtype != np.float32:
            _weigh_integers(self._source.reshape(-1), out.reshape(-1), weights, linear)
        else:
            weigh = convert.weigh_light if linear else convert.weigh_floats
            weigh(self.pixels.reshape(-1), out.reshape(-1), *weights)
        self.pixels = out

    def to_colour(self) -> None:
        """Three equal channels from one; colour stays as it is."""
        if self.channels == 3:
            return
        gray, out = self.pixels, self._buffer(3)
        convert.replicate(gray.reshape(-1), out.reshape(-1))
        self.pixels = out

    @property
    def jpeg(self) -> bytes | None:
        """The JPEG file that the picture is at this moment, if nothing has touched it since it was compressed."""
        return None if self._file is None else self._file.data

    @jpeg.setter
    def jpeg(self, data: bytes) -> None:
        self.file = JpegFile.of(data)

    @property
    def file(self) -> JpegFile | None:
        """`jpeg`, its bytes being made only where they are asked for."""
        return self._file

    @file.setter
    def file(self, file: JpegFile) -> None:
        self._source, self._file = None, file

    def _open_file(self) -> None:
        file, self._file = self._file, None
        assert file is not None
        pixels = self._buffer(self.channels)
        _to_float(file.decoded(self.channels), pixels)
        self._pixels = pixels

    def rounded(self, dtype: Any, channels: int | None = None) -> npt.NDArray[Any]:
        """The picture as uint8, uint16 or float32, rounded once, with `channels` channels: a fresh array."""
        if self._file is not None and dtype == np.uint8:
            image = self._file.decoded(channels)
        elif self._source is not None and self._source.dtype == dtype:
            image = self._source.copy()
        else:
            image = rounded(self.pixels, dtype)
        return with_channels(image, channels or image.shape[2])

    # ------------------------------------------------------------------ masks

    @property
    def damaged(self) -> bool:
        """Whether a step has drawn damage since the last target."""
        return self._drawn or (self.watch is not None and self.watch.before is not None)

    @property
    def layers(self) -> Layers:
        """(mask, loss, classes); asking for them says that damage is about to be drawn."""
        if self._layers is None:
            mask = self.workspace.array("mask", self._whole, np.uint8)
            mask.fill(0)
            self._layers = (mask, self._blank_layer("loss"), self._blank_layer("classes"))
        self._drawn = True
        return self._layers

    def _blank_layer(self, name: str) -> Bytes:
        if name not in self.kept:
            return self.workspace.array(_UNKEPT[name], (1, self._whole[1]), np.uint8)
        layer = self.workspace.array(name, self._whole, np.uint8)
        layer.fill(0)
        return layer

    def swap_layers(self, layers: Layers | None) -> Layers | None:
        """Draw into `layers` from now on (None: fresh ones when they are needed); returns a copy of those so far."""
        before: Layers | None = None
        if self._drawn and self._layers is not None:
            mask, loss, classes = self._layers
            before = mask.copy(), loss.copy(), classes.copy()
        self._layers, self._drawn = layers, layers is not None
        return before

    def _clear_layers(self) -> None:
        if self._layers is not None:
            for layer in self._layers:
                layer.fill(0)
        self._drawn = False

    @property
    def mask(self) -> Bytes:
        """(H, W) uint8 soft coverage of damage."""
        return self._layer(0)

    @property
    def loss(self) -> Bytes:
        """(H, W) uint8 soft coverage of destroyed content."""
        return self._layer(1)

    @property
    def classes(self) -> Bytes:
        """(H, W) uint8 codes of `DamageClass`, 0 where there is none."""
        return self._layer(2)

    def covered(self) -> float:
        """Share of the pixels with any damage, rounded to 6 digits."""
        if not self._drawn or self._layers is None:
            return 0.0
        mask = self._layers[0]
        return round(int(layers.covered_pixels(mask)) / mask.size, 6)

    def _layer(self, index: int) -> Bytes:
        if self.watch is not None and self.watch.before is not None:
            return self.watch.whole(self._layers if self._drawn else None)[index]
        if not self._drawn or self._layers is None:
            return np.zeros(self._whole, np.uint8)
        layer = self._layers[index]
        if layer.shape != self._whole:
            raise RuntimeError(f"{LAYERS[index]} is not kept: an op that looks at it names it in `reads`")
        return layer.copy()

    def take_target(self, name: str | None = None) -> None:
        """Make the picture as it is now the clean one, or the further one called `name`; damage drawn so far belongs to
        both sides and leaves the masks."""
        taken = self._source if self._source is not None else rounded(self.pixels, self.clean_dtype)
        if name is None and self.given is not None:
            self.clean, self.clean_is_source, further = self.given
            self.targets |= further
        elif name is None:
            untouched = self._source is not None and not self.is_luma
            self.clean, self.clean_is_source = taken, self.clean_is_source and untouched
        else:
            self.targets[name] = taken
        self._clear_layers()
        if self.watch is not None:
            self.watch.clear()

    def shared_key(self, field: str) -> Key:
        """The address of a field that all steps see alike, such as where the print is worn most."""
        return self.root.at("shared", field)

    def move(
        self,
        displace: Callable[[npt.NDArray[Any], bool], npt.NDArray[Any]],
        both: bool,
        together: Callable[[list[Floats]], list[Floats]] | None = None,
    ) -> None:
        """Move pixels: `displace(image, nearest)` maps an (H, W, C) picture or, with `nearest`, a mask, to a fresh
        array of its shape and dtype, or `pixels` to a `spare` one. The masks go with the damaged picture; the clean one
        too if `both`. Where it is quicker for all pictures at once, `together` maps these, `pixels` first."""
        pictures = [self.pixels]
        if both:
            pictures += [_as_float(image) for image in (self.clean, *self.targets.values())]
        moved = [displace(picture, False) for picture in pictures] if together is None else together(pictures)
        self.pixels = moved[0]
        if both:
            self.clean, self.clean_is_source = moved[1], False
            self.targets = dict(zip(self.targets, moved[2:], strict=True))
        if self._drawn and self._layers is not None:
            _displace_layers(self._layers, displace)
        if self.watch is not None:
            for layers in self.watch.seen():
                _displace_layers(layers, displace)

    # ------------------------------------------------------------------ drawing

    @property
    def coverage(self) -> Bytes:
        """(H, W rounded up to 8) uint8, all zero: kernels draw coverage into it, a verb uses it up."""
        return self.workspace.array("coverage", (self.height, self.width + 7 & ~7), np.uint8)

    @property
    def relief(self) -> Floats:
        """(H, W rounded up to 8) float32, all zero: kernels add relief to it, `shade` uses it up."""
        return self.workspace.array("relief", (self.height, self.width + 7 & ~7), np.float32)

    def remove(
        self,
        coverage: Bytes,
        box: Box,
        damage: DamageClass,
        *,
        depth: float = 1.0,
        paper: tuple[float, float, float] = PAPER,
        fibre: float = 0.0,
        key: Key | None = None,
    ) -> None:
        """Scrape emulsion off where `coverage` says, to `depth` in [0, 1]; the paper that shows is encoded RGB with
        fibre noise of relative amplitude `fibre`, which needs a `key`."""
        if fibre > 0 and key is None:
            raise TypeError("fibre noise needs a key")
        k0, k1 = key.pair() if key is not None else (0, 0)
        layers.remove(
            self.pixels, *self.layers, int(damage), coverage, *box,
            self.colour(paper), float(depth), float(fibre), 1 / self.unit, k0, k1,
        )  # fmt: skip

    def stain(self, coverage: Bytes, box: Box, damage: DamageClass, *, density: tuple[float, float, float]) -> None:
        """Add `density` (R, G, B) in proportion to the coverage."""
        layers.stain(self.pixels, *self.layers, int(damage), coverage, *box, self.colour(density))

    def cover(self, coverage: Bytes, box: Box, damage: DamageClass, *, colour: tuple[float, float, float]) -> None:
        """Lay an opaque `colour` (encoded RGB) over the surface where `coverage` says."""
        layers.cover(self.pixels, *self.layers, int(damage), coverage, *box, self.colour(colour))

    def tear(self, coverage: Bytes, box: Box, damage: DamageClass, *, background: tuple[float, float, float]) -> None:
        """Take the paper itself away: the `background` (encoded RGB) behind it shows."""
        layers.cover(self.pixels, *self.layers, int(damage), coverage, *box, self.colour(background))

    def shade(self, relief: Floats, box: Box, damage: DamageClass) -> None:
        """Light the relief: multiply by 1 + relief, where that is visible."""
        mask, _, classes = self.layers
        layers.shade(self.pixels, mask, classes, int(damage), relief, *box, SHADE_GAIN, VISIBLE_SHADE)

    def light(self, coverage: Bytes, box: Box, damage: DamageClass, *, amount: tuple[float, float, float]) -> None:
        """Add linear light of `amount` (R, G, B) in proportion to the coverage."""
        layers.light(self.pixels, *self.layers, int(damage), coverage, *box, self.colour(amount))

    def colour(self, rgb: tuple[float, float, float]) -> Floats:
        """`rgb` as this photo's channels, three or their Rec. 601 mean: a shared array, not to be changed."""
        return _colour(tuple(rgb), self.channels)


@lru_cache(maxsize=256)
def _colour(rgb: tuple[float, float, float], channels: int) -> Floats:
    if channels == 3:
        return np.array(rgb, np.float32)
    return np.array([0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]], np.float32)


def rounded(pixels: Floats, dtype: Any) -> npt.NDArray[Any]:
    """float32 in [0, 1] as uint8, uint16 or float32, to the nearest code: a fresh array of the same shape."""
    if dtype == np.float32:
        return pixels.copy()
    out = np.empty(pixels.shape, dtype)
    kernel = convert.round_to_uint8 if dtype == np.uint8 else convert.round_to_uint16
    kernel(pixels.reshape(-1), out.reshape(-1))
    return out


def _area_mean(pixels: Floats, out: Floats) -> Floats:
    """(H, W, C) `pixels` as the smaller (h, w, C) `out`, each pixel the mean of what it covers."""
    low = np.empty((out.shape[0], *pixels.shape[1:]), np.float32)
    rows = warp.resampling_taps(warp.AREA, pixels.shape[0], out.shape[0])
    warp.resample_rows(pixels.reshape(pixels.shape[0], -1), low.reshape(low.shape[0], -1), *rows)
    warp.resample_columns(low, out, *warp.resampling_taps(warp.AREA, pixels.shape[1], out.shape[1]))
    return out


def _to_float(source: npt.NDArray[Any], out: Floats) -> None:
    flat = np.ascontiguousarray(source).reshape(-1)
    if source.dtype == np.float32:
        convert.clip_into(flat, out.reshape(-1))
    else:
        convert.scale_into(flat, out.reshape(-1), _BYTE if source.dtype == np.uint8 else _SHORT)


def _as_float(image: npt.NDArray[Any]) -> Floats:
    if image.dtype == np.float32:
        return image
    out = np.empty(image.shape, np.float32)
    _to_float(image, out)
    return out


def _displace_layers(layers: Layers, displace: Callable[[npt.NDArray[Any], bool], npt.NDArray[Any]]) -> None:
    kept = (pair for pair in zip(layers, (False, False, True), strict=True) if pair[0].shape[0] == layers[0].shape[0])
    for layer, nearest in kept:
        if layer.any():
            layer[...] = displace(layer[:, :, None], nearest)[:, :, 0]


def _weigh_integers(source: npt.NDArray[Any], out: Floats, weights: tuple[float, float, float], linear: bool) -> None:
    if linear and source.dtype == np.uint8:
        convert.weigh_light_bytes(source, out, *weights)
    elif linear:
        pixels = np.empty(source.shape, np.float32)
        _to_float(source, pixels)
        convert.weigh_light(pixels, out, *weights)
    else:
        red, blue = round(weights[0] * 65536), round(weights[2] * 65536)
        whole = (red, 65536 - red - blue, blue)
        if source.dtype == np.uint8:
            convert.weigh_bytes(source, out, *whole)
        else:
            convert.weigh_integers(source, out, *whole, 1 / (65536 * 65535))


class ColoursLost(ValueError):
    """A picture in colour was to become one of a single channel."""


def with_channels(image: npt.NDArray[Any], channels: int) -> npt.NDArray[Any]:
    """(H, W, C) `image` with 1 or 3 channels: itself, or its one channel three times over. Raises ColoursLost where it
    would have to lose its colours."""
    if image.shape[2] == channels:
        return image
    if channels == 1:
        raise ColoursLost("a colour picture has no one-channel form without a grayscale step")
    out = np.empty((*image.shape[:2], 3), image.dtype)
    convert.replicate(np.ascontiguousarray(image).reshape(-1), out.reshape(-1))
    return out
