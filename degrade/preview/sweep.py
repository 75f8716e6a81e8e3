"""One op on one picture, with one of its numbers going from low to high."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from degrade.engine.compose import Sequence as InOrder
from degrade.engine.declaration import ParameterError
from degrade.engine.distributions import Choice, Constant
from degrade.engine.fields import FieldSpec, Kind
from degrade.ops import KnownOps
from degrade.pages import Picture, coloured_mask, fitted
from degrade.pages.palette import GROUND
from degrade.preview.captions import Number, shown_value
from degrade.preview.example import Example
from degrade.preview.grid import GAP, Cell, grid_sheet
from degrade.preview.legend import legend_of
from degrade.recipes.words import did_you_mean

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation
    from degrade.engine.step import Step

LOW, HIGH = 0.02, 0.98
"""Shares of the default distribution that lie below a sweep's ends."""
STEPS = 6
_COLUMNS = 3
_DAMAGED_BY = ("scratches", "folds")
"""What comes before an op that looks at earlier damage: alone it would do nothing."""


def _varying_numbers(op: type[Degradation]) -> list[FieldSpec]:
    return [
        spec
        for spec in op.specs.values()
        if spec.kind in (Kind.REAL, Kind.COUNT) and not isinstance(spec.default, Constant | Choice)
    ]


def op_at(op: type[Degradation], share: float, field: str | None = None) -> Degradation:
    """The op with its numbers at the values below which `share` of their default distributions lies.

    If a `field` is named it alone is moved, and all others stand at their medians, as words do. Numbers of things are
    at least 1: of none there is nothing to see.
    """
    moved = [spec.name for spec in _varying_numbers(op) if field in (None, spec.name)]
    return op(**{
        name: _value(spec, share if name in moved else 0.5)
        for name, spec in op.specs.items()
        if not isinstance(spec.default, Constant)
    })  # fmt: skip


def _value(spec: FieldSpec, share: float) -> Any:
    value = spec.clamp(spec.default.at(share))
    return max(1, value) if spec.kind is Kind.COUNT and spec.default.support[1] >= 1 else value


@dataclasses.dataclass(frozen=True)
class Sweep:
    """An op of which one field goes from low to high."""

    op: type[Degradation]
    field: FieldSpec

    @property
    def title(self) -> str:
        """Such as "folds.count"."""
        return f"{self.op.name}.{self.field.name}"

    @property
    def about(self) -> str:
        """What is moved, in words."""
        return self.field.help

    def steps(self) -> list[Degradation]:
        """The op from low to high, `STEPS` times, or fewer where the field has fewer values."""
        shares = (LOW + (HIGH - LOW) * number / (STEPS - 1) for number in range(STEPS))
        return [step for step, _ in itertools.groupby(op_at(self.op, share, self.field.name) for share in shares)]

    def number(self, step: Degradation) -> Number:
        """The moved field of one step."""
        value = getattr(step, self.field.name).at(0.5)
        return Number(self.field.name, shown_value(value), self.field.unit, self.field.help)


def sweep_of(op: type[Degradation], field: str | None = None) -> Sweep:
    """The sweep of `field`, or of the op's main one: the first number that varies by default.

    Raises
    ------
    ParameterError
        There is no such field, or it is no number that varies by default.
    """
    varying = [spec.name for spec in _varying_numbers(op)]
    name = field or next(iter(varying or op.specs), "fields")
    if name in varying:
        return Sweep(op, op.specs[name])
    cure = f"these do: {', '.join(varying)}" if varying else "preview a recipe with this op instead"
    if name in op.specs:
        raise ParameterError(op.name, [(name, f"no number that varies by default; {cure}")])
    raise ParameterError(op.name, [(name, f"there is no such field: {did_you_mean(name, varying) or cure}")])


def swept(sweep: Sweep, picture: Picture, key: str) -> list[Example]:
    """The Examples of a sweep on one (H, W, C) uint8 picture, all drawn at the same `key`, called by their numbers."""
    return [example_at(step, picture, key, sweep.number(step).text) for step in sweep.steps()]


def example_at(step: Degradation, picture: Picture, key: str, name: str) -> Example:
    """The Example, called `name`, of one op on one (H, W, C) uint8 picture, drawn at `key`."""
    before: list[Step] = [KnownOps()[op]() for op in _DAMAGED_BY if step.reads and op != step.name]
    pair = InOrder([*before, step]).pair(np.ascontiguousarray(picture), key=key)
    return Example(
        key=name,
        pictures={"clean": pair.clean, "degraded": pair.degraded},
        mask=pair.mask,
        classes=pair.classes,
        steps=pair.record["steps"],
        loss=pair.loss,
        layers={step.address: pair.mask} if step.damage and not before else {},
    )


def sweep_sheet(sweep: Sweep, examples: Sequence[Example], side: int) -> Picture:
    """The contact sheet of a sweep: each degraded picture over its mask, with the numbers below."""
    masked = any(example.mask is not None and example.mask.any() for example in examples)
    cells = [Cell(_stacked(example, side, masked), notes=[example.key, *_coverage(example)]) for example in examples]
    legend = legend_of((example.mask, example.classes) for example in examples)
    return grid_sheet(cells, _COLUMNS, legend, sweep.title, sweep.about)


def _coverage(example: Example) -> list[str]:
    return [f"damage {(example.mask > 0).mean():.1%}"] if example.mask is not None and example.mask.any() else []


def _stacked(example: Example, side: int, masked: bool) -> Picture:
    degraded = example.pictures["degraded"]
    parts = [fitted(degraded, side)]
    if masked and example.mask is not None:
        parts.append(fitted(coloured_mask(example.mask, example.classes, example.behind), side))
    return stacked(parts)


def stacked(pictures: Sequence[Picture]) -> Picture:
    """Pictures of one width below each other, with a gap between them."""
    gap = np.full((GAP, pictures[0].shape[1], 3), GROUND, np.uint8)
    parts = [part for picture in pictures for part in (gap, np.broadcast_to(picture, (*picture.shape[:2], 3)))]
    return np.concatenate(parts[1:])
