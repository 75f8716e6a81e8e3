"""Comparisons: the order that is known comes out, the same set is no other set, and nothing is said that n forbids."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from degrade.realism import FeatureTable, RealismError, features_of
from degrade.realism.features.names import family_of
from degrade.realism.features.vectors import FEATURES
from degrade.train.bootstrap import Interval

pytest.importorskip("sklearn")
from degrade.realism import Comparison, compare

Scenes = Callable[..., dict[str, np.ndarray]]
QUICK = {"permutations": 19, "resamples": 50, "splits": 4}


def table(count: int, seed: int, shift: float = 0.0, name: str = "") -> FeatureTable:
    """A table of numbers that were drawn, natural-scene statistics shifted."""
    values = np.random.Generator(np.random.Philox(key=seed)).normal(size=(count, len(FEATURES))).astype(np.float32)
    values[:, [family_of(feature) == "nss" for feature in FEATURES]] += np.float32(shift)
    keys = tuple(f"{name or seed}/{number}" for number in range(count))
    return FeatureTable(keys, keys, ("",) * count, np.full((count, 2), 500), values)


@pytest.fixture(scope="module")
def known() -> Comparison:
    """Synthetic pictures between clean ones and real ones, and naive ones far off."""
    real = replace(table(60, 1), sources=tuple(f"album{n % 4}" for n in range(60)))
    real = replace(real, variants={"resized": real.values + np.float32(0.01), "resaved": real.values.copy()})
    sets = [table(50, 2, 0.1, name="p"), real, table(50, 3, 0.25, name="p"), table(70, 4, 5.0, name="p")]
    return compare(*sets, **QUICK)  # type: ignore[arg-type]


def test_the_known_order_comes_out(known: Comparison) -> None:
    assert known.clean is not None
    assert known.naive is not None
    assert known.synthetic.auc.value < known.clean.auc.value < known.naive.auc.value
    assert known.naive.auc.value > 0.99
    assert known.synthetic.mmd.value < known.clean.mmd.value < known.naive.mmd.value
    assert known.synthetic.frechet < known.clean.frechet < known.naive.frechet
    assert known.gain is not None
    assert known.gain.value == pytest.approx(known.clean.auc.value - known.synthetic.auc.value)
    assert known.score is not None
    expected = 1 - (known.synthetic.auc.value - known.floor.auc) / (known.clean.auc.value - known.floor.auc)
    assert known.score.value == pytest.approx(expected)


def test_the_family_that_differs_is_named(known: Comparison) -> None:
    assert known.naive is not None
    families = {name: area.value for name, area in known.naive.families.items()}
    assert families["nss"] > 0.99
    assert families["native"] > 0.99
    assert all(0.25 < families[name] < 0.75 for name in ("tone", "colour", "noise", "spectrum", "edges"))


def test_the_source_that_is_least_alike_is_named() -> None:
    real = replace(table(60, 1), sources=("near",) * 40 + ("far",) * 16 + ("few",) * 4)
    real.values[40:56] += np.float32(3)
    far, near = compare(table(50, 2), real, **QUICK).synthetic.sources  # type: ignore[arg-type]
    assert (far.name, far.photographs, near.name, near.photographs) == ("far", 16, "near", 40)
    assert far.auc.value > 0.9
    assert far.auc.value > near.auc.value + 0.2
    assert far.auc.low is not None
    assert far.auc.low <= far.auc.value


def test_of_one_source_alone_nothing_is_said(known: Comparison) -> None:
    assert len(known.synthetic.sources) == 4
    assert compare(table(20, 2), table(20, 1), **QUICK).synthetic.sources == ()  # type: ignore[arg-type]


def test_intervals_hold_their_figure(known: Comparison) -> None:
    for area in (known.synthetic.auc, known.clean.auc, known.synthetic.families["nss"]):  # type: ignore[union-attr]
        assert isinstance(area, Interval)
        assert area.low is not None
        assert area.high is not None
        assert area.low <= area.value <= area.high


def test_every_count_stands_there(known: Comparison) -> None:
    assert (known.real, known.real_groups, known.synthetic.photographs) == (60, 60, 50)
    assert known.naive is not None
    assert known.naive.photographs == 50
    assert (known.floor.splits, known.floor.photographs) == (4, 30)
    assert any("naive 70" in warning for warning in known.warnings)
    assert any("synthetic set is smaller" in warning for warning in known.warnings)
    assert {control.name for control in known.controls} >= {"resized", "resaved", "unseen sources"}
    assert known.control("sources") is not None
    assert known.control("content") is None


def test_it_is_ready_for_json(known: Comparison) -> None:
    data = json.loads(json.dumps(known.to_data(), allow_nan=False))
    assert data["synthetic"]["auc"]["value"] == known.synthetic.auc.value
    assert data["controls"][0]["name"] == "resized"
    assert data["verdict"] == known.verdict
    assert len(data["synthetic"]["gaps"]) == len(known.synthetic.gaps)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures() -> None:
    sets = table(24, 1, 0.5), table(24, 2)
    one, again, other = (compare(*sets, seed=seed, **QUICK) for seed in (0, 0, 1))  # type: ignore[arg-type]
    assert one == again
    assert one.floor != other.floor


def test_a_figure_that_is_shifted_is_the_first_gap() -> None:
    real, synthetic = table(50, 1), table(50, 2)
    place = FEATURES.index("common.noise.flattest.level")
    synthetic.values[:, place] += 4
    gap = compare(synthetic, real, **QUICK).synthetic.gaps[0]  # type: ignore[arg-type]
    assert gap.name == "noise"
    assert gap.ratio == pytest.approx(np.exp(4), rel=0.9)
    assert gap.z.value > 2
    assert gap.z.low is not None
    assert gap.z.low > 1.5
    assert gap.q < 0.001
    assert gap.synthetic / gap.real == pytest.approx(gap.ratio)


def test_with_few_photographs_nothing_is_called() -> None:
    found = compare(table(14, 1, 5), table(14, 2), **QUICK)  # type: ignore[arg-type]
    assert found.synthetic.auc.value > 0.95
    assert found.verdict == "too_few"
    assert "14 against 14 photographs; it takes 20" in found.words
    assert any("gross errors only" in warning for warning in found.warnings)


@pytest.mark.slow
def test_there_is_no_score_where_clean_pictures_are_like_real_ones() -> None:
    found = compare(table(40, 1, 3), table(40, 2), table(40, 3), **QUICK)  # type: ignore[arg-type]
    assert found.verdict == "told_apart"
    assert found.score is None
    assert "are not told from real ones beyond the floor" in found.score_refused
    alone = compare(table(40, 1, 3), table(40, 2), **QUICK)  # type: ignore[arg-type]
    assert alone.score is None
    assert alone.gain is None
    assert "no clean pictures" in alone.score_refused


def test_copies_count_as_one_photograph() -> None:
    one = table(30, 1)
    copies = replace(one, groups=tuple(f"photo{number // 3}" for number in range(30)))
    found = compare(copies, table(30, 2), **QUICK)  # type: ignore[arg-type]
    assert (found.synthetic.photographs, found.synthetic.groups) == (30, 10)
    assert any("of 10 photographs only" in warning for warning in found.warnings)


@pytest.mark.parametrize("count", [1, 3, 4])
def test_too_few_photographs_are_told(count: int) -> None:
    said = f"the real set has {count} independent photograph{'s' * (count > 1)}; give at least 5"
    with pytest.raises(RealismError, match=said):
        compare(table(30, 1), table(count, 2))


@pytest.mark.parametrize("options", [{"permutations": 3}, {"resamples": 2.5}, {"splits": True}])
def test_mistakes_are_told(options: dict[str, object]) -> None:
    with pytest.raises(RealismError, match=f"{next(iter(options))} is .*; give a whole number from"):
        compare(table(20, 1), table(20, 2), **options)  # type: ignore[arg-type]


@pytest.mark.slow
def test_pictures_are_measured_on_the_way_and_masks_compared(scenes: Scenes) -> None:
    said: list[str] = []
    mask = np.zeros((60, 60), np.uint8)
    mask[::6, ::6] = 255
    found = compare(
        scenes(10), scenes(10, 50), synthetic_masks=[mask] * 3, real_masks=[mask] * 3, progress=said.append,
        **QUICK,  # type: ignore[arg-type]
    )  # fmt: skip
    assert said[:2] == ["measuring the synthetic pictures", "measuring the real pictures"]
    assert found.verdict == "too_few"
    assert {gap.name for gap in found.masks} >= {"coverage", "number"}
    assert found.control("content") is not None


# --- with pictures ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(scenes: Scenes) -> FeatureTable:
    return features_of(scenes(56))


@pytest.mark.slow
def test_two_halves_of_a_set_score_as_the_floor(real: FeatureTable) -> None:
    found = compare(real.take(range(28)), real.take(range(28, 56)), permutations=39, resamples=100)
    assert found.verdict == "not_told_apart"
    assert abs(found.synthetic.auc.value - found.floor.auc) < 3 * found.floor.auc_spread
    assert found.synthetic.mmd_p > 0.025


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "quality"),
    [
        pytest.param(0.97, None, marks=pytest.mark.long),
        pytest.param(1.0, 85, marks=pytest.mark.long),
        (0.97, 90),
    ],
)
def test_a_set_saved_again_is_no_other_set(
    scenes: Scenes, real: FeatureTable, scale: float, quality: int | None
) -> None:
    from degrade.realism.features.picture import saved

    again = {}
    for key, picture in scenes(56).items():
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:, :, None]
        again[key] = small if quality is None else saved(small, quality)
    found = compare(features_of(again), real, permutations=39, resamples=100)
    assert found.verdict in ("not_told_apart", "within_controls")


@pytest.mark.slow
def test_naive_noise_is_told_apart_and_fitting_noise_is_nearer(scenes: Scenes, real: FeatureTable) -> None:
    naive = {}
    for number, (key, picture) in enumerate(scenes(40, 100, noise=0.5).items()):
        noise = np.random.Generator(np.random.Philox(key=number)).normal(0, 25, picture.shape)
        naive[key] = np.clip(picture + noise, 0, 255).astype(np.uint8)
    clean, fitted = scenes(40, 100, noise=0.5), scenes(40, 100, noise=3.0)
    found = compare(fitted, real, clean, naive, permutations=39, resamples=100)
    assert found.naive is not None
    assert found.clean is not None
    assert found.naive.auc.value > 0.99
    assert found.synthetic.auc.value < found.clean.auc.value <= found.naive.auc.value
    assert found.score is not None
    assert found.score.value > 0.4
