"""JSON that somebody else may have written."""

from __future__ import annotations

import json
import math
from typing import Any


def from_json(text: str | bytes, finite: bool = True) -> Any:
    """The value that a JSON text stands for.

    Parameters
    ----------
    text : str or bytes
    finite : bool
        Whether all numbers must be finite, as JSON has it; Python itself writes and reads others.

    Raises
    ------
    ValueError
        It is no JSON, no Unicode, has a number that is not finite, or is so deeply nested that reading it would need
        more stack than there is.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        return (_FINITE if finite else _ANY).decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is no finite number")
    return number


_FINITE = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
_ANY = json.JSONDecoder()
