"""Whether a stored plan has the form that a build relies on: it may be damaged, or somebody else's."""

from __future__ import annotations

from typing import Any

from degrade.shards.manifest_check import (
    Test,
    is_count,
    is_dict,
    is_members,
    is_recipe,
    is_source,
    is_split,
    is_text,
)  # fmt: skip

MOST_SHARDS = 1_000_000
"""More would not fit into memory; they are a hundred thousand where each holds a thousand of 10⁸ photographs."""


def check_facts(facts: Any) -> None:
    """Raises ValueError for facts that are not those of a plan, and KeyError where one is missing."""
    if not isinstance(facts, dict):
        raise ValueError("it is no JSON object")
    for name, test in _FORM.items():
        if not test(facts[name]):
            raise ValueError(f"its entry {name!r} is damaged")
    if sum(-(-count // facts["per_shard"]) for count in facts["splits"].values()) > MOST_SHARDS:
        raise ValueError(f"it has more than {MOST_SHARDS:,} shards")


def _is_from_1(value: Any) -> bool:
    return is_count(value) and value > 0


def _is_texts(value: Any) -> bool:
    return is_dict(value, is_text)


def _is_versions(value: Any) -> bool:
    return _is_texts(value) and "degrade" in value


_FORM: dict[str, Test] = {
    "hash": is_text, "fingerprint": is_text, "recipe": is_recipe, "recipe_text": is_text, "corpus": is_text,
    "members": is_members, "contents": _is_texts, "versions": _is_versions, "copies": _is_from_1,
    "limit": lambda value: value is None or is_count(value), "per_shard": _is_from_1,
    "splits": lambda value: is_dict(value, is_count, is_split), "rejected": is_count, "textures": _is_texts,
    "sources": lambda value: isinstance(value, list) and all(map(is_source, value)),
}  # fmt: skip
