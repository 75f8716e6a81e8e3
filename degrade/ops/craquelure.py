"""Craquelure: the fine crazing of an old emulsion or varnish."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal
from degrade.engine.fields import Real, field
from degrade.engine.kernels import craze, torn
from degrade.engine.key import Key
from degrade.engine.photo import Photo

MOST_CELLS = 4_000_000
"""Cells of the grid at most: on a finer mesh, it is as coarse as that."""
ATTEMPTS = 4
"""How often a crack tries to leave another, a mesh."""


class Craquelure(Degradation):
    """The fine, dense network of cracks of albumen prints and of lacquered or varnished ones.

    The layer shrinks and swells with the damp of decades, more than the paper does, and crazes into small fields:
    cracks some 10 thousandths of the diagonal apart, in albumen as few as 3, and a tenth as wide or less. They grow
    one after the other, each square to the one that it leaves and ending at the next, open more here, less there, and
    only where the print was damp unless the `share` is large. They go not down to the paper but to `depth`, in density.

    References: J. M. Reilly, The Albumen & Salted Paper Book, Light Impressions (1980), for the crazing of albumen;
    S. Bohn, L. Pauchard, Y. Couder, Hierarchical crack pattern as formed by successive domain divisions,
    doi:10.1103/PhysRevE.71.046214.
    """

    stage = Stage.WEAR
    damage = DamageClass.CRACK

    spacing_mm: Real = field(LogNormal(2.1, 0.22), "distance of one crack from the next", low=0.3, high=50)
    width_mm: Real = field((0.08, 0.16), "typical width of a crack", low=0.005, high=5)
    depth: Real = field((0.3, 0.8), "how far into the emulsion, 1: down to the paper", low=0, high=1, unit="share")
    share: Real = field((0.15, 0.45), "how much of the print is crazed: 1 all, 0 none", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Grow the network on the whole print, of which `photo` may show a part, and scrape it."""
        if drawn["depth"] == 0 or drawn["share"] == 0:
            return
        scale = photo.px_per_mm
        top, bottom, left, right = photo.print_box
        height, width = (bottom - top) / scale, (right - left) / scale
        spacing = max(drawn["spacing_mm"], craze.CELLS * (height * width / MOST_CELLS) ** 0.5)
        cell, short = spacing / craze.CELLS, min(height, width)
        words, damp = key.at("cracks").pair(), photo.shared_key("damp").pair()
        crazed = np.empty((craze.COARSE, craze.COARSE), np.float32)
        craze.crazing(crazed, np.float32(width / short), np.float32(height / short), drawn["share"], *damp)
        taken = np.zeros((int(height / cell) + 1, int(width / cell) + 1), np.uint8)
        meshes = taken.size / craze.CELLS**2
        pieces = np.empty((int(3 * meshes) + 64, 5), np.float32)
        tries = ATTEMPTS * meshes * np.count_nonzero(crazed >= craze.CRAZED) / crazed.size
        count = craze.grow_craze(taken, crazed, pieces, int(meshes / 12) + 1, int(tries), *words)
        box = craze.draw_craze(
            photo.coverage, photo.height, photo.width, pieces, count, cell, top / scale, left / scale,
            drawn["width_mm"] / 2, scale, words[0],
        )  # fmt: skip
        photo.remove(photo.coverage, box, DamageClass.CRACK, depth=drawn["depth"], paper=torn.bare_paper(photo))
