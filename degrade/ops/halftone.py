"""Halftone: a photograph as a press prints it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform, rounded
from degrade.engine.fields import Real, field
from degrade.engine.kernels import screens, sheets
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo

MM_PER_INCH = 25.4
INKS: tuple[tuple[float, tuple[float, float, float]], ...] = (
    (15.0, (0.06, 0.45, 0.72)),
    (75.0, (0.70, 0.07, 0.28)),
    (0.0, (0.94, 0.80, 0.08)),
    (45.0, (0.05, 0.05, 0.05)),
)
"""Cyan, magenta, yellow, black: angle of the screen in degrees, and what a solid layer lets through of R, G, B."""
BALANCE = (0.9, 0.6, 0.55)
"""Areas of cyan, magenta and yellow that give gray: the inks take away some of each other's colours too."""
BLACK_SHARE = 0.85
"""How much of the gray is left to black ink, which then takes the square of it: shadows mostly."""
FUNDAMENTAL = 0.9
"""Amplitude of a screen's fundamental waves for dots of half the area, times 4: the share that a(1 - a) scales."""


class Halftone(Degradation):
    """A photograph from a newspaper, a magazine or a printed postcard: dots of ink in place of tones.

    Gray is printed in black on a screen at 45 degrees; colour in cyan, magenta, yellow and black at 15, 75, 0 and 45,
    whose dots form rosettes. Dots grow in the press, by `dot_gain` at mid tones, and join in the shadows. Newspapers
    have 65 to 85 lines an inch, magazines 120 to 150 and more. Where the screen is finer than two pixels, its tones and
    dot gain stay, and the faint waves of moiré. The share of a pixel that a dot covers comes from the distance to the
    dot's edge, not from several samples.

    References: ISO 12647-3, Graphic technology, on coldset offset lithography on newsprint; A. Murray, Monochrome
    reproduction in photo-engraving, J. Franklin Institute 221 (1936) 721-744.
    """

    stage = Stage.PRINT

    ruling: Real = field(LogUniform(65, 150), "lines of the screen", low=5, high=600, unit="lines an inch on the print")
    dot_gain: Real = field((0.08, 0.2), "what a dot of half the area gains", low=0, high=0.25, unit="share of the area")
    turn_deg: Real = field((-3.0, 3.0), "how the screens lie to the print", low=-180, high=180)
    bleed_mm: Real = field((0.01, 0.05), "width over which ink thins out at a dot's edge", low=0, high=2)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Screen each row in one ink or in four."""
        cycles = drawn["ruling"] / (MM_PER_INCH * photo.px_per_mm)
        phases = key.at("phases").uniforms()
        inks = INKS if photo.channels == 3 else INKS[-1:]
        waves = np.array(
            [
                _screen(cycles, angle + drawn["turn_deg"], phases[2 * n], phases[2 * n + 1])
                for n, (angle, _) in enumerate(inks)
            ]
        )
        top, left = photo.print_box[0], photo.print_box[2]
        tables = np.stack([_tables(pair, photo.width, left) for pair in waves])
        width = math.hypot(1.0, drawn["bleed_mm"] * photo.px_per_mm)
        slope = rounded(2 * math.pi * cycles * width) if cycles * screens.FINEST <= 1 else 0.0
        kept = rounded(FUNDAMENTAL * max(_sinc(cycles), 0.0) ** 2) if cycles < 1 else 0.0
        if photo.channels == 1:
            screens.halftone_gray(
                photo.pixels[:, :, 0], waves[0], tables[0], top, slope, kept, drawn["dot_gain"], INKS[-1][1][0]
            )
            return
        colours = np.array([colour for _, colour in INKS], np.float32)
        rows = photo.pixels.reshape(photo.height, -1)
        screens.halftone_inks(
            rows,
            colours,
            np.array(BALANCE, np.float32),
            waves,
            tables,
            top,
            slope,
            kept,
            drawn["dot_gain"],
            BLACK_SHARE,
        )


def _screen(cycles: float, angle_deg: float, *phases: float) -> list[tuple[float, float, float, float]]:
    """The two waves of a screen, at right angles."""
    sine, cosine = (float(v) for v in sincos(angle_deg / 360))
    directions = ((cosine, sine), (-sine, cosine))
    return [
        (rounded(cycles * x), rounded(cycles * y), 1.0, rounded(phase))
        for (x, y), phase in zip(directions, phases, strict=True)
    ]


def _tables(waves: npt.NDArray[np.float64], width: int, left: int) -> npt.NDArray[np.float32]:
    """(4, W): cosine and sine along a row of the first wave, then of the second."""
    cosines, sines = sheets.wave_tables(waves, width, left)
    return np.stack([cosines[0], sines[0], cosines[1], sines[1]])


def _sinc(cycles: float) -> float:
    return math.sin(math.pi * cycles) / (math.pi * cycles) if cycles > 1e-9 else 1.0
