from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from degrade.train.metrics import chroma, figures_of, psnr, ssim, sums_of
from degrade.train.regions import Division

Picture = npt.NDArray[np.float32]


def flat(value: float, side: int = 16, channels: int = 1) -> Picture:
    return np.full((side, side, channels), value, np.float32)


def noisy(seed: int, channels: int = 3, side: int = 24) -> Picture:
    return np.random.default_rng(seed).random((side, side, channels), dtype=np.float32)


def test_mse_and_psnr_of_a_known_difference() -> None:
    sums = sums_of(flat(0.6), flat(0.5))
    assert sums["mse"] == (pytest.approx(0.01, rel=1e-5), 1)
    assert sums["psnr"] == (pytest.approx(20, abs=1e-4), 1)


def test_the_two_psnr_are_told_apart() -> None:
    pairs = [sums_of(flat(0.6), flat(0.5)), sums_of(flat(0.51), flat(0.5))]
    summed = {
        name: [np.float64(sum(pair[name][part] for pair in pairs)) for part in (0, 1)] for name in ("mse", "psnr")
    }
    figures = figures_of({n: both[0] for n, both in summed.items()}, {n: both[1] for n, both in summed.items()})
    assert figures["psnr"] == pytest.approx(30, abs=1e-2)  # of 20 and 40 dB
    assert figures["psnr_of_mean_mse"] == pytest.approx(-10 * np.log10((0.01 + 0.0001) / 2), abs=1e-2)
    assert figures["psnr_of_mean_mse"] < figures["psnr"]


def test_an_exact_picture_has_100_db() -> None:
    assert sums_of(flat(0.5), flat(0.5))["psnr"] == (100, 1)
    assert psnr(np.array([0, 1])).tolist() == [100, 0]


@pytest.mark.parametrize("channels", [1, 3])
def test_they_agree_with_scikit_image(channels: int) -> None:
    one, other = noisy(0, channels), noisy(1, channels)
    sums = sums_of(one, other)
    assert sums["psnr"][0] == pytest.approx(peak_signal_noise_ratio(other, one, data_range=1), abs=1e-5)
    theirs = structural_similarity(
        one, other, channel_axis=2, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    ) if channels == 3 else structural_similarity(
        one[:, :, 0], other[:, :, 0], data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )  # fmt: skip
    assert sums["ssim"][0] == pytest.approx(theirs, abs=1e-6)


def test_a_tiny_picture_has_no_ssim() -> None:
    assert np.isnan(ssim(flat(0.1, 10), flat(0.2, 10)))
    assert "ssim" not in sums_of(flat(0.1, 10), flat(0.2, 10))
    assert ssim(flat(0.2, 11), flat(0.2, 11)) == pytest.approx(1)


def test_errors_are_counted_where_they_are() -> None:
    labels = np.zeros((4, 4), np.uint8)
    labels[:2], labels[2] = 1, 2
    output, target = flat(0.5, 4), flat(0.5, 4)
    output[:2] += 0.1
    sums = sums_of(output, target, [Division("zone", ("inside", "ring", "outside"), labels)])
    assert sums["inside.error"] == (pytest.approx(0.08, rel=1e-5), 8)
    assert sums["inside"][0] == pytest.approx(20, abs=1e-4)
    assert sums["ring.error"] == (0, 4)
    assert "outside.error" not in sums
    kinds = sums_of(output, target, [Division("class", ("dust", "fold"), labels)])
    assert kinds["class.dust.error"][1] == 8
    assert "class.dust" not in kinds


@given(st.integers(0, 99), st.integers(1, 3))
def test_zones_add_up_to_the_whole(seed: int, groups: int) -> None:
    one, other = noisy(seed), noisy(seed + 100)
    labels = np.random.default_rng(seed).integers(1, groups + 1, one.shape[:2]).astype(np.uint8)
    sums = sums_of(one, other, [Division("class", ("a", "b", "c"), labels)])
    parts = [value for name, value in sums.items() if name.startswith("class.")]
    assert sum(count for _, count in parts) == one[:, :, 0].size
    assert sum(error for error, _ in parts) / one[:, :, 0].size == pytest.approx(sums["mse"][0])


def test_pooled_figures_have_names_of_their_own() -> None:
    above = {"inside": np.float64(30), "inside.error": np.float64(0.2), "class.dust.error": np.float64(1)}
    below = {"inside": np.float64(1), "inside.error": np.float64(20), "class.dust.error": np.float64(0)}
    figures = figures_of(above, below)
    assert set(figures) == {"inside", "inside_pooled", "class.dust"}
    assert figures["inside_pooled"] == pytest.approx(20)
    assert np.isnan(figures["class.dust"]) or figures["class.dust"] < 0


def test_gray_has_no_chroma_and_paler_pictures_have_less() -> None:
    assert chroma(flat(0.4, channels=3)) < 1e-3
    red = np.tile(np.float32([0.8, 0.3, 0.3]), (16, 16, 1))
    pale = (red + red.mean(axis=2, keepdims=True)) / 2
    above, below = sums_of(pale, red)["chroma_ratio"]
    assert 0.3 < above / below < 0.7
    assert "chroma_ratio" not in sums_of(flat(0.4), flat(0.5))


def test_gray_targets_have_no_chroma_ratio() -> None:
    above = {"mse": np.array([2.0, 2.0]), "chroma_ratio": np.array([30.0, 0.5])}
    below = {"mse": np.array([2.0, 2.0]), "chroma_ratio": np.array([40.0, 0.001])}
    ratio = figures_of(above, below)["chroma_ratio"]
    assert ratio[0] == 0.75
    assert np.isnan(ratio[1])
