"""The response of photographic paper."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.ops.print_response import DENSEST, PrintResponse

RAMP = np.linspace(0, 1, 2048, dtype=np.float32).reshape(8, 256)
PRINT = {"gamma": 1.8, "negative_gamma": 0.7, "exposure": 0.0, "dmin": 0.05, "strength": 1.0}


def densities(image: np.ndarray) -> np.ndarray:
    light = np.where(image > 0.04045, ((image + 0.055) / 1.055) ** 2.4, image / 12.92).astype(np.float64)
    return -np.log10(np.maximum(light, 1e-3))


@pytest.mark.parametrize("paper", DENSEST)
def test_blacks_end_at_the_paper_s_density(paper: str) -> None:
    printed = densities(PrintResponse(paper=paper, **PRINT)(RAMP)).reshape(-1)
    assert printed.max() == pytest.approx(DENSEST[paper], abs=0.12)
    assert printed.min() > 0.05
    assert (np.diff(printed) < 0.003).all()


def test_it_is_the_law_with_the_steepest_part_as_steep_as_said() -> None:
    printed, exposure = (
        densities(PrintResponse(paper="glossy", **PRINT)(RAMP)).reshape(-1),
        -densities(RAMP).reshape(-1),
    )
    middle = np.interp(1.025, printed[::-1], exposure[::-1])
    law = 0.05 + 1.95 / (1 + np.exp(4 * 1.8 * 0.7 / 1.95 * (exposure - middle)))
    clear = exposure > -2
    assert np.abs(10 ** (-law[clear] / 2.4) - 10 ** (-printed[clear] / 2.4)).max() < 3 / 255


def test_the_mean_comes_near_that_of_a_good_print_and_exposure_misses_it() -> None:
    gray = np.full((16, 16), 0.8, np.float32)
    means = [float(densities(PrintResponse(**{**PRINT, "exposure": e})(gray)).mean()) for e in (-0.2, 0, 0.2)]
    own = float(densities(gray).mean())
    assert means[1] == pytest.approx((own + 0.74) / 2, abs=0.02)
    assert means[0] > means[1] + 0.1 or means[0] < means[1] - 0.1
    assert (means[0] - means[1]) * (means[1] - means[2]) > 0


def test_strength_0_is_the_identity() -> None:
    assert np.array_equal(PrintResponse(strength=0)(RAMP), RAMP)
