"""An output that has one split of another alone: its manifest, its lists and its card."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from degrade.hub.errors import HubError
from degrade.jsontext import from_json
from degrade.recipes.dumping import dump_data
from degrade.shards.card import card_text
from degrade.shards.layout import CARD, INDEX, MANIFEST, REJECTS, is_data_file
from degrade.shards.manifest import manifest_bytes


def one_split(manifest: dict[str, Any], lists: dict[str, bytes], split: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest of the split, and the files that stand beside its shards, by name: index, rejects, card, manifest.

    What was rejected before it had a split is left out.

    Parameters
    ----------
    manifest : dict
    lists : dict
        The bytes of the index and of the rejects.

    Raises HubError where a line of them is damaged.
    """
    index = b"".join(_lines(lists[INDEX], split))
    rejects = _lines(lists[REJECTS], split)
    files = {name: value for name, value in manifest["files"].items() if is_data_file(name)}
    kept = {name: value for name, value in files.items() if name.split("/")[1] == split}
    reasons = Counter(str(from_json(line).get("reason")) for line in rejects)
    counts = manifest["counts"]["splits"][split]
    facts = {name: value for name, value in manifest.items() if name not in ("manifest", "sha256")} | {
        "counts": {
            "photographs": counts["photographs"],
            "pairs": counts["pairs"],
            "rejected": reasons.total(),
            "rejects": dict(sorted(reasons.items())),
            "splits": {split: counts},
        },
        "shards": [entry for entry in manifest["shards"] if entry["split"] == split],
        "files": {INDEX: _sha256(index), REJECTS: _sha256(b"".join(rejects)), **kept},
    }
    card = card_text(facts, dump_data(facts["recipe"])).encode()
    return facts, {INDEX: index, REJECTS: b"".join(rejects), CARD: card, MANIFEST: manifest_bytes(facts)}


def _lines(data: bytes, split: str) -> list[bytes]:
    try:
        return [line for line in data.splitlines(keepends=True) if from_json(line).get("split") == split]
    except (ValueError, AttributeError) as error:
        raise HubError(f"a line of its lists is damaged ({error})", "ask the owner of the dataset") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
