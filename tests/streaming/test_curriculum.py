"""Severity as a course of training."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.recipes import load_recipe
from degrade.streaming import Ramp, eased, eased_recipe
from degrade.streaming.curriculum import strength_at

STEPS: list[Any] = [
    "grayscale",
    {"grain": {"strength": 0.02}},
    "target",
    {"scratches": {"count": {"poisson": 8}}},
    {"gaussian_noise": {"sigma": 0.1}},
    {"salt_and_pepper": {"amount": 0.05}, "p": 0.5},
    {"blur": {"sigma_px": 2}, "p": 0.5},
    {"vignette": {}, "p": 0.5},
    {"one_of": [{"fade": {}}, {"levels": {}}], "p": 0.5},
    {"jpeg": {"quality": 90}},
]


def recipe_of(steps: list[Any], **more: Any) -> degrade.Recipe:
    output = {"image": "png"} | more
    return load_recipe({"recipe": 1, "name": "tiny", "frame": {"size": 64}, "steps": steps, "output": output})


def mean_damage(photos: Path, strength: float) -> float:
    pairs = degrade.Pairs(recipe_of(STEPS[:6]), photos, strength=strength)
    return float(np.mean([np.abs(pair.degraded.astype(int) - pair.clean).mean() for pair in pairs]))


def test_more_strength_is_more_damage(photos: Path) -> None:
    damage = [mean_damage(photos, strength) for strength in (0, 0.25, 0.5, 1, 2)]
    assert damage == sorted(set(damage))
    assert damage[0] == 0
    assert damage[1] < damage[3] / 2


def test_strength_one_is_the_recipe(photos: Path) -> None:
    plain = degrade.Pairs(recipe_of(STEPS), photos)
    for strength in (1, 1.0, lambda _: 1.0, Ramp(1, 1, 5)):
        other = degrade.Pairs(recipe_of(STEPS), photos, strength=strength)
        assert all(np.array_equal(a.degraded, b.degraded) for a, b in zip(plain, other, strict=True))


def test_each_step_is_eased_as_a_link_would() -> None:
    recipe = recipe_of(STEPS)
    half = {step.address: step for step in eased_recipe(recipe, 0.5).steps}
    for whole in recipe.steps:
        step: Any = half[whole.address]
        match whole.address:
            case "grayscale" | "grain" | "target" | "jpeg":
                assert step == whole, "it stands before the target, or is no matter of more or less"
            case "scratches":
                assert step.count.mean == 4
            case "gaussian_noise":
                assert step.sigma.value == 0.05
            case "salt_and_pepper":
                assert (step.amount.value, step.p) == (0.025, 0.5)
            case "blur":
                assert (step.sigma_px.value, step.p) == (1, 0.5)
            case _:
                assert step.p == pytest.approx(1 - 0.5**0.5, abs=1e-5)
    none = {step.address: step for step in eased_recipe(recipe, 0).steps}
    assert [name for name, step in none.items() if step.p > 0] == ["grayscale", "grain", "target", "jpeg"]


def test_a_harsher_recipe_stays_within_bounds(photos: Path) -> None:
    recipe = recipe_of(["grayscale", "target", {"salt_and_pepper": {"amount": [0.3, 0.6]}}])
    pairs = list(degrade.Pairs(recipe, photos, strength=200))
    assert all(pair.record["steps"][-1]["drawn"]["amount"] == 1 for pair in pairs)
    again = pickle.loads(pickle.dumps(eased_recipe(recipe, 200)))
    assert again.to_data() == eased_recipe(recipe, 200).to_data()


def test_an_eased_pair_can_be_replayed(photos: Path) -> None:
    pair = degrade.Pairs(recipe_of(STEPS[1:6]), photos, strength=0.3)[0]
    source = degrade.open_corpus(photos)
    photograph = next(one for one in source.listing().photographs if one.key == pair.key)
    from degrade.codecs import decode

    again = degrade.replay_record(decode(source.read(photograph)).pixels, pair.record)
    assert np.array_equal(again.degraded, pair.degraded)


@given(st.floats(0, 256), st.integers(0, 10**9))
def test_few_strengths_come_up(strength: float, step: int) -> None:
    found = strength_at(lambda _: strength, step)
    assert found == strength_at(strength, step) == strength_at(found, 0)
    assert abs(found - strength) <= max(0.022 * strength, 1 / 256)


@pytest.mark.parametrize("wrong", [-0.1, 257, float("nan"), "much", True])
def test_other_strengths_are_refused(wrong: Any, photos: Path) -> None:
    pairs = degrade.Pairs(recipe_of(STEPS), photos, strength=wrong)
    with pytest.raises(degrade.StreamError, match="a number from 0 to 256"):
        pairs[0]


def test_a_ramp_goes_evenly_and_stays() -> None:
    ramp = Ramp(0.2, 1.0, 8)
    assert [ramp(step) for step in (0, 4, 8, 900)] == pytest.approx([0.2, 0.6, 1, 1])
    assert Ramp(0.2, 0.7, 0)(0) == 0.7
    assert pickle.loads(pickle.dumps(ramp)) == ramp


# --- pairs that are made already --------------------------------------------------------------------------------------


@pytest.fixture
def damaged(photos: Path) -> degrade.Pairs:
    """Pairs with two layers over a faded picture."""
    steps = ["grayscale", "target", {"fade": {"amount": 0.4}}, {"scratches": {"count": 9}}, {"salt_and_pepper": {}}]
    return degrade.Pairs(recipe_of(steps), photos, members=["clean", "degraded", "mask", "layers"])


def error(picture: Any, other: Any, where: Any) -> float:
    return float(np.abs(picture.astype(float) - other)[where].mean())


def test_damage_goes_where_a_layer_covers_it(damaged: degrade.Pairs) -> None:
    pair = damaged[0]
    free, hit = pair.mask == 0, pair.mask == 255
    assert np.array_equal(eased(pair, 1), pair.degraded)
    untouched = damaged.recipe.make(
        _pixels(damaged), key=pair.record["photo"], dtype=np.uint8, without=["scratches", "salt_and_pepper"]
    ).degraded
    errors = []
    for strength in (1, 0.5, 0):
        picture = eased(pair, strength)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture[free], pair.degraded[free])
        errors.append(error(picture, untouched, hit))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 5
    assert errors[-1] < error(pair.clean, untouched, hit), "its tones are those of the faded picture"


def _pixels(pairs: degrade.Pairs) -> Any:
    from degrade.codecs import decode

    photograph = pairs._maker.photographs[0]
    return decode(pairs._maker.corpus.read(photograph)).pixels


def test_a_label_is_eased_alone(damaged: degrade.Pairs) -> None:
    pair = damaged[0]
    picture = eased(pair, 0, ["scratches"])
    elsewhere = pair.layers["scratches"] == 0
    assert np.array_equal(picture[elsewhere], pair.degraded[elsewhere])
    assert not np.array_equal(picture, pair.degraded)


def test_stored_pairs_are_eased_alike(damaged: degrade.Pairs, photos: Path, tmp_path: Path) -> None:
    steps = damaged.recipe.to_data()["steps"]
    recipe = recipe_of(steps, members=["clean", "degraded", "mask", "layers"])
    degrade.build(recipe, photos, tmp_path / "out", workers=1)
    for stored, made in zip(degrade.open_pairs(tmp_path / "out"), damaged, strict=True):
        assert np.array_equal(eased(stored, 0.3), eased(made, 0.3))


def test_what_cannot_be_eased_is_told(damaged: degrade.Pairs, photos: Path) -> None:
    pair = damaged[0]
    with pytest.raises(degrade.StreamError, match="from 0 to 1"):
        eased(pair, 1.5)
    with pytest.raises(degrade.StreamError, match="no layer 'folds'; choose of scratches"):
        eased(pair, 0.5, ["folds"])
    with pytest.raises(degrade.StreamError, match="has no layers"):
        eased(degrade.Pairs(damaged.recipe, photos)[0], 0.5)
