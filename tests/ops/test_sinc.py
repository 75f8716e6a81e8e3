"""The circular low-pass filter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import j1

from degrade.engine.kernels import psf
from degrade.ops.sinc import Sinc


def test_the_bessel_function() -> None:
    places = np.concatenate([np.linspace(0, 60, 400), [1e-6, 141.3]])
    assert [psf.bessel_j1(x) for x in places] == pytest.approx(j1(places), abs=1e-9)


def passed(period_px: float, turns: float, **fields: float) -> float:
    y, x = np.indices((128, 128))
    phase = (x * np.cos(2 * np.pi * turns) + y * np.sin(2 * np.pi * turns)) / period_px
    image = (0.5 + 0.2 * np.cos(2 * np.pi * phase)).astype(np.float32)
    return float(Sinc(**fields)(image)[30:-30, 30:-30].std() / image[30:-30, 30:-30].std())


@pytest.mark.parametrize("turns", [0, 0.06, 0.125])
def test_waves_beyond_the_cutoff_are_gone_in_every_direction(turns: float) -> None:
    kernel = {"cutoff": np.pi / 2, "size_px": 61}
    assert passed(8, turns, **kernel) == pytest.approx(1, abs=0.1)
    assert passed(2.5, turns, **kernel) < 0.1


def test_edges_ring() -> None:
    step = np.full((64, 64), 0.3, np.float32)
    step[:, 32:] = 0.7
    row = Sinc(cutoff=1.1, size_px=21)(step)[32]
    assert row.max() > 0.72
    assert row.min() < 0.28
    assert np.count_nonzero(np.diff(np.sign(np.diff(row[32:42])))) >= 2
