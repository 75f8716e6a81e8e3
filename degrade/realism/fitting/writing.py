"""A fitted recipe as YAML, with a comment on each value that was fitted."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from degrade.realism.fitting.plates import FIELD as PLATES
from degrade.realism.fitting.result import STORY, Fitted, Value
from degrade.recipes import Recipe, dump
from degrade.recipes.text import parse_document

_WIDTH = 118


def written(fitted: Fitted) -> str:
    """The YAML text; `load_recipe` of it, as a file, gives ``fitted.recipe``."""
    comments = comments_of([value for value in fitted.values if fitted.kept or value.name == PLATES])
    head = "".join(f"{line}\n" for line in _header(fitted))
    return head + commented(fitted.recipe, fitted.presets, comments)


def comments_of(values: Sequence[Value]) -> dict[str, list[str]]:
    """Address of a step -> a comment on each value in it that was fitted."""
    found: dict[str, list[str]] = {}
    for value in values:
        for address, (before, _) in value.steps.items():
            found.setdefault(address, []).append(comment(value, before))
    return found


def comment(value: Value, before: Any) -> str:
    """A value's comment: how it was found, of what, and what it was before."""
    told = f"{value.name} {value.how}"
    if value.turned:
        told += f", {value.turned}"
    if value.reading is not None:
        told += f": {value.reading}"
        if value.simulated is not None:
            told += f"; {value.simulated:.3g} with the start"
    return f"{told}; before: {json.dumps(before)}" if before is not None else f"{told}; new"


def commented(recipe: Recipe, presets: Mapping[str, Any], comments: Mapping[str, Sequence[str]]) -> str:
    """The YAML text of `recipe` and its presets, with comments above the steps of these addresses, and the STORY."""
    text = dump(recipe, presets)
    document = parse_document(text.encode(), "recipe")
    lines = text.splitlines()
    above: dict[int, list[str]] = {}
    for address, path in ((STORY, (STORY,)), *_places(document.data["steps"], recipe.steps, ("steps",))):
        if address in comments:
            place = document.values[path]
            above.setdefault(place.line, []).extend(comments[address])
    out = []
    for number, line in enumerate(lines, 1):
        indent = " " * (len(line) - len(line.lstrip()))
        for told in above.get(number, ()):
            out += textwrap.wrap(
                told, _WIDTH - len(indent), initial_indent=f"{indent}# ", subsequent_indent=f"{indent}#   ",
                break_long_words=False,
            )  # fmt: skip
        out.append(line)
    return "".join(f"{line}\n" for line in out)


def _places(data: Sequence[Any], steps: Sequence[Any], path: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    """The address of each step, and where it stands in the text."""
    for number, (one, step) in enumerate(zip(data, steps, strict=True)):
        inside = (*path, number)
        yield step.address, inside
        if hasattr(step, "steps") and isinstance(one, dict):
            yield from _places(one[step.word], step.steps, (*inside, step.word))


def _header(fitted: Fitted) -> Iterator[str]:
    before, after = fitted.held_out.before, fitted.held_out.after
    told = (
        f"Fitted by degrade fit, from {fitted.start}, to {fitted.photographs} real photographs "
        f"({fitted.calibration.before.photographs} to calibrate, {before.photographs} held out; seed {fitted.seed}). "
        f"{fitted.words} On the held-out half: AUC {before.auc.value:.3f} before, {after.auc.value:.3f} fitted, clean "
        f"{fitted.held_out.clean.auc.value:.3f}; MMD {before.mmd.value:.3f} before, {after.mmd.value:.3f} fitted; "
        f"{before.within:.0%} of the figures within half an interquartile range before, {after.within:.0%} fitted."
    )
    for line in textwrap.wrap(told, _WIDTH):
        yield f"# {line}"
