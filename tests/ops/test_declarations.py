"""What the ops are: one file each, found by themselves, in order."""

from __future__ import annotations

from pathlib import Path

import degrade.ops

OPS = degrade.ops.degradations()


def test_every_file_is_one_op_of_its_name() -> None:
    files = {path.stem for path in Path(degrade.ops.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(OPS)
    assert {name: op.__module__ for name, op in OPS.items()} == {name: f"degrade.ops.{name}" for name in OPS}


def test_they_come_in_the_order_of_the_stages() -> None:
    assert list(OPS.values()) == sorted(OPS.values(), key=lambda op: (op.stage, op.name))
