"""Small pictures and hand-made ICC profiles for the codecs' tests."""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

# Columns of XYZ under D50 (lindbloom.com, Bradford-adapted).
_SRGB = ((0.4360747, 0.2225045, 0.0139322), (0.3850649, 0.7168786, 0.0971045), (0.1430804, 0.0606169, 0.7141733))
_ADOBE = ((0.6097559, 0.3111242, 0.0194811), (0.2052401, 0.6256560, 0.0608902), (0.1492240, 0.0632197, 0.7448387))


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    head = struct.pack(">I4sI4s4s4s", 0, b"test", 0x02400000, b"mntr", space, connection) + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    head += bytes(128 - len(head))
    table, bodies, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        body += bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, offset, len(body))
        bodies += body
        offset += len(body)
    profile = head + struct.pack(">I", len(tags)) + table + bodies
    return struct.pack(">I", len(profile)) + profile[4:]


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _gamma(gamma: float) -> bytes:
    """A one-number `curv`."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _table(values: list[int]) -> bytes:
    """A sampled `curv`."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def _parametric(kind: int, *numbers: float) -> bytes:
    """A `para`."""
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *(round(number * 65536) for number in numbers))


_SRGB_CURVE = _parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _matrix_profile(primaries: tuple[tuple[float, float, float], ...], curve: bytes) -> bytes:
    """An RGB profile of a matrix and one curve for all channels."""
    tags = {b"wtpt": _xyz((0.9642, 1.0, 0.8249))}
    for letter, column in zip(b"rgb", primaries, strict=True):
        tags[bytes([letter]) + b"XYZ"] = _xyz(column)
        tags[bytes([letter]) + b"TRC"] = curve
    return _profile(b"RGB ", b"XYZ ", tags)


def _gray_profile(curve: bytes) -> bytes:
    """A gray profile."""
    return _profile(b"GRAY", b"XYZ ", {b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"kTRC": curve})


def _lut_profile(space: bytes, lab: Callable[[tuple[int, ...]], tuple[int, int, int]]) -> bytes:
    """A profile of an 8-bit table with two grid points an axis: corner of the device cube -> Lab bytes."""
    inputs = 4 if space == b"CMYK" else 3
    body = b"mft1\0\0\0\0" + bytes([inputs, 3, 2, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    body += bytes(range(256)) * inputs
    body += b"".join(bytes(lab(corner)) for corner in itertools.product((0, 1), repeat=inputs))
    body += bytes(range(256)) * 3
    return _profile(space, b"Lab ", {b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"A2B0": body})


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    """A smooth colour picture, (24, 36, 3) uint8, different in every corner."""
    y, x = np.mgrid[0:24, 0:36]
    return np.stack([40 + 5 * x, 30 + 8 * y, 200 - 3 * x - 2 * y], axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def deep(picture: np.ndarray) -> np.ndarray:
    """The same with 16 bits, whose low bytes matter."""
    return picture.astype(np.uint16) * 257 - np.arange(36, dtype=np.uint16)[None, :, None]


@pytest.fixture(scope="session")
def file_of() -> Callable[..., bytes]:
    """`file_of(array, "png", mode="P", **options)`: the array as a file written by Pillow."""

    def write(array: np.ndarray, kind: str, mode: str | None = None, **options: object) -> bytes:
        image = Image.fromarray(array)
        stream = io.BytesIO()
        (image.convert(mode) if mode else image).save(stream, kind, **options)
        return stream.getvalue()

    return write


@pytest.fixture(scope="session")
def exif() -> Callable[[int], bytes]:
    """`exif(6)`: an EXIF block with that orientation, and a camera's name for company."""

    def block(orientation: int) -> bytes:
        tags = Image.Exif()
        tags[0x0112] = orientation
        tags[0x010F] = "Secret Camera"
        return tags.tobytes()

    return block


@pytest.fixture(scope="session")
def icc() -> dict[str, bytes]:
    """Profiles by name."""

    def rgb_corner(corner: tuple[int, ...]) -> tuple[int, int, int]:
        red, green, blue = corner
        return 85 * (red + green + blue), 128 + 40 * (red - green), 128 + 40 * (green - blue)

    def ink_corner(corner: tuple[int, ...]) -> tuple[int, int, int]:
        cyan, magenta, yellow, black = corner
        light = max(0, 255 - 60 * (cyan + magenta + yellow) - 200 * black)
        return light, 128 - 30 * cyan + 30 * magenta, 128 + 30 * yellow

    return {
        "sRGB": _matrix_profile(_SRGB, _SRGB_CURVE),
        "Adobe RGB": _matrix_profile(_ADOBE, _gamma(563 / 256)),
        "sRGB primaries, gamma 1.8": _matrix_profile(_SRGB, _gamma(1.8)),
        "gray, sRGB curve": _gray_profile(_SRGB_CURVE),
        "gray, gamma 1.8": _gray_profile(_gamma(1.8)),
        "gray, gamma 1.8, as a parametric curve": _gray_profile(_parametric(0, 1.8)),
        "gray, gamma 1.8, as a table": _gray_profile(_table([round(65535 * (i / 255) ** 1.8) for i in range(256)])),
        "RGB table": _lut_profile(b"RGB ", rgb_corner),
        "CMYK table": _lut_profile(b"CMYK", ink_corner),
    }
