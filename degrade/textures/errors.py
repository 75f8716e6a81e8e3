"""What goes wrong with textures."""

from __future__ import annotations

from typing import Any

from degrade.errors import DegradeError


class TextureError(DegradeError):
    """A texture that is not there or cannot be read.

    Attributes
    ----------
    source : str
        The texture's name or folder, as it was given.
    why : str
        What is wrong, and what to do about it.
    """

    exit_code = 2

    def __init__(self, source: str, why: str) -> None:
        self.source, self.why = source, why
        super().__init__(f"texture source {source!r}: {why}")

    def __reduce__(self) -> Any:
        return type(self), (self.source, self.why)
