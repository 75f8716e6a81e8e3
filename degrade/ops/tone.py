"""Toning: the colour of a print's process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Process:
    """A way of printing: how its image absorbs red, green and blue relative to a neutral one, and on what paper.

    Attributes
    ----------
    shadows, highlights : (R, G, B)
        Factor of the density, at the deepest black and at paper white; tones between have one between.
    dmax : float
        Density of its deepest black.
    paper : (R, G, B)
        Linear reflectance of its paper relative to white.
    """

    shadows: Rgb
    highlights: Rgb
    dmax: float
    paper: Rgb


PROCESSES: dict[str, Process] = {
    "neutral": Process((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 2.0, (0.96, 0.95, 0.91)),
    "sepia": Process((0.87, 0.99, 1.11), (0.78, 0.97, 1.20), 1.8, (0.97, 0.94, 0.86)),
    "selenium": Process((0.97, 1.05, 1.00), (1.0, 1.03, 0.97), 2.1, (0.96, 0.95, 0.91)),
    "albumen": Process((0.85, 1.0, 1.12), (0.80, 1.0, 1.16), 1.5, (0.95, 0.89, 0.75)),
    "cyanotype": Process((1.25, 0.85, 0.45), (1.25, 0.85, 0.45), 1.5, (0.96, 0.95, 0.91)),
    "gold": Process((0.98, 1.02, 0.96), (0.86, 1.04, 0.99), 1.7, (0.96, 0.92, 0.83)),
    "printing_out": Process((0.86, 1.05, 1.04), (0.72, 1.06, 1.14), 1.8, (0.97, 0.93, 0.87)),
    "platinum": Process((0.98, 1.01, 1.03), (0.96, 1.02, 1.05), 1.35, (0.95, 0.92, 0.86)),
    "split": Process((0.90, 1.0, 1.08), (1.03, 1.0, 0.96), 1.9, (0.96, 0.95, 0.91)),
}
"""Gelatin silver untoned, sulphide-toned and selenium-toned; albumen, whose egg white yellows; Prussian blue; albumen
toned with gold, purple in its light tones; collodion or gelatin printing-out paper, red-brown; platinum, warm black on
matt paper; sulphide-toned shadows under cool highlights."""


class Tone(Degradation):
    """The colour of a print's process or toning bath: sepia, selenium, albumen, cyanotype, gold, platinum and others.

    A toned image absorbs each colour in its own proportion to the silver it had: its density is multiplied, by
    factors that differ between shadows and highlights. So the tint is strongest in the mid tones, weaker in the
    blacks, and that of the paper in the whites; the sepia and albumen ones lie within what scans of toned prints
    measure (shadows a*, b* of 2 to 11, 4 to 19; mid tones 0 to 9, 9 to 27; highlights -4 to 6, 5 to 25), where one
    tint laid over all tones does not. The picture becomes RGB; one in colours gets a cast: put `grayscale` before it.
    Strength 0 is the identity.

    Worked out in linear light and run as a polynomial a channel, which errs by less than 0.7 of an 8-bit code.

    References: E. J. Wall, Photographic Facts and Formulas (1924), on toning baths; D. C. Stulik, A. Kaplan, The
    Atlas of Analytical Signatures of Photographic Processes, Getty Conservation Institute (2013).
    """

    stage = Stage.PRINT

    process: Option = field("sepia", "how it was printed or toned", options=tuple(PROCESSES))
    strength: Real = field((0.5, 1.0), "how far it was toned; 0 leaves the picture", low=0, high=1, unit="share")
    variation: Real = field(
        0.03, "standard deviation of each colour's density from print to print", low=0, high=0.3, unit="ratio"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A curve of its own for each channel; see `PROCESSES`."""
        photo.to_colour()
        if drawn["strength"] == 0:
            return
        process = PROCESSES[drawn["process"]]
        deepest = tone.reflectance(process.dmax)
        curves = []
        for channel in range(3):
            factor = 1 + drawn["variation"] * _normal(key.at("variation", channel))
            shadows, highlights = factor * process.shadows[channel], factor * process.highlights[channel]
            curves.append(tone.toned_curve(shadows, highlights, deepest, process.paper[channel], drawn["strength"]))
        tone.curve_rgb(photo.pixels.reshape(-1), np.stack(curves))

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """Three channels, unless it may be skipped."""
        return frozenset({3}) if self.always else channels | {3}


def _normal(key: Key) -> float:
    """Mean 0 and variance 1, within ±4.9: the sum of eight uniforms, without a logarithm."""
    return (sum(key.uniforms()) - 4) * 1.2247448713915890
