from __future__ import annotations

import numpy as np
import pytest

import degrade


@pytest.mark.parametrize("level", [0.1, 0.4, 0.7])
@pytest.mark.parametrize("per_channel", [True, False])
def test_the_deviation_is_in_proportion_to_the_value(level: float, per_channel: bool) -> None:
    image = np.full((200, 300, 3), level, np.float32)
    noise = degrade.Speckle(sigma=0.08, per_channel=per_channel)(image, key="a").astype(np.float64) - image
    assert abs(noise.std() / (0.08 * level) - 1) < 0.02
    assert abs(noise.mean()) < 5 * 0.08 * level / np.sqrt(noise.size / 3)


def test_black_stays_black() -> None:
    black = np.zeros((40, 50, 3), np.float32)
    assert np.array_equal(degrade.Speckle(sigma=0.5)(black, key="a"), black)


def test_shared_noise_keeps_the_hue() -> None:
    image = np.zeros((60, 80, 3), np.float32)
    image[:] = (0.4, 0.2, 0.1)
    out = degrade.Speckle(sigma=0.1, per_channel=False)(image, key="a")
    assert np.allclose(out[..., 0], 2 * out[..., 1], rtol=1e-5)
    assert np.allclose(out[..., 0], 4 * out[..., 2], rtol=1e-5)
    own = degrade.Speckle(sigma=0.1)(image, key="a")
    assert not np.allclose(own[..., 0], 2 * own[..., 1], rtol=1e-2)


def test_no_deviation_is_the_identity() -> None:
    image = np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)
    assert np.array_equal(degrade.Speckle(sigma=0)(image, key="a"), image)
