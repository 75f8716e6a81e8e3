"""What a degradation is: a frozen declaration, a draw, a pure way to apply what was drawn."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any, ClassVar, dataclass_transform

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Declaration, Drawn, ParameterError
from degrade.engine.fields import field
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step, check_step, with_step_keys

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
    reads : tuple of str
        Which of loss and classes it looks at, to see what earlier steps did.
    """

    stage: ClassVar[Stage]
    damage: ClassVar[DamageClass | None] = None
    portable: ClassVar[bool] = True
    moves_pixels: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ()

    p: float = 1.0
    label: str | None = None

    def misplaced(self) -> list[tuple[str, str]]:
        """What is wrong with `p` and `label`."""
        return check_step(self)

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
        label = self.address + suffix
        key = root.at(label)
        drawn = self.draw(key)
        if fires and self.p < 1:
            fires = key.at("p").uniform() < self.p
        if fires and photo.watch is None:
            self.apply(photo, drawn, key)
        elif fires:
            photo.watch.step(photo, label, partial(self.apply, photo, drawn, key))  # type: ignore[union-attr]
        photo.record.append((label, self.name, fires, self.plain(drawn)))

    def to_data(self) -> Any:
        """``{name: {field: value}}`` with the fields that differ from their defaults; `p` and `label` beside it."""
        return with_step_keys({self.name: self.changed()}, self)

    def canonical(self) -> Any:
        """`to_data` with every field."""
        return with_step_keys({self.name: self.settings()}, self)
