"""In what two plans differ, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from degrade.building.plan import Plan

_MOST_NAMED = 4


def differences(before: Plan, now: Plan) -> list[str]:
    """In what two plans differ, in words: before, then now."""
    found = []
    if before.fingerprint != now.fingerprint:
        found += _recipe_differences(before.recipe, now.recipe) or ["the recipe's defaults"]
    found += [
        f"the files in {name}"
        for name in sorted(before.contents.keys() & now.contents.keys())
        if before.contents[name] != now.contents[name]
    ]
    found += [
        f"the source text of {name}, which has ops of the recipe's"
        for name in sorted(before.plugins | now.plugins)
        if before.plugins.get(name) != now.plugins.get(name)
    ]
    if before.limit != now.limit:
        found.append(f"limit {_or_none(before.limit)}, now {_or_none(now.limit)}")
    elif before.corpus != now.corpus:
        found.append(_corpus_difference(before, now))
    found += [
        f"{name} {before.versions.get(name)}, now {now.versions.get(name)}"
        for name in sorted(before.versions | now.versions)
        if before.versions.get(name) != now.versions.get(name)
    ]
    return found


def _corpus_difference(before: Plan, now: Plan) -> str:
    if before.photographs != now.photographs:
        return f"a corpus of {before.photographs} photographs, now {now.photographs}"
    return f"a corpus of {before.photographs} photographs with other names or sizes"


def _recipe_differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    old, new = dict(_flat(before, "")), dict(_flat(now, ""))
    paths = [path for path in dict.fromkeys([*old, *new]) if path not in ("name", "about")]
    found = [
        f"{path} {_or_none(old.get(path))}, now {_or_none(new.get(path))}"
        for path in paths
        if old.get(path) != new.get(path)
    ]
    if len(found) > _MOST_NAMED:
        return [*found[:_MOST_NAMED], f"and {len(found) - _MOST_NAMED} more places of the recipe"]
    return found


def _flat(data: Any, path: str) -> Iterable[tuple[str, Any]]:
    """(path, value) of every number and word, and of every empty group, in nested data."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from _flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, Sequence) and data and not isinstance(data, str):
        for place, value in enumerate(data):
            yield from _flat(value, f"{path}[{place}]")
    else:
        yield path, data


def _or_none(value: Any) -> str:
    return "none" if value is None else str(value)
