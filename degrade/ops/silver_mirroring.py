"""Silver mirroring."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Real, field
from degrade.engine.kernels import veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

TINT: tuple[float, float, float] = (0.80, 0.92, 1.08)
"""Colour of the sheen relative to white light."""
DEEPEST = 1.6
"""Density from which on the sheen is as strong as it gets."""
NO_WINDOW = (9.0, -9.0, 9.0, -9.0)


class SilverMirroring(Degradation):
    """The bluish metallic sheen on old silver prints, in the dark areas along their edges.

    Silver that was oxidised migrates to the surface and is reduced there to a mirror. The oxidant comes in between
    stacked sheets and is used up on its way, c'' = c / l² with l = sqrt(D·gap / 2k), so that the sheen falls off as
    exp(-distance / l): far into the print in the middle of its sides, where sheets gape, hardly at the corners, where
    they touch. It adds light in proportion to the image's density: blacks go gray-blue, paper white does not change.
    A wrinkled sleeve leaves streaks in it; where a mat's window was (`mat_ghost`), it stops. Amount 0 is the identity.

    It keeps no masks: the picture under it is weakened smoothly, nothing of it is lost and no border could be drawn.

    Reference: G. Di Pietro, F. Ligterink, Silver mirroring edge patterns: diffusion-reaction models for the formation
    of silver mirroring on silver gelatin glass plates, J. American Institute for Conservation 41 (2002) 111-126.
    """

    stage = Stage.AGEING

    amount: Real = field((0.02, 0.12), "linear light that it adds to black at the edge", low=0, high=0.6, unit="light")
    reach_frac: Real = field(LogUniform(0.03, 0.12), "distance over which it falls to 1/e, mid-side", low=0.003, high=1)
    wrinkle: Real = field((0.0, 0.6), "how streaky it is", low=0, high=1, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A veil of light, its weight from the edges."""
        amount = drawn["amount"]
        if amount == 0:
            return
        grid = veils.grid_over(photo.height, photo.width, photo.print_box, 96)
        weights = grid.empty()
        window = photo.traces["mat"][-1] if photo.traces.get("mat") else NO_WINDOW
        veils.mirror_grid(
            weights, grid.place_y, grid.place_x, grid.step, grid.tall, grid.wide, drawn["reach_frac"], drawn["wrinkle"],
            np.array(window, np.float32), *key.at("gap").pair(),
        )  # fmt: skip
        lights = [amount * float(share) for share in photo.colour(TINT)]
        curves = np.stack([veils.veil_curve(0.0, 1.0, 1.0, 0.0, light, DEEPEST, True) for light in lights])
        rows = photo.pixels.reshape(photo.height, -1)
        veils.veil(rows, photo.channels, curves, weights, grid.first_y, grid.first_x, grid.spacing)
