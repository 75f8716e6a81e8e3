"""Finishing an output: index, rejects, manifest and card, all out of the ledgers."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.ledger import Ledger, read_ledger
from degrade.building.plan import Plan, version_of
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
    tally = _Tally(plan)
    digests = _write_lists(folder, plan, tally)
    facts = {
        "degrade": plan.versions["degrade"],
        "recipe": plan.recipe,
        "fingerprint": plan.fingerprint,
        "members": list(plan.members),
        "plan": {
            "hash": plan.hash,
            "contents": plan.contents,
            "corpus": plan.corpus,
            "limit": plan.limit,
            "versions": plan.versions,
        },
        "environment": environment(),
        "counts": tally.counts(),
        "shards": tally.shards,
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


class _Tally:
    """What the manifest says of shards, splits and rejects."""

    def __init__(self, plan: Plan) -> None:
        self.shards: list[dict[str, Any]] = []
        self.rejects: Counter[str] = Counter()
        self.splits = {split: Counter(photographs=0, pairs=0, rejected=0, shards=0, bytes=0) for split in plan.splits}

    def add(self, ledger: Ledger) -> None:
        """One more shard."""
        self.shards.append(
            {
                "file": ledger.file, "split": ledger.split, "photographs": ledger.photographs,
                "pairs": ledger.pairs, "bytes": ledger.size, "sha256": ledger.sha256,
            }
        )  # fmt: skip
        self.rejects.update(ledger.rejects)
        self.splits[ledger.split].update(
            photographs=ledger.photographs, pairs=ledger.pairs, rejected=ledger.rejected,
            shards=1 if ledger.pairs else 0, bytes=ledger.size,
        )  # fmt: skip

    def counts(self) -> dict[str, Any]:
        """The manifest's `counts`."""
        whole = Counter[str]()
        for split in self.splits.values():
            whole.update(split)
        return {
            "photographs": whole["photographs"],
            "pairs": whole["pairs"],
            "rejected": self.rejects.total(),
            "rejects": dict(sorted(self.rejects.items())),
            "splits": {name: dict(split) for name, split in self.splits.items()},
        }


def _write_lists(folder: WorkFolder, plan: Plan, tally: _Tally) -> dict[str, str]:
    """Write index and rejects, and count on the way; gives the digests of both."""
    with (
        writing(folder.out),
        DurableFile(folder.out / INDEX) as index_file,
        DurableFile(folder.out / REJECTS) as rejects_file,
    ):
        index, rejects = _Lines(index_file), _Lines(rejects_file)
        for line in folder.listed_rejects():
            rejects.add(line)
            tally.rejects[json.loads(line)["reason"]] += 1
        for ledger in _ledgers(folder, plan):
            tally.add(ledger)
            first, *others = ledger.lines
            index.add(first)
            for line in others:
                rejects.add(line)
        return {INDEX: index.commit(), REJECTS: rejects.commit()}


def _ledgers(folder: WorkFolder, plan: Plan) -> Iterator[Ledger]:
    for shard in plan.shards:
        path = folder.ledger_path(shard)
        try:
            yield read_ledger(path)
        except (OSError, KeyError, ValueError, TypeError) as error:
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
    return found | {name: version_of(name) for name in _OTHERS}
