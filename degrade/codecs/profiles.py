"""ICC profiles: into sRGB.

Eight-bit pictures go through LittleCMS (Pillow's ImageCms). It knows no 16-bit RGB in Pillow, so 16-bit pictures with
a matrix and curves (Adobe RGB, Display P3, ProPhoto: nearly all that photographers embed) are converted here, at full
depth; a 16-bit picture with a profile made of look-up tables is converted by LittleCMS and so comes out with 8 bits.
Relative colorimetric with black point compensation, throughout. A broken profile, or one for another kind of pixels,
is ignored: the picture is taken for sRGB, as every viewer takes it.
"""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from degrade.codecs.quiet import quiet

if TYPE_CHECKING:
    from PIL import ImageCms

_SPACES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}

# XYZ under D50 to linear sRGB: the inverse of the matrix in IEC 61966-2-1 after Bradford adaptation (lindbloom.com).
_TO_SRGB = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)
_KNOTS = 4096


def to_srgb(pixels: np.ndarray, profile: bytes) -> np.ndarray:
    """`pixels`, (H, W, C) uint8 or uint16, from the space of `profile` into sRGB.

    C is 1 (gray stays gray), 3 (RGB) or 4 (CMYK, 8 bits, 255 being full ink; becomes RGB). The very same array comes
    back where there is nothing to do: the profile is sRGB, or broken, or not for this kind of pixels.
    """
    channels = pixels.shape[2]
    if profile[16:20] != _SPACES[channels]:
        return pixels
    transform = _transform(profile, channels)
    if transform is None:
        return pixels
    if pixels.dtype == np.uint16:
        curves = _curves(profile, channels)
        if curves is not None:
            return _convert_16(pixels, curves)
        pixels = (pixels >> 8).astype(np.uint8)
    return _apply(transform, pixels)


@lru_cache(maxsize=32)
def _transform(profile: bytes, channels: int) -> ImageCms.ImageCmsTransform | None:
    """The LittleCMS transform into sRGB; None if the profile is broken or is sRGB."""
    from PIL import ImageCms

    try:
        with quiet():
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            transform = ImageCms.buildTransform(
                source,
                ImageCms.createProfile("sRGB"),
                _MODES[channels],
                "RGB",
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None if channels != 4 and _is_identity(transform, channels) else transform


def _is_identity(transform: ImageCms.ImageCmsTransform, channels: int) -> bool:
    """Whether no colour of a lattice moves by more than one code: sRGB under whatever name."""
    axis = np.arange(0, 256, 17, dtype=np.uint8)
    lattice = np.stack(np.meshgrid(*[axis] * channels, indexing="ij"), axis=-1).reshape(1, -1, channels)
    moved = np.abs(_apply(transform, lattice).astype(np.int16) - lattice)
    return int(moved.max()) <= 1


def _apply(transform: ImageCms.ImageCmsTransform, pixels: np.ndarray) -> np.ndarray:
    from PIL import Image

    height, width, channels = pixels.shape
    mode = _MODES[channels]
    image = Image.frombuffer(mode, (width, height), np.ascontiguousarray(pixels), "raw", mode, 0, 1)
    rgb = np.asarray(transform.apply(image))
    return rgb[:, :, 1:2] if channels == 1 else rgb


class _Curves(NamedTuple):
    """What a matrix profile holds: for each channel linear light by code, and the rows from it to linear sRGB."""

    linear: tuple[np.ndarray, ...]  # each (65536,) float32
    rows: tuple[tuple[float, ...], ...]  # 1 x 1 or 3 x 3


@lru_cache(maxsize=8)
def _curves(profile: bytes, channels: int) -> _Curves | None:
    """The curves and the matrix of a profile; None if it works by look-up tables or is broken."""
    try:
        tags = _tags(profile)
        if b"A2B0" in tags or b"A2B1" in tags:
            return None
        if channels == 1:
            return _Curves((_curve(tags[b"kTRC"]),), ((1.0,),))
        columns = [struct.unpack_from(">3i", tags[name], 8) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        curves = tuple(_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (KeyError, ValueError, IndexError, struct.error):
        return None
    rows = tuple(tuple(sum(row[k] * column[k] / 65536 for k in range(3)) for column in columns) for row in _TO_SRGB)
    return _Curves(curves, rows)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The tags of a profile: signature -> element. Source: ICC.1:2022, 7.3."""
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 1000:
        raise ValueError("too many tags")
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * i) for i in range(count))
    return {name: profile[offset : offset + size] for name, offset, size in entries}


def _curve(element: bytes) -> np.ndarray:
    """A tone curve at all 65536 codes, float32. Source: ICC.1:2022, 10.6 (curv) and 10.18 (para)."""
    x = np.arange(65536) / 65535
    if element[:4] == b"curv":
        (count,) = struct.unpack_from(">I", element, 8)
        table = struct.unpack_from(f">{count}H", element, 12)
        if count == 0:
            y = x
        elif count == 1:
            y = np.power(x, table[0] / 256)
        else:
            y = np.interp(x, np.arange(count) / (count - 1), np.array(table) / 65535)
    elif element[:4] == b"para":
        y = _parametric(element, x)
    else:
        raise ValueError(f"unknown curve {element[:4]!r}")
    return _settled(y)


def _parametric(element: bytes, x: np.ndarray) -> np.ndarray:
    (kind,) = struct.unpack_from(">H", element, 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
    if count is None:
        raise ValueError(f"unknown parametric curve {kind}")
    g, *rest = [int(value) / 65536 for value in struct.unpack_from(f">{count}i", element, 12)]
    a, b, c, d, e, f = rest + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0][len(rest) :]
    if kind in (1, 2):  # (a x + b)^g + c above -b / a, and c below
        c, d, e, f = 0.0, (-b / a if a else 0.0), c, c
    return np.where(x >= d, np.power(np.maximum(a * x + b, 0), g) + e, c * x + f)


def _settled(y: np.ndarray) -> np.ndarray:
    """In [0, 1] and rounded to 2⁻²⁴, so that the last bit of a machine's `pow` cannot show."""
    settled: np.ndarray = np.round(np.clip(np.nan_to_num(y), 0, 1) * 2**24) / 2**24
    return settled.astype(np.float32)


@lru_cache(maxsize=1)
def _encoding() -> np.ndarray:
    """sRGB-encoded codes in [0, 65535] at the squares of k / 4096: interpolated, within 0.02 code of IEC 61966-2-1."""
    light = (np.arange(_KNOTS + 2) / _KNOTS) ** 2
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    codes: np.ndarray = _settled(code) * np.float32(65535)
    return codes


def _convert_16(pixels: np.ndarray, curves: _Curves) -> np.ndarray:
    """Curves, matrix, sRGB encoding, for (H, W, 1 or 3) uint16."""
    out = np.empty_like(pixels)
    block = max(1, 1_000_000 // pixels.shape[1])
    for top in range(0, len(pixels), block):
        part = pixels[top : top + block]
        light = [table[part[:, :, i]] for i, table in enumerate(curves.linear)]
        for i, row in enumerate(curves.rows):
            mixed = np.zeros_like(light[0])
            for weight, channel in zip(row, light, strict=True):
                mixed += np.float32(weight) * channel
            out[top : top + block, :, i] = _encode(mixed)
    return out


def _encode(light: np.ndarray) -> np.ndarray:
    """Linear light, float32, as 16-bit sRGB codes."""
    table = _encoding()
    position = np.sqrt(np.clip(light, 0, 1)) * np.float32(_KNOTS)
    knot = position.astype(np.int32)
    low = table[knot]
    code: np.ndarray = low + (position - knot.astype(np.float32)) * (table[knot + 1] - low)
    return (code + np.float32(0.5)).astype(np.uint16)
