"""The tests between sets: each against what is known of it."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.key import Key
from degrade.realism.draws import Resamples, folds, halved, numbered, permuted
from degrade.realism.errors import RealismError
from degrade.realism.frechet import frechet
from degrade.realism.masks import NAMES, mask_figures, mask_gaps
from degrade.realism.matching import CALLIPER, matched
from degrade.realism.mmd import kernel, mmd, mmd_p
from degrade.realism.scalars import weighted_median

pytest.importorskip("sklearn")
from degrade.realism.c2st import Standard, auc, divergence, permutation_p, ready, told_apart

KEY = Key(0, "test")


def normal(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.Philox(key=seed)).normal(size=shape)


def sides(one: int, other: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and groups of so many rows, each its own group."""
    return np.arange(one + other) < one, np.arange(one + other)


# --- draws ------------------------------------------------------------------------------------------------------------


def test_folds_divide_no_group_and_share_both_labels_out() -> None:
    groups = np.r_[np.arange(60) // 2, 30 + np.arange(40)]
    labels = np.arange(100) < 60
    fold = folds(labels, groups, 5, KEY)
    assert all(len(set(fold[groups == group].tolist())) == 1 for group in range(70))
    for label in (True, False):
        counts = np.bincount(fold[labels == label], minlength=5)
        assert counts.max() - counts.min() <= 2
    assert (fold == folds(labels, groups, 5, KEY)).all()
    assert (fold != folds(labels, groups, 5, KEY.at(1))).any()


def test_permuted_labels_keep_groups_whole_and_their_number() -> None:
    labels, groups = np.arange(40) < 24, np.arange(40) // 2
    out = permuted(labels, groups, KEY)
    assert out.sum() == labels.sum()
    assert (out != labels).any()
    assert (out[::2] == out[1::2]).all()
    both = permuted(np.tile([True, False], 20), groups, KEY)
    assert (both[::2] != both[1::2]).all()


def test_halves_are_of_groups() -> None:
    groups = numbered([f"g{n // 3}" for n in range(60)])
    one = halved(groups, KEY)
    assert len(set(groups[one].tolist())) == 10
    assert not set(groups[one].tolist()) & set(groups[~one].tolist())


def test_resamples_draw_each_side_as_often_as_it_is_and_shared_groups_alike() -> None:
    resamples = Resamples(["a", "b", "c"], ["x", "y", "a"], 50, KEY)
    assert (resamples.of(["a", "b", "c"]).sum(axis=1) == 3).all()
    assert (resamples.of(["x", "y"]).sum(axis=1) == 2).all()
    assert np.array_equal(resamples.of(["a", "x"])[:, 0], resamples.of(["a"])[:, 0])


# --- the classifier ---------------------------------------------------------------------------------------------------


def test_the_area_is_that_of_scikit_learn_with_ties_and_weights() -> None:
    from sklearn.metrics import roc_auc_score

    scores, labels = np.round(normal(80), 1), normal(80, seed=2) > 0
    weights = np.random.Generator(np.random.Philox(key=3)).integers(0, 4, (6, 80)).astype(float)
    assert auc(scores, labels)[0] == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    expected = [roc_auc_score(labels, scores, sample_weight=row) for row in weights]
    assert auc(scores, labels, weights) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(auc(scores, np.ones(80, bool))).all()


@pytest.mark.parametrize("judge", ["logistic", "trees"])
def test_what_differs_is_told_apart_and_what_does_not_is_not(judge: str) -> None:
    labels, groups = sides(60, 50)
    values = normal(110, 20)
    with ready():
        alike = auc(told_apart(values, labels, groups, KEY, judge=judge), labels)[0]  # type: ignore[arg-type]
        values[labels, :5] += 2.5
        apart = auc(told_apart(values, labels, groups, KEY, judge=judge), labels)[0]  # type: ignore[arg-type]
    assert 0.3 < alike < 0.7
    assert apart > 0.95


def test_copies_of_a_photograph_do_not_give_it_away() -> None:
    """Each photograph can be recognised by its copies, and its label cannot be told by anything else."""
    photos = normal(40, 30)
    values = np.repeat(photos, 3, axis=0) + 0.01 * normal(120, 30, seed=2)
    labels = np.repeat(np.arange(40) < 20, 3)
    with ready():
        held_together = auc(told_apart(values, labels, np.repeat(np.arange(40), 3), KEY, judge="trees"), labels)[0]
        given_away = auc(told_apart(values, labels, np.arange(120), KEY, judge="trees"), labels)[0]
    assert given_away > 0.9
    assert held_together < 0.75


def test_the_divergence_is_that_of_known_densities() -> None:
    labels = np.arange(20_000) < 10_000
    for shift in (0.0, 1.0, 3.0):
        x = normal(20_000) + shift * labels
        odds = shift * x - shift * shift / 2
        grid = np.linspace(-10, 14, 48_001)
        p, q = (np.exp(-((grid - mean) ** 2) / 2) / np.sqrt(2 * np.pi) for mean in (shift, 0))
        m = (p + q) / 2
        exact = ((p * np.log2(p / m) + q * np.log2(q / m)) / 2).sum() * (grid[1] - grid[0])
        assert divergence(odds, labels) == pytest.approx(exact, abs=0.015)
    assert divergence(-odds, labels) == 0
    assert divergence(np.where(labels, 99.0, -99.0), labels) == pytest.approx(1)


def test_what_is_unknown_or_never_differs_does_no_harm() -> None:
    labels, groups = sides(30, 30)
    values = normal(60, 6)
    values[:, 3] = np.nan
    values[::3, 4] = np.nan
    values[:, 5] = 7
    values[labels, 0] += 3
    with ready():
        assert auc(told_apart(values, labels, groups, KEY), labels)[0] > 0.9
    standard = Standard(values)(values)
    assert standard.shape == (60, 5)
    assert np.isfinite(standard).all()


def test_p_is_small_for_what_differs_and_even_for_what_does_not() -> None:
    labels, groups = sides(25, 25)
    values = normal(50, 4)
    with ready():
        even = permutation_p(values, labels, groups, KEY, 39)
        values[labels] += 2
        apart = permutation_p(values, labels, groups, KEY, 39)
    assert apart == 1 / 40
    assert even > 0.05


def test_without_the_library_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from degrade.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtra, match=r'needs scikit-learn; pip install "degrade\[realism\]"'), ready():
        pass


# --- distances --------------------------------------------------------------------------------------------------------


def test_the_frechet_distance_of_known_normals() -> None:
    one = normal(4000, 3)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)
    assert frechet(one, one + np.array([3, 0, 0])) == pytest.approx(9, rel=1e-6)
    assert frechet(one, 2 * one) == pytest.approx(3, rel=0.1)  # (2 − 1)² in each of three directions


def test_the_discrepancy_is_unbiased_and_grows() -> None:
    labels, groups = sides(20, 20)
    alike = [float(mmd(kernel(normal(40, 5, seed=seed)), labels, groups)[0]) for seed in range(1, 60)]
    assert abs(np.mean(alike)) < 3 * np.std(alike) / np.sqrt(len(alike))
    values = normal(40, 5)
    values[labels] += 1
    like = kernel(values)
    assert mmd(like, labels, groups)[0] > max(alike)
    assert mmd_p(like, labels, groups, KEY, 99) == 0.01


def test_the_discrepancy_by_weights_is_that_of_repeated_rows() -> None:
    labels, groups = sides(12, 10)
    values = normal(22, 4)
    counts = np.random.Generator(np.random.Philox(key=9)).integers(0, 3, 22)
    rows = np.repeat(np.arange(22), counts)
    weighted = mmd(kernel(values), labels, groups, counts[None].astype(float))
    repeated = mmd(kernel(values[rows]), labels[rows], groups[rows])
    assert weighted[0] == pytest.approx(repeated[0])


def test_a_weighted_median_is_that_of_repeated_values() -> None:
    values = normal(31)
    counts = np.random.Generator(np.random.Philox(key=5)).integers(0, 3, (8, 31))
    counts[:, 0] += (counts.sum(axis=1) + 1) % 2  # of odd numbers alone the median is a value
    expected = [np.median(np.repeat(values, row)) for row in counts]
    assert weighted_median(values, counts.astype(float)) == pytest.approx(expected)
    assert np.isnan(weighted_median(values, np.zeros((1, 31)))).all()


def test_matched_patches_are_alike_and_used_once() -> None:
    one, other = normal(300, 3), normal(200, 3, seed=2) + 0.5
    first, second = matched(one, other, KEY)
    assert len(first) == len(second) > 20
    assert len(set(first.tolist())) == len(first)
    assert len(set(second.tolist())) == len(second)
    scale = np.concatenate([one, other]).std(axis=0)
    assert (np.abs(one[first] - other[second]) <= CALLIPER * scale + 1e-9).all()
    assert len(matched(one, other + 100, KEY)[0]) == 0


# --- masks ------------------------------------------------------------------------------------------------------------


def dots(count: int, side: int, seed: int, long: int = 1) -> np.ndarray:
    mask = np.zeros((400, 500), np.uint8)
    generator = np.random.Generator(np.random.Philox(key=seed))
    for row, column in generator.integers(10, [380, 480 - side * long], (count, 2)):
        mask[row : row + side, column : column + side * long] = 255
    return mask


def test_masks_are_measured() -> None:
    small, large, lines = (mask_figures([dots(60, side, 1, long)])[0] for side, long in ((3, 1), (6, 1), (3, 8)))
    figure = {name: place for place, name in enumerate(NAMES)}
    assert large[figure["coverage"]] > small[figure["coverage"]] + 1
    assert large[figure["diameter"]] - small[figure["diameter"]] == pytest.approx(np.log(2), abs=0.05)
    assert small[figure["elongation"]] == pytest.approx(0, abs=0.05)
    assert np.exp(lines[figure["elongation"]]) == pytest.approx(8, rel=0.1)
    assert small[figure["nearness"]] == pytest.approx(1, abs=0.25)  # scattered at random
    empty = mask_figures([np.zeros((50, 50), bool)])[0]
    assert np.isfinite(empty[:2]).all()
    assert np.isnan(empty[2:]).all()


def test_masks_are_compared() -> None:
    one, other = (mask_figures([dots(40, side, seed) for seed in range(8)]) for side in (3, 6))
    told = {gap.name: gap for gap in mask_gaps(one, other, KEY, 99)}
    assert told["diameter"].p == 0.01
    assert told["diameter"].energy > 0
    alike = mask_gaps(one[:4], one[4:], KEY, 99)
    assert all(gap.p > 0.02 for gap in alike)
    assert mask_gaps(one[:2], other, KEY, 99) == ()
    with pytest.raises(RealismError, match="a mask is float64"):
        mask_figures([np.zeros((4, 4))])
