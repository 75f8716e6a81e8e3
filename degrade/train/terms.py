"""The names of what a training minimises, and how a sum of them is written; `degrade.train.losses` computes them."""

from __future__ import annotations

import math

from degrade.train.errors import TrainError

WHOLE = ("mse", "l1", "charbonnier", "ssim")
"""Terms of the whole picture."""
MASKED = {f"masked_{name}": name for name in ("mse", "l1", "charbonnier")}
"""Terms that count inside the damage only, and what they count there."""
OUTSIDE = {f"outside_{name}": name for name in ("mse", "l1", "charbonnier")}
"""Terms that count outside the damage only: what a network changes there is harm. Beside the same term of the whole
picture, a weight w makes a network take away only what it holds for damage at odds above w or so."""
MASK = "mask"
"""The term of a network that says where the damage is."""
NAMES = (*WHOLE, *MASKED, *OUTSIDE, MASK)


def parse_loss(text: str) -> dict[str, float]:
    """ "l1:1,ssim:0.2" as weights by term; a term alone has the weight 1.

    Raises
    ------
    TrainError
        An unknown term, one that is named twice, or a weight that is no number above 0.
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, colon, number = (word.strip() for word in part.partition(":"))
        if name not in NAMES:
            raise TrainError(f"there is no loss {name!r}", f"choose of {', '.join(NAMES)}", 2)
        try:
            weight = float(number) if colon else 1.0
        except ValueError:
            weight = math.nan
        if not 0 < weight < math.inf:
            raise TrainError(f"the weight of {name} is {number!r}", "give a number above 0, such as l1:1,ssim:0.2", 2)
        if name in weights:
            raise TrainError(f"{name} stands there twice", "name each term once", 2)
        weights[name] = weight
    return weights
