"""Yellowing."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.kernels import tone, veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

STAIN: tuple[float, float, float] = (0.04, 0.25, 1.0)
"""Density of the stain as red, green and blue see it, for one of 1 in blue."""
SEPIA_SHADOWS: tuple[float, float, float] = (0.87, 0.99, 1.11)
SEPIA_HIGHLIGHTS: tuple[float, float, float] = (0.78, 0.97, 1.20)
"""Factors of the density of silver that sulphur has turned brown, in the blacks and in the whites."""
DEEPEST = 1.8


class Yellowing(Degradation):
    """Paper and binder that have yellowed, and silver that sulphur turned brown.

    The stain is a density over all of the picture, in the proportions 0.04 : 0.25 : 1 of red, green and blue, so that
    it is seen in whites and mid tones and hardly in blacks; residues of fixer and the sulphur of the air turn the image
    itself towards sepia. `unevenness` is how much both differ over the print, in broad clouds. The picture becomes RGB.
    With stain and sulphiding 0 the tones stay as they are.

    References: J. M. Reilly, Care and Identification of 19th-Century Photographic Prints (1986); G. Weaver, A Guide to
    Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House and Image Permanence Institute
    (2008).
    """

    stage = Stage.AGEING

    stain: Real = field((0.03, 0.25), "stain of paper and binder, as blue sees it", low=0, high=1, unit="density")
    sulphiding: Real = field((0.1, 0.7), "how far the silver has turned brown", low=0, high=1, unit="share")
    unevenness: Real = field((0.0, 0.4), "how much both differ over the print", low=0, high=1, unit="ratio")

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """Three channels, unless it may be skipped."""
        return frozenset({3}) if self.p >= 1 else channels | {3}

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A curve a channel; where it is uneven, the same as a veil of clouds."""
        photo.to_colour()
        stain, brown, uneven = drawn["stain"], drawn["sulphiding"], drawn["unevenness"]
        if stain == 0 and brown == 0:
            return
        curves = np.stack(
            [
                veils.veil_curve(
                    0.0, 1 + brown * (dark - 1), 1 + brown * (light - 1), stain * share, 0.0, DEEPEST, uneven > 0
                )
                for share, dark, light in zip(STAIN, SEPIA_SHADOWS, SEPIA_HIGHLIGHTS, strict=True)
            ]
        )
        if uneven == 0:
            tone.curve_rgb(photo.pixels.reshape(-1), curves)
            return
        grid = veils.grid_over(photo.height, photo.width, photo.print_box, 32)
        clouds = grid.empty()
        veils.noise_grid(clouds, grid.place_y, grid.place_x, grid.step, 2.0, 3, 0.6, *key.at("clouds").pair())
        clouds *= np.float32(uneven)
        clouds += np.float32(1)
        rows = photo.pixels.reshape(photo.height, -1)
        veils.veil(rows, 3, curves, clouds, grid.first_y, grid.first_x, grid.spacing)
