from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation
from degrade.ops import degradations
from degrade.preview import sweep_of, sweep_sheet, swept
from degrade.preview.sweep import STEPS, example_at, op_at

OPS = degradations()


def picture(channels: int = 3) -> npt.NDArray[np.uint8]:
    values = np.linspace(40, 215, 72 * 96 * channels).reshape(72, 96, channels)
    return values.astype(np.uint8)


def swept_ops() -> list[type[Degradation]]:
    return [op for op in OPS.values() if op_at(op, 0.05) != op_at(op, 0.95)]


@pytest.mark.parametrize("op", swept_ops(), ids=lambda op: op.name)
def test_every_op_goes_from_low_to_high_and_nothing_else_moves(op: type[Degradation]) -> None:
    sweep = sweep_of(op)
    steps = sweep.steps()
    drawn = [{name: getattr(step, name) for name in op.specs} for step in steps]
    moved = [values.pop(sweep.field.name).at(0.5) for values in drawn]
    assert 1 < len(moved) <= STEPS
    assert moved == sorted(set(moved))
    assert all(others == drawn[0] for others in drawn)


def test_the_ends_are_quantiles_of_the_default() -> None:
    steps = sweep_of(OPS["grain"]).steps()
    spread = OPS["grain"].specs["strength"].default
    assert len(steps) == STEPS
    assert [step.strength.at(0.5) for step in (steps[0], steps[-1])] == [spread.at(0.02), spread.at(0.98)]


def test_there_is_always_something_to_see() -> None:
    assert [step.count.at(0.5) for step in sweep_of(OPS["folds"]).steps()] == [1, 2, 3]
    assert op_at(OPS["folds"], 0.05).count.at(0.5) == 1


def test_the_main_field_is_the_first_number_that_varies() -> None:
    assert sweep_of(OPS["folds"]).title == "folds.count"
    assert sweep_of(OPS["tone"]).title == "tone.strength"
    assert sweep_of(OPS["folds"], "soil").title == "folds.soil"


@pytest.mark.parametrize(
    ("op", "field", "told"),
    [
        ("folds", "sevrity", "folds.sevrity: there is no such field: did you mean 'severity'?"),
        ("folds", "zzz", "folds.zzz: there is no such field: these do: count, severity"),
        ("grain", "per_dye", "grain.per_dye: no number that varies by default; these do: strength, size_mm"),
        ("grayscale", None, "grayscale.response: no number that varies by default"),
    ],
)
def test_what_cannot_be_swept(op: str, field: str | None, told: str) -> None:
    with pytest.raises(ParameterError) as raised:
        sweep_of(OPS[op], field)
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_key_draws_the_same_place(channels: int) -> None:
    sweep = sweep_of(OPS["coarse_dropout"], "size_frac")
    low, *_, high = swept(sweep, picture(channels), "k")
    assert low.mask is not None
    assert high.mask is not None
    assert 0 < (low.mask > 0).sum() < (high.mask > 0).sum()
    assert low.key == f"size_frac {sweep.steps()[0].size_frac.at(0.5):.4g} (fraction of the short side)"
    again = swept(sweep, picture(channels), "k")[0]
    assert np.array_equal(low.pictures["degraded"], again.pictures["degraded"])


@pytest.mark.parametrize("name", ["fade", "scratches"])
def test_the_sheet_shows_masks_of_structural_ops_alone(name: str) -> None:
    sweep = sweep_of(OPS[name])
    shown = swept(sweep, picture(), "k")
    sheet = sweep_sheet(sweep, shown, 64)
    assert np.array_equal(sheet, sweep_sheet(sweep, shown, 64))
    bare = sweep_sheet(sweep, [dataclasses.replace(each, mask=None, classes=None) for each in shown], 64)
    assert (sheet.shape[0] > bare.shape[0]) == (OPS[name].damage is not None)


def test_an_op_that_looks_at_damage_has_some_to_look_at() -> None:
    class Reader(OPS["fade"]):  # type: ignore[misc, name-defined]
        """Reads."""

        reads = ("loss",)

    shown = example_at(Reader(), picture(), "k", "reader")
    assert [step["op"] for step in shown.steps] == ["scratches", "folds", "reader"]
    assert shown.layers == {}
