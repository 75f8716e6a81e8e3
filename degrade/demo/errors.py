"""What goes wrong on the demonstration's page, or keeps it from being served."""

from __future__ import annotations

from typing import Any

from degrade.errors import CuredError, MissingExtra


class DemoError(CuredError):
    """Something that the page cannot take, show or be served with."""


def gradio() -> Any:
    """The library, which is large and loaded for the page alone. Raises MissingExtra where it is not installed."""
    try:
        import gradio
    except ModuleNotFoundError as error:
        if error.name != "gradio":
            raise
        raise MissingExtra("the demo needs gradio", 'pip install "degrade[demo]"') from None
    return gradio
