"""What holds for every degradation there is: a new op is tested here by standing in its folder.

The checks are the public ones of `degrade.testing`, which anybody can run on an op of their own.
"""

from __future__ import annotations

from typing import Any

from degrade.ops import degradations
from degrade.testing import check_together, parametrize_with_checks

OPS = degradations().values()


@parametrize_with_checks(OPS, skip=["worker"])  # which all ops are asked at once, below
def test_it_holds(subject: Any, check: Any) -> None:
    check(subject)


def test_no_op_disturbs_another_in_any_order_thread_or_process() -> None:
    check_together(OPS)
