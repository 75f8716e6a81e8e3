"""Where an output remembers its photographs to be: as seen from the output, so that both may move together."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from degrade.jsontext import from_json
from degrade.recipes.source import Source
from degrade.shards.remote_errors import without_secrets
from degrade.shards.storage import is_url

SAMPLE = "sample"
_PLACES = ("path", "root")


def source_text(source: Source | os.PathLike[str] | None, out: Path | str) -> str | None:
    """`source` as a line of text, its paths as seen from `out`; "sample" and URLs stay, but for what is secret in them.
    None for paths of this machine where `out` lies elsewhere."""
    given = SAMPLE if source is None else source
    if not isinstance(out, Path) and not all(map(_stays, _places(given))):
        return None

    def seen(place: str) -> str:
        if _stays(place):
            return without_secrets(place) if is_url(place) else place
        relative = os.path.relpath(Path(place).expanduser().absolute(), out)
        return f"./{relative}" if relative[:1] in "{[" or relative == SAMPLE else relative

    placed = _placed(given, seen)
    return placed if isinstance(placed, str) else json.dumps(placed, ensure_ascii=True)


def source_from(text: str, out: Path | str) -> Source:
    """The source that `source_text` wrote, its paths absolute.

    Raises ValueError for a text that it did not write.
    """
    source = from_json(text) if text[:1] in ("{", "[") else text
    placed: Source = _placed(source, lambda place: place if _stays(place) else os.path.normpath(Path(out, place)))
    return placed


def _stays(place: str) -> bool:
    return place == SAMPLE or is_url(place)


def _places(source: Any) -> Iterator[str]:
    found: list[str] = []
    _placed(source, lambda place: found.append(place) or place)  # type: ignore[func-returns-value]
    return iter(found)


def _placed(source: Any, move: Callable[[str], str]) -> Any:
    if isinstance(source, str | os.PathLike):
        return move(os.fspath(source))
    if isinstance(source, Mapping):
        return {name: _moved(name, value, move) for name, value in source.items()}
    return [_placed(one, move) for one in source]


def _moved(name: str, value: Any, move: Callable[[str], str]) -> Any:
    """The value of a mapping's key, with its paths moved."""
    if name == "pairs":
        return {side: place if side == "match" else move(os.fspath(place)) for side, place in value.items()}
    return move(os.fspath(value)) if name in _PLACES else value
