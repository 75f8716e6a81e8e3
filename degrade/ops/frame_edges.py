"""A print that does not fill the scan."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Flag, Option, Real, field
from degrade.engine.kernels import displace, surroundings
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.elastic import move_smoothly

Rgb = tuple[float, float, float]

BACKINGS: dict[str, tuple[tuple[Rgb, ...], float]] = {
    "white": (((0.93, 0.93, 0.92), (0.96, 0.96, 0.955), (0.985, 0.985, 0.985)), 0.0),
    "black": (((0.03, 0.03, 0.035), (0.06, 0.06, 0.065), (0.1, 0.1, 0.1)), 0.0),
    "album": (((0.19, 0.18, 0.175), (0.34, 0.28, 0.22), (0.72, 0.64, 0.51), (0.43, 0.43, 0.39)), 0.09),
}
"""Encoded colours of scanner lids and of album paper, one of which is drawn, and how strongly their fibres show."""
NODES = 16
"""px between the nodes of the displacement, which is linear."""


class FrameEdges(Degradation):
    """A scan that reaches beyond the print: the backing shows along the edges of a print that lies askew.

    The print shows `margin_frac` of the short side smaller than the frame, nearer to one side or the other, turned by
    `angle_deg`. Around it lies the scanner's lid, `white` or `black`, or the paper of an `album`, with the shadow that
    the lamp throws on it from one side. The print's edge is cut a little unevenly. Of a patch, only edges that are the
    print's show backing. The masks move along and are 0 on the backing: no content of the print was lost there, and a
    model that is told so would paint a print beyond its edge. With `both` the clean picture lies on the same backing
    and asks for no change of it; without, it stays the whole print. Margin 0 and angle 0 are the identity.

    Reference: S. Puglia, J. Reed, E. Rhodes, Technical Guidelines for Digitizing Archival Materials for Electronic
    Access, US National Archives and Records Administration (2004), on what is laid behind originals.
    """

    stage = Stage.CAPTURE
    moves_pixels = True

    margin_frac: Real = field((0.005, 0.04), "how much less than the frame the print fills", low=0, high=0.4)
    angle_deg: Real = field((-1.5, 1.5), "how far it is turned, counterclockwise", low=-20, high=20)
    backing: Option = field(
        Choice(("white", "black", "album"), weights=(0.5, 0.25, 0.25)), "what it lies on", options=tuple(BACKINGS)
    )
    shadow: Real = field((0.1, 0.5), "light that its shadow takes from the backing", low=0, high=1, unit="share")
    shadow_mm: Real = field((0.2, 0.8), "how far the shadow reaches", low=0.01, high=10)
    both: Flag = field(True, "whether the clean picture lies on the same backing")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One affine map, then the backing over what lies beyond the print."""
        if drawn["margin_frac"] == 0 and drawn["angle_deg"] == 0:
            return
        height, width = photo.height, photo.width
        top, bottom, left, right = photo.print_box
        gap = min(drawn["margin_frac"] * min(bottom - top, right - left), 0.4 * min(height, width))
        matrix = _placement(height, width, gap, drawn["angle_deg"], key.at("place"))
        dy, dx = _displacements(matrix, height, width)
        border = math.ceil(max(abs(float(edge)) for field in (dy, dx) for edge in (field.min(), field.max()))) + 3
        u, v, tone, *_ = key.at("backing").uniforms()
        colours, weave = BACKINGS[drawn["backing"]]
        colour = colours[int(tone * len(colours))]
        reach = drawn["shadow_mm"] * photo.px_per_mm
        shadow = (drawn["shadow"], (2 * u - 1) * reach, (2 * v - 1) * reach, max(reach, 1.0))
        shown, light = (photo.workspace.array(f"backing {n}", (height, width), np.float32) for n in ("shown", "light"))
        surroundings.set_backing(
            shown, light, *matrix, *photo.print_box, border, 1 / photo.px_per_mm, *key.at("fibres").pair(),
            weave, *shadow,
        )  # fmt: skip

        def lay(rows: npt.NDArray[np.float32], channels: int) -> None:
            surroundings.lay_on_backing(rows, channels, border, shown, light, _colour(colour, channels))

        def clear(mask: npt.NDArray[np.uint8]) -> None:
            surroundings.clear_backing(mask, border, shown)

        move_smoothly(photo, dy, dx, NODES, drawn["both"], lay, clear)


def _placement(height: int, width: int, gap: float, angle: float, key: Key) -> tuple[float, ...]:
    """The affine map from points of the frame to those of the print, row by row; the print is at least `gap` px less
    wide and less tall than the frame."""
    across, down, *_ = key.uniforms()
    scale = 1 / max(1 - gap / width, 1 - gap / height)
    sine, cosine = (float(v) for v in sincos(angle / 360))
    # The print's middle lies as far off the frame's as the backing to either side differs.
    x = width / 2 + (across - 0.5) * (width - width / scale)
    y = height / 2 + (down - 0.5) * (height - height / scale)
    a, b = scale * cosine, scale * sine
    return a, -b, width / 2 - a * x + b * y, b, a, height / 2 - b * x - a * y


def _displacements(
    matrix: tuple[float, ...], height: int, width: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(dy, dx) nodes of an affine map, as `kernels.displace` takes them."""
    a, b, c, d, e, f = matrix
    y = np.arange(displace.node_count(height, NODES))[:, None] * float(NODES) + 0.5
    x = np.arange(displace.node_count(width, NODES))[None, :] * float(NODES) + 0.5
    dx = a * x + b * y + c - x
    # The first pass moves columns of the source: there x is the source's, and the output's follows from it.
    dy = d * ((x - b * y - c) / a) + e * y + f - y
    return dy.astype(np.float32), dx.astype(np.float32)


def _colour(rgb: Rgb, channels: int) -> npt.NDArray[np.float32]:
    """`rgb` as RGB, or as its Rec. 601 gray."""
    if channels == 3:
        return np.array(rgb, np.float32)
    return np.array([0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]], np.float32)
