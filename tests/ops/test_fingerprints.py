from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.kernels import prints
from degrade.engine.kernels.draw import lattice

Fingerprints = degrade.degradations()["fingerprints"]
PX_PER_MM = 20.0
LIGHT = np.full((512, 512, 3), 0.7, np.float32)


def printed(kind: int, key: int = 3, period: float = 0.48) -> Any:
    """One finger at 20 px/mm, upright in the middle of 26 mm."""
    coverage = np.zeros((520, 520), np.uint8)
    prints.draw_fingerprint(
        coverage, 520, 520, 260.0, 260.0, 0.0, kind, period, 1.0, PX_PER_MM, 1, lattice(key, 1), key, 1
    )
    return coverage


@pytest.mark.parametrize("kind", [prints.LOOP, prints.WHORL, prints.ARCH])
def test_ridges_keep_their_distance(kind: int) -> None:
    field = printed(kind)[196:324, 196:324].astype(float)
    window = np.hanning(128)[:, None] * np.hanning(128)
    power = np.abs(np.fft.fftshift(np.fft.fft2((field - field.mean()) * window))) ** 2
    y, x = np.indices(power.shape) - 64
    radius = np.hypot(y, x)
    ring = (radius > 7) & (radius < 22)
    assert power[ring].sum() > 0.6 * power[radius > 3].sum()
    assert 128 / np.average(radius[ring], weights=power[ring]) / PX_PER_MM == pytest.approx(0.48, rel=0.15)


def test_a_fingertip_is_14_by_19_millimetres() -> None:
    rows, columns = np.nonzero(printed(prints.LOOP) > 40)
    assert np.ptp(rows) / PX_PER_MM == pytest.approx(19, rel=0.25)
    assert np.ptp(columns) / PX_PER_MM == pytest.approx(14, rel=0.25)


def test_whorls_close_and_arches_cross() -> None:
    """Along the finger a whorl's ridges are met on both sides of its core, an arch's run level on either flank."""
    arch = printed(prints.ARCH).astype(float)[:, 150:370]
    whorl = printed(prints.WHORL).astype(float)[:, 150:370]

    def level(field: Any) -> float:
        dy, dx = np.gradient(field)
        return float((dy**2).sum() / (dy**2 + dx**2).sum())

    assert level(arch) > 0.6
    assert 0.35 < level(whorl) < 0.65


def test_grease_darkens_and_gloss_lightens() -> None:
    dark = Fingerprints(kind="grease", count=3).pair(LIGHT, key="a")
    bright = Fingerprints(kind="gloss", count=3).pair(LIGHT, key="a")
    assert (dark.degraded <= LIGHT).all()
    assert (bright.degraded >= LIGHT).all()
    assert np.array_equal(dark.mask, bright.mask)
    assert not dark.loss.any()


def test_strength_is_density_on_the_ridges() -> None:
    change = [
        np.log10(LIGHT / Fingerprints(kind="grease", count=2, strength=s).pair(LIGHT, key="b").degraded).max() * 2.2
        for s in (0.05, 0.1)
    ]
    assert change[1] == pytest.approx(2 * change[0], rel=0.2)
    assert change[1] < 0.21


@pytest.mark.parametrize("fields", [{"count": 0}, {"strength": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = Fingerprints(**fields).pair(LIGHT, key="a")
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
