"""Finishing an output: index, rejects, manifest and card, all out of the ledgers."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.ledger import Ledger, read_ledger
from degrade.building.plan import Plan
from degrade.building.workfolder import WorkFolder
from degrade.shards.card import card_text
from degrade.shards.durable import DurableFile, write_durably
from degrade.shards.errors import writing
from degrade.shards.layout import CARD, INDEX, MANIFEST, REJECTS
from degrade.shards.manifest import manifest_bytes

_OTHERS = ("scipy", "pillow", "scikit-image")


def finish(folder: WorkFolder, plan: Plan) -> dict[str, Any]:
    """Write what stands beside the shards, which must all be finished; the manifest last. The card, which people edit,
    is left as it is if nothing has changed. Gives the manifest's facts.

    Raises
    ------
    BuildError
        A ledger is damaged.
    WriteError
        A file cannot be written.
    """
    digests, shards, splits, rejects = _write_lists(folder, plan)
    facts = {
        "degrade": plan.versions["degrade"],
        "recipe": plan.recipe,
        "fingerprint": plan.fingerprint,
        "members": list(plan.members),
        "plan": {"hash": plan.hash, "corpus": plan.corpus, "limit": plan.limit, "versions": plan.versions},
        "environment": environment(),
        "counts": {
            "photographs": plan.photographs,
            "pairs": sum(split["pairs"] for split in splits.values()),
            "rejected": rejects.total(),
            "rejects": dict(sorted(rejects.items())),
            "splits": splits,
        },
        "shards": shards,
        "files": digests,
    }
    manifest = manifest_bytes(facts)
    with writing(folder.out):
        unchanged = _content(folder.out / MANIFEST) == manifest
        if not unchanged or not (folder.out / CARD).exists():
            write_durably(folder.out / CARD, card_text(facts, plan.recipe_text).encode())
        if not unchanged:
            write_durably(folder.out / MANIFEST, manifest)
    return facts


def _write_lists(
    folder: WorkFolder, plan: Plan
) -> tuple[dict[str, str], list[dict[str, Any]], dict[str, dict[str, int]], Counter[str]]:
    """Index and rejects; gives their digests, and what the manifest says of shards, splits and rejects."""
    shards: list[dict[str, Any]] = []
    rejects: Counter[str] = Counter()
    splits = {split: {"photographs": 0, "pairs": 0, "rejected": 0, "shards": 0, "bytes": 0} for split in plan.splits}
    with (
        writing(folder.out),
        DurableFile(folder.out / INDEX) as first_file,
        DurableFile(folder.out / REJECTS) as second,
    ):
        index, rejected = _Lines(first_file), _Lines(second)
        for line in folder.listed_rejects():
            rejected.add(line)
        rejects.update(folder.listed_reasons())
        for ledger in _ledgers(folder, plan):
            first, *others = ledger.lines
            index.add(first)
            for line in others:
                rejected.add(line)
            rejects.update(ledger.rejects)
            shards.append(
                {
                    "file": ledger.file, "split": ledger.split, "photographs": ledger.photographs,
                    "pairs": ledger.pairs, "bytes": ledger.size, "sha256": ledger.sha256,
                }
            )  # fmt: skip
            for name, more in (
                ("photographs", ledger.photographs), ("pairs", ledger.pairs), ("rejected", ledger.rejected),
                ("shards", 1 if ledger.pairs else 0), ("bytes", ledger.size),
            ):  # fmt: skip
                splits[ledger.split][name] += more
        digests = {INDEX: index.commit(), REJECTS: rejected.commit()}
    return digests, shards, splits, rejects


def _ledgers(folder: WorkFolder, plan: Plan) -> Iterator[Ledger]:
    for shard in plan.shards:
        path = folder.ledger_path(shard)
        try:
            yield read_ledger(path)
        except (OSError, ValueError, TypeError) as error:
            cure = "delete that file and run the same command again, which makes this shard anew"
            raise BuildError(f"{path} is damaged ({error})", cure) from error


class _Lines:
    """A file of lines, and its digest."""

    def __init__(self, file: DurableFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def add(self, line: str) -> None:
        data = f"{line}\n".encode("ascii")
        self._digest.update(data)
        self._file.write(data)

    def commit(self) -> str:
        self._file.commit()
        return self._digest.hexdigest()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def environment() -> dict[str, str]:
    """What else is there: the versions that decide no bytes, and the kind of machine."""
    found = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    return found | {name: metadata.version(name) for name in _OTHERS}
