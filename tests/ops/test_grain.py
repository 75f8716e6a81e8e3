"""Grain: its covariance is that of discs of silver, its amplitude that of the film."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import gaussian_filter

from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.units import FORMATS
from degrade.engine.workspace import borrowed_workspace
from degrade.ops.grain import ENCODED_PER_DENSITY, Grain

PEAK = 0.65
"""Encoded value at which grain is strongest, by its full strength."""
Noise = npt.NDArray[np.float64]


def noise_of(op: Grain, pitch_um: float, side: int = 512, value: float = PEAK) -> Noise:
    """Grain on an even patch of a frame of 35 mm film whose pixels measure `pitch_um` on it."""
    diagonal = 1000 * FORMATS["film_35mm"] / pitch_um
    box = (0, round(diagonal * 0.6), 0, round(diagonal * 0.8))
    with borrowed_workspace() as workspace:
        photo = Photo(np.full((side, side, 1), value, np.float32), workspace, "film_35mm", box)
        op.run(photo, Key(0, "grain"))
        return photo.pixels[:, :, 0].astype(np.float64) - value


def correlation(noise: Noise, lag: int) -> float:
    noise = noise - noise.mean()
    along = (noise[:, lag:] * noise[:, : noise.shape[1] - lag]).mean()
    down = (noise[lag:] * noise[: noise.shape[0] - lag]).mean()
    return float((along + down) / 2 / noise.var())


# --- the Boolean model of discs (A. Newson, J. Delon, B. Galerne, doi:10.1111/cgf.13159) ------------------------------


def covariogram(radius: float, lag: float) -> float:
    """Area that two discs of a radius share whose centres are `lag` apart."""
    if lag >= 2 * radius:
        return 0.0
    return 2 * radius**2 * math.acos(lag / (2 * radius)) - lag / 2 * math.sqrt(4 * radius**2 - lag**2)


def covariance(covered: float, radius: float, lag: float) -> float:
    """Covariance of a Boolean model that covers the share `covered` with discs."""
    intensity = -math.log(1 - covered) / (math.pi * radius**2)
    return (1 - covered) ** 2 * (math.exp(intensity * covariogram(radius, lag)) - 1)


def discs(covered: float, radius: float, side: int) -> Noise:
    """A Boolean model of discs, exactly: 1 where a disc covers the middle of a pixel; it repeats."""
    rng = np.random.default_rng(5)
    count = rng.poisson(-math.log(1 - covered) / (math.pi * radius**2) * side * side)
    places = rng.random((count, 2)) * side
    out = np.zeros((side, side), bool)
    reach = np.arange(-math.ceil(radius) - 1, math.ceil(radius) + 2)
    for y, x in places:
        rows, columns = int(y) + reach, int(x) + reach
        away = (rows[:, None] + 0.5 - y) ** 2 + (columns[None, :] + 0.5 - x) ** 2
        out[np.ix_(rows % side, columns % side)] |= away < radius**2
    return out.astype(np.float64)


def test_the_oracle_has_the_covariance_that_theory_says() -> None:
    drawn = discs(0.4, 4.0, 512)
    assert drawn.mean() == pytest.approx(0.4, rel=0.05)
    for lag in (0, 2, 4, 6, 10):
        found = correlation(drawn, lag) * drawn.var()
        assert found == pytest.approx(covariance(0.4, 4.0, lag), abs=0.01)


@pytest.mark.parametrize("size_px", [1.0, 1.5, 2.0])
def test_grain_correlates_as_discs_do_through_an_enlarger(size_px: float) -> None:
    """Discs of the radius r, blurred by 0.8 px, spread as grain of the size √(r²/4 + 0.8²)."""
    drawn = gaussian_filter(discs(0.2, 2 * math.sqrt(size_px**2 - 0.64), 512), 0.8, mode="wrap")
    found = noise_of(Grain(strength=0.02, size_mm=size_px * 5 / 1000), 5.0)
    for lag in range(1, 9):
        assert correlation(found, lag) == pytest.approx(correlation(drawn, lag), abs=0.08)


# --- amplitude --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clumping", [0.0, 0.4])
@pytest.mark.parametrize("pitch_um", [6.0, 12.0])
def test_rms_granularity_is_what_an_aperture_of_48_um_sees(pitch_um: float, clumping: float) -> None:
    noise = noise_of(Grain(rms=0.017, size_mm=0.008, clumping=clumping), pitch_um, side=1024) / ENCODED_PER_DENSITY
    radius = 24 / pitch_um
    reach = np.arange(-math.ceil(radius), math.ceil(radius) + 1)
    aperture = ((reach[:, None] ** 2 + reach[None, :] ** 2) <= radius**2).astype(float)
    seen = np.fft.irfft2(np.fft.rfft2(noise) * np.conj(np.fft.rfft2(aperture / aperture.sum(), noise.shape)))
    assert seen[:900, :900].std() == pytest.approx(0.017, rel=0.12)


def test_granularity_shows_more_on_small_negatives() -> None:
    """Selwyn's law: the deviation goes with the inverse of a pixel's side on the film."""
    image = np.full((256, 256, 1), PEAK, np.float32)
    small, large = (
        (Grain(rms=0.017, size_mm=0.01, negative=film)(image) - PEAK).std() for film in ("film_35mm", "plate_9x12")
    )
    assert small / large == pytest.approx(FORMATS["plate_9x12"] / FORMATS["film_35mm"], rel=0.03)


def test_strength_is_the_deviation_in_the_mid_tones_with_clumps_and_without() -> None:
    for clumping in (0.0, 0.5):
        noise = noise_of(Grain(strength=0.03, size_mm=0.006, clumping=clumping), 5.0)
        assert noise.std() == pytest.approx(0.03, rel=0.06)


def test_grain_vanishes_in_black_and_wanes_towards_white() -> None:
    strengths = [noise_of(Grain(strength=0.03), 20.0, 256, value).std() for value in (0.0, 0.2, 0.5, 0.65, 0.98)]
    assert strengths[0] == 0
    assert strengths[1] < strengths[2] < strengths[3]
    assert strengths[4] < 0.2 * strengths[3]


def test_clumping_correlates_far_neighbours() -> None:
    """Real scans: 0.65 to 0.73 at lag 1, 0.28 to 0.42 at 2, 0.08 to 0.11 at 4."""
    even, clumped = (noise_of(Grain(strength=0.03, size_mm=0.004, clumping=c), 5.0) for c in (0.0, 0.4))
    assert correlation(even, 4) < 0.03
    assert 0.05 < correlation(clumped, 4) < 0.25


def test_nothing_to_add_is_the_identity() -> None:
    image = np.random.default_rng(0).random((20, 30, 3)).astype(np.float32)
    assert np.array_equal(Grain(strength=0, clumping=0.4)(image), image)
