"""A print photographed with a telephone."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Count, Flag, Real, field
from degrade.engine.kernels import displace, phone
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.elastic import move_smoothly

NODES = 16
"""px between the nodes of smooth fields."""


class PhonePhoto(Degradation):
    """A print that was photographed with a telephone instead of scanned: tilted, unevenly lit, with lamps in its gloss.

    The camera is not quite square to the print: each corner of the view lies up to `tilt_frac` inside of the print's,
    so that the picture is a perspective view and a little cut; the masks move along, and with `both` the clean picture.
    Lamps and windows are mirrored in the surface as soft lobes, bent by cockled paper, which add linear light. Light
    falls off towards the corners and from one side to the other, the white balance is not that of the lamps, and the
    sensor's noise is that of a demosaiced Bayer pattern: correlated over two pixels, in coloured blotches. With all of
    these at 0 it is the identity.

    References: R. Hartley, A. Zisserman, Multiple View Geometry in Computer Vision (2004) (homographies); S. B. Kang,
    R. Weiss, Can we calibrate a camera using an image of a flat, textureless Lambertian surface?, ECCV 2000
    (vignetting); B. E. Bayer, Color imaging array, US patent 3971065 (the sensor's pattern).
    """

    stage = Stage.CAPTURE
    moves_pixels = True

    tilt_frac: Real = field(
        (0.0, 0.06), "how far corners of the view lie inside of the print, at most", low=0, high=0.3
    )
    lobes: Count = field(2, "reflections of lamps", low=0, high=20)
    glare: Real = field(
        LogUniform(0.04, 0.3), "linear light that the strongest one adds", low=0, high=1, unit="share of white"
    )
    glare_frac: Real = field((0.12, 0.45), "radius of a reflection", low=0.01, high=3)
    cockling_frac: Real = field((0.0, 0.15), "how far cockled paper bends reflections", low=0, high=1)
    falloff: Real = field(
        (0.02, 0.2), "how fast light falls off to the corners", low=0, high=2, unit="per squared half diagonal"
    )
    slope: Real = field((0.0, 0.25), "how much darker the far side is than the middle", low=0, high=0.9, unit="share")
    white_balance: Real = field(
        (-0.12, 0.12), "how much too red and too little blue, in linear light", low=-0.6, high=0.6, unit="ratio"
    )
    noise: Real = field(
        LogUniform(0.004, 0.02), "standard deviation of the sensor's noise in the mid tones", low=0, high=0.3,
        unit="pixel scale [0, 1]",
    )  # fmt: skip
    both: Flag = field(True, "whether the clean picture is tilted alike")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Perspective, light, sensor."""
        if drawn["tilt_frac"] > 0:
            _tilt(photo, drawn["tilt_frac"], key.at("corners"), drawn["both"])
        rows = photo.pixels.reshape(photo.height, -1)
        gain, glare = _light(photo, drawn, key), _reflections(photo, drawn, key)
        balance = _balance(drawn["white_balance"], photo.channels, key)
        is_lit = bool((gain != 1).any() or glare.any() or (balance != 1).any())
        if is_lit or drawn["noise"] > 0:
            phone.photograph(
                rows, photo.channels, is_lit, gain, glare, NODES, balance, float(drawn["noise"]),
                *key.at("noise").pair(),
            )  # fmt: skip


def _nodes(photo: Photo) -> tuple[int, int]:
    return displace.node_count(photo.height, NODES), displace.node_count(photo.width, NODES)


def _tilt(photo: Photo, most: float, key: Key, both: bool) -> None:
    """Show the quadrilateral whose corners lie inside of the picture's by up to `most` of its sides."""
    inset = [most * u for u in key.uniforms()]
    corners = [
        (inset[0], inset[1]), (1 - inset[2], inset[3]), (1 - inset[4], 1 - inset[5]), (inset[6], 1 - inset[7])
    ]  # fmt: skip
    a, b, c, d, e, f, g, h = _square_to(corners)
    rows, columns = _nodes(photo)
    v = np.arange(rows)[:, None] * (NODES / photo.height)
    u = np.arange(columns)[None, :] * (NODES / photo.width)
    w = g * u + h * v + 1
    dx = ((a * u + b * v + c) / w - u) * photo.width
    # The first pass moves columns of the source: there u is the source's, and the output's follows from it.
    output_u = (u * (h * v + 1) - b * v - c) / (a - g * u)
    dy = ((d * output_u + e * v + f) / (g * output_u + h * v + 1) - v) * photo.height
    move_smoothly(photo, dy.astype(np.float32), dx.astype(np.float32), NODES, both)


def _square_to(corners: list[tuple[float, float]]) -> tuple[float, ...]:
    """(a, b, c, d, e, f, g, h) of the homography x = (a·u + b·v + c)/w, y = (d·u + e·v + f)/w, w = g·u + h·v + 1 that
    sends the unit square's corners, clockwise from the origin, to `corners`."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    sum_x, sum_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    area = dx1 * dy2 - dx2 * dy1
    g, h = (sum_x * dy2 - dx2 * sum_y) / area, (dx1 * sum_y - sum_x * dy1) / area
    return x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h


def _light(photo: Photo, drawn: Drawn, key: Key) -> npt.NDArray[np.float32]:
    """Nodes of the factor of linear light: towards the corners, and along one direction."""
    top, bottom, left, right = photo.print_box
    radius = math.hypot(bottom - top, right - left) / 2
    along_x, along_y, length = _direction(key.at("slope"))
    steep = drawn["slope"] / max(length, 1e-6)
    light: npt.NDArray[np.float32] = phone.falling_light(
        *_nodes(photo), NODES, (top + bottom) / 2, (left + right) / 2, 1 / radius, drawn["falloff"],
        steep * along_y, steep * along_x,
    )  # fmt: skip
    return light


def _direction(key: Key) -> tuple[float, float, float]:
    """A random point of the square around the origin, and its distance: a direction without trigonometry."""
    u, v, *_ = key.uniforms()
    x, y = 2 * u - 1, 2 * v - 1
    return x, y, math.sqrt(x * x + y * y)


def _reflections(photo: Photo, drawn: Drawn, key: Key) -> npt.NDArray[np.float32]:
    """Nodes of the linear light that reflections add, the first the strongest."""
    glare = np.zeros(_nodes(photo), np.float32)
    if drawn["glare"] == 0:
        return glare
    top, bottom, left, right = photo.print_box
    short = min(bottom - top, right - left)
    tall, wide = (bottom - top) / short, (right - left) / short
    for number in range(drawn["lobes"]):
        own = key.at("lobe", number)
        x, y, size, oblong, turn, weaker, *_ = own.uniforms()
        amount = drawn["glare"] * (1 if number == 0 else 0.2 + 0.8 * weaker)
        radius = drawn["glare_frac"] * (0.6 + 0.8 * size)
        phone.add_lobe(
            glare, NODES, top, left, 1 / short, amount, (1.3 * y - 0.15) * tall, (1.3 * x - 0.15) * wide,
            radius * (0.35 + 0.65 * oblong), radius, 4 * turn - 2, drawn["cockling_frac"], *own.at("cockling").pair(),
        )  # fmt: skip
    return glare


def _balance(amount: float, channels: int, key: Key) -> npt.NDArray[np.float32]:
    """Factors of the channels: red against blue, and a third of it of green against both."""
    if channels == 1:
        return np.ones(1, np.float32)
    green = 1 + abs(amount) * (key.at("green").uniform() - 0.5) * 0.67
    return np.array([1 + amount, green, 1 - amount], np.float32)
