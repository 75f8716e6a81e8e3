"""Deep Image Prior on tiny pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from degrade.train import ModelError, TrainError, fit_prior, train  # noqa: E402
from degrade.train.metrics import psnr  # noqa: E402

SIDE = 32
TINY: dict[str, Any] = {"widths": (8, 16), "device": "cpu"}


def smooth() -> Any:
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = [0.5 + 0.3 * np.sin(3 * down + 2 * across + channel) for channel in range(3)]
    return np.stack(waves, axis=2).astype(np.float32)


def noisy(sigma: float = 0.15) -> Any:
    noise = np.random.default_rng(1).normal(0, sigma, (SIDE, SIDE, 3))
    return np.clip(smooth() + noise, 0, 1).astype(np.float32)


def decibels(one: Any, other: Any) -> float:
    return float(psnr(float(np.square(one - other).mean())))


def test_it_comes_nearer_to_the_clean_picture_than_the_noisy_one_is() -> None:
    fitted = fit_prior(noisy(), target=smooth(), iterations=150, **TINY)
    assert decibels(fitted.picture, smooth()) > decibels(noisy(), smooth()) + 3
    assert fitted.picture.shape == (SIDE, SIDE, 3)
    assert fitted.picture.dtype == np.float32
    assert fitted.losses[-1] < fitted.losses[0] / 2


def test_with_a_target_the_result_is_the_peak() -> None:
    fitted = fit_prior(noisy(), target=smooth(), iterations=60, **TINY)
    assert fitted.iteration == int(np.argmax(fitted.psnr)) + 1
    assert decibels(fitted.picture, smooth()) == pytest.approx(max(fitted.psnr), abs=1e-3)
    assert len(fitted.psnr) == fitted.iterations == len(fitted.losses) == 60
    assert fitted.ended == "iterations"


def test_it_stops_after_the_peak() -> None:
    clean = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    fitted = fit_prior(np.zeros_like(clean), target=clean, iterations=500, patience=3, **TINY)
    assert fitted.ended == "peak"
    assert fitted.iterations == fitted.iteration + 3 < 500
    whole = fit_prior(np.zeros_like(clean), target=clean, iterations=30, patience=3, early=False, **TINY)
    assert (whole.iterations, whole.ended) == (30, "iterations")
    assert whole.iteration == int(np.argmax(whole.psnr)) + 1


def test_what_the_mask_hides_teaches_nothing() -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[8:20, 8:20] = 255
    holed, other = noisy(), noisy()
    holed[8:20, 8:20], other[8:20, 8:20] = 1.0, 0.0
    one, two = (fit_prior(each, mask, iterations=15, **TINY) for each in (holed, other))
    assert np.array_equal(one.picture, two.picture)
    assert one.losses == two.losses
    assert not np.array_equal(fit_prior(holed, iterations=15, **TINY).picture, one.picture)


def test_it_fills_a_hole() -> None:
    mask = np.zeros((SIDE, SIDE, 1), np.float32)
    mask[10:18, 10:18] = 1
    holed = smooth() * (1 - mask)
    fitted = fit_prior(holed, mask, iterations=150, **TINY)
    inside = np.s_[10:18, 10:18]
    assert decibels(fitted.picture[inside], smooth()[inside]) > decibels(holed[inside], smooth()[inside]) + 8


def test_the_loss_is_the_mean_over_all_pixels() -> None:
    """Of a picture that is hidden but for a quarter, which the first output misses by what it gives there."""
    mask = np.ones((SIDE, SIDE), np.float32)
    mask[: SIDE // 2, : SIDE // 2] = 0
    black = np.zeros((SIDE, SIDE), np.float32)
    quarter = fit_prior(black, mask, iterations=1, **TINY)
    known = np.square(quarter.picture[: SIDE // 2, : SIDE // 2]).sum() / SIDE**2
    assert quarter.losses[0] == pytest.approx(float(known), rel=1e-5)


def test_blind_it_keeps_the_calmest_window() -> None:
    fitted = fit_prior(noisy(), iterations=160, patience=20, **TINY)
    assert 100 <= fitted.iteration <= fitted.iterations
    assert fitted.ended == ("variance" if fitted.iterations < 160 else "iterations")
    last = fit_prior(noisy(), iterations=110, early=False, **TINY)
    assert (last.iteration, last.psnr) == (110, [])


def test_the_calmest_window_by_hand() -> None:
    from degrade.train.prior import WINDOW, _Calmest

    rule = _Calmest(patience=5)
    rng = np.random.default_rng(2)
    spreads = [1.0] * WINDOW + [0.1] * WINDOW + [2.0] * 10
    given = [torch.from_numpy(rng.normal(0, spread, (1, 1, 2, 2)).astype(np.float32)) for spread in spreads]
    ended = next((number for number, each in enumerate(given, 1) if rule.enough(number, each)), 0)
    windows = {
        end: float(torch.cat(given[end - WINDOW : end]).var(0, unbiased=False).sum())
        for end in range(WINDOW, ended + 1)
    }
    assert rule.iteration == min(windows, key=lambda end: windows[end])
    assert rule.least == pytest.approx(min(windows.values()), rel=1e-6)
    assert ended == rule.iteration + 5
    assert torch.equal(rule.picture, given[rule.iteration - 1])


def test_the_seed_decides_and_no_global_generator_is_touched() -> None:
    before = torch.get_rng_state()
    one, two, other = (fit_prior(noisy(), iterations=3, jitter=0.03, seed=seed, **TINY) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(one.picture, two.picture)
    assert not np.array_equal(one.picture, other.picture)


def test_gray_and_bytes() -> None:
    gray = (noisy()[:, :, 0] * 255).astype(np.uint8)
    told: list[int] = []
    fitted = fit_prior(gray, iterations=2, told=lambda number, _: told.append(number), **TINY)
    assert fitted.picture.shape == (SIDE, SIDE, 1)
    assert told == [1, 2]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"picture": np.zeros((8, 8, 2))}, r"the picture has the shape \(8, 8, 2\)"),
        ({"picture": np.full((32, 32, 3), 2.0)}, "the picture is float64 without a range"),
        ({"mask": np.zeros((8, 32))}, r"the mask has 8 × 32 px .*, the picture 32 × 32 px"),
        ({"target": np.zeros((32, 32))}, "the target has 32 × 32 px and 1 channels"),
        ({"iterations": 0}, "iterations is 0"),
        ({"learning_rate": 0}, "learning_rate is 0"),
    ],
)
def test_mistakes(given: dict[str, Any], told: str) -> None:
    with pytest.raises(TrainError, match=told) as caught:
        fit_prior(**{"picture": noisy(), **TINY, **given})
    assert caught.value.exit_code == 2


def test_a_picture_that_is_too_small() -> None:
    with pytest.raises(ModelError, match="at least 192 × 192 px"):
        fit_prior(noisy(), device="cpu")


def test_training_it_says_what_to_do() -> None:
    with pytest.raises(TrainError, match=r"learns from no pairs.*degrade\.train\.fit_prior\(picture, mask\)"):
        train(model="deep_image_prior", data="pairs", device="cpu")
