"""What a method needs of the pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Needs:
    """What must be opened for a method.

    Attributes
    ----------
    mask : bool
        Whether the pairs' masks are needed.
    unpaired : bool
        Whether it learns from degraded and clean pictures that do not belong together, real ones among the degraded;
        otherwise from pairs with a target alone.
    real : float or None
        The share of real pictures, where it is unpaired (`degrade.train.unpaired.Unpaired`).
    """

    mask: bool = False
    unpaired: bool = False
    real: float | None = None
