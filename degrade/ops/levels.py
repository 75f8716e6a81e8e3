"""Levels: black point, white point, gamma."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Constant
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

STEPS = 4096
"""How finely `auto` counts tones."""


class Levels(Degradation):
    """Stretch the tones between a black and a white point, bend them by a gamma, fit them into an output range.

    The "levels" of scanner software and image editors: out = output_black + (output_white - output_black) ·
    ((v - black)/(white - black))^(1/gamma), on sRGB-encoded values, clipped. With `auto`, black and white are measured
    instead, as scanners do, such that the share `clip` of all values is clipped at either end; channels share the two
    points. A raised output_black is the veil of a scan through dusty glass. Black 0, white 1, gamma 1 and the whole
    output range are the identity.

    Reference: R. C. Gonzalez, R. E. Woods, Digital Image Processing, chapter 3 (piecewise-linear and power-law
    transformations).
    """

    stage = Stage.CAPTURE

    black: Real = field((0.0, 0.08), "value that becomes black", low=0, high=0.95, unit="pixel scale [0, 1]")
    white: Real = field((0.88, 1.0), "value that becomes white", low=0.05, high=1, unit="pixel scale [0, 1]")
    gamma: Real = field(
        (0.8, 1.25), "the exponent's inverse; above 1 lightens mid tones", low=0.1, high=10, unit="gamma"
    )
    output_black: Real = field(0.0, "value that black gets", low=0, high=1, unit="pixel scale [0, 1]")
    output_white: Real = field(1.0, "value that white gets", low=0, high=1, unit="pixel scale [0, 1]")
    auto: Flag = field(False, "whether black and white are measured on the picture")
    clip: Real = field((0.0, 0.01), "with auto, how much is clipped at either end", low=0, high=0.4, unit="share")

    def conflicts(self) -> list[tuple[str, str]]:
        """The black point must lie below the white point, whatever is drawn."""
        measured = self.auto == Constant(True)
        if measured or self.black.support[1] < self.white.support[0]:  # type: ignore[union-attr]
            return []
        return [("black", "expected values below every value of white")]

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Clip, bend, fit."""
        black, white = float(drawn["black"]), float(drawn["white"])
        bottom, top, gamma = float(drawn["output_black"]), float(drawn["output_white"]), float(drawn["gamma"])
        if drawn["auto"]:
            black, white = measured_points(photo.pixels.reshape(-1), drawn["clip"])
        if (black, white, gamma, bottom, top) == (0, 1, 1, 0, 1):
            return
        values = photo.pixels.reshape(-1)
        if gamma == 1:
            tone.stretched(values, black, white, bottom, top)
        else:
            tone.stretched_by_gamma(values, black, white, gamma, bottom, top)


def measured_points(values: npt.NDArray[np.float32], clip: float) -> tuple[float, float]:
    """(black, white), in steps of 1/4095, such that at most the share `clip` of flat `values` lies below black, and as
    much above white. A picture of one tone has (0, 1)."""
    counts = np.zeros(STEPS, np.int64)
    tone.histogram(values, counts)
    below, allowed = np.cumsum(counts), int(clip * values.size)
    first = int(np.searchsorted(below, allowed, side="right"))
    last = int(np.searchsorted(below, values.size - allowed, side="left"))
    if first >= last:
        return 0.0, 1.0
    return first / (STEPS - 1), last / (STEPS - 1)
