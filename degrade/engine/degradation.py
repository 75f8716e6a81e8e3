"""What a degradation is: a frozen declaration, a draw, a pure way to apply what was drawn."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Collection, Mapping
from functools import cached_property, partial
from typing import Any, ClassVar, Self, dataclass_transform

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Declaration, Drawn, ParameterError
from degrade.engine.fields import field
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step, check_step, happens, with_step_keys
from degrade.engine.story import factor

RATES = ("count", "rate", "amount", "strength")
"""Fields that a `link` multiplies where an op does not say which: the first one that it has."""
__all__ = ["Degradation", "Drawn", "ParameterError"]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Degradation(Declaration, Step):
    """A frozen declaration of parameter distributions, and a pure way to apply drawn values to a photo.

    To write an op: subclass it in a file of its own, document what it imitates and from which source, set `stage` and,
    if it is structural, `damage`; declare parameters by `field`, and write `apply`.

    Attributes
    ----------
    stage : Stage
        When in its life a photograph suffers this.
    damage : DamageClass or None
        The class of the masks it keeps; None for a global op, which keeps none.
    portable : bool
        Whether its bytes are the same on every CPU; False is marked in `degrade ops`.
    moves_pixels : bool
        Whether it displaces the picture's content.
    anytime : bool
        Whether it belongs to no stage of its own, and may stand anywhere in a recipe.
    extra : str
        The extra of this package without which it cannot run; "" for none.
    reads : tuple of str
        Which of loss and classes it looks at, to see what earlier steps did.
    rate_field : str or None
        The field that a `link` multiplies; None: the first of RATES that the op has.
    """

    stage: ClassVar[Stage]
    damage: ClassVar[DamageClass | None] = None
    portable: ClassVar[bool] = True
    moves_pixels: ClassVar[bool] = False
    anytime: ClassVar[bool] = False
    extra: ClassVar[str] = ""
    reads: ClassVar[tuple[str, ...]] = ()

    rate_field: ClassVar[str | None] = None

    p: float = 1.0
    label: str | None = None
    when: Mapping[str, Any] | None = None
    link: Mapping[str, float] | None = None

    def misplaced(self) -> list[tuple[str, str]]:
        """What is wrong with what stands beside its name."""
        problems = check_step(self)
        if self.link is not None and self.linked is None and self.p == 1:
            problems.append(("link", f"{self.name} has no {', '.join(RATES)} to be linked: give it a `p` below 1"))
        return problems

    @cached_property
    def linked(self) -> str | None:
        """The field that a `link` multiplies; None: it multiplies how often the op happens."""
        return self.rate_field or next((name for name in RATES if name in self.specs), None)

    @property
    def address(self) -> str:
        """The label, or the op's name."""
        return self.label or self.name

    @abstractmethod
    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Apply `drawn` to `photo` in place; spatial noise comes from `key`. Pure: nothing else is read or kept."""

    def damage_of(self, drawn: Drawn) -> DamageClass | None:
        """The class of the damage that `drawn` does: `damage`, unless it hangs on a field."""
        return self.damage

    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        """Draw, apply and record."""
        label = self.label or self.name
        if suffix:
            label += suffix
        key = root.at(label)
        if self.link is None and self.when is None:
            drawn = self.draw(key)
            if fires and self.p < 1:
                fires = key.at("p").uniform() < self.p
        else:
            times, linked = factor(self.link, photo.story), self.linked
            drawn = self.draw(key) if linked is None else self._at_rate(times).draw(key)
            fires = fires and happens(self, key, photo, times if linked is None else 1.0)
        if fires and photo.watch is None:
            self.apply(photo, drawn, key)
        elif fires:
            photo.watch.step(photo, label, partial(self.apply, photo, drawn, key))  # type: ignore[union-attr]
        photo.record.append((label, self.name, fires, self.plain(drawn)))

    def _at_rate(self, times: float) -> Degradation:
        """This op with `times` its rate; clamped to the field's bounds when drawn."""
        twins: dict[float, Degradation] = self.__dict__.setdefault("_twins", {})
        if times not in twins:
            assert self.linked is not None
            twins[times] = self.scaled((self.linked,), times)
        return twins[times]

    def scaled(self, fields: Collection[str], times: float) -> Self:
        """This op with `times` as much in some of its fields; clamped to their bounds when drawn."""
        twin = copy.copy(self)
        for name in fields:
            object.__setattr__(twin, name, getattr(self, name).scaled(times))
        twin._plan_draw()
        return twin

    def to_data(self) -> Any:
        """``{name: {field: value}}`` with the fields that differ from their defaults; beside it `p`, `label`, …"""
        return with_step_keys({self.name: self.changed()}, self)

    def canonical(self) -> Any:
        """`to_data` with every field."""
        return with_step_keys({self.name: self.settings()}, self)
