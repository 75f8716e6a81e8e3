"""Edges that have faded or browned."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform, Normal
from degrade.engine.fields import Real, field
from degrade.engine.kernels import veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

STAIN: tuple[float, float, float] = (0.45, 0.7, 1.25)
"""Density of browned paper as red, green and blue see it."""
FADING_PER_DENSITY = 4.0
"""Fading that takes one density away: `fade` of `veil_curve` at a mid tone."""
DENSEST = 3.0


class EdgeFade(Degradation):
    """A print whose edges have faded, or gone brown and darker, where air, damp and acid came in from the sides.

    The effect falls with the distance from an edge as exp(-distance / reach), each edge by its own strength, the reach
    unsteady. A negative `amount` fades the image (highlights first) and yellows the paper a little; a positive one
    stains. A print that stood in a frame or lay in an album may show either. Amount 0 is the identity; of the colour,
    pictures of one channel show the brightness.

    Reference: J. M. Reilly, Care and Identification of 19th-Century Photographic Prints (1986), on fading from the
    edges; the exponential is the steady state of diffusion with a reaction (see `silver_mirroring`).
    """

    stage = Stage.AGEING

    amount: Real = field(
        Normal(0, 0.12), "density added at the edge; below 0, taken from mid tones", low=-0.6, high=0.8, unit="density"
    )
    reach_frac: Real = field(LogUniform(0.03, 0.2), "distance over which it falls to 1/e", low=0.002, high=2)
    unevenness: Real = field((0.2, 0.6), "how much the reach and the edges differ", low=0, high=1, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A veil with its weight from the edges."""
        amount, uneven = drawn["amount"], drawn["unevenness"]
        if amount == 0:
            return
        stains = [max(amount, 0.0) * share - min(amount, 0.0) * 0.15 * max(share - STAIN[0], 0) for share in STAIN]
        fade = FADING_PER_DENSITY * max(-amount, 0.0)
        if photo.channels == 1:
            stains = [float(photo.colour((stains[0], stains[1], stains[2]))[0])]
        curves = np.stack([veils.veil_curve(min(fade, 1.0), 1.0, 1.0, stain, 0.0, DENSEST, True) for stain in stains])
        grid = veils.grid_over(photo.height, photo.width, photo.print_box, 64)
        weights = grid.empty()
        strengths = np.array([1 - uneven * u for u in key.at("edges").uniforms()[:4]], np.float32)
        veils.edge_grid(
            weights, grid.place_y, grid.place_x, grid.step, grid.tall, grid.wide, drawn["reach_frac"], strengths,
            uneven, *key.at("reach").pair(),
        )  # fmt: skip
        rows = photo.pixels.reshape(photo.height, -1)
        veils.veil(rows, photo.channels, curves, weights, grid.first_y, grid.first_x, grid.spacing)
