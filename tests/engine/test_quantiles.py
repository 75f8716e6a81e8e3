from __future__ import annotations

import numpy as np

from degrade.engine.quantiles import TABLE, computed_upper_half, normal_quantiles


def test_the_shipped_table_is_what_the_formula_gives() -> None:
    shipped = np.load(TABLE)
    assert shipped.dtype == np.float32
    np.testing.assert_array_max_ulp(shipped, computed_upper_half(), maxulp=1)


def test_the_quantiles_are_those_of_the_standard_normal_distribution() -> None:
    quantiles = normal_quantiles()
    assert quantiles.shape == (65536,)
    assert np.all(np.diff(quantiles) > 0)
    assert np.array_equal(quantiles, -quantiles[::-1])
    exact = quantiles.astype(np.float64)
    assert abs(exact.var() - 1) < 1e-4
    assert abs((exact**4).mean() - 3) < 5e-3
    assert abs((np.abs(exact) < 1.959964).mean() - 0.95) < 1e-4


def test_nobody_can_spoil_the_table_for_others() -> None:
    assert not normal_quantiles().flags.writeable
