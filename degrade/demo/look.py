"""How the page looks: a theme of the system's own fonts, and the words in HTML that stand between its parts."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from degrade.demo.errors import gradio
from degrade.preview.legend import Legend

if TYPE_CHECKING:
    import gradio as gr
else:
    gr = gradio()

CSS = """
.gradio-container {max-width: 1500px !important}
.intro p {margin: 0; opacity: .75}
.said {padding: .55rem .8rem; border-radius: 8px; background: var(--block-background-fill); font-size: .95rem;
       border: 1px solid var(--border-color-primary); overflow-wrap: anywhere}
.said.problem {border-color: #c62828; background: #c6282818; font-weight: 600}
.legend {display: flex; flex-wrap: wrap; gap: .3rem 1rem; list-style: none; padding: 0; margin: .2rem .4rem}
.legend span {display: inline-block; width: .85rem; height: .85rem; margin-right: .35rem; border-radius: 3px;
              vertical-align: -.1rem; border: 1px solid #8888}
.export {display: inline-block; padding: .5rem 1.1rem; border-radius: 8px; font-weight: 600;
         background: var(--button-primary-background-fill); text-decoration: none !important;
         color: var(--button-primary-text-color) !important}
.said small {display: block; margin-top: .25rem; opacity: .75}
#samples .caption-label {display: none}
#samples .grid-container {grid-template-columns: repeat(5, minmax(0, 1fr)) !important; gap: 5px; padding: 5px}
#samples .thumbnail-item {aspect-ratio: 1}
#samples .grid-wrap {min-height: 0; overflow: hidden}
#said, #legend, #save {padding: 0 !important}
.steps {max-height: max(26rem, 62vh); overflow-y: auto; flex-wrap: nowrap !important}
.about p {margin: 0; font-size: .85rem; opacity: .75}
@media (min-width: 1000px) {.results {position: sticky; top: .6rem; align-self: flex-start}}
"""
CLEAN, DEGRADED = "clean", "degraded"


def theme() -> gr.themes.Base:
    """Gradio's own look, in the fonts of the system: none is fetched."""
    return gr.themes.Default(
        primary_hue=gr.themes.colors.amber,
        neutral_hue=gr.themes.colors.stone,
        font=("system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
    )


def said(text: str, more: str = "") -> str:
    """A line about what is shown, and a smaller one with more about it."""
    small = f"<small>{escape(more)}</small>" if more else ""
    return f'<div class="said" role="status">{escape(text)}{small}</div>'


def problem(text: str) -> str:
    """A line about what went wrong, and its cure."""
    return f'<div class="said problem" role="alert">{escape(" ".join(text.split()))}</div>'


def legend(shown: Legend) -> str:
    """What the colours of the classes mean."""
    items = (
        f'<li><span style="background: rgb{entry.colour}"></span>{escape(entry.name)}</li>' for entry in shown.entries
    )
    return f'<ul class="legend">{"".join(items) or "<li>no damage in the masks</li>"}</ul>'


def download(text: str, name: str) -> str:
    """A button that saves `text` as a file called `name`: the file is in the page itself, nothing is served."""
    data = base64.b64encode(text.encode()).decode("ascii")
    return (
        f'<a class="export" download="{escape(name)}" href="data:application/yaml;base64,{data}">'
        f"Save {escape(name)}</a>"
    )
