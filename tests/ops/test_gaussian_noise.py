from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import kstest, norm

import degrade

GRAY = np.full((200, 300), 0.5, np.float32)
COLOUR = np.full((200, 300, 3), 0.5, np.float32)


def noise_of(op: degrade.Degradation, image: npt.NDArray[np.float32], key: str = "a") -> npt.NDArray[np.float64]:
    return op(image, key=key).astype(np.float64) - image


@pytest.mark.parametrize("image", [GRAY, COLOUR])
@pytest.mark.parametrize("sigma", [0.01, 0.1])
def test_noise_is_normal_with_the_deviation_asked_for(image: npt.NDArray[np.float32], sigma: float) -> None:
    noise = noise_of(degrade.GaussianNoise(sigma=sigma), image)
    assert abs(noise.std() / sigma - 1) < 0.01
    assert abs(noise.mean()) < 5 * sigma / np.sqrt(noise.size)
    assert kstest(noise.reshape(-1)[:5000] / sigma, norm.cdf).pvalue > 1e-3


def test_neighbours_and_rows_are_independent() -> None:
    noise = noise_of(degrade.GaussianNoise(sigma=0.05), GRAY) / 0.05
    bound = 5 / np.sqrt(noise.size)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < bound
    assert abs((noise[1:] * noise[:-1]).mean()) < bound
    correlation = np.corrcoef(noise[:60])[np.triu_indices(60, 1)]
    assert np.abs(correlation).max() < 6 / np.sqrt(noise.shape[1])


def test_channels_have_noise_of_their_own_or_share_it() -> None:
    own = noise_of(degrade.GaussianNoise(sigma=0.05), COLOUR).reshape(-1, 3)
    assert np.abs(np.corrcoef(own.T)[np.triu_indices(3, 1)]).max() < 0.02
    gray = noise_of(degrade.GaussianNoise(sigma=0.05, per_channel=False), COLOUR)
    assert np.array_equal(gray[..., 0], gray[..., 1])
    assert np.array_equal(gray[..., 0], gray[..., 2])
    assert abs(gray.std() / 0.05 - 1) < 0.01


def test_gray_noise_is_the_noise_of_a_gray_picture() -> None:
    op = degrade.GaussianNoise(sigma=0.05, per_channel=False)
    assert np.array_equal(op(COLOUR, key="a")[..., 1], op(GRAY, key="a"))


def test_it_is_clipped() -> None:
    out = degrade.GaussianNoise(sigma=2)(GRAY, key="a")
    assert {0, 1} <= set(out.reshape(-1).tolist())
    assert out.min() == 0
    assert out.max() == 1


def test_no_deviation_is_the_identity() -> None:
    image = np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)
    assert np.array_equal(degrade.GaussianNoise(sigma=0)(image, key="a"), image)
