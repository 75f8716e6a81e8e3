"""Words on screen: how messages about recipes show values and paths, and guess what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from degrade.engine.declaration import snake_case

Path = tuple[str | int, ...]
"""Where something stands in a recipe: keys of mappings and places in lists, from the top."""

_WORD = re.compile(r"[A-Za-z0-9_@+-]+")
_LONGEST = 60


def path_text(path: Path) -> str:
    """``("steps", 3, "one_of", 0)`` as ``steps[3].one_of[0]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _WORD.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part[:_LONGEST])}]"
    return text


def shown(value: Any) -> str:
    """`value` as YAML would write it, more or less, and never long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def near(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that somebody who wrote `word` may have meant.

    `SaltAndPepper`, `salt-and-pepper` and `degrade.ops.SaltAndPepper` all mean `salt_and_pepper`.
    """
    from difflib import get_close_matches

    by_form = {_form(known): known for known in words}
    for form in dict.fromkeys((_form(word), _form(snake_case(word.rsplit(".", 1)[-1])))):
        if found := get_close_matches(form[:_LONGEST], by_form, 1, 0.65):
            return by_form[found[0]]
    return None


def _form(word: str) -> str:
    return re.sub(r"[\W_]+", "_", word.lower())


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """``did you mean 'grain'?``, or an empty text when nothing is near."""
    found = near(word, words)
    return f"did you mean {found!r}?" if found else ""
