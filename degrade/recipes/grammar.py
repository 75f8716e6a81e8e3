"""The grammar of recipes: plain data to a Recipe, or every mistake at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from degrade.engine.compose import Target
from degrade.engine.declaration import ParameterError
from degrade.engine.step import Step
from degrade.engine.story import LATENTS, Story, told_problems
from degrade.engine.units import FORMATS
from degrade.recipes.as_data import VERSION
from degrade.recipes.document import Document
from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.fields import read_fields
from degrade.recipes.frame import Frame
from degrade.recipes.output import IMAGES, MEMBERS, SHARD_FORMATS, Output
from degrade.recipes.presets import Given, Presets, given
from degrade.recipes.recipe import Recipe
from degrade.recipes.source import source_problems
from degrade.recipes.steps import StepReader
from degrade.recipes.words import Path, did_you_mean, shown

FIELDS: dict[str, str] = {
    "recipe": f"version of the recipe's language: {VERSION}",
    "name": "what the recipe and its output are called; the file's name when left out",
    "about": "what it imitates, for people",
    "seed": "whole number that all randomness hangs on",
    "format": "format of the print, which turns millimetres into pixels",
    "story": "what happened to a photograph as a whole, drawn once; steps refer to it by `link` and `when`",
    "source": "photographs that a build takes when it is given none: a text, a mapping with a path, or a list of these",
    "frame": "what is cut out of each photograph and how it is varied; null keeps the whole at its size",
    "presets": "choices by name, each with settings by name; the first setting is the default",
    "steps": "what happens to a photograph, in order",
    "output": "what is written of each pair, and where it goes",
}
"""The fields of a recipe and what they are."""
NAME = re.compile(r"[^\W_](?:[\w .@+-]{0,98}[\w@+-])?")
"""What a recipe may be called: its output's folder is."""
_DATA_ONLY = ("recipe", "presets", "story", "frame", "steps", "output")


@dataclass(frozen=True)
class Reading:
    """A recipe and where its parts stand.

    Attributes
    ----------
    recipe : Recipe
    document : Document
    paths : dict
        The path of each step and group, by address.
    presets : dict
        Plain data of its presets, where the recipe is as it stands without them; else none, since they say what to do
        to another.
    """

    recipe: Recipe
    document: Document
    paths: Mapping[str, Path]
    presets: Mapping[str, Any] = field(default_factory=dict)


def read(document: Document, name: str, chosen: Iterable[str] = ()) -> Reading:
    """The recipe that `document` holds.

    Parameters
    ----------
    name : str
        What it is called when it does not say so itself.
    chosen : iterable of str
        Settings of its presets.

    Raises
    ------
    RecipeError
        It has mistakes, in any of its presets.
    """
    if not isinstance(document.data, dict):
        message = f"expected a mapping that begins with `recipe: {VERSION}`, not {shown(document.data)}"
        raise RecipeError([*document.problems, document.problem((), message)])
    return _Reader(document, name).read(chosen)


class _Reader:
    def __init__(self, document: Document, name: str) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data
        self.name = self.data.get("name", name)
        self.problems: dict[Problem, None] = dict.fromkeys(document.problems)

    def report(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Note a mistake; the same one, met again in another preset, is noted once."""
        self.problems[self.document.problem(path, message, hint, at_key=at_key)] = None

    def read(self, chosen: Iterable[str]) -> Reading:
        """Read everything, in every preset."""
        self._check_top()
        presets = Presets(self.data.get("presets"), self.report)
        selection = presets.chosen(chosen)
        reading = self._variant(presets, selection)
        for other in presets.neighbours(selection):
            self._variant(presets, other)
        if self.problems or reading is None:
            raise RecipeError(sorted(self.problems, key=lambda p: (p.line or 0, p.column or 0)))
        return reading

    def _check_top(self) -> None:
        data = self.data
        if "recipe" not in data:
            message = f"`recipe: {VERSION}` is missing: it tells a recipe from other YAML"
            self.report((), message, f"begin with `recipe: {VERSION}`")
        elif data["recipe"] != VERSION or isinstance(data["recipe"], bool):
            newer = isinstance(data["recipe"], int) and data["recipe"] > VERSION
            hint = "install a newer degrade" if newer else ""
            self.report(("recipe",), f"expected version {VERSION} of the language, not {shown(data['recipe'])}", hint)
        for key in data:
            if key not in FIELDS:
                message = f"a recipe has no field {shown(key)}; it has {', '.join(FIELDS)}"
                self.report((key,), message, did_you_mean(key, FIELDS), at_key=True)
        for key in ("name", "about", "format"):
            if key in data and not isinstance(data[key], str):
                self.report((key,), f"expected a text, not {shown(data[key])}")
        if data.get("source") is not None:
            for path, message, hint in source_problems(data["source"]):
                self.report(("source", *path), message, hint)
        if isinstance(self.name, str) and not NAME.fullmatch(self.name):
            expected = "expected a name of at most 100 letters, digits and `_ .@+-` that begins with a letter or digit"
            self.report(("name",), f"{expected}, not {shown(self.name)}", "" if "name" in data else "give it a `name:`")
        if "steps" not in data:
            self.report((), "`steps:` is missing: a recipe is a list of steps")

    def _variant(self, presets: Presets, selection: Mapping[str, str]) -> Reading | None:
        """The recipe with one selection of presets; None when there are mistakes."""
        changes = presets.changes(selection)
        reader = StepReader(self.report, changes)
        steps = reader.read(self.data["steps"]) if "steps" in self.data else ()
        story = self._story(changes.story)
        self._told(steps, story, reader.paths)
        frame = self._frame(changes.frame)
        output = self._output(changes.output)
        self._one_side(steps, output, reader.paths)
        plain = {key: self.data[key] for key in self.data if key in FIELDS and key not in _DATA_ONLY}
        if isinstance(self.name, str):
            plain["name"] = self.name + presets.suffix(selection)
        if not self._sound({**plain, "steps": ()}) or self.problems:
            return None
        assert output is not None
        recipe = Recipe(**{**plain, "steps": steps, "story": story, "frame": frame, "output": output})
        left = {} if presets.alters(selection) else self.data.get("presets") or {}
        return Reading(recipe, self.document, reader.paths, left)

    def _one_side(self, steps: Sequence[Step], output: Output | None, paths: Mapping[str, Path]) -> None:
        """Pictures of the format aligned have room for one clean picture."""
        if output is not None and output.format == "aligned":
            for target in [step for step in steps if isinstance(step, Target)][1:]:
                message = "a further target, but pictures of the format aligned hold one clean picture"
                self.report(paths[target.address], message, "take it out, or write `format: folder`")

    def _sound(self, plain: dict[str, Any]) -> bool:
        """Whether the Recipe takes what is neither steps nor a mapping."""
        if not isinstance(plain.get("format", ""), str):
            return False
        try:
            Recipe(**plain)
        except ParameterError as error:
            for name, message in error.problems:
                value = plain.get(name)
                self.report((name,), message, did_you_mean(value, FORMATS) if isinstance(value, str) else "")
            return False
        return True

    def _part(self, name: str, known: Iterable[str], changed: Given) -> Given | None:
        """The fields of the mapping called `name`, with `changed`; None when it is null or left out."""
        data = self.data.get(name)
        if data is None and not changed:
            return None
        if not isinstance(data, dict | None):
            self.report((name,), f"expected a mapping of {', '.join(known)}, not {shown(data)}")
            return None
        return {**given(data or {}, (name,)), **changed}

    def _frame(self, changed: Given) -> Frame | None:
        values = self._part("frame", Frame.specs, changed)
        if values is None:
            return None
        size, path = values.get("size", (None, ()))
        if isinstance(size, int) and not isinstance(size, bool):
            values["size"] = ([size, size], path)
        if not read_fields(Frame, values, self.report):
            return None
        made: Frame | None = self._made(Frame, values)
        return made

    def _story(self, changed: Given) -> Story | None:
        data = self.data.get("story")
        if not isinstance(data, dict | None):
            self.report(("story",), f"expected a mapping of some of {', '.join(LATENTS)}, not {shown(data)}")
            return None
        if data is None and not changed:
            return None
        values = {**given(data or {}, ("story",)), **changed}
        latents = {name: value for name, (value, _) in values.items()}
        try:
            return Story(latents)
        except ParameterError as error:
            for name, message in error.problems:
                self.report(values[name][1], message, did_you_mean(name, LATENTS), at_key=name not in LATENTS)
            return Story({name: value for name, value in latents.items() if name not in dict(error.problems)})

    def _told(self, steps: Iterable[Step], story: Story | None, paths: Mapping[str, Path]) -> None:
        """Report what steps ask of a story that does not tell it."""
        for step in (inner for outer in steps for inner in outer.flattened()):
            for key, message in told_problems(story, step.link, step.when):
                self.report((*paths.get(step.address, ("steps",)), key), message)

    def _output(self, changed: Given) -> Output | None:
        known = [f.name for f in fields(Output)]
        values = self._part("output", known, changed) or {}
        for name in [name for name in values if name not in known]:
            message = f"output has no field {shown(name)}; it has {', '.join(known)}"
            self.report(values.pop(name)[1], message, did_you_mean(name, known), at_key=True)
        made: Output | None = self._made(Output, values)
        return made

    def _made(self, make: Any, values: Given) -> Any:
        try:
            return make(**{name: value for name, (value, _) in values.items()})
        except ParameterError as error:
            for name, message in error.problems:
                value, path = values.get(name, (None, (make.__name__.lower(), name)))
                self.report(path, message, _meant_output(name, value))
            return None


def _meant_output(name: str, value: Any) -> str:
    """A guess at the word that was meant where an Output takes words."""
    if name == "members" and isinstance(value, list):
        strange = [word for word in value if isinstance(word, str) and word not in MEMBERS]
        return did_you_mean(strange[0], MEMBERS) if strange else ""
    words = {"image": IMAGES, "format": SHARD_FORMATS}.get(name, ())
    return did_you_mean(value, words) if isinstance(value, str) else ""
