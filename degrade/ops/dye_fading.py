"""Fading of the dyes of colour prints."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice, rounded
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import chemistry, tone, veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

ABSORPTIONS = ((1.0, 0.20, 0.03), (0.12, 1.0, 0.15), (0.05, 0.30, 1.0))
"""Density that red, green and blue see (rows) for one of the dye cyan, magenta and yellow (columns)."""
RATES: dict[str, tuple[float, float, float]] = {"dark": (1.0, 0.35, 0.45), "light": (0.5, 1.0, 0.6)}
"""How fast cyan, magenta and yellow fade, of the fastest."""
STAIN: tuple[float, float, float] = (0.04, 0.25, 1.0)
"""Density of the stain of residual couplers as red, green and blue see it."""


class DyeFading(Degradation):
    """Colour prints whose dyes have faded unequally: red and orange albums of the seventies, greenish shop windows.

    Each colour is a mixture of a cyan, a magenta and a yellow dye, none of which is pure: red, green and blue densities
    are solved for them by a matrix of their absorptions. Each dye loses its share of its own. In the `dark` cyan is the
    least stable on papers before about 1985: prints go red or orange, their shadows first. In `light` it is magenta:
    they go greenish. Couplers left in the paper stain it yellow. The dye that fades fastest loses `loss`. Pictures of
    one channel show the brightness. With loss and stain 0 it is the identity.

    Reference: H. Wilhelm, C. Brower, The Permanence and Care of Color Photographs (1993); ISO 18909, Photography -
    Processed photographic colour films and paper prints - Methods for measuring image stability.
    """

    stage = Stage.AGEING

    storage: Option = field(Choice(["dark", "light"], [0.65, 0.35]), "where it was kept", options=tuple(RATES))
    loss: Real = field((0.05, 0.6), "what the fastest dye has lost of its density", low=0, high=0.98, unit="share")
    stain: Real = field((0.03, 0.2), "yellow stain, as blue sees it", low=0, high=1, unit="density")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A linear map of the densities; gray takes its effect on neutral tones."""
        loss, stain = drawn["loss"], drawn["stain"]
        if loss == 0 and stain == 0:
            return
        kept = [rounded((1 - loss) ** rate) for rate in RATES[drawn["storage"]]]
        mixed = faded_absorptions(kept)
        if photo.channels == 3:
            more = np.array([share * stain for share in STAIN], np.float32)
            chemistry.mix_densities(photo.pixels.reshape(-1), np.array(mixed, np.float32), more)
            return
        factor = float(photo.colour((sum(mixed[0]), sum(mixed[1]), sum(mixed[2])))[0])
        gray = stain * float(photo.colour(STAIN)[0])
        tone.curve(photo.pixels.reshape(-1), veils.veil_curve(0.0, factor, factor, gray, 0.0, 3.0, False))


def faded_absorptions(kept: list[float]) -> list[list[float]]:
    """The 3 x 3 map of R, G, B densities when each dye keeps the share `kept` of its own: A · diag(kept) · A⁻¹."""
    a = ABSORPTIONS
    inverse = [[_cofactor(j, i) for j in range(3)] for i in range(3)]
    whole = sum(a[0][j] * inverse[j][0] for j in range(3))
    return [[sum(a[i][d] * kept[d] * inverse[d][j] for d in range(3)) / whole for j in range(3)] for i in range(3)]


def _cofactor(i: int, j: int) -> float:
    """Of the absorptions, the signed minor of row i and column j."""
    a = ABSORPTIONS
    (p, q), (r, s) = (((n + 1) % 3, (n + 2) % 3) for n in (i, j))
    return a[p][r] * a[q][s] - a[p][s] * a[q][r]
