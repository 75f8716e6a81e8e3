"""Pairs as one page that stands alone: pictures, style and script are inside, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from degrade.ops import KnownOps
from degrade.pages import Picture, coloured_mask, comparison, document, fitted, image
from degrade.preview.captions import Number, numbers_of, shown_value
from degrade.preview.example import Example
from degrade.preview.legend import Legend, legend_of

_THUMBNAIL = 256
"""Longer side of the pictures that are no comparison, in pixels."""


def page(
    examples: Sequence[Example],
    title: str,
    about: str = "",
    side: int = 512,
    recipe: str = "",
    sheet: Picture | None = None,
) -> str:
    """A page in HTML that shows the examples below each other.

    Each has a slider between clean and degraded, its masks as overlays in the colours of the damage classes, and a
    table of its steps with the drawn numbers. Without a script the two pictures stand beside each other.

    Parameters
    ----------
    examples : sequence of Example
        With the pictures "clean" and "degraded".
    title, about : str
        Stand on top.
    side : int
        Pictures with a longer side are shrunk to it.
    recipe : str
        The recipe's YAML; "" for none.
    sheet : (H, W, 3) uint8 or None
        An overview that stands before the examples.

    Returns
    -------
    str
        The same for the same arguments.
    """
    return document(
        title,
        about,
        [
            image(sheet, f"overview of {title}") if sheet is not None else "",
            *(_section(example, number, side) for number, example in enumerate(examples, 1)),
            f"<details><summary>The recipe</summary><pre><code>{escape(recipe)}</code></pre></details>"
            if recipe
            else "",
        ],
    )


def _section(example: Example, number: int, side: int) -> str:
    story = ", ".join(f"{name} {shown_value(value)}" for name, value in example.story.items())
    return "\n".join(
        [
            f'<section class="pair" id="pair-{number}">',
            f"<h2>{escape(example.key)}</h2>",
            f'<p class="story">Story: {escape(story)}</p>' if story else "",
            "<div>",
            f"<div>\n{_comparison(example, side)}\n{_choice(example, number)}</div>",
            f'<div class="steps">\n{_table(example)}</div>',
            "</div>",
            _stages(example),
            "</section>",
        ]
    )


# --- pictures ---------------------------------------------------------------------------------------------------------


def _comparison(example: Example, side: int) -> str:
    over = "".join(
        image(fitted(mask, side), f"{name} of the damage", f' class="overlay {name}"', lossless=True)
        for name, mask in _overlays(example).items()
    )
    first, second = ((name, fitted(example.pictures[name], side)) for name in ("clean", "degraded"))
    return comparison(first, second, over)


def _overlays(example: Example) -> dict[str, Picture]:
    """The masks by name, coloured by class on black."""
    mask, loss, classes = example.mask, example.loss, example.classes
    found = {"mask": mask, "loss": loss, "classes": None if classes is None else (classes > 0).astype(np.uint8) * 255}
    return {name: coloured_mask(each, classes, None) for name, each in found.items() if each is not None and each.any()}


def _choice(example: Example, number: int) -> str:
    """Which overlay is shown, and what its colours mean."""
    overlays = _overlays(example)
    if not overlays:
        return "<p>No damage in the masks.</p>"
    choices = "".join(
        f'<label><input type="radio" name="overlay-{number}" class="{name}"{" checked" if name == "none" else ""}>'
        f"{name}</label>"
        for name in ("none", *overlays)
    )
    legend = legend_of([(example.mask, example.classes)])
    return f"<fieldset><legend>Overlay</legend>{choices}</fieldset>\n{_legend(legend)}"


def _legend(legend: Legend) -> str:
    items = (
        f'<li><span style="background: rgb{entry.colour}"></span>{escape(entry.name)}</li>' for entry in legend.entries
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _stages(example: Example) -> str:
    if not example.stages:
        return ""
    figures = "".join(
        f"<figure>{image(fitted(picture, _THUMBNAIL), label)}<figcaption>{escape(label)}</figcaption></figure>"
        for label, picture in example.stages
    )
    return f'<details><summary>After each step</summary><div class="stages">{figures}</div></details>'


# --- numbers ----------------------------------------------------------------------------------------------------------


def _table(example: Example) -> str:
    rows = [_row(example, step) for step in example.steps]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("step", "fired", "drawn", "coverage"))
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table>"


def _row(example: Example, step: Mapping[str, Any]) -> str:
    label, op, fired = step["label"], step["op"], step["fired"]
    name = escape(label) + ("" if label == op else f"<small>{escape(op)}</small>")
    return (
        f'<tr{"" if fired else " class=skipped"}><th scope="row">{name}</th>'
        f"<td class=fired>{'yes' if fired else 'no'}</td><td>{_numbers(numbers_of(op, step['drawn']))}</td>"
        f"<td>{_coverage(example, step)}</td></tr>\n"
    )


def _numbers(numbers: Iterable[Number]) -> str:
    items = "".join(
        f'<li title="{escape(number.help)}">{escape(number.name)} <b>{escape(number.value)}</b>'
        f"{f' <span class=unit>{escape(number.unit)}</span>' if number.unit else ''}</li>"
        for number in numbers
    )
    return f'<ul class="numbers">{items}</ul>' if items else ""


def _coverage(example: Example, step: Mapping[str, Any]) -> str:
    """How much the step covers, and where: a thumbnail that shows when it is pointed at or focused."""
    layer = example.layers.get(step["label"].partition("[")[0])
    if layer is None or not step["fired"]:
        return ""
    damage = KnownOps()[step["op"]]().damage_of(step["drawn"])
    classes = None if damage is None else np.full(layer.shape, damage, np.uint8)
    thumbnail = fitted(coloured_mask(layer, classes, example.behind), _THUMBNAIL)
    picture = image(thumbnail, f"what {step['label']} covers")
    return f'<span class="coverage" tabindex="0">{(layer > 0).mean():.1%}{picture}</span>'
