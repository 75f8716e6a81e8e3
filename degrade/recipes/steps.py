"""The grammar of steps: names, what stands beside them, groups, labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, NamedTuple

from degrade.engine.compose import GROUPS, Group, Target
from degrade.engine.declaration import BESIDE, ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step
from degrade.ops import KnownOps
from degrade.recipes.conflicts import too_many_runs
from degrade.recipes.errors import RecipeError
from degrade.recipes.fields import read_fields
from degrade.recipes.include import INCLUDE, included
from degrade.recipes.presets import Changes, Given, Report, given
from degrade.recipes.words import Path, did_you_mean, shown

MOST_STEPS = 1000
_NAMING_KEYS = ("op", "type", "name", "step", "transform", "class")


def beside_of(word: str) -> tuple[str, ...]:
    """The keys that may stand beside the step or group called `word`."""
    if word == Target.word:
        return ()
    if word == INCLUDE:
        return BESIDE
    group = GROUPS.get(word)
    own = [f.name for f in dataclasses.fields(group)] if group else []
    return BESIDE + tuple(name for name in own if name not in ("steps", *BESIDE))


_OTHER_WORDS = (Target.word, INCLUDE)
_ANY_BESIDE = frozenset(BESIDE).union(*(beside_of(word) for word in GROUPS))


class _Unread(Step):
    """Stands for a step with a mistake, so that what is around it can be read."""

    p = 1.0
    label = None

    def __init__(self, number: int) -> None:
        self._number = number

    @property
    def address(self) -> str:
        return f"?{self._number}"

    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        """Never called: a recipe with mistakes is not made."""

    def to_data(self) -> Any:
        return None

    def canonical(self) -> Any:
        return None


class _Item(NamedTuple):
    """A step that was read: its address, and the step, or None when the chosen presets leave it out."""

    address: str
    step: Step | None


class StepReader:
    """Reads `steps`; mistakes go to `report`.

    Attributes
    ----------
    paths : dict
        Where each step and group stands, by its address (its label, given or default).
    """

    def __init__(self, report: Report, changes: Changes) -> None:
        self.report = report
        self.changes = changes
        self.paths: dict[str, Path] = {}
        self._ops = KnownOps()
        self._read = 0
        self._unread = (_Unread(number) for number in count())

    def read(self, data: Any) -> tuple[Step, ...]:
        """The steps of a recipe; those with mistakes are stood in for."""
        items = self._list(data, ("steps",))
        for label, path in (*self.changes.without.items(), *self.changes.step_paths.items()):
            if label not in self.paths:
                hint = did_you_mean(label, self.paths) or f"the steps are {', '.join(self.paths)}"
                self.report(path, f"no step is labelled {shown(label)}", hint, at_key=isinstance(path[-1], str))
        steps = tuple(item.step for item in items if item.step is not None)
        if problem := too_many_runs(steps):
            self.report(("steps",), problem)
        return steps

    def _list(self, data: Any, path: Path) -> list[_Item]:
        if not isinstance(data, list):
            hint = "begin each step with `- `" if isinstance(data, dict) else ""
            self.report(path, f"expected a list of steps, not {shown(data)}", hint)
            return []
        items = []
        for place, item in enumerate(data):
            self._read += 1
            if self._read > MOST_STEPS:
                self.report(("steps",), f"expected at most {MOST_STEPS} steps")
                break
            items.append(self._step(item, (*path, place)))
        return items

    # ------------------------------------------------------------------ one step

    def _step(self, item: Any, path: Path) -> _Item:
        if isinstance(item, str):
            item = {item: None}
        if not isinstance(item, dict):
            hint = "take one `- ` away" if isinstance(item, list) else ""
            self.report(path, f"expected a step such as `- grain: {{strength: 0.03}}`, not {shown(item)}", hint)
            return self._mistaken()
        word = self._word(item, path)
        if word is None:
            return self._mistaken()
        beside = self._beside(item, word, path)
        if word == Target.word:
            return self._target(item[word], path)
        if word == INCLUDE:
            return self._include(item[word], beside, path)
        if word in GROUPS:
            return self._group(GROUPS[word], item[word], beside, path)
        return self._op(self._ops[word], item[word], beside, path)

    def _mistaken(self) -> _Item:
        step = next(self._unread)
        return _Item(step.address, step)

    def _word(self, item: Mapping[str, Any], path: Path) -> str | None:
        """The name of the step that `item` declares."""
        known = [key for key in item if self._is_word(key)]
        if len(known) == 1:
            return known[0]
        if known:
            both = f"{' and '.join(known)} stand in one step"
            self.report((*path, known[1]), both, "begin each with `- `", at_key=True)
            return None
        strange = [key for key in item if key not in _ANY_BESIDE]
        if not strange:
            self.report(path, "this step has no name", "a step is written such as `- grain: {strength: 0.03}`")
            return None
        named = [item[key] for key in strange if key in _NAMING_KEYS and self._is_word(item[key])]
        if named:
            hint = f"a step is written `- {named[0]}: {{…}}`"
        else:
            hint = did_you_mean(strange[0], (*self._ops, *GROUPS, *_OTHER_WORDS)) or "`degrade ops` lists them"
        message = f"there is no degradation or group called {shown(strange[0])}"
        self.report((*path, strange[0]), message, hint, at_key=True)
        return None

    def _is_word(self, key: Any) -> bool:
        """Whether it names a step. What stands beside names is not looked for among the ops."""
        if key in GROUPS or key in _OTHER_WORDS:
            return True
        return isinstance(key, str) and key not in _ANY_BESIDE and key in self._ops

    def _beside(self, item: Mapping[str, Any], word: str, path: Path) -> Given:
        """What stands beside the name of the step."""
        allowed = beside_of(word)
        for key in item:
            if key == word or key in allowed:
                continue
            if word in self._ops and key in self._ops[word].specs:
                hint = f"{key} is a field of {word}: write {word}: {{{key}: …}}, or indent it further"
            else:
                hint = did_you_mean(key, allowed)
            may = f"may stand {', '.join(allowed)}" if allowed else "stands nothing"
            self.report((*path, key), f"{shown(key)} can't stand beside {word}; there {may}", hint, at_key=True)
        return given({key: item[key] for key in item if key in allowed}, path)

    def _target(self, fields: Any, path: Path) -> _Item:
        try:
            target = Target(fields if fields != {} else None)
        except ParameterError as error:
            self.report((*path, Target.word), error.problems[0][1])
            return self._mistaken()
        if len(path) > 2:
            self.report(path, "target stands at the top level of steps, not inside a group")
            return self._mistaken()
        if target.address in self.paths:
            message = f"{target.address} stands here a second time"
            self.report(path, message, "each clean picture is taken once; give a further one a name: `- target: NAME`")
            return self._mistaken()
        return self._entered(target.address, target, path, unique=False)

    def _include(self, name: Any, beside: Given, path: Path) -> _Item:
        if not isinstance(name, str):
            self.report((*path, INCLUDE), f"expected the name of a shipped recipe, not {shown(name)}")
            return self._mistaken()
        address = _label(beside) or name.partition("@")[0]
        beside = beside | self.changes.steps.get(address, {})
        try:
            made = included(name, **{key: value for key, (value, _) in beside.items()})
        except RecipeError as error:
            self.report((*path, INCLUDE), error.problems[0].message, error.problems[0].hint)
            return self._mistaken()
        except ParameterError as error:
            for key, message in error.problems:
                self.report(beside[key][1] if key in beside else path, message)
            return self._mistaken()
        for step in made.flattened():
            if step is not made:
                self.paths.setdefault(step.address, path)
        return self._entered(address, made, path)

    def _op(self, op: type[Degradation], fields: Any, beside: Given, path: Path) -> _Item:
        inside = (*path, op.name)
        if not isinstance(fields, dict | None):
            first = next(iter(op.specs))
            hint = "" if isinstance(fields, list) else f"such as {op.name}: {{{first}: {shown(fields)}}}"
            self.report(inside, f"expected the fields of {op.name} by name, not {shown(fields)}", hint)
        values = given(fields if isinstance(fields, dict) else {}, inside)
        address = _label(beside) or op.name
        for name, change in self.changes.steps.get(address, {}).items():
            (beside if name == "p" else values)[name] = change
        sound = self._made(op, beside, path) is not None
        sound = read_fields(op, values, self.report) and sound
        step = self._made(op, beside | values, inside) if sound else None
        return self._entered(address, step or next(self._unread), path)

    def _made(self, make: Callable[..., Step], values: Given, path: Path) -> Step | None:
        """`make(**values)`, or None with its mistakes reported."""
        try:
            return make(**{name: value for name, (value, _) in values.items()})
        except ParameterError as error:
            for name, message in error.problems:
                self.report(values[name][1] if name in values else path, message)
            return None

    # ------------------------------------------------------------------ groups

    def _group(self, group: type[Group], data: Any, beside: Given, path: Path) -> _Item:
        inside = (*path, group.word)
        items = self._list(data, inside)
        if data == []:
            self.report(inside, f"expected at least one step in {group.word}, not an empty list")
        address = _label(beside) or f"{group.word}({','.join(item.address for item in items)})"
        values = beside | self.changes.steps.get(address, {})
        for name in [name for name in values if name not in beside_of(group.word)]:
            message = f"{group.word} takes {', '.join(beside_of(group.word))}, not {shown(name)}"
            self.report(values.pop(name)[1], message, at_key=True)
        if not items:  # what stands beside it is checked all the same, but the weights of nothing
            self._made_group(group, [next(self._unread)], {n: v for n, v in values.items() if n != "weights"})
            return self._mistaken()
        whole = self._made_group(group, [item.step or next(self._unread) for item in items], values)
        kept = [item.step for item in items if item.step is not None]
        if not kept:
            return self._entered(address, None, path, unique="label" in beside)
        if len(kept) < len(items):
            whole = self._made_group(group, kept, _weights_of(items, values))
        self.paths.setdefault(whole.address, path)
        return self._entered(address, whole, path, unique="label" in beside)

    def _made_group(self, group: type[Group], steps: list[Step], values: Given) -> Step:
        """The group, without those of `values` that are mistaken, which are reported."""
        arguments = {name: value for name, (value, _) in values.items()}
        if not isinstance(arguments.get("weights"), list | None):
            message = f"expected a list of one number for each step, not {shown(arguments.pop('weights'))}"
            self.report(values["weights"][1], message)
        while True:
            try:
                return group(steps, **arguments)
            except ParameterError as error:
                for name, message in error.problems:
                    self.report(values[name][1], message)
                    del arguments[name]

    # ------------------------------------------------------------------ labels

    def _entered(self, address: str, step: Step | None, path: Path, *, unique: bool = True) -> _Item:
        """The step under its address, unless another has it or the chosen presets leave it out.

        A group's default address need not be unique: two are equal only if the steps within are, which is said there.
        """
        if unique and self.paths.get(address, path) != path:
            self.report(path, f"two steps are labelled {shown(address)}", "give one a `label:` of its own")
            return self._mistaken()
        self.paths.setdefault(address, path)
        return _Item(address, None if address in self.changes.without else step)


def _label(beside: Given) -> str | None:
    """The label that is given, if it is a text."""
    label = beside["label"][0] if "label" in beside else None
    return label if isinstance(label, str) else None


def _weights_of(items: list[_Item], values: Given) -> Given:
    """`values` with the weights of the steps that are left out taken away."""
    weights, path = values.get("weights", (None, ()))
    if not isinstance(weights, list) or len(weights) != len(items):
        return {name: value for name, value in values.items() if name != "weights"}
    return values | {"weights": ([w for w, item in zip(weights, items, strict=True) if item.step is not None], path)}
