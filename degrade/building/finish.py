"""Finishing an output: index, rejects, manifest and card, all out of the ledgers."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.ledger import Ledger, read_ledger
from degrade.building.plan import Plan, version_of
from degrade.building.workfolder import WorkFolder
from degrade.jsontext import from_json
from degrade.shards.card import card_text
from degrade.shards.durable import DurableFile
from degrade.shards.index import ShardIndex
from degrade.shards.layout import CARD, INDEX, MANIFEST, REJECTS, in_own_files, metadata_file
from degrade.shards.manifest import manifest_bytes
from degrade.shards.members import JSON
from degrade.shards.storage import Storage

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
    with ExitStack() as at_last:
        return _finish(folder, plan, at_last)


def restored_lists(folder: WorkFolder, plan: Plan, promised: Mapping[str, str]) -> bool:
    """Write index, rejects and metadata again, out of the ledgers, and say whether they have the `promised` SHA-256 by
    name; only then are those of a remote output replaced. Raises as `finish`."""
    with ExitStack() as at_last:
        lists = _write_lists(folder, plan, _Tally(plan), at_last)
        if {name: digest for name, (digest, _) in lists.items()} != promised:
            return False
        with folder.writing():
            for name in lists:
                folder.storage.publish(name)
        return True


def _finish(folder: WorkFolder, plan: Plan, at_last: ExitStack) -> dict[str, Any]:
    storage = folder.storage
    tally = _Tally(plan)
    lists = _write_lists(folder, plan, tally, at_last)
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
            **({"plugins": plan.plugins} if plan.plugins else {}),
        },
        "environment": environment(),
        "sources": plan.sources,
        "textures": plan.textures,
        "counts": tally.counts(),
        "shards": tally.shards,
        "files": {name: digest for name, (digest, _) in lists.items()},
    }
    manifest = manifest_bytes(facts)
    with folder.writing():
        unchanged = _content(storage, MANIFEST) == manifest
        for name, (_, size) in lists.items():
            if not unchanged or storage.sizes([name]) != [size]:
                storage.publish(name)
        if not unchanged or not storage.exists(CARD):
            storage.write(CARD, card_text(facts, plan.recipe_text).encode())
        if not unchanged:
            storage.write(MANIFEST, manifest)
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


def _write_lists(folder: WorkFolder, plan: Plan, tally: _Tally, at_last: ExitStack) -> dict[str, tuple[str, int]]:
    """Write index, rejects and, where members are files of their own, each split's metadata, and count on the way;
    gives their digests and sizes. `at_last` clears away what of them is not published."""
    storage = folder.storage
    with folder.writing(), ExitStack() as files:

        def opened(name: str) -> _Lines:
            at_last.callback(storage.discard, name)
            return _Lines(files.enter_context(DurableFile(storage.path(name))))

        index, rejects, metadata = opened(INDEX), opened(REJECTS), _Metadata(opened)
        for line in folder.listed_rejects():
            rejects.add(line)
            tally.rejects[from_json(line)["reason"]] += 1
        for ledger in _ledgers(folder, plan):
            tally.add(ledger)
            first, *others = ledger.lines
            index.add(metadata.joined(first, others[ledger.rejected :]))
            for line in others[: ledger.rejected]:
                rejects.add(line)
        return {INDEX: index.commit(last=False), REJECTS: rejects.commit(), **metadata.commit()}


def _ledgers(folder: WorkFolder, plan: Plan) -> Iterator[Ledger]:
    stored = folder.storage.read_many([folder.ledger_name(shard) for shard in plan.shards])
    for shard in plan.shards:
        name = folder.ledger_name(shard)
        try:
            ledger = read_ledger(next(stored))
            if (ledger.plan, ledger.file, ledger.split) != (plan.hash, shard.file, shard.split):
                raise ValueError("it is another plan's")
            rows = ledger.lines[1 + ledger.rejected :]
            if rows and not (in_own_files(shard.file) and JSON in ShardIndex.from_line(ledger.lines[0]).members):
                raise ValueError("it has too many lines")
            yield ledger
        except (OSError, KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
            cure = "delete that file and run the same command again, which makes this shard anew"
            raise BuildError(f"{folder.storage.place_of(name)} is damaged ({error})", cure) from error


class _Lines:
    """A file of lines, its digest and its size."""

    def __init__(self, file: DurableFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, line: str) -> None:
        data = f"{line}\n".encode("ascii")
        self._digest.update(data)
        self._file.write(data)
        self.size += len(data)

    def commit(self, last: bool = True) -> tuple[str, int]:
        self._file.commit(last)
        return self._digest.hexdigest(), self.size


class _Metadata:
    """The lines of metadata of all shards, a file a split; none where members are no files of their own."""

    def __init__(self, opened: Callable[[str], _Lines]) -> None:
        self._opened = opened
        self._files: dict[str, _Lines] = {}

    def joined(self, line: str, rows: list[str]) -> str:
        """A shard's line of the index, once its rows stand in the metadata of its split."""
        if not rows:
            return line
        index = ShardIndex.from_line(line)
        name = metadata_file(index.split)
        if name not in self._files:
            self._files[name] = self._opened(name)
        file = self._files[name]
        index.moved(JSON, file.size)
        for row in rows:
            file.add(row)
        return index.line()

    def commit(self) -> dict[str, tuple[str, int]]:
        return {name: file.commit() for name, file in self._files.items()}


def _content(storage: Storage, name: str) -> bytes | None:
    try:
        return storage.read(name)
    except FileNotFoundError:
        return None


def environment() -> dict[str, str]:
    """What else is there: the versions that decide no bytes, and the kind of machine."""
    found = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    return found | {name: version_of(name) for name in _OTHERS}
