"""Warnings: recipes that can be read and run, but are unlikely to be what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from degrade.engine.compose import Group, OneOf, Shuffle, SomeOf, Target
from degrade.engine.damage import Stage
from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice, Constant, Distribution
from degrade.engine.key import Key
from degrade.engine.step import Step
from degrade.engine.story import holds
from degrade.errors import MissingExtra
from degrade.ops.harvested import Harvested
from degrade.ops.texture import Texture
from degrade.recipes.document import Document
from degrade.recipes.errors import Problem
from degrade.recipes.grammar import Reading
from degrade.recipes.recipe import Recipe
from degrade.recipes.source import has_pairs
from degrade.recipes.words import Path
from degrade.textures import bank
from degrade.textures.errors import TextureError

_MASKS = ("mask", "loss", "classes")
_SAMPLES = 400
_RARE = 0.005
"""Of the photographs."""
_CLAMPED = 0.02
"""Of a distribution."""


class Remark(NamedTuple):
    """A warning about the step at an address, or about a field when `step` is None."""

    step: Step | None
    part: Path
    message: str
    hint: str


def check(recipe: Recipe) -> list[Problem]:
    """Warnings about `recipe`, in the order of its parts.

    They tell of: steps that run against the life of a photograph; ops that move pixels of one picture only; JPEG in the
    midst of a recipe, or last where the pictures are not written as JPEG; damage before `target`, which is in both
    pictures and leaves the masks; steps that never or almost never do anything; ranges that saturate at a field's
    bound; masks that stay empty; too few textures to divide; and libraries that are missing or take no such arguments.

    Returns
    -------
    list of Problem
        Without places in a file; `degrade.recipes.examine` gives them too.
    """
    paths = {step.address: path for path, step in _placed(recipe.steps, ("steps",))}
    return check_reading(Reading(recipe, Document(recipe.to_data()), paths))


def check_reading(reading: Reading) -> list[Problem]:
    """`check`, each warning with its place in the text that was read."""
    problems = []
    for rule in RULES:
        for remark in rule(reading.recipe):
            path = reading.paths[remark.step.address] if remark.step else ()
            problems.append(reading.document.problem((*path, *remark.part), remark.message, remark.hint))
    return sorted(problems, key=lambda p: (p.line or 0, p.column or 0))


def _placed(steps: tuple[Step, ...], path: Path) -> Iterator[tuple[Path, Step]]:
    for place, step in enumerate(steps):
        yield (*path, place), step
        if isinstance(step, Group):
            yield from _placed(step.steps, (*path, place, step.word))


def _all_ops(recipe: Recipe) -> Iterator[Degradation]:
    for step in recipe.steps:
        yield from (one for one in step.flattened() if isinstance(one, Degradation))


def _values(distribution: Distribution) -> tuple[object, ...]:
    """The values of a choice or a constant; none for a spread."""
    if isinstance(distribution, Choice):
        return distribution.values
    return (distribution.value,) if isinstance(distribution, Constant) else ()


def is_structural(op: Degradation) -> bool:
    """Whether `op` can draw damage into the masks; for some, that hangs on a field."""
    drawn = op.draw(Key())
    others = ({**drawn, name: value} for name in op.specs for value in _values(getattr(op, name)))
    try:
        return any(op.damage_of(values) is not None for values in (drawn, *others))
    except TextureError:  # which `textures_at_hand` tells of
        return op.damage is not None


# ---------------------------------------------------------------------- the rules


class _Latest(NamedTuple):
    """The op of the latest stage so far."""

    stage: int
    op: Degradation | None


def against_life(recipe: Recipe) -> Iterator[Remark]:
    """Steps that happen to a photograph before what stands before them, in any of its stories."""
    found: dict[str, Remark] = {}
    for told in _stories(recipe):
        remarks: list[Remark] = []
        latest = _Latest(-1, None)
        for step in recipe.steps:
            latest = _lived(step, latest, told, remarks)
        for remark in remarks:
            found.setdefault(remark.step.address if remark.step else "", remark)
    yield from found.values()


def _stories(recipe: Recipe) -> Iterator[dict[str, str]]:
    """What a story may tell by the words that steps ask for."""
    asked = sorted({name for top in recipe.steps for step in top.flattened() for name in step.when or ()})
    for words in product(*(recipe.story.words_of(name) if recipe.story else () for name in asked)):
        yield dict(zip(asked, words, strict=True))


def _lived(step: Step, latest: _Latest, told: dict[str, str], remarks: list[Remark]) -> _Latest:
    if not holds(step.when, told):
        return latest
    if isinstance(step, Degradation):
        if step.anytime:
            return latest
        if step.stage >= latest.stage:
            return _Latest(step.stage, step)
        if step.p > 0 and latest.op is not None:
            remarks.append(_out_of_order(step, latest.op))
        return latest
    if not isinstance(step, Group):
        return latest
    if isinstance(step, Shuffle):
        return _shuffled(step, latest, remarks)
    if isinstance(step, OneOf):
        return max((_lived(one, latest, told, remarks) for one in step.steps), key=lambda one: one.stage)
    for one in step.steps:
        latest = _lived(one, latest, told, remarks)
    return latest


def _shuffled(step: Shuffle, latest: _Latest, remarks: list[Remark]) -> _Latest:
    ops = [op for op in step.flattened() if isinstance(op, Degradation) and not op.anytime]
    stages = sorted({op.stage for op in ops})
    if len(stages) > 1:
        message = f"shuffle mixes stages of a photograph's life: {', '.join(map(_stage_name, stages))}"
        remarks.append(Remark(step, (), message, "leave it if the order is unknown on purpose"))
    return max((latest, *(_Latest(op.stage, op) for op in ops)), key=lambda one: one.stage)


def _out_of_order(step: Degradation, before: Degradation) -> Remark:
    what = f"{step.name} ({_stage_name(step.stage)}) follows {before.name} ({_stage_name(before.stage)})"
    if before.name == "jpeg":
        return Remark(step, (), f"{what}: its file is opened again, and what follows is not in it",
                      "put jpeg last")  # fmt: skip
    return Remark(step, (), f"{what}: a photograph lives the other way round", f"move it before {before.address}")


def _stage_name(stage: int) -> str:
    return Stage(stage).name.lower().replace("_", " ")


def moved_apart(recipe: Recipe) -> Iterator[Remark]:
    """Ops that displace the degraded picture alone."""
    for op in _all_ops(recipe):
        both = getattr(op, "both", None)
        if op.moves_pixels and both is not None and False in _values(both):
            message = f"{op.name} moves the degraded picture and not the clean one: no restoration can undo it"
            yield Remark(op, (op.name, "both"), message, "take `both: false` away")


def jpeg_twice(recipe: Recipe) -> Iterator[Remark]:
    """A last step `jpeg` whose file is thrown away."""
    last = recipe.steps[-1] if recipe.steps else None
    if isinstance(last, Degradation) and last.name == "jpeg" and recipe.output.image != "jpg":
        message = f"jpeg is the last step, but image is {recipe.output.image}: its file is decoded and stored larger"
        yield Remark(None, ("output", "image"), message, "write `image: jpg`, and its file is stored as it is")


def hidden_damage(recipe: Recipe) -> Iterator[Remark]:
    """Structural damage before the target."""
    places = [place for place, step in enumerate(recipe.steps) if isinstance(step, Target)]
    for step in recipe.steps[: places[0] if places else 0]:
        for op in step.flattened():
            if isinstance(op, Degradation) and is_structural(op):
                message = f"{op.name} stands before target: its damage is in the clean picture too, and in no mask"
                yield Remark(op, (), message, "move it after target")


def never_run(recipe: Recipe) -> Iterator[Remark]:
    """Steps that no photograph meets."""
    for top in recipe.steps:
        for step in top.flattened():
            if step.p == 0:
                yield Remark(step, ("p",), f"{_named(step)} never runs: its p is 0", "take the step away")
            if isinstance(step, OneOf | SomeOf):
                for place, weight in enumerate(step.weights or ()):
                    if weight == 0:
                        message = f"{_named(step.steps[place])} is never chosen: its weight is 0"
                        yield Remark(step, ("weights", place), message, "take the step away")
            yield from _idle_numbers(step)


def _idle_numbers(step: Step) -> Iterator[Remark]:
    """A group's `n` or `times` that leaves nothing to chance, or nothing to do."""
    if isinstance(step, SomeOf) and step.n.support[0] > len(step.steps):
        message = f"some_of always takes all of its {len(step.steps)} steps: n is larger"
        yield Remark(step, ("n",), message, "write `sequence`, or a smaller n")
    for field, number in (("n", getattr(step, "n", None)), ("times", getattr(step, "times", None))):
        if isinstance(number, Distribution) and number.support[1] == 0:
            yield Remark(step, (field,), f"{_named(step)} never runs a step: {field} is 0", "take the group away")


def almost_never(recipe: Recipe) -> Iterator[Remark]:
    """Steps that do something to fewer than one photograph in two hundred."""
    for top in recipe.steps:
        yield from _rare(top, 1.0)


def _rare(step: Step, chance: float) -> Iterator[Remark]:
    """Those within `step`, which is reached with the probability `chance`."""
    chance *= step.p
    if isinstance(step, Group):
        for one in step.steps:
            yield from _rare(one, chance)
        return
    if not isinstance(step, Degradation) or chance == 0:
        return
    rate = getattr(step, step.linked) if step.linked else Constant(1)
    something = sum(value > 0 for value in _sampled(rate)) / _SAMPLES
    if 0 < chance * something < _RARE or (something == 0 and not isinstance(rate, Constant)):
        message = f"{_named(step)} does something to {100 * chance * something:.2g} % of the photographs"
        other = f" or its {step.linked}" if something < 1 else ""
        yield Remark(step, (), message, f"raise its p{other}, or take it away")


def saturating(recipe: Recipe) -> Iterator[Remark]:
    """Distributions much of which lies outside of what their field can be, and is clamped."""
    for op in _all_ops(recipe):
        for name, spec in op.specs.items():
            values = _sampled(getattr(op, name))
            for bound, outside in (
                (spec.low, sum(value < spec.low for value in values)),
                (spec.high, sum(value > spec.high for value in values)),
            ):
                if outside > _CLAMPED * _SAMPLES:
                    share = 100 * outside / _SAMPLES
                    message = f"{op.name}.{name} is {bound:g}, its bound, for {share:.2g} % of the photographs"
                    yield Remark(op, (op.name, name), message, "narrow the distribution")


def _sampled(distribution: Distribution) -> list[float]:
    """Its values at evenly spread chances, where they are numbers."""
    values = [distribution.at((i + 0.5) / _SAMPLES) for i in range(_SAMPLES)]
    return [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def _named(step: Step) -> str:
    return step.label or str(getattr(step, "name", getattr(step, "word", "")))


def empty(recipe: Recipe) -> Iterator[Remark]:
    """Recipes and masks without anything in them."""
    if not any(step.p > 0 for step in _all_ops(recipe)) and not has_pairs(recipe.source):
        yield Remark(None, ("steps",), "there is no degradation: both pictures will be the same", "add a step")
        return
    masks = [member for member in recipe.output.members if member in _MASKS]
    after = recipe.steps[next((i + 1 for i, step in enumerate(recipe.steps) if isinstance(step, Target)), 0) :]
    drawn = any(is_structural(op) for step in after for op in step.flattened() if isinstance(op, Degradation))
    if masks and not drawn:
        message = f"{' and '.join(masks)} will always be empty: no step draws damage"
        yield Remark(None, ("output", "members"), message, "write `members: [clean, degraded]`")


def textures_at_hand(recipe: Recipe) -> Iterator[Remark]:
    """Sources of textures that are not there, or have too few sheets to divide."""
    for op in _all_ops(recipe):
        for name in op.sources() if isinstance(op, Texture) else ():
            try:
                sheets = len(bank.find(name).names)
            except TextureError as error:
                yield Remark(op, (op.name, "source"), f"{name!r}: {error.why}", "")
                continue
            if sheets < len(bank.SHARES):
                message = f"{name} has {sheets} of the {len(bank.SHARES)} textures that a division needs"
                yield Remark(op, (op.name, "source"), f"{message}: train, val and test share them", "add some")


def banks_at_hand(recipe: Recipe) -> Iterator[Remark]:
    """Banks of harvested damage that are not there, or have nothing of what is asked for."""
    for op in (op for op in _all_ops(recipe) if isinstance(op, Harvested)):
        assert isinstance(op.classes, Distribution)
        for name in op.sources():
            try:
                rates = bank.cutouts(name).rates
            except TextureError as error:
                yield Remark(op, (op.name, "bank"), f"{name!r}: {error.why}", "")
                continue
            there = ["all", *(damage.name.lower() for damage in rates)]
            lacking = [str(value) for value in _values(op.classes) if value not in there]
            if lacking or not rates:
                message = f"{name} has no {' and no '.join(lacking) or 'cut-outs'}"
                yield Remark(op, (op.name, "classes"), message, f"it has {', '.join(there[1:]) or 'nothing'}")


def libraries_at_hand(recipe: Recipe) -> Iterator[Remark]:
    """Steps for which a library is missing, or which it does not take as they are."""
    for op in _all_ops(recipe):
        if not op.extra:
            continue
        try:
            op.prepare()
        except MissingExtra as error:
            yield Remark(op, (op.name,), error.what, error.cure)
        except ParameterError as error:
            for name, message in error.problems:
                yield Remark(op, (op.name, name), message, "")


RULES: tuple[Callable[[Recipe], Iterator[Remark]], ...] = (
    against_life, moved_apart, jpeg_twice, hidden_damage, never_run, almost_never, saturating, empty, textures_at_hand,
    banks_at_hand,
    libraries_at_hand,
)  # fmt: skip
"""Every rule, each giving its warnings."""
