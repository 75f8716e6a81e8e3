"""The output's own memory, `.degrade/`: plan, listing, ledgers, locks. And who may write where.

lock              held while a build or merge runs, shared by parts
part-I-of-N.lock  held while this part runs
plan.json         the plan
listing.jsonl     a line a photograph, in the order of the shards: key, source, size, order, and what its source gives
starts.json       at which byte of listing.jsonl each shard begins, and where the last one ends
rejects.jsonl     what was bad at listing, as lines of the output's own rejects.jsonl
source            where the photographs are, relative to the output
folders.json      where the recipe's folders of textures are, relative to the output
ledgers/          a file for each finished shard

Of a remote output all this lies there too, so that another machine can go on; but for the locks, which hold on this
machine alone (`degrade.shards.staging`), and for what names places of this machine. Two machines that build the same
output at the same time do the work twice, and write the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

from degrade.building.differences import differences
from degrade.building.errors import BuildError
from degrade.building.ledger import HEAD, Ledger, finished_ledger, read_ledger, reject_line
from degrade.building.locks import locked
from degrade.building.plan import Plan, Shard
from degrade.building.rows import stored_lines
from degrade.building.sources import source_from
from degrade.corpus import Photograph, Reject
from degrade.corpus.photographs import Photographs
from degrade.jsontext import from_json
from degrade.recipes.source import Source
from degrade.shards.durable import DurableFile, remove_left_over, sync_folder
from degrade.shards.errors import ShardError, writing
from degrade.shards.index import COMPACT, ShardIndex
from degrade.shards.layout import DATA, MANIFEST, TOP, WORK, in_own_files, temporary
from degrade.shards.manifest import read_manifest
from degrade.shards.staging import sweep_all
from degrade.shards.storage import Place, open_storage
from degrade.shards.storage_remote import RemoteStorage

_LOCK = "lock"
_LEDGERS = f"{WORK}/ledgers"
_PLAN, _LISTING, _STARTS = f"{WORK}/plan.json", f"{WORK}/listing.jsonl", f"{WORK}/starts.json"
_LISTED_REJECTS, _SOURCE, _FOLDERS = f"{WORK}/rejects.jsonl", f"{WORK}/source", f"{WORK}/folders.json"
_REBUILD = "add --overwrite to build it anew, or choose another --out"


class WorkFolder:
    """An output, seen by those who build it.

    Attributes
    ----------
    storage : Storage
    out : Path or str
        The folder, absolute, or the URL, for people.
    """

    def __init__(self, out: Place) -> None:
        self.storage = open_storage(out)
        self.out = self.storage.place

    def writing(self) -> AbstractContextManager[None]:
        """Inside, an OSError becomes a WriteError that names where on this machine nothing could be written."""
        return writing(self.storage.workplace)

    # ------------------------------------------------------------------ coming in

    def check_writable(self) -> None:
        """Raises BuildError where nothing can be built in place."""
        if not self.storage.is_writable:
            cure = "build into a folder, and `degrade push` that"
            raise BuildError(f"{self.out} is not built in place", cure, exit_code=2)

    def check_place(self, overwrite: bool) -> None:
        """Raises BuildError if `out` is neither new, nor empty, nor a build that can be resumed or overwritten."""
        with self.writing():
            try:
                names = self.storage.top()
            except NotADirectoryError as error:
                if isinstance(self.out, Path) and not self.out.exists():
                    raise  # it is a parent that is a file
                raise BuildError(f"{self.out} is a file, not a folder", "choose another --out", exit_code=2) from error
        if not names or WORK in names:
            return
        if not self._has_manifest():
            cure = "choose another --out, or empty it"
            raise BuildError(f"{self.out} is not empty, and holds no build", cure, exit_code=2)
        if not overwrite:
            raise BuildError(f"{self.out} holds a build without its {WORK} folder, it cannot be resumed", _REBUILD)

    def _has_manifest(self) -> bool:
        try:
            read_manifest(self.storage)
        except ShardError:
            return False
        return True

    @contextmanager
    def held(self, part: tuple[int, int] | None) -> Iterator[list[int]]:
        """Keep other builds of this machine out while inside, but for other parts of the same build; gives the locks'
        descriptors.

        Raises BuildError if another build is at work here, WriteError if the output cannot be written.
        """
        passing = not self.storage.is_local
        folder = self._lock_folder()
        with ExitStack() as locks:
            if passing:
                locks.callback(_remove_if_empty, folder)
            with self.writing():
                busy = f"another build is writing to {self.out} right now"
                lock = locked(folder / _LOCK, busy, shared=part is not None, passing=passing)
                descriptors = [locks.enter_context(lock)]
                if part is not None:
                    own = folder / f"part-{part[0]}-of-{part[1]}.lock"
                    busy = f"part {part[0]}/{part[1]} of {self.out} is being built right now"
                    descriptors.append(locks.enter_context(locked(own, busy, passing=passing)))
            yield descriptors

    def _lock_folder(self) -> Path:
        """Where locks lie, with the folders that a build writes into. Raises WriteError or StorageError."""
        with self.writing():
            if isinstance(self.storage, RemoteStorage):
                self.storage.workplace.mkdir(parents=True, exist_ok=True)
                return self.storage.workplace
            for name in (_LEDGERS, DATA):
                self.storage.path(name).mkdir(parents=True, exist_ok=True)
            sync_folder(self.storage.path(""))
            return self.storage.path(WORK)

    # ------------------------------------------------------------------ the plan

    def stored_plan(self) -> Plan | None:
        """The plan of what lies here; None if there is none.

        Raises BuildError if it cannot be read.
        """
        try:
            return Plan.from_json(self.storage.read(_PLAN))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise BuildError(f"{self.storage.place_of(_PLAN)} is damaged ({error})", _REBUILD) from error

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
        photographs: Photographs,
        rejects: Iterable[Reject],
        source: str | None,
        folders: Mapping[str, str],
    ) -> None:
        """Remember the plan and all that belongs to it; the plan last. What a remote output holds already is not sent
        again.

        Raises OSError or StorageError.
        """
        known = not self.storage.is_local and self.stored_plan() == plan
        self._store_listing(plan, photographs, known)
        rejected = "".join(f"{reject_line(reject, None)}\n" for reject in rejects)
        self._put(_LISTED_REJECTS, rejected.encode("ascii"), last=False)
        if self.storage.is_local:
            places = {name: os.path.relpath(folder, self.out) for name, folder in folders.items()}
        else:
            places = {}
        if source is not None:
            self._put(_SOURCE, source.encode("utf-8", "surrogateescape"), last=False)
        self._put(_FOLDERS, json.dumps(places).encode("ascii"))
        self._put(_PLAN, plan.to_json().encode("ascii"))

    def _store_listing(self, plan: Plan, photographs: Photographs, known: bool) -> None:
        """`known`: the plan is stored, and so is its listing if its length is right."""
        lines = stored_lines(photographs)
        starts = [0]
        try:
            with DurableFile(self.storage.path(_LISTING)) as file:
                for shard in plan.shards:
                    starts.append(starts[-1])
                    for line in islice(lines, shard.photographs):
                        file.write(line)
                        starts[-1] += len(line)
                file.commit(last=False)
            if not known or self.storage.sizes([_LISTING]) != starts[-1:]:
                self.storage.publish(_LISTING)
        finally:
            self.storage.discard(_LISTING)
        self._put(_STARTS, COMPACT(starts).encode("ascii"), last=False)

    def _put(self, name: str, data: bytes, last: bool = True) -> None:
        if self.storage.is_local or self._content(name) != data:
            self.storage.write(name, data, last)

    def _content(self, name: str) -> bytes | None:
        try:
            return self.storage.read(name)
        except FileNotFoundError:
            return None

    def source(self) -> Source | None:
        """Where the photographs were when the plan was made, in absolute paths and URLs; None if nobody knows."""
        try:
            return source_from(self.storage.read(_SOURCE).decode("utf-8", "surrogateescape"), self.out)
        except (OSError, ValueError):
            return None

    def folders(self) -> dict[str, str]:
        """Where the recipe's folders of textures were when the plan was made, absolute; none if nobody knows."""
        try:
            stored = from_json(self.storage.read(_FOLDERS))
            return {name: os.path.normpath(Path(self.out, place)) for name, place in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def photographs(self, shard: Shard) -> list[Photograph]:
        """What goes into a shard, from the stored listing. Raises OSError, StorageError, ValueError or TypeError."""
        start, end = self._starts[shard.number : shard.number + 2]
        lines = self.storage.read_range(_LISTING, start, end - start).splitlines()
        if len(lines) != shard.photographs:
            raise ValueError(f"{len(lines)} photographs of {shard.file}, not {shard.photographs}")
        return [Photograph(*from_json(line)) for line in lines]

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = from_json(self.storage.read(_STARTS))
        return starts

    def listed_rejects(self) -> list[str]:
        """Lines of rejects.jsonl for what was bad at listing. Raises BuildError or StorageError."""
        try:
            lines = self.storage.read(_LISTED_REJECTS).decode("ascii").splitlines()
            if not all(isinstance(from_json(line)["reason"], str) for line in lines):
                raise ValueError("a reason in it is no text")
        except (OSError, ValueError, KeyError, TypeError) as error:
            what = f"{self.storage.place_of(_LISTED_REJECTS)} is damaged ({error})"
            raise BuildError(what, "run the build again, which writes it anew") from error
        return lines

    # ------------------------------------------------------------------ what is done

    def ledger_name(self, shard: Shard) -> str:
        """What the ledger of a shard is called in the output."""
        return f"{_LEDGERS}/{shard.name}.jsonl"

    def finished(self, plan: Plan, shards: Sequence[Shard]) -> list[Ledger | None]:
        """For each of `shards` its ledger, without its lines, if it is done; None if it has to be made.

        A shard without a whole ledger, or of another size than the ledger's, counts as never made. Raises StorageError.
        """
        heads = self.storage.heads([self.ledger_name(shard) for shard in shards], HEAD)
        sizes = self._sizes(shards)
        return [
            finished_ledger(head, size, plan.hash) if head is not None else None
            for head, size in zip(heads, sizes, strict=True)
        ]

    def _sizes(self, shards: Sequence[Shard]) -> list[int | None]:
        """The bytes of each shard's files, None where not all are there."""
        if not shards or not in_own_files(shards[0].file):
            return self.storage.sizes([shard.file for shard in shards])
        there = self.storage.list(DATA)
        names = [self.ledger_name(shard) for shard in shards]
        known = [name for name, size in zip(names, self.storage.sizes(names), strict=True) if size is not None]
        held = dict(zip(known, map(partial(_size_of_files, there), self.storage.read_many(known)), strict=True))
        return [held.get(name) for name in names]

    def unfinished(self, plan: Plan, shards: Sequence[Shard]) -> list[Shard]:
        """Those of `shards` that have to be made. Raises StorageError."""
        return [shard for shard, done in zip(shards, self.finished(plan, shards), strict=True) if done is None]

    def withdraw_manifest(self) -> None:
        """An output without all of its shards must not look finished. Raises OSError or StorageError."""
        self.storage.remove([MANIFEST])

    # ------------------------------------------------------------------ cleaning

    def sweep(self) -> None:
        """Remove what builds that were killed have left half-written; nobody else may be building.

        Raises OSError or StorageError.
        """
        if isinstance(self.storage, RemoteStorage):
            self.storage.settle()
            return
        self.sweep_shards()
        work = self.storage.path(WORK)
        for path in (*work.glob(".*.tmp"), *(temporary(self.storage.path(name)) for name in TOP)):
            remove_left_over(path)
        for path in work.glob("part-*.lock"):
            path.unlink()

    def sweep_shards(self) -> None:
        """Remove what workers that were killed have left of shards and ledgers; nothing that is being written. Of a
        remote output, what they have left on this machine.

        Raises OSError or StorageError.
        """
        if isinstance(self.storage, RemoteStorage):
            sweep_all(self.storage.workplace)
            return
        for folder in (DATA, _LEDGERS):
            for path in self.storage.path(folder).glob(".*.tmp"):
                remove_left_over(path)

    def forget(self) -> None:
        """Remove what is remembered of a plan: itself, its listing and its ledgers. Raises OSError or StorageError."""
        ledgers = [name for name in self.storage.list(_LEDGERS) if name.endswith(".jsonl")]
        self.storage.remove([*ledgers, _PLAN, _LISTING, _STARTS, _LISTED_REJECTS])


def _size_of_files(there: Mapping[str, int], ledger: bytes) -> int | None:
    """The bytes of a shard's own files, None where not all are `there` with the sizes that its ledger says."""
    try:
        found = read_ledger(ledger)
        files = list(ShardIndex.from_line(found.lines[0]).own_files())
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return None
    return found.size if all(there.get(name) == size for name, size in files) else None


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # others are at work there
        folder.rmdir()
