"""The panels of a recipe's steps on the page: a switch and some sliders for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from degrade.demo.controls import Control, Panel
from degrade.demo.errors import gradio

if TYPE_CHECKING:
    import gradio as gr
else:
    gr = gradio()


def draw(panels: Sequence[Panel]) -> list[Any]:
    """Draw the panels where the page is being laid out, and give their switches and sliders, in the order of
    `degrade.demo.controls.settings_of`."""
    return [component for panel in panels for component in _panel(panel)]


def _panel(panel: Panel) -> Iterator[Any]:
    with gr.Accordion(panel.title, open=False, elem_id=f"panel-{_word(panel.address)}"):
        gr.Markdown(panel.about, elem_classes="about")
        yield gr.Checkbox(
            True, label="happens", container=False, interactive=True, elem_id=f"{_word(panel.address)}-on"
        )
        for control in panel.controls:
            yield _slider(panel, control)
        for part in panel.parts:
            yield from _panel(part)


def _slider(panel: Panel, control: Control) -> Any:
    unit = f" ({control.unit})" if control.unit else ""
    return gr.Slider(
        control.low, control.high, control.start,
        step=control.step, label=f"{control.name}{unit}",
        info=f"{control.help}; in the recipe: {control.own}",
        buttons=["reset"], interactive=True, elem_id=f"{_word(panel.address)}-{control.name}",
    )  # fmt: skip


def _word(address: str) -> str:
    """A step's address as part of an element's name, by which styles and tests find it."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", address)
