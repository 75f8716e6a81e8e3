"""Gray from bytes by a table and sixteen pixels at a time is gray from floats, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.kernels.convert import scale_into, weigh_light, weigh_light_bytes
from degrade.ops.grayscale import RESPONSES

EMULSIONS = [weights for weights, linear in RESPONSES.values() if linear]


@pytest.mark.parametrize("weights", EMULSIONS)
@pytest.mark.parametrize("pixels", [1, 15, 16, 17, 63, 64, 65, 79, 80, 81, 4096])
def test_bytes_weigh_as_much_as_floats(weights: tuple[float, float, float], pixels: int) -> None:
    codes = np.random.default_rng(pixels).integers(0, 256, 3 * pixels).astype(np.uint8)
    codes[-3:] = 255
    floats = np.empty(3 * pixels, np.float32)
    scale_into(codes, floats, 1 / 255)
    expected, found = np.empty((2, pixels), np.float32)
    weigh_light(floats, expected, *weights)
    weigh_light_bytes(codes, found, *weights)
    np.testing.assert_array_equal(found.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("weights", EMULSIONS)
def test_every_gray_stays_what_it_is(weights: tuple[float, float, float]) -> None:
    grays = np.repeat(np.arange(256, dtype=np.uint8), 3)
    found = np.empty(256, np.float32)
    weigh_light_bytes(grays, found, *weights)
    np.testing.assert_allclose(found, np.arange(256) / 255, atol=2e-4)
