from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from degrade.train.baselines import STRENGTHS, Affine, NonLocalMeans, baselines, identity, median, noise_of, spread_out

Picture = npt.NDArray[np.float32]


def clean(channels: int = 3, side: int = 48, seed: int = 0) -> Picture:
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    waves = [0.5 + 0.4 * np.sin(5 * x + 3 * y + c + seed) for c in range(channels)]
    return np.stack(waves, axis=2).astype(np.float32)


def noisy(picture: Picture, sigma: float = 0.1) -> Picture:
    noise = np.random.default_rng(0).standard_normal(picture.shape) * sigma
    return np.clip(picture + noise, 0, 1).astype(np.float32)


def mse(one: Picture, other: Picture) -> float:
    return float(np.square(one - other).mean())


def test_doing_nothing_does_nothing() -> None:
    picture = clean()
    assert identity(picture) is picture


@pytest.mark.parametrize("channels", [1, 3])
def test_shapes_and_ranges_stay(channels: int) -> None:
    picture = noisy(clean(channels))
    for name, method in baselines([(picture, clean(channels))]).items():
        output = method(picture)
        assert output.shape == picture.shape, name
        assert output.dtype == np.float32, name
        assert 0 <= output.min() <= output.max() <= 1, name


def test_the_affine_map_is_found_and_is_that_of_the_data_set() -> None:
    pictures = [0.3 + 0.4 * noisy(clean(seed=seed)) for seed in range(3)]
    faded = [0.5 * picture + np.float32(0.2) for picture in pictures]
    fitted = Affine.fitted(zip(faded, pictures, strict=True))
    assert fitted is not None
    assert fitted.matrix == pytest.approx(np.vstack([2 * np.eye(3), [-0.4] * 3]), abs=1e-3)
    assert mse(fitted(faded[0]), pictures[0]) < 1e-8


def test_the_affine_map_of_gray_given_as_three_channels() -> None:
    target = clean()
    gray = np.repeat(target.mean(axis=2, keepdims=True), 3, axis=2)
    fitted = Affine.fitted([(gray, target)])
    assert fitted is not None
    assert mse(fitted(gray), target) < mse(gray, target)


def test_the_median_takes_specks_away() -> None:
    picture = np.full((9, 9, 1), 0.5, np.float32)
    picture[4, 4] = 1
    assert (median(picture) == 0.5).all()


def test_noise_is_estimated() -> None:
    for sigma in (0.02, 0.1):
        assert noise_of(noisy(clean(1, 128) * 0.4 + 0.3, sigma)) == pytest.approx(sigma, rel=0.15)
    assert noise_of(clean(1, 1)) == 0


def test_non_local_means_takes_noise_away_and_leaves_a_clean_picture_alone() -> None:
    target = clean()
    picture = noisy(target)
    assert mse(NonLocalMeans()(picture), target) < mse(picture, target) / 3
    flat = np.full((16, 16, 1), 0.5, np.float32)
    assert NonLocalMeans()(flat) is flat


def test_its_strength_is_the_best_on_the_fitting_pairs() -> None:
    pairs = [(noisy(clean(1, seed=seed)), clean(1, seed=seed)) for seed in range(2)]
    tuned = NonLocalMeans.tuned(pairs)
    errors = {strength: sum(mse(NonLocalMeans(strength)(a), b) for a, b in pairs) for strength in STRENGTHS}
    assert errors[tuned.strength] == pytest.approx(min(errors.values()), rel=1e-6)


def test_without_fitting_pairs_there_is_no_affine_map() -> None:
    assert set(baselines()) == {"identity", "median", "non_local_means"}
    assert set(baselines([(clean(), clean())])) == {"identity", "affine", "median", "non_local_means"}


def test_numbers_are_spread_evenly() -> None:
    assert list(spread_out(5, 9)) == [0, 1, 2, 3, 4]
    assert list(spread_out(101, 3)) == [0, 50, 100]
    assert list(spread_out(1, 3)) == [0]
