"""The output's own memory, `.degrade/`: plan, listing, ledgers, locks. And who may write where.

lock              held while a build or merge runs, shared by parts
part-I-of-N.lock  held while this part runs
plan.json         the plan
listing.jsonl     a line a photograph, in the order of the shards: key, source, size, order, and what its source gives
rejects.jsonl     what was bad at listing, as lines of the output's own rejects.jsonl
source            where the photographs are, relative to the output, or "sample"
folders.json      where the recipe's folders of textures are, relative to the output
ledgers/          a file for each finished shard
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from degrade.building.errors import BuildError
from degrade.building.ledger import finished_ledger, reject_line
from degrade.building.locks import locked
from degrade.building.plan import Plan, Shard, differences
from degrade.corpus import Photograph, Reject
from degrade.shards.durable import DurableFile, remove_left_over, sync_folder, write_durably
from degrade.shards.errors import ShardError, writing
from degrade.shards.index import COMPACT
from degrade.shards.layout import CARD, DATA, INDEX, MANIFEST, REJECTS, SHEET, WORK, is_shard_file, temporary
from degrade.shards.manifest import read_manifest

_OWN = (MANIFEST, INDEX, REJECTS, CARD, SHEET)
_LOCK, _PLAN, _LISTING, _LISTED_REJECTS, _SOURCE = "lock", "plan.json", "listing.jsonl", "rejects.jsonl", "source"
_FOLDERS = "folders.json"
_NEVER_LEFT_OUT = 4
_REBUILD = "add --overwrite to build it anew, or choose another --out"


class WorkFolder:
    """An output, seen by those who build it.

    Attributes
    ----------
    out : Path
        Absolute.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.work = out / WORK
        self.ledgers = self.work / "ledgers"
        self._starts = {0: 0}

    # ------------------------------------------------------------------ coming in

    def check_place(self, overwrite: bool) -> None:
        """Raises BuildError if `out` is neither new, nor empty, nor a build that can be resumed or overwritten."""
        if self.out.exists() and not self.out.is_dir():
            raise BuildError(f"{self.out} is a file, not a folder", "choose another --out", exit_code=2)
        with writing(self.out):
            if not self.out.is_dir() or self.work.is_dir() or not any(self.out.iterdir()):
                return
        if not self._has_manifest():
            cure = "choose another --out, or empty it"
            raise BuildError(f"{self.out} is not empty, and holds no build", cure, exit_code=2)
        if not overwrite:
            raise BuildError(f"{self.out} holds a build without its {WORK} folder, it cannot be resumed", _REBUILD)

    def _has_manifest(self) -> bool:
        try:
            read_manifest(self.out)
        except ShardError:
            return False
        return True

    @contextmanager
    def held(self, part: tuple[int, int] | None) -> Iterator[list[int]]:
        """Keep other builds out while inside, but for other parts of the same build; gives the locks' descriptors.

        Raises BuildError if another build is at work here, WriteError if the output cannot be written.
        """
        with writing(self.out):
            self.ledgers.mkdir(parents=True, exist_ok=True)
            (self.out / DATA).mkdir(exist_ok=True)
            sync_folder(self.out)
        with ExitStack() as locks:
            with writing(self.out):
                busy = f"another build is writing to {self.out} right now"
                descriptors = [locks.enter_context(locked(self.work / _LOCK, busy, shared=part is not None))]
                if part is not None:
                    own = self.work / f"part-{part[0]}-of-{part[1]}.lock"
                    busy = f"part {part[0]}/{part[1]} of {self.out} is being built right now"
                    descriptors.append(locks.enter_context(locked(own, busy)))
            yield descriptors

    # ------------------------------------------------------------------ the plan

    def stored_plan(self) -> Plan | None:
        """The plan of what lies here; None if there is none.

        Raises BuildError if it cannot be read.
        """
        try:
            return Plan.from_json((self.work / _PLAN).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise BuildError(f"{self.work / _PLAN} is damaged ({error})", _REBUILD) from error

    def check_plan(self, plan: Plan) -> Plan | None:
        """The stored plan, which is `plan`, or None if there is none. Raises BuildError if it is another."""
        stored = self.stored_plan()
        if stored is not None and stored.hash != plan.hash:
            changed = "; ".join(differences(stored, plan)) or "something else"
            raise BuildError(f"{self.out} was built by another plan ({changed})", _REBUILD)
        return stored

    def store(
        self,
        plan: Plan,
        photographs: Iterable[Photograph],
        rejects: Iterable[Reject],
        source: str,
        folders: Mapping[str, str],
    ) -> None:
        """Remember the plan and all that belongs to it; the plan last. Raises OSError."""
        with DurableFile(self.work / _LISTING) as file:
            for one in photographs:
                file.write(COMPACT(_row(one)).encode("ascii") + b"\n")
            file.commit()
        lines = "".join(f"{reject_line(reject, None)}\n" for reject in rejects)
        write_durably(self.work / _LISTED_REJECTS, lines.encode("ascii"))
        write_durably(self.work / _SOURCE, source.encode("utf-8", "surrogateescape"))
        places = {name: os.path.relpath(folder, self.out) for name, folder in folders.items()}
        write_durably(self.work / _FOLDERS, json.dumps(places).encode("ascii"))
        write_durably(self.work / _PLAN, plan.to_json().encode("ascii"))

    def source(self) -> str | None:
        """Where the photographs were when the plan was made: absolute, or "sample"; None if nobody knows."""
        try:
            stored = (self.work / _SOURCE).read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            return None
        return stored if stored == "sample" else os.path.normpath(self.out / stored)

    def folders(self) -> dict[str, str]:
        """Where the recipe's folders of textures were when the plan was made, absolute; none if nobody knows."""
        try:
            stored = json.loads((self.work / _FOLDERS).read_bytes())
            return {name: os.path.normpath(self.out / place) for name, place in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def photographs(self, plan: Plan, shard: Shard) -> list[Photograph]:
        """What goes into a shard, from the stored listing. Raises OSError or ValueError."""
        known = max(number for number in self._starts if number <= shard.number)
        with (self.work / _LISTING).open("rb") as lines:
            lines.seek(self._starts[known])
            for passed in plan.shards[known : shard.number]:
                for _ in range(passed.photographs):
                    lines.readline()
                self._starts[passed.number + 1] = lines.tell()
            return [Photograph(*json.loads(lines.readline())) for _ in range(shard.photographs)]

    def listed_rejects(self) -> list[str]:
        """Lines of rejects.jsonl for what was bad at listing. Raises BuildError."""
        path = self.work / _LISTED_REJECTS
        try:
            lines = path.read_text("ascii").splitlines()
            for line in lines:
                json.loads(line)["reason"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BuildError(f"{path} is damaged ({error})", "run the build again, which writes it anew") from error
        return lines

    # ------------------------------------------------------------------ what is done

    def ledger_path(self, shard: Shard) -> Path:
        """Where the ledger of a shard is, or will be."""
        return self.ledgers / f"{shard.name}.jsonl"

    def unfinished(self, plan: Plan, shards: Iterable[Shard]) -> list[Shard]:
        """Those of `shards` that have to be made."""
        return [shard for shard in shards if finished_ledger(self.ledger_path(shard), self.out, plan.hash) is None]

    def withdraw_manifest(self) -> None:
        """An output without all of its shards must not look finished. Raises OSError."""
        (self.out / MANIFEST).unlink(missing_ok=True)

    # ------------------------------------------------------------------ cleaning

    def sweep(self) -> None:
        """Remove what builds that were killed have left half-written; nobody else may be building. Raises OSError."""
        for folder, names in ((self.out / DATA, "*.tar"), (self.ledgers, "*"), (self.work, "*"), (self.out, "*")):
            for path in folder.glob(f".{names}.tmp"):
                if folder != self.out or path in map(temporary, (self.out / name for name in _OWN)):
                    remove_left_over(path)
        for path in self.work.glob("part-*.lock"):
            path.unlink()

    def wipe(self) -> None:
        """Remove everything that a build has made here, and nothing else; nobody else may be building.

        Raises OSError.
        """
        shards = self._known_shards()
        for name in (*_OWN, *shards):
            (self.out / name).unlink(missing_ok=True)
        for path in (*self.ledgers.glob("*.jsonl"), *(self.work / name for name in (_PLAN, _LISTING, _LISTED_REJECTS))):
            path.unlink(missing_ok=True)

    def _known_shards(self) -> list[str]:
        """Shards by name, out of the plan and of the manifest."""
        known: list[str] = []
        with suppress(BuildError):  # a damaged plan names no shards
            plan = self.stored_plan()
            known += [shard.file for shard in plan.shards] if plan else []
        with suppress(ShardError, KeyError, TypeError):  # nor does a damaged manifest
            known += [entry["file"] for entry in read_manifest(self.out)["shards"]]
        return [name for name in known if is_shard_file(name)]


def _row(photograph: Photograph) -> list[Any]:
    """A photograph's attributes in their order, without the empty ones at the end."""
    one = photograph
    row = [one.key, one.source, one.size, one.order, one.offset, one.group, one.split, one.domain, one.target]
    while not row[-1] and len(row) > _NEVER_LEFT_OUT:
        row.pop()
    return row
