"""What of a recipe may be turned: locations and spreads of its steps' distributions, and how often steps happen."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from degrade.engine.compose import OneOf
from degrade.engine.degradation import Degradation
from degrade.recipes import Recipe

Way = Literal["scale", "spread", "shift", "share", "p", "weight"]
Settings = dict[str, float]
"""How far each knob is turned, by its name; 0, or absent, is the recipe as it is."""


@dataclass(frozen=True)
class Knob:
    """One thing that may be turned, in all steps of an op at once.

    Attributes
    ----------
    op, field : str
        A degradation and one of its fields; of a `weight`, the group's address and that of a step in it.
    way : str
        scale: times exp(x); spread: the distribution's width times exp(x); shift: x more; share: the odds of true times
        exp(x); p: the odds of the step times exp(x); weight: the step's weight in its group times exp(x).
    reach : float
        The largest |x|.
    reading : str
        The scalar that tells it, a name of `degrade.realism.scalars.SCALARS`; "" if it can only be searched.
    held : frozenset of str
        Addresses of steps that it does not turn.
    """

    op: str
    field: str
    way: Way
    reach: float
    reading: str = ""
    held: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Such as ``grain.strength`` or ``grain.strength.spread``."""
        if self.way == "p":
            return f"{self.op}.p"
        return f"{self.op}.{self.field}" + (".spread" if self.way == "spread" else "")

    @property
    def turns(self) -> str:
        """What it turns, such as ``grain.strength``, ``grain.p`` or ``kind.weights``."""
        return f"{self.op}." + {"p": "p", "weight": "weights"}.get(self.way, self.field)

    def words(self, x: float) -> str:
        """What turning it by `x` does, such as ``× 1.8``."""
        if self.way == "shift":
            return f"{x:+.3g}"
        times = f"× {math.exp(x):.3g}"
        return {"p": f"odds {times}", "share": f"odds {times}", "spread": f"width {times}"}.get(self.way, times)


_SPECKS = ("light_specks", "dark_specks")
DECLARED = (
    Knob("lens_blur", "sigma_mm", "scale", math.log(12), "edge_width"),
    Knob("scan", "psf_px", "scale", math.log(3), "fine_detail"),
    Knob("scan", "sharpening", "scale", math.log(3), "halo"),
    Knob("grain", "strength", "scale", math.log(8), "noise"),
    Knob("grain", "size_mm", "scale", math.log(4), "noise_lag1"),
    Knob("gaussian_noise", "sigma", "scale", math.log(8), "noise"),
    Knob("scan", "veil", "scale", math.log(6), "black"),
    Knob("fade", "amount", "scale", math.log(4), "white"),
    Knob("silver_fading", "amount", "scale", math.log(4), "contrast"),
    Knob("print_response", "exposure", "shift", 0.4, "median_tone"),
    Knob("levels", "black", "scale", math.log(6), "black"),
    Knob("levels", "gamma", "scale", math.log(2), "median_tone"),
    Knob("yellowing", "stain", "scale", math.log(5), "highlight_b"),
    Knob("yellowing", "sulphiding", "scale", math.log(5), "middle_b"),
    Knob("surface_dust", "count", "scale", math.log(6), _SPECKS[0]),
    Knob("dust_on_negative", "rate", "scale", math.log(6), _SPECKS[0]),
    Knob("scratches", "count", "scale", math.log(4), "fine_light"),
    Knob("jpeg", "quality", "shift", 30.0, "blockiness"),
    Knob("scan", "noise", "scale", math.log(3)),
    Knob("scan", "auto_levels", "share", math.log(8)),
    Knob("scan", "sharpen", "share", math.log(6)),
    Knob("print_response", "strength", "scale", math.log(3)),
    Knob("vignette", "falloff", "scale", math.log(4)),
    Knob("edge_fade", "amount", "scale", math.log(3)),
    Knob("mottle", "strength", "scale", math.log(4)),
    Knob("texture", "strength", "scale", math.log(4)),
    Knob("grain", "strength", "spread", math.log(2.5)),
    Knob("lens_blur", "sigma_mm", "spread", math.log(2.5)),
    Knob("lens_blur", "field_growth", "scale", math.log(4)),
    Knob("film_response", "strength", "scale", math.log(4)),
    Knob("scan", "sampling", "scale", math.log(2)),
    Knob("frame_edges", "margin_frac", "scale", math.log(4)),
    Knob("border", "width_frac", "scale", math.log(4)),
)
"""Everything that matters to how photographs measure; a recipe has the knobs of the steps that it has."""
_P_REACH, _WEIGHT_REACH = math.log(12), math.log(5)
_DRIFT = 0.01
_SELDOM = 0.15
"""What happens less often is in too few pictures for a search to learn of it, and stays as often as it is."""


def space(recipe: Recipe, fixed: frozenset[str] = frozenset()) -> tuple[Knob, ...]:
    """The knobs of `recipe`, those that readings tell first; none turns what is `fixed`: addresses of steps, and fields
    such as ``jpeg.quality``, ``jpeg.p`` or ``kind.weights``."""
    from degrade.realism.fitting.turning import turned

    found = [*DECLARED, *_chances(recipe), *_weights(recipe)]
    found = [dataclasses.replace(knob, held=fixed) for knob in found if knob.turns not in fixed]
    some = [knob for knob in found if turned(recipe, (knob,), {knob.name: knob.reach / 4}) != recipe]
    return (*(knob for knob in some if knob.reading), *(knob for knob in some if not knob.reading))


def _chances(recipe: Recipe) -> Iterator[Knob]:
    """Of each op that happens now and then: how often it does."""
    for op in dict.fromkeys(one.name for one in _degradations(recipe) if _SELDOM <= one.p < 1):
        yield Knob(op, "", "p", _P_REACH)


def _weights(recipe: Recipe) -> Iterator[Knob]:
    """Of the outermost choices: how often each of their steps is chosen."""
    for step in recipe.steps:
        if isinstance(step, OneOf) and len(step.steps) > 1:
            for child in step.steps:
                yield Knob(step.address, child.address, "weight", _WEIGHT_REACH)


def drift(knobs: Sequence[Knob], settings: Settings) -> float:
    """What being far from the recipe costs, a hundredth of each knob's (x / reach)²: what tells nothing stays."""
    return _DRIFT * sum((settings.get(knob.name, 0.0) / knob.reach) ** 2 for knob in knobs)


def has(recipe: Recipe, op: str) -> bool:
    """Whether a step of `recipe` is of this op."""
    return any(one.name == op for one in _degradations(recipe))


def _degradations(recipe: Recipe) -> Iterator[Degradation]:
    for step in recipe.steps:
        yield from (one for one in step.flattened() if isinstance(one, Degradation))
