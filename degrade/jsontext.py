"""JSON that somebody else may have written."""

from __future__ import annotations

import json
from typing import Any


def from_json(text: str | bytes) -> Any:
    """The value that a JSON text stands for.

    Raises
    ------
    ValueError
        It is no JSON, no Unicode, or so deeply nested that reading it would need more stack than there is.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
