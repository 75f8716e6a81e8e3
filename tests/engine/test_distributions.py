from __future__ import annotations

import json
import math
import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.distributions import (
    DISTRIBUTIONS,
    Beta,
    Choice,
    Constant,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
    distribution_from_data,
    rounded,
)

MIDPOINTS = [(i + 0.5) / 4000 for i in range(4000)]

REAL: dict[str, tuple[Distribution, Any]] = {
    "uniform": (Uniform(-2, 3), scipy.stats.uniform(-2, 5)),
    "log uniform": (LogUniform(0.1, 30), scipy.stats.loguniform(0.1, 30)),
    "normal": (Normal(-1, 2.5), scipy.stats.norm(-1, 2.5)),
    "log normal": (LogNormal(7, 0.9), scipy.stats.lognorm(0.9, scale=7)),
    "beta": (Beta(2.5, 4, 0.3), scipy.stats.beta(2.5, 4, scale=0.3)),
    "beta, a = 1": (Beta(1, 4), scipy.stats.beta(1, 4)),
    "beta, b = 1": (Beta(0.5, 1, 2), scipy.stats.beta(0.5, 1, scale=2)),
}
WHOLE: dict[str, tuple[Distribution, Any]] = {
    "poisson": (Poisson(6), scipy.stats.poisson(6)),
    "poisson, rare": (Poisson(0.02), scipy.stats.poisson(0.02)),
    "poisson, many": (Poisson(9000), scipy.stats.poisson(9000)),
    "negative binomial": (NegativeBinomial(12, 0.7), scipy.stats.nbinom(0.7, 0.7 / 12.7)),
    "negative binomial, clustered": (NegativeBinomial(300, 0.05), scipy.stats.nbinom(0.05, 0.05 / 300.05)),
    "integers": (Integers(-2, 4), scipy.stats.randint(-2, 5)),
}
OTHER: dict[str, Distribution] = {
    "constant": Constant(0.5),
    "constant vector": Constant((1, 0.5, 0)),
    "choice": Choice(["a", "b"]),
    "choice, weighted": Choice([1, 2, 3], [1, 0, 3]),
    "choice of vectors": Choice([[1, 0, 0], [0, 1, 0]]),
    "poisson, none": Poisson(0),
}
ALL = {name: pair[0] for name, pair in (REAL | WHOLE).items()} | OTHER
NUMERIC = {name: pair[0] for name, pair in (REAL | WHOLE).items()}

unit = st.floats(2**-54, 1 - 2**-53)


@pytest.mark.parametrize(("ours", "theirs"), REAL.values(), ids=REAL)
def test_reals_are_the_inverse_of_the_cumulative_probability(ours: Distribution, theirs: Any) -> None:
    found = [ours.at(u) for u in MIDPOINTS]
    np.testing.assert_allclose(found, theirs.ppf(MIDPOINTS), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("ours", "theirs"), WHOLE.values(), ids=WHOLE)
def test_whole_numbers_are_the_inverse_of_the_cumulative_probability(ours: Distribution, theirs: Any) -> None:
    found = [ours.at(u) for u in MIDPOINTS]
    assert all(type(value) is int for value in found)
    assert np.count_nonzero(found != theirs.ppf(MIDPOINTS)) <= 2  # where a probability ends on a midpoint


@pytest.mark.parametrize("ours", NUMERIC.values(), ids=NUMERIC)
@given(st.lists(unit, min_size=2, max_size=6))
def test_a_larger_number_in_never_gives_a_smaller_one_out(ours: Distribution, numbers: list[float]) -> None:
    assert all(a <= b for a, b in pairwise(ours.at(u) for u in sorted(numbers)))


@pytest.mark.parametrize("ours", NUMERIC.values(), ids=NUMERIC)
@given(unit)
def test_values_lie_in_the_support(ours: Distribution, u: float) -> None:
    low, high = ours.support
    value = ours.at(u)
    assert low <= value <= high
    assert math.isfinite(value)


@pytest.mark.parametrize("ours", ALL.values(), ids=ALL)
@given(unit)
def test_the_quick_way_gives_the_very_same_values(ours: Distribution, u: float) -> None:
    value, quick = ours.at(u), ours.sampler()(u)
    assert (value, type(value)) == (quick, type(quick))


@given(
    st.integers(-9, 8), st.floats(1, 9.99), st.sampled_from([1.0, 3.0, 10.0, 90.0, 2000.0]), st.lists(unit, max_size=9)
)
def test_reals_of_any_size_are_rounded_alike_the_quick_way(
    power: int, low: float, reach: float, us: list[float]
) -> None:
    number = float(f"{low:.5g}e{power}")
    ours = Uniform(number, number * reach)
    edges = (10.0**whole for whole in range(-10, 13))
    span = ours.high - ours.low
    across = [(edge - ours.low) / span * (1 + off * 2.0**-52) for edge in edges for off in (-2, 0, 2) if span]
    for u in [*us, *(u for u in across if 0 < u < 1)]:
        assert (ours.at(u), float) == (ours.sampler()(u), type(ours.sampler()(u)))


@pytest.mark.parametrize("ours", ALL.values(), ids=ALL)
@given(unit)
def test_values_are_short_and_ready_for_json(ours: Distribution, u: float) -> None:
    value = ours.at(u)
    plain = list(value) if isinstance(value, tuple) else value
    assert json.loads(json.dumps(plain)) == plain
    if isinstance(value, float):
        assert value == rounded(value)


@pytest.mark.parametrize("ours", ALL.values(), ids=ALL)
def test_it_survives_plain_data_and_pickle(ours: Distribution) -> None:
    written = json.loads(json.dumps(ours.to_data()))
    assert pickle.loads(pickle.dumps(ours)) == ours
    if not isinstance(ours, Constant):
        assert distribution_from_data(written) == ours
    assert hash(pickle.loads(pickle.dumps(ours))) == hash(ours)


def test_every_distribution_is_tested() -> None:
    assert {type(ours) for ours in ALL.values()} == set(DISTRIBUTIONS.values())
    assert all(name == cls.word for name, cls in DISTRIBUTIONS.items())


def test_integers_are_equally_likely_both_ends_included() -> None:
    found = [Integers(3, 7).at(u) for u in MIDPOINTS]
    assert {found.count(value) for value in range(3, 8)} == {800}
    assert len(found) == 4000
    assert Integers(5, 5).at(0.3) == 5


def test_choices_keep_to_their_weights() -> None:
    found = [Choice(["never", "rare", "often"], [0, 1, 3]).at(u) for u in MIDPOINTS]
    assert [found.count(word) for word in ("never", "rare", "often")] == [0, 1000, 3000]
    assert Choice([1, 2]).support == (1, 2)
    assert Choice([[1, 0.5, 0], [0, 0, 3]]).support == (0, 3)
    assert Choice(["a"]).support == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Uniform(2, 1), "low must not be above high"),
        (lambda: Uniform(0, math.inf), "high must be a finite number"),
        (lambda: Uniform("0", 1), "low must be a finite number"),
        (lambda: Uniform(True, 1), "low must be a finite number"),
        (lambda: LogUniform(0, 1), "low must be above 0"),
        (lambda: LogUniform(2, 1), "low must not be above high"),
        (lambda: Normal(0, 0), "sigma must be above 0"),
        (lambda: Normal(math.nan, 1), "mean must be a finite number"),
        (lambda: LogNormal(-1, 1), "median must be above 0"),
        (lambda: Beta(0, 1), "a must be above 0"),
        (lambda: Beta(1, 1, 0), "scale must be above 0"),
        (lambda: Poisson(-1), r"mean must lie in \[0, 10000\]"),
        (lambda: Poisson(10_001), r"mean must lie in \[0, 10000\]"),
        (lambda: NegativeBinomial(1000, 0.05), "10000 times k"),
        (lambda: NegativeBinomial(0, 1), "mean must be above 0"),
        (lambda: Integers(0.5, 2), "whole numbers"),
        (lambda: Integers(3, 2), "low must not be above high"),
        (lambda: Choice([]), "at least one entry"),
        (lambda: Choice("ab"), "at least one entry"),
        (lambda: Choice([1, 2], [1]), "weights must be 2 numbers"),
        (lambda: Choice([1, 2], [0, 0]), "not all 0"),
        (lambda: Choice([1, 2], [1, -1]), "at least 0"),
    ],
)
def test_impossible_arguments_are_refused_with_what_was_expected(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"uniform": [1, 2]}, Uniform(1, 2)),
        ({"uniform": {"low": 1, "high": 2}}, Uniform(1, 2)),
        ({"beta": [1, 4], "scale": 0.3}, Beta(1, 4, 0.3)),
        ({"beta": {"a": 1, "b": 4, "scale": 0.3}}, Beta(1, 4, 0.3)),
        ({"log_normal": {"median": 7, "sigma": 0.9}}, LogNormal(7, 0.9)),
        ({"poisson": 6}, Poisson(6)),
        ({"poisson": {"mean": 6}}, Poisson(6)),
        ({"integers": [1, 3]}, Integers(1, 3)),
        ({"choice": ["a", "b"]}, Choice(["a", "b"])),
        ({"choice": ["a", "b"], "weights": [1, 2]}, Choice(["a", "b"], [1, 2])),
        ({"constant": 3}, Constant(3)),
    ],
)
def test_plain_data_is_read_in_every_form(data: dict[str, Any], expected: Distribution) -> None:
    assert distribution_from_data(data) == expected


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "expected one distribution of"),
        ({"gauss": [0, 1]}, "found"),
        ({"unifrom": [0, 1]}, "did you mean 'uniform'"),
        ({"uniform": [0, 1], "normal": [0, 1]}, "expected one distribution of"),
        ({"uniform": [0, 1], "scale": 2}, "uniform does not take scale"),
        ({"uniform": [0]}, "uniform takes low, high"),
        ({"uniform": 3}, "uniform takes low, high"),
        ({"uniform": {"low": 0}}, "uniform lacks high"),
        ({"uniform": {"low": 0, "hihg": 1}}, "uniform takes low, high, not hihg"),
        ({"uniform": [1, 0]}, "low must not be above high"),
        ({"beta": {"a": 1, "b": 2, "scale": 3}, "scale": 3}, "scale"),
    ],
)
def test_wrong_data_is_refused_with_what_was_expected(data: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        distribution_from_data(data)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_keeps_six_digits_and_is_stable(value: float) -> None:
    assert rounded(rounded(value)) == rounded(value)
    assert math.isclose(rounded(value), value, rel_tol=5.1e-6, abs_tol=5e-320)
