"""CIE L*a*b* of sRGB colours and back, for models that predict colour from lightness.

Nothing but arithmetic, so that it takes numpy's arrays, torch's tensors (differentiably) and JAX's alike.

References: IEC 61966-2-1 (sRGB); CIE 15:2018, CIE 1976 L*a*b*, D65 and the observer of 2 degrees.
"""

from __future__ import annotations

from typing import Any

LARGEST_AB = 110.0
"""No a* or b* of an sRGB colour is larger than this, or smaller than minus this."""
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = tuple(sum(row) for row in _TO_XYZ)
_FROM_XYZ = (
    (3.2404541621, -1.5371385128, -0.4985314096),
    (-0.9692660305, 1.8760108454, 0.0415560175),
    (0.0556434310, -0.2040259135, 1.0572251882),
)
_EDGE = 6 / 29


def rgb_to_lab(red: Any, green: Any, blue: Any) -> tuple[Any, Any, Any]:
    """L* in [0, 100], a* and b* of encoded red, green and blue in [0, 1], each a float array of one shape.

    Gray (three equal channels) has a* and b* of 0, but for rounding, and the L* of its own luminance.
    """
    linear = [_linear(channel) for channel in (red, green, blue)]
    x, y, z = (_root(_weighed(row, linear) * (1 / white)) for row, white in zip(_TO_XYZ, _WHITE, strict=True))
    return y * 116 - 16, (x - y) * 500, (y - z) * 200


def lab_to_rgb(lightness: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Encoded red, green and blue of L*, a* and b*: in [0, 1], colours that sRGB lacks are cut off there."""
    y = (lightness + 16) * (1 / 116)
    xyz = [_cube(f) * white for f, white in zip((y + a * (1 / 500), y, y - b * (1 / 200)), _WHITE, strict=True)]
    red, green, blue = (_encoded(_weighed(row, xyz).clip(0, 1)) for row in _FROM_XYZ)
    return red, green, blue


def _weighed(row: tuple[float, ...], planes: list[Any]) -> Any:
    return planes[0] * row[0] + planes[1] * row[1] + planes[2] * row[2]


def _linear(encoded: Any) -> Any:
    low = encoded <= 0.04045
    return low * (encoded * (1 / 12.92)) + ~low * (((encoded.clip(0.04045, 1) + 0.055) * (1 / 1.055)) ** 2.4)


def _encoded(linear: Any) -> Any:
    low = linear <= 0.0031308
    return low * (linear * 12.92) + ~low * (linear.clip(0.0031308, 1) ** (1 / 2.4) * 1.055 - 0.055)


def _root(t: Any) -> Any:
    low = t <= _EDGE**3
    return low * (t * (1 / (3 * _EDGE**2)) + 4 / 29) + ~low * (t.clip(_EDGE**3, 2) ** (1 / 3))


def _cube(t: Any) -> Any:
    low = t <= _EDGE
    return low * ((t - 4 / 29) * (3 * _EDGE**2)) + ~low * (t**3)
