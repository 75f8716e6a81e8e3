"""Light leaks."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import light_leaks
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS: dict[str, int] = {"edge": light_leaks.EDGE, "corner": light_leaks.CORNER, "streak": light_leaks.STREAK}
KIND_SHARES = (0.5, 0.8, 1.0)
"""Of `mixed` leaks: edges, corners, streaks, added up."""
VISIBLE = 0.002
"""Linear light below which a leak is not drawn: mask and picture must agree."""
LOG2_OF_E = 1.442695
WARM_LIGHT: tuple[float, float, float] = (1.0, 0.6, 0.25)
"""Light that arrives in red, green and blue on colour film, through its base and the layers beneath."""
WARM_FALL: tuple[float, float, float] = (1.0, 1.5, 2.3)
"""How fast red, green and blue fall off on colour film, relative to red."""


class LightLeak(Degradation):
    """Stray light that fogged the film through a worn seal, a back that did not close, or a pinhole in the bellows.

    The light adds to the exposure and so prints light. It comes from an `edge`, along a part of it and by turns far in,
    from a `corner`, or fans out from a pinhole as a `streak`, and falls off exponentially over 2 to 20 % of the
    picture. On colour film it is white to yellow where it is strong and dies away through orange to red: the leak
    passes the layers one after the other, and red light, whose layer lies deepest, goes farthest. On others it is
    neutral.

    References: R. W. G. Hunt, The Reproduction of Colour (2004), on the order of the layers; the shapes follow scans.
    """

    stage = Stage.NEGATIVE
    damage = DamageClass.LIGHT_LEAK

    count: Count = field(Choice((1, 2), (0.75, 0.25)), "leaks in the picture", low=0, high=20)
    length_frac: Real = field((0.03, 0.25), "distance over which a leak falls to 1/e", low=0.001, high=2)
    amount: Real = field(
        (0.3, 2.0), "light where a leak is strongest, 1: what makes white", low=0, high=10, unit="linear light"
    )
    kind: Option = field("mixed", "where it comes from, or each by chance", options=("mixed", *KINDS))
    warmth: Real = field((0.6, 1.0), "on colour pictures, 0: neutral, 1: orange and red", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One leak after the other."""
        if drawn["amount"] <= VISIBLE:
            return
        for number in range(drawn["count"]):
            _leak(photo, drawn, key.at("leak", number))


def _leak(photo: Photo, drawn: Drawn, key: Key) -> None:
    kind, way, longer, stronger = key.at("shape").uniforms()[:4]
    code = KINDS.get(drawn["kind"], sum(kind > share for share in KIND_SHARES[:-1]))
    top, bottom, left, right = photo.print_box
    side = min(bottom - top, right - left)
    grid = np.empty((photo.height // light_leaks.CELL + 2, photo.width // light_leaks.CELL + 2), np.float32)
    light_leaks.leak_depth(
        grid, code, int(4 * way), drawn["length_frac"] * (0.6 + 0.8 * longer), top, left, 1 / side,
        (right - left) / side, (bottom - top) / side, *key.at("noise").pair(),
    )  # fmt: skip
    amount = drawn["amount"] * (0.5 + 0.5 * stronger)
    warmth = drawn["warmth"] if photo.channels == 3 else 0.0
    lights = [amount * (1 + warmth * (share - 1)) for share in WARM_LIGHT]
    falls = [LOG2_OF_E * (1 + warmth * (fall - 1)) for fall in WARM_FALL]
    mask, _, classes = photo.layers
    light_leaks.leak(
        photo.pixels, mask, classes, int(DamageClass.LIGHT_LEAK), grid, np.array(lights[: photo.channels], np.float32),
        np.array(falls[: photo.channels], np.float32), VISIBLE,
    )  # fmt: skip
