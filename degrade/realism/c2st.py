"""The classifier two-sample test: can the two sets be told apart at all?

A classifier learns to tell synthetic pictures from real ones, and is asked about pictures that it has not seen (D.
Lopez-Paz and M. Oquab, arXiv:1610.06545). The area under its ROC curve is 0.5 where nothing tells them apart and 1
where everything does. A strongly regularised logistic regression judges; boosted trees give a second opinion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from degrade.engine.key import Key
from degrade.errors import MissingExtra
from degrade.realism.draws import folds, permuted, seed_of
from degrade.realism.features.sheet import Array

Judge = Literal["logistic", "trees"]
FOLDS = 5
REPEATS = 3
_STRENGTH = 0.02
"""Inverse strength of the logistic regression's penalty, for as many photographs as features."""
_FARTHEST = 5.0
"""Deviations beyond which a feature counts no more."""
_TREES = 60


@contextmanager
def ready() -> Iterator[None]:
    """scikit-learn, on one thread: sums by several threads differ in the last bit. Raises MissingExtra without it."""
    try:
        import scipy.optimize  # noqa: F401  # a library that is loaded later keeps its threads
        import sklearn.linear_model  # noqa: F401
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:
        raise MissingExtra("comparing sets needs scikit-learn", 'pip install "degrade[realism]"') from None
    with threadpool_limits(1):
        yield


def told_apart(
    values: Array, labels: Array, groups: Array, key: Key, *, judge: Judge = "logistic", repeats: int = REPEATS
) -> Array:
    """(N,) float64: how synthetic each row looks to a classifier that saw none of its group, as a rank in (0, 1).

    Parameters
    ----------
    values : (N, F)
        Features; NaN is taken for the median of what the classifier saw.
    labels : (N,) bool
        Which rows are synthetic.
    groups : (N,) int64
        What is never divided between learning and asking.
    repeats : int
        How often the rows are dealt out anew into five folds; ranks are averaged.
    """
    ranks = np.zeros(len(labels))
    for asked, scores in _asked(values, labels, groups, key, judge, repeats):
        ranks[asked] += _ranked(scores)
    return ranks / repeats


def log_odds(values: Array, labels: Array, groups: Array, key: Key, *, repeats: int = REPEATS) -> Array:
    """(N,) float64: the log odds that each row is synthetic, to classifiers that saw none of its group, on average.

    Both labels count equally, however many rows they have, so that these are logarithms of a ratio of densities. The
    parameters are those of `told_apart`.
    """
    odds = np.zeros(len(labels))
    for asked, scores in _asked(values, labels, groups, key, "logistic", repeats):
        odds[asked] += scores
    return odds / repeats


def divergence(odds: Array, labels: Array) -> float:
    """The least Jensen-Shannon divergence of two sets that is consistent with such `log_odds`, 0 to 1 bit a picture:
    one bit less the cross-entropy, both labels counting equally (I. Goodfellow et al., arXiv:1406.2661, section 4.1).

    Parameters
    ----------
    odds : (N,)
        Log odds that each row is synthetic, to classifiers that did not see it.
    labels : (N,) bool
        Which rows are.
    """
    entropy = np.logaddexp(0, -odds[labels]).mean() / 2 + np.logaddexp(0, odds[~labels]).mean() / 2
    return max(1 - float(entropy) / math.log(2), 0.0)


def _asked(
    values: Array, labels: Array, groups: Array, key: Key, judge: Judge, repeats: int
) -> Iterator[tuple[Array, Array]]:
    """The rows that a classifier has not seen, (N,) bool, and its scores of them, for each fold of each repeat."""
    for repeat in range(repeats):
        fold = folds(labels, groups, FOLDS, key.at("folds", repeat))
        for number in range(FOLDS):
            asked = fold == number
            seen = ~asked
            if asked.any() and labels[seen].any() and not labels[seen].all():
                yield asked, _scores(values[seen], labels[seen], values[asked], judge, key.at(repeat, number))


def _scores(seen: Array, labels: Array, asked: Array, judge: Judge, key: Key) -> Array:
    if judge == "trees":
        model: Any = _trees(key)
        return np.asarray(model.fit(seen, labels).predict_proba(asked)[:, 1])
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", tol=1e-3, max_iter=500)
    standard = Standard(seen)
    return np.asarray(model.fit(standard(seen), labels).decision_function(standard(asked)))


def _trees(key: Key) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=_TREES, max_leaf_nodes=8, min_samples_leaf=5, max_features=0.3, class_weight="balanced",
        early_stopping=False, random_state=seed_of(key),
    )  # fmt: skip


class Standard:
    """Features as deviations from the mean of those that it is made with, NaN as their median, none beyond 5."""

    def __init__(self, values: Array) -> None:
        told = ~np.isnan(values).all(axis=0)
        self._told = told
        known = np.asarray(values[:, told], np.float64)
        self._median = np.nanmedian(known, axis=0)
        filled = np.where(np.isnan(known), self._median, known)
        self._mean = filled.mean(axis=0)
        self._scale = np.maximum(filled.std(axis=0), 1e-9)

    def __call__(self, values: Array) -> Array:
        """(N, those that tell anything) float64."""
        known = values[:, self._told]
        filled = np.where(np.isnan(known), self._median, known)
        clipped: Array = np.clip((filled - self._mean) / self._scale, -_FARTHEST, _FARTHEST)
        return clipped


def _ranked(scores: Array) -> Array:
    from scipy.stats import rankdata

    ranks: Array = (rankdata(scores) - 0.5) / len(scores)
    return ranks


def auc(scores: Array, labels: Array, weights: Array | None = None) -> Array:
    """(R,): the area under the ROC curve, ties counting half, of each row of weights, (R, N); NaN without either label.

    Without weights each row counts once, and R is 1.
    """
    counts = np.ones((1, len(scores))) if weights is None else weights
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] > ordered[:-1] + 1e-12])
    synthetic = np.add.reduceat(counts[:, order] * labels[order], starts, axis=1)
    real = np.add.reduceat(counts[:, order] * ~labels[order], starts, axis=1)
    below = np.cumsum(real, axis=1) - real
    pairs = synthetic.sum(axis=1) * real.sum(axis=1)
    won = (synthetic * (below + real / 2)).sum(axis=1)
    areas: Array = np.divide(won, pairs, out=np.full(len(counts), np.nan), where=pairs > 0)
    return areas


def permutation_p(values: Array, labels: Array, groups: Array, key: Key, count: int) -> float:
    """How often labels that mean nothing are told apart as well: (1 + those) / (1 + count).

    One repeat of five folds each, the true labels too (B. Phipson and G. K. Smyth, doi:10.2202/1544-6115.1585).
    """
    observed = float(auc(told_apart(values, labels, groups, key, repeats=1), labels)[0])
    reached = 0
    for number in range(count):
        shuffled = permuted(labels, groups, key.at("permuted", number))
        scores = told_apart(values, shuffled, groups, key.at("fitted", number), repeats=1)
        reached += float(auc(scores, shuffled)[0]) >= observed
    return (1 + reached) / (1 + count)
