"""Saturation."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.kernels import adjust
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Saturation(Degradation):
    """Pale or glaring colours: each channel's distance from the pixel's luma times a factor.

    Faded and cheaply copied colour prints are pale, with a factor of 0.3 to 0.8; 0 leaves Rec. 601 luma in three equal
    channels. Works on encoded values and clips. Gray pictures and factor 1 are the identity.

    References: ITU-R BT.601-7; P. Haeberli, D. Voorhies, Image processing by linear interpolation and extrapolation,
    IRIS Universe 28 (1994); D. Hendrycks and T. Dietterich, arXiv:1903.12261 (factors 0.3, 0.1, 2, 5 and 20, there of
    the saturation of HSV).
    """

    stage = Stage.CAPTURE

    factor: Real = field((0.3, 1.2), "how far colours are from gray", low=0, high=20, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Away from luma or towards it."""
        if photo.channels == 3 and drawn["factor"] != 1:
            adjust.saturated(photo.pixels.reshape(-1), drawn["factor"])
