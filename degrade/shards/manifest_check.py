"""Whether a manifest has the form that every reader of it relies on: it may come from anybody.

The tests of single facts serve plans and ledgers, which hold many of the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from degrade.engine.compose import CALLED
from degrade.shards.layout import FORMATS, is_shard_file
from degrade.shards.members import CLEAN, JSON, LAYERS, MASKS, PICTURES, SIDE_BY_SIDE

_NAMES = "|".join((*PICTURES, *MASKS, LAYERS, SIDE_BY_SIDE, rf"{CLEAN}[.]{CALLED.pattern}"))
_MEMBER = re.compile(rf"{JSON}|({_NAMES})[.](jpg|png)")
_SPLIT = re.compile("[a-z][a-z0-9_]*")
_SHA256 = re.compile("[0-9a-f]{64}")
_MOST = 1 << 62
_COUNTS = ("photographs", "pairs", "rejected")

Test = Callable[[Any], bool]


def manifest_problem(facts: dict[str, Any]) -> str | None:
    """What is wrong with the form of a manifest, in words; None if nothing is. What is told of files that are not
    there, and whether numbers agree, is for `verify` to say."""
    for name, test in _FACTS.items():
        if name not in facts:
            return f"it has no entry {name!r}"
        if not test(facts[name]):
            return f"its entry {name!r} is damaged"
    for name, test in _OPTIONAL.items():
        if name in facts and not test(facts[name]):
            return f"its entry {name!r} is damaged"
    return None


def is_text(value: Any) -> bool:
    """A text that can be written as UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_count(value: Any) -> bool:
    """A whole number from 0."""
    return type(value) is int and 0 <= value < _MOST


def is_recipe(value: Any) -> bool:
    """The plain data of a recipe, as far as others than recipes' own grammar look into it."""
    if not isinstance(value, dict) or not is_text(value.get("name")):
        return False
    output = value.get("output") or {}
    return isinstance(output, dict) and output.get("format", FORMATS[0]) in FORMATS


def is_members(value: Any) -> bool:
    """Suffixes of each pair's files."""
    named = isinstance(value, list) and all(isinstance(one, str) and _MEMBER.fullmatch(one) for one in value)
    return named and len({*value}) == len(value)


def _is_counts(value: Any) -> bool:
    if not isinstance(value, dict) or not all(is_count(value.get(name)) for name in ("photographs", "pairs")):
        return False
    return is_numbers(value.get("rejects")) and is_dict(value.get("splits"), _is_split_counts, is_split)


def _is_split_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(is_count(value.get(name)) for name in (*_COUNTS, "shards"))


def _is_shards(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_shard, value))


def _is_shard(value: Any) -> bool:
    if not isinstance(value, dict) or not is_shard_file(value.get("file")) or not is_split(value.get("split")):
        return False
    digest = value.get("sha256")
    counted = all(is_count(value.get(name)) for name in ("photographs", "pairs", "bytes"))
    return counted and (not value["pairs"] if digest is None else is_digest(digest))


def is_source(value: Any) -> bool:
    """What is known of a source of photographs."""
    told = isinstance(value, dict) and all(is_text(value.get(name)) for name in ("name", "licence", "origin"))
    return told and is_count(value.get("photographs"))


def _is_plan(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("contents", {}), dict)


def is_split(value: Any) -> bool:
    """A split's name."""
    return isinstance(value, str) and _SPLIT.fullmatch(value) is not None


def is_digest(value: Any) -> bool:
    """A SHA-256 in hex."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def is_numbers(value: Any) -> bool:
    """Counts by names."""
    return is_dict(value, is_count)


def is_dict(value: Any, of: Test, named: Test = is_text) -> bool:
    """A dictionary of values that `of` takes, under names that `named` takes."""
    return isinstance(value, dict) and all(named(name) and of(each) for name, each in value.items())


_FACTS: dict[str, Test] = {
    "degrade": is_text, "recipe": is_recipe, "fingerprint": is_text, "members": is_members, "counts": _is_counts,
    "shards": _is_shards, "files": lambda value: is_dict(value, is_digest),
}  # fmt: skip
_OPTIONAL: dict[str, Test] = {
    "plan": _is_plan,
    "sources": lambda value: isinstance(value, list) and all(map(is_source, value)),
    "textures": lambda value: is_dict(value, is_text),
}
