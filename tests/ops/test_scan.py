"""What a scanner leaves: correlated grain, halos, set levels."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.compose import Sequence
from degrade.ops.grain import Grain
from degrade.ops.scan import Scan

NOTHING = {"psf_px": 0, "sampling": 1, "noise": 0, "sharpen": False, "auto_levels": False, "veil": 0, "streaks": False}


def lag(patch: np.ndarray, pixels: int) -> float:
    away = patch - patch.mean()
    return float((away[:, pixels:] * away[:, :-pixels]).mean() / away.var())


def test_a_scanner_that_does_nothing_is_the_identity() -> None:
    image = np.random.default_rng(0).random((40, 50, 3), dtype=np.float32)
    assert np.array_equal(Scan(**NOTHING)(image), image)


def test_grain_comes_out_as_scans_show_it() -> None:
    steps = Sequence([Grain(strength=0.02, size_mm=0.18), Scan(auto_levels=False)])
    patches = [steps(np.full((512, 512), 0.5, np.float32), key=str(key))[:256, :256] * 255.0 for key in range(12)]
    assert 3 < np.median([patch.std() for patch in patches]) < 5
    assert 0.6 < np.median([lag(patch, 1) for patch in patches]) < 0.75
    assert np.median([lag(patch, 2) for patch in patches]) < 0.45


@pytest.mark.parametrize("sampling", [0.5, 0.9, 0.95, 1.05])
def test_sampling_keeps_places_and_even_areas(sampling: float) -> None:
    scanner = Scan(**{**NOTHING, "sampling": sampling, "psf_px": 0.6})
    assert scanner(np.full((31, 47, 3), 0.4, np.float32)) == pytest.approx(0.4, abs=1e-6)
    y, x = np.indices((90, 120))
    smooth = (0.5 + 0.2 * np.sin(x / 11) * np.cos(y / 9)).astype(np.float32)
    assert scanner(smooth) == pytest.approx(smooth, abs=0.02)


def test_the_point_spread_is_that_of_optics_and_pitch() -> None:
    line = np.zeros((9, 101), np.float32)
    line[:, 50] = 1
    places = np.arange(101) - 50
    wide = [float((Scan(**{**NOTHING, "psf_px": sigma})(line)[4] * places**2).sum()) for sigma in (0.5, 0.8)]
    assert wide == pytest.approx([0.25, 0.64], rel=0.2)


def test_sharpening_leaves_halos_around_specks() -> None:
    speck = np.full((41, 41), 0.4, np.float32)
    speck[19:22, 19:22] = 0.9
    plain, sharp = (Scan(**{**NOTHING, "sharpen": on, "psf_px": 0.6}, sharpening=0.8)(speck) for on in (False, True))
    assert plain.min() > 0.395
    assert sharp.min() < 0.38
    assert sharp[20, 20] > plain[20, 20]


def test_levels_are_set_and_the_veil_stays() -> None:
    ramp = np.tile(np.linspace(0.3, 0.6, 200, dtype=np.float32), (50, 1))
    out = Scan(**{**NOTHING, "auto_levels": True, "veil": 0.1}, clip=0.01)(ramp)
    assert out.min() == pytest.approx(0.1, abs=1e-5)
    assert out.max() == pytest.approx(1, abs=1e-5)
    assert (out == out.min()).mean() == pytest.approx(0.01, abs=0.01)


def test_streaks_run_down_whole_columns() -> None:
    flat = np.full((60, 80, 3), 0.5, np.float32)
    changed = Scan(**{**NOTHING, "streaks": True})(flat, key="a") != 0.5
    columns = changed.any(axis=(0, 2))
    assert 1 <= columns.sum() <= 3
    assert np.array_equal(changed.any(axis=2), np.tile(columns, (60, 1)))
