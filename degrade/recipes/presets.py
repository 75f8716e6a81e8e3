"""Variants of one recipe: named settings that leave steps out or change values, chosen as ``recipe@setting+setting``.

    presets:
      damage:                      # a choice; its first setting is the default
        CG: {}
        C: {without: [gaussian_noise]}
      strength:
        weak: {steps: {gaussian_noise: {sigma: 0.02}}}
        visible: {steps: {gaussian_noise: {sigma: 0.1, p: 0.5}}, frame: {size: 96}}

``animal_faces@C+visible`` takes one setting of each choice. A setting may leave out steps (`without`, by label), change
fields of steps (`steps`, by label; `p` and a group's own keys too), latents of the `story`, and fields of the `frame`
and of the `output`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from degrade.recipes.words import Path, did_you_mean, shown

MOST_SETTINGS = 64
PARTS = ("without", "steps", "story", "frame", "output")
"""What a setting may hold."""
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}")
"""Names of choices and settings."""

Given = dict[str, tuple[Any, Path]]
"""Values by field, each with the path at which it stands."""


class Report(Protocol):
    """Takes a mistake."""

    def __call__(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Note `message` about what stands at `path`."""


@dataclass(frozen=True)
class Changes:
    """What the chosen settings do, a later choice's over an earlier one's.

    Attributes
    ----------
    without : dict
        Labels of the steps that are left out, each with where that is said.
    steps : dict
        By label: the changed fields; and in `step_paths` where each label stands.
    story, frame, output : dict
        Their changed fields.
    """

    without: dict[str, Path] = field(default_factory=dict)
    steps: dict[str, Given] = field(default_factory=dict)
    step_paths: dict[str, Path] = field(default_factory=dict)
    story: Given = field(default_factory=dict)
    frame: Given = field(default_factory=dict)
    output: Given = field(default_factory=dict)


class Presets:
    """The `presets` of a recipe: choices by name, each with its settings by name."""

    def __init__(self, data: Any, report: Report) -> None:
        self.choices: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.report = report
        self.choice_of: dict[str, str] = {}
        if data is None:
            return
        if not isinstance(data, dict):
            report(("presets",), f"expected choices by name, each with settings by name, not {shown(data)}")
            return
        for choice, settings in data.items():
            self._read_choice(choice, settings, ("presets", choice))

    def _read_choice(self, choice: str, settings: Any, path: Path) -> None:
        self._check_name(choice, path)
        if not isinstance(settings, dict) or not settings:
            self.report(path, f"expected at least one setting by name, not {shown(settings)}")
            return
        self.choices[choice] = {}
        for name, parts in settings.items():
            self._check_name(name, (*path, name))
            if name in self.choice_of:
                message = f"{shown(name)} is a setting of {self.choice_of[name]} already"
                self.report((*path, name), message, "name every setting differently", at_key=True)
                continue
            if len(self.choice_of) == MOST_SETTINGS:
                self.report((*path, name), f"more than {MOST_SETTINGS} settings", "write several recipes", at_key=True)
                return
            self.choice_of[name] = choice
            self.choices[choice][name] = self._parts(parts, (*path, name))

    def _check_name(self, name: str, path: Path) -> None:
        if not NAME.fullmatch(name):
            self.report(path, f"expected a name of letters, digits and _ . -, not {shown(name)}", at_key=True)

    def _parts(self, parts: Any, path: Path) -> Mapping[str, Any]:
        """The parts that have the right form."""
        if parts is None:
            return {}
        if not isinstance(parts, dict):
            self.report(path, f"expected a mapping of {', '.join(PARTS)}, not {shown(parts)}")
            return {}
        good = {}
        for part, value in parts.items():
            inside = (*path, part)
            if part not in PARTS:
                message = f"a setting has no {shown(part)}; it may hold {', '.join(PARTS)}"
                self.report(inside, message, did_you_mean(part, PARTS), at_key=True)
            elif part == "without" and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
                self.report(inside, f"expected a list of labels of steps, not {shown(value)}")
            elif part != "without" and not isinstance(value, dict):
                self.report(inside, f"expected a mapping of what changes, not {shown(value)}")
            elif part == "steps" and not self._all_mappings(value, inside):
                continue
            else:
                good[part] = value
        return good

    def _all_mappings(self, steps: Mapping[str, Any], path: Path) -> bool:
        strange = [label for label, fields in steps.items() if not isinstance(fields, dict)]
        for label in strange:
            self.report((*path, label), f"expected a mapping of fields, not {shown(steps[label])}")
        return not strange

    def chosen(self, names: Iterable[str]) -> dict[str, str]:
        """The setting of each choice, by the choice's name, when `names` are chosen; the others stay at their first."""
        selection = {choice: next(iter(settings)) for choice, settings in self.choices.items() if settings}
        taken: set[str] = set()
        for name in names:
            choice = self.choice_of.get(name)
            if choice is None:
                known = f"it has {', '.join(self.choice_of)}" if self.choice_of else "it has none"
                message = f"the recipe has no preset {shown(name)}; {known}"
                self.report(("presets",), message, did_you_mean(name, self.choice_of), at_key=True)
                continue
            if choice in taken and selection[choice] != name:
                message = f"{shown(selection[choice])} and {shown(name)} are both settings of {choice}"
                self.report(("presets", choice), message, "choose one of them", at_key=True)
            taken.add(choice)
            selection[choice] = name
        return selection

    def suffix(self, selection: Mapping[str, str]) -> str:
        """``@C+visible``: how a selection is written, without the defaults."""
        defaults = self.chosen(())
        told = [name for choice, name in selection.items() if name != defaults[choice]]
        return f"@{'+'.join(told)}" if told else ""

    def alters(self, selection: Mapping[str, str]) -> bool:
        """Whether the settings of `selection` do anything to the recipe as it stands."""
        return any(self.choices[choice][name] for choice, name in selection.items())

    def neighbours(self, selection: Mapping[str, str]) -> list[dict[str, str]]:
        """Selections in which one other setting is chosen: together they hold every setting."""
        return [
            {**selection, choice: name}
            for choice, settings in self.choices.items()
            for name in settings
            if name != selection[choice]
        ]

    def changes(self, selection: Mapping[str, str]) -> Changes:
        """What the settings of `selection` do, together."""
        changes = Changes()
        for choice, name in selection.items():
            path = ("presets", choice, name)
            parts = self.choices[choice][name]
            for place, label in enumerate(parts.get("without", ())):
                changes.without[label] = (*path, "without", place)
            for label, fields in parts.get("steps", {}).items():
                changes.step_paths[label] = (*path, "steps", label)
                changes.steps.setdefault(label, {}).update(given(fields, (*path, "steps", label)))
            changes.story.update(given(parts.get("story", {}), (*path, "story")))
            changes.frame.update(given(parts.get("frame", {}), (*path, "frame")))
            changes.output.update(given(parts.get("output", {}), (*path, "output")))
        return changes


def given(fields: Mapping[str, Any], path: Path) -> Given:
    """Each of `fields` with the path at which it stands."""
    return {name: (value, (*path, name)) for name, value in fields.items()}
