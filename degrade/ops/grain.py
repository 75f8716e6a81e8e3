"""Film grain."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Option, Real, field
from degrade.engine.film import NEGATIVES
from degrade.engine.kernels import grain
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.units import FORMATS

RELATIVE_AMPLITUDE = (0.65, 5.2, -5.85)
"""Noise relative to the encoded value v, as a quadratic in v; times v it peaks at 1 in the mid tones (see `Grain`)."""
BLUE = 1.3
"""How much stronger the blue-recording (yellow dye) layer's grain is."""
ENCODED_PER_DENSITY = 0.95
"""How much one density of a negative changes the encoded mid grey, 0.45, of a print on paper with a gamma of 2."""
APERTURE_UM = 48.0
"""Diameter through which RMS granularity is measured."""
CLUMPS = (2, 5)
"""Sizes of the clumps relative to the grain's."""
COARSE_SIZE = 1.5
"""Size of the clumps in samples of their coarse noise."""
FINEST_PX = 0.35
"""Size below which neighbouring pixels share no grain."""
_UNIFORM_BYTE_VARIANCE = (65536 - 1) / 3
"""Of 2b - 255 for a byte b."""


class Grain(Degradation):
    """Grain of a film: noise in density, strongest in the mid tones, correlated over neighbouring pixels.

    A printed negative's noise peaks where the paper's curve is steep and vanishes towards paper white and full black.
    Real scans show a lag-1 autocorrelation of 0.65 to 0.73 in flat areas; white noise has none. `per_dye` gives each
    layer of a colour film its own grain, correlated between layers, the blue one strongest. The covariance is that of
    a Boolean model of discs, of up to twice the radius `size_mm`, as an enlarger shows it; `clumping` adds clumps of
    two and of five times the size, the mottle of real film.

    The strength is that of the picture, or, with `rms` above 0, follows from the film: RMS granularity is the standard
    deviation of density 1 seen through an aperture of 48 µm, and the product of deviation and aperture's diameter is
    constant (Selwyn's law), so that a small `negative` shows more grain than a large one: 0.008 for fine films, 0.017
    for fast ones.

    References: A. Newson, J. Delon, B. Galerne, A Stochastic Film Grain Model for Resolution-Independent Rendering,
    doi:10.1111/cgf.13159; E. W. H. Selwyn, A theory of graininess, Phot. J. 75 (1935); ISO 10505, Photography - Root
    mean square granularity of photographic films.
    """

    stage = Stage.NEGATIVE

    strength: Real = field(
        (0.01, 0.05), "standard deviation in the mid tones", low=0, high=1, unit="pixel scale [0, 1]"
    )
    size_mm: Real = field((0.15, 0.3), "radius of a clump of grains, as the print shows it", low=0.001, high=20)
    per_dye: Flag = field(False, "whether each channel of a colour picture has its own grain")
    dye_correlation: Real = field(0.45, "correlation between channels with per_dye", low=0, high=0.99, unit="ratio")
    clumping: Real = field(
        0.0, "clumps at twice and at five times the size, each so much of the grain's amplitude", low=0, high=2,
        unit="ratio",
    )  # fmt: skip
    rms: Real = field(0.0, "RMS granularity of the film; 0: strength says how much", low=0, high=0.1, unit="density")
    negative: Option = field("film_35mm", "the film that the granularity is of", options=NEGATIVES)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Density noise, to second order; the amplitude's curve is `RELATIVE_AMPLITUDE`."""
        size, clumping = drawn["size_mm"] * photo.px_per_mm, drawn["clumping"]
        strength = drawn["strength"]
        if drawn["rms"] > 0:
            pitch_um = FORMATS[drawn["negative"]] / photo.unit
            strength = ENCODED_PER_DENSITY * drawn["rms"] * pixel_over_aperture(pitch_um, size, clumping)
        if strength == 0:
            return
        strength /= math.sqrt(1 + 2 * clumping * clumping)
        taps, deviation = binomial_like_taps(size)
        scale, (k0, k1) = strength / deviation, key.at("noise").pair()
        rows = photo.pixels.reshape(photo.height, -1)
        if drawn["per_dye"] and photo.channels == 3:
            shared, lessened = _shared_part(drawn["dye_correlation"])
            grain.grain_dyes(rows, RELATIVE_AMPLITUDE, taps, scale * lessened, shared, BLUE, k0, k1)
        else:
            grain.grain_mono(rows, photo.channels, RELATIVE_AMPLITUDE, taps, scale, k0, k1)
        if clumping > 0:
            fields = (_clumps(photo, factor * size, strength * clumping, key.at("clumps", factor)) for factor in CLUMPS)
            grain.grain_clumps(rows, photo.channels, RELATIVE_AMPLITUDE, *next(fields), *next(fields))


def pixel_over_aperture(pitch_um: float, size_px: float, clumping: float) -> float:
    """The deviation of density in pixels of `pitch_um`, over that through an aperture of 48 µm.

    Power that n pixels share, and that an aperture of A pixels sees, adds its n-th part to the pixels' variance and its
    (A + n)-th to the aperture's; the pixel itself is one more.
    """
    aperture = math.pi * (APERTURE_UM / 2 / pitch_um) ** 2
    parts = [(1.0, size_px)] + [(clumping * clumping, factor * size_px) for factor in CLUMPS]
    shared = [(share, 4 * math.pi * size * size if size >= FINEST_PX else 0.0) for share, size in parts]
    seen = sum(share * (1 + area) / (aperture + area) for share, area in shared)
    return math.sqrt(sum(share for share, _ in shared) / seen)


def _clumps(photo: Photo, size_px: float, strength: float, key: Key) -> tuple[npt.NDArray[np.float32], float, float]:
    """(coarse noise, spacing of its samples in px, weight) of clumps of a size and strength."""
    spacing = max(size_px / COARSE_SIZE, 1.0)
    sigma = size_px / spacing
    taps, deviation = binomial_like_taps(sigma)
    rows, columns = int(photo.height / spacing) + 3, int(photo.width / spacing) + 3
    # Between samples noise is weaker, as they differ: by (2 + correlation) / 3 a direction, of the variance.
    beside = math.exp(-1 / (4 * sigma * sigma)) if sigma > 0 else 0.0
    kept = (2 + round(beside, 4)) / 3 if spacing > 1 else 1.0
    return grain.coarse_noise(rows, columns, taps, *key.pair()), spacing, strength / (deviation * kept)


@lru_cache(maxsize=1024)
def binomial_like_taps(sigma_px: float) -> tuple[npt.NDArray[np.float32], float]:
    """Whole-number taps of a Gaussian of `sigma_px` (at most 6), zeros up to a multiple of four, and the deviation of
    bytes that are filtered by them both ways."""
    sigma = min(sigma_px, 6.0)
    if sigma < FINEST_PX:
        weights = [1]
    else:
        half = max(1, math.ceil(2.2 * sigma))
        weights = [round(12 * math.exp(-((i + 0.5) ** 2) / (2 * sigma**2))) for i in range(-half, half)]
        weights = [w for w in weights if w > 0]
    energy = sum(w * w for w in weights)
    weights += [0] * (-len(weights) % 4)
    return np.array(weights, np.float32), energy * math.sqrt(_UNIFORM_BYTE_VARIANCE)


def _shared_part(correlation: float) -> tuple[float, float]:
    """(share of the sum of three independent noises to add to each, factor that restores unit variance)."""
    # With n_c + s·Σn: variance 1 + 2s + 3s², covariance 2s + 3s²; solve cov/var = correlation for s ≥ 0.
    ratio = correlation / (1 - correlation)
    shared = (math.sqrt(1 + 3 * ratio) - 1) / 3
    return shared, 1 / math.sqrt(1 + 2 * shared + 3 * shared**2)
