from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from degrade.ops import degradations

Run = Callable[..., Result]


def test_every_op_is_listed_in_the_order_of_its_stage(run: Run) -> None:
    result = run("ops")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert len(rows) == len(degradations())
    for row, op in zip(rows, degradations().values(), strict=True):
        assert op.stage.name.lower().replace("_", " ") in row
        assert f" {op.name}" in row
        assert (f" {op.name}* " in row) == (not op.portable)


def test_every_op_has_a_page_with_all_its_fields(run: Run) -> None:
    for name, op in degradations().items():
        page = run("ops", name).stdout
        for spec in op.specs.values():
            assert spec.name in page
            assert spec.unit in page
            assert " ".join(spec.help.split()) in page


def test_json_tells_all(json_lines: Callable[..., list[dict[str, Any]]]) -> None:
    records = json_lines("ops", "--json")
    assert [record["name"] for record in records] == list(degradations())
    (grain,) = json_lines("ops", "grain", "--json")
    assert grain in records
    assert grain["class"] == "Grain"
    strength = grain["fields"][0]
    spec = degradations()["grain"].specs["strength"]
    assert strength["default"] == spec.default.to_data()
    assert strength["low"] == (spec.low if math.isfinite(spec.low) else None)


@pytest.mark.parametrize(("name", "hint"), [("gran", "did you mean 'grain'?"), ("zzzz", "`degrade ops` lists them")])
def test_an_unknown_op(run: Run, name: str, hint: str) -> None:
    result = run("ops", name)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""
