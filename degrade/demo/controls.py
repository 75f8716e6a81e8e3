"""What of a recipe's steps can be changed by sliders: made of the declarations of their fields.

A slider stands at first where the recipe's own distribution has its median, and as long as it stands there the step is
as the recipe has it. Moved, it is that number in every picture. So what a page shows is worked out from the sliders'
values alone, and putting a slider back is all it takes to undo a change.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from degrade.demo.errors import DemoError
from degrade.engine.compose import Group, OneOf, SomeOf, Target
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Constant, Distribution, rounded
from degrade.engine.fields import FieldSpec, Kind
from degrade.engine.step import Step
from degrade.recipes import Recipe
from degrade.recipes.dumping import in_line

MOST_FIELDS = 4
"""Sliders of a step beside that of its probability: the most telling ones."""
_STEPS = 100
"""Places of a slider, about."""
_TAIL = 0.01
"""Share of a distribution beyond either end of the range that is usual."""
P = "p"


@dataclass(frozen=True)
class Control:
    """A slider for one number of a step.

    Attributes
    ----------
    name : str
        The field, or "p".
    help, unit : str
        The field's own.
    low, high : float
        The ends of the slider, within the field's bounds: what is usual and half as much again on either side.
    step : float
        Between two places of the slider; a whole number for a count.
    start : float
        Where it stands as long as the step is as in the recipe: the median.
    whole : bool
        Whether it gives whole numbers.
    own : str
        What the recipe says, as YAML writes it.
    """

    name: str
    help: str
    unit: str
    low: float
    high: float
    step: float
    start: float
    whole: bool
    own: str

    def moved(self, value: Any) -> float | int | None:
        """The number that the slider at `value` stands for; None where it stands as at first.

        Raises
        ------
        DemoError
            `value` is no number between the ends.
        """
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            expected = f"{self.name} must be a number in [{self.low:g}, {self.high:g}], not {str(value)[:40]!r}"
            raise DemoError(expected, "put its slider back")
        if abs(value - self.start) < self.step / 1000:
            return None
        return round(value) if self.whole else rounded(float(value))


@dataclass(frozen=True)
class Panel:
    """What of one step can be changed.

    Attributes
    ----------
    address : str
        The step's, which is its own within the recipe.
    title, about : str
        Its label, and what it is or does.
    controls : tuple of Control
        That of its probability comes first.
    parts : tuple of Panel
        Those of the steps within a group.
    """

    address: str
    title: str
    about: str
    controls: tuple[Control, ...]
    parts: tuple[Panel, ...] = ()

    def flattened(self) -> Iterator[Panel]:
        """This one and all within it, in order."""
        yield self
        for part in self.parts:
            yield from part.flattened()


@dataclass(frozen=True)
class Change:
    """What is changed of one step: whether it is `on`, its probability (None: as in the recipe), and the numbers that
    stand in place of distributions, by field."""

    on: bool = True
    p: float | None = None
    fields: dict[str, float | int] = field(default_factory=dict)


Settings = dict[str, Change]
"""The changed steps, by address."""


def panels_of(recipe: Recipe) -> tuple[Panel, ...]:
    """The panels of a recipe's steps, in order; a `target` has none."""
    return tuple(_panel(step) for step in recipe.steps if not isinstance(step, Target))


def settings_of(panels: Sequence[Panel], values: Sequence[Any]) -> Settings:
    """What is changed where switches and sliders have `values`: for each panel, those within groups too, whether it is
    on, and then a number for each of its controls.

    Raises
    ------
    DemoError
        A value is none that its slider can have, or there are not as many as there are controls.
    """
    flat = [panel for top in panels for panel in top.flattened()]
    if len(values) != sum(1 + len(panel.controls) for panel in flat):
        raise DemoError("the sliders are those of another recipe", "choose the recipe again")
    left = iter(values)
    settings = {}
    for panel in flat:
        on = bool(next(left))
        moved = {control.name: control.moved(next(left)) for control in panel.controls}
        numbers = {name: value for name, value in moved.items() if value is not None}
        change = Change(on, numbers.pop(P, None), numbers)
        if change != Change():
            settings[panel.address] = change
    return settings


def control_of(spec: FieldSpec, own: Distribution) -> Control | None:
    """The slider for a field that the recipe gives the distribution `own`; None for what is no number, or can be one
    number alone."""
    if spec.kind not in (Kind.REAL, Kind.COUNT):
        return None
    start = spec.clamp(own.at(0.5))
    if isinstance(start, bool) or not isinstance(start, int | float):
        return None
    whole = spec.kind is Kind.COUNT
    low, high, step = _range(spec, own, whole)
    if not low < high:
        return None
    return Control(spec.name, spec.help, spec.unit, low, high, step, start, whole, in_line(own))


def telling(op: Degradation) -> list[FieldSpec]:
    """The numbers of an op that say most of what it does, at most `MOST_FIELDS`: how much of it there is, then what the
    recipe sets, then what varies, then the rest."""
    changed = op.changed()

    def rank(spec: FieldSpec) -> int:
        if spec.name == op.linked:
            return 0
        varies = not isinstance(getattr(op, spec.name), Constant)
        return 1 if spec.name in changed and varies else 2 if spec.name in changed else 3 if varies else 4

    numbers = [spec for spec in op.specs.values() if control_of(spec, getattr(op, spec.name)) is not None]
    return sorted(numbers, key=rank)[:MOST_FIELDS]


# --- panels -----------------------------------------------------------------------------------------------------------


def _panel(step: Step) -> Panel:
    p = Control(P, "how often it happens", "probability", 0.0, 1.0, 0.01, step.p, False, f"{step.p:g}")
    if isinstance(step, Group):
        parts = tuple(_panel(part) for part in step.steps)
        title = step.label or f"{step.word.replace('_', ' ')}: {', '.join(part.title for part in parts)}"
        return Panel(step.address, title, _gist(step), (p,), parts)
    assert isinstance(step, Degradation)
    controls = [control_of(spec, getattr(step, spec.name)) for spec in telling(step)]
    title = step.address if step.address == step.name else f"{step.address} ({step.name})"
    return Panel(step.address, title, _about(step), (p, *(each for each in controls if each is not None)))


def _about(step: Step) -> str:
    """What the step does, and how it hangs on the photograph's story."""
    when = "; ".join(f"{name} {_listed(words)}" for name, words in (step.when or {}).items())
    link = ", ".join(step.link or ())
    more = (f" Only where the story says: {when}." if when else "") + (f" Follows the story's {link}." if link else "")
    return _gist(step) + more


def _listed(words: Any) -> str:
    return " or ".join(words) if isinstance(words, list | tuple) else str(words)


def _gist(step: Step) -> str:
    """The first paragraph of what its class says of itself, as one line."""
    paragraph = inspect.cleandoc(type(step).__doc__ or "").split("\n\n")[0]
    return " ".join(paragraph.replace("`", "").split())


def is_choice(step: Step) -> bool:
    """Whether the steps within it run a race, so that one that is off leaves its chances to the others."""
    return isinstance(step, OneOf | SomeOf)


# --- ranges -----------------------------------------------------------------------------------------------------------


def _range(spec: FieldSpec, own: Distribution, whole: bool) -> tuple[float, float, float]:
    """(low, high, step) of a slider."""
    usual = [spec.clamp(each.at(u)) for each in (spec.default, own) for u in (_TAIL, 0.5, 1 - _TAIL)]
    numbers = [float(value) for value in usual if isinstance(value, int | float)]
    least, most = min(numbers), max(numbers)
    if least == most:
        least, most = _around(spec, least)
    margin = (most - least) / 2
    step = _round_step((most - least + 2 * margin) / _STEPS)
    if whole:
        step = max(1.0, step)
    low = max(spec.low, rounded(math.floor((least - margin) / step) * step))
    high = min(spec.high, rounded(math.ceil((most + margin) / step) * step))
    return low, high, step


def _around(spec: FieldSpec, value: float) -> tuple[float, float]:
    """What may be usual of a field that is always `value`."""
    if value:
        return min(value * 0.5, value * 1.5), max(value * 0.5, value * 1.5)
    low, high = (bound if math.isfinite(bound) else sign for bound, sign in ((spec.low, -1.0), (spec.high, 1.0)))
    return low, high


def _round_step(wanted: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no larger than `wanted`."""
    power = 10.0 ** math.floor(math.log10(wanted))
    return rounded(next(times * power for times in (5, 2, 1) if times * power <= wanted * (1 + 1e-9)))
