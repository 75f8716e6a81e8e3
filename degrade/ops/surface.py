"""The surface of a printing paper."""

from __future__ import annotations

import math

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import rounded
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import sheets
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS = ("matte", "silk", "linen")
HARMONICS = ((1.0, 0.0, 1.0), (3**0.5, 1 / 12, 0.4), (2.0, 0.0, 0.3))
"""Of a honeycomb: length of the wave vectors, their angle in turns, amplitude."""
LIT_FROM = 0.125
"""Direction of the light, in turns from the right."""
DEVIATION = 0.35
"""Standard deviation of value noise."""
BUMPS = 3
"""Octaves of a matte surface."""


class Surface(Degradation):
    """The grain that papers are embossed with, lit from one side by the scanner's lamp.

    `silk` is a honeycomb of small round bumps, `linen` a weave with uneven threads, `matte` an irregular tooth. The
    light on it multiplies the picture: what faces the lamp is brighter. Its period is 0.6 to 0.9 mm, so that scans at
    less than 150 dpi show little of it, or its beats with the pixels. Amplitude 0 is the identity.

    Reference: C. R. Johnson, P. Messier, W. A. Sethares et al., Pursuing automated classification of historic
    photographic papers from raking light images, J. American Institute for Conservation 53 (2014) 159-170.
    """

    stage = Stage.PRINT

    kind: Option = field("silk", "how it was embossed", options=KINDS)
    amplitude: Real = field((0.015, 0.06), "how much light changes on it", low=0, high=0.5, unit="ratio")
    period_mm: Real = field((0.6, 0.9), "distance between bumps or threads", low=0.05, high=20)
    turn_deg: Real = field((-4.0, 4.0), "how the pattern lies to the print", low=-180, high=180)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Waves and noise, a row at a time."""
        amplitude = drawn["amplitude"]
        if amplitude == 0:
            return
        period = drawn["period_mm"] * photo.px_per_mm
        turn, phases = drawn["turn_deg"] / 360, key.at("phases").uniforms()
        waves, octaves = _SURFACES[drawn["kind"]](period, amplitude, turn, phases)
        shown = [wave for wave in waves if wave[0] ** 2 + wave[1] ** 2 < 1]
        rows, (k0, k1) = photo.pixels.reshape(photo.height, -1), key.at("relief").pair()
        sheets.lay_relief(
            rows, photo.channels, np.array(shown, np.float64).reshape(-1, 4), np.array(octaves).reshape(-1, 4),
            photo.print_box[0], photo.print_box[2], k0, k1,
        )  # fmt: skip


Waves = list[tuple[float, float, float, float]]
"""(cycles a pixel across, down, amplitude, phase in turns); as octaves (cells a pixel down, across, amplitude, 1 if it
is a height)."""


def _wave(cycles: float, turns: float, amplitude: float, phase: float) -> tuple[float, float, float, float]:
    """One wave of a relief as its slope towards the light, as an aperture of a pixel sees it."""
    angle = 2 * math.pi * turns
    across, down = cycles * math.cos(angle), cycles * math.sin(angle)
    lit = math.cos(angle - 2 * math.pi * LIT_FROM)
    seen = amplitude * lit * _sinc(across) * _sinc(down)
    return rounded(across), rounded(down), rounded(seen), rounded(phase)


def _sinc(cycles: float) -> float:
    return math.sin(math.pi * cycles) / (math.pi * cycles) if abs(cycles) > 1e-9 else 1.0


def _silk(period: float, amplitude: float, turn: float, phases: list[float]) -> tuple[Waves, Waves]:
    """Three waves and their harmonics, in step with each other so that they add up to bumps."""
    spacing, waves = 2 / (3**0.5 * period), []
    for length, angle, share in HARMONICS:
        for n in range(3):
            turns = turn + angle + n / 6
            # All crests meet at one point, which the phases of the first two waves place.
            shift = phases[0] * math.cos(2 * math.pi * (angle + n / 6)) + phases[1] * math.sin(
                2 * math.pi * (angle + n / 6)
            )
            waves.append(_wave(length * spacing, turns, 0.7 * amplitude * share, length * shift))
    return waves, [_octave(4 * period, 4 * period, 0.08 * amplitude, False)]


def _linen(period: float, amplitude: float, turn: float, phases: list[float]) -> tuple[Waves, Waves]:
    """Two crossing waves, their first harmonic, and threads of uneven thickness."""
    waves = []
    for n in range(2):
        for harmonic, share in ((1, 0.8), (2, 0.3)):
            waves.append(_wave(harmonic / period, turn + n / 4, share * amplitude, harmonic * phases[n]))
    threads = [_octave(0.8 * period, 7 * period, 0.3 * amplitude, False)]
    return waves, [*threads, _octave(7 * period, 0.8 * period, 0.3 * amplitude, False)]


def _matte(period: float, amplitude: float, _turn: float, _phases: list[float]) -> tuple[Waves, Waves]:
    """Bumps of three sizes, none of which repeats."""
    share = 0.9 * amplitude / math.sqrt(BUMPS)
    return [], [_octave(period / 1.6**n, period / 1.6**n, share, True) for n in range(BUMPS)]


def _octave(down_px: float, across_px: float, deviation: float, height: bool) -> tuple[float, float, float, float]:
    """Noise with cells of that size and the deviation of its shading, as an aperture of a pixel sees it."""
    down, across = 1 / down_px, 1 / across_px
    amplitude = deviation / DEVIATION / (max(down, 1.0) * max(across, 1.0))
    if height:
        amplitude /= 1.7 * min(across, 1.0)
    return rounded(min(down, 1.0)), rounded(min(across, 1.0)), rounded(amplitude), float(height)


_SURFACES = {"silk": _silk, "linen": _linen, "matte": _matte}
