"""Mending a finished output: what is damaged or missing is made again, byte for byte, all else is left alone.

The manifest says what every file must be, so it is what has to be whole; and the plan that it names must be what the
photographs, the recipe and the versions give again. Nothing is trusted that was not compared with its digest.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from degrade.building.differences import differences
from degrade.building.errors import BuildError
from degrade.building.executors import How, opened
from degrade.building.finish import restored_lists
from degrade.building.ledger import Ledger, read_ledger
from degrade.building.plan import Plan, Shard, make_plan, versions
from degrade.building.progress import Planned, Progress
from degrade.building.run import listed, reached_by_others
from degrade.building.sources import source_text
from degrade.building.worker import Job
from degrade.building.workfolder import WorkFolder
from degrade.corpus import open_corpus
from degrade.recipes import Recipe, RecipeError, load_recipe
from degrade.recipes.source import Source
from degrade.shards.card import card_text
from degrade.shards.contents import digest_of_own_files, sha256
from degrade.shards.index import ShardIndex
from degrade.shards.layout import CARD, MANIFEST, in_own_files
from degrade.shards.manifest import digest, format_of, read_manifest
from degrade.shards.storage import Storage
from degrade.shards.verify import Verification, verify
from degrade.textures import bank

_ANEW = "build it anew by its `degrade build` command with --overwrite"
_AS_IT_WAS = f"bring back what it was built from (--source names photographs that have moved), or {_ANEW}"


@dataclass(frozen=True)
class Repaired:
    """What `repair` did.

    Attributes
    ----------
    before, after : Verification
        What was wrong, and what still is: files that belong to nobody are named, never removed.
    shards, files : tuple of str
        The shards that were made again, and the files beside them that were written again.
    """

    before: Verification
    after: Verification
    shards: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong any more."""
        return self.after.ok

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        found = {"problems": len(self.before.problems), "shards": list(self.shards), "files": list(self.files)}
        return self.after.to_data() | {"repaired": found}


def repair(
    out: str | os.PathLike[str],
    source: Source | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Repaired:
    """Make what is damaged or missing of a finished output again: shards that `degrade.verify` finds something wrong
    with, index, rejects, metadata, card. Afterwards every file has the digest that the manifest says; a repair that was
    interrupted goes on when it is called again.

    Parameters
    ----------
    out : path
        The folder or URL of a finished build.
    source : str, path, mapping or list, optional
        Where the photographs are now; by default where they were when the output was built.
    workers : int, optional
        How many processes make shards; by default as many as there are processors, if it pays.
    progress : Progress, optional
        Is told what goes on.

    Raises
    ------
    ShardError
        There is no readable manifest; a StorageError where a URL cannot be reached.
    BuildError
        It cannot be repaired: the manifest was edited; recipe, photographs, their files of textures, ops of plugins or
        versions are not what the output was built from; the place cannot be written; another build is at work there.
    WriteError
        The output cannot be written.
    CorpusError, DegradeError
        The source, or something that the recipe's steps need cannot be used.
    """
    folder = WorkFolder(out)
    manifest = read_manifest(folder.storage)
    if manifest.get("sha256") != digest(manifest):
        what = f"{folder.storage.place_of(MANIFEST)} was edited, so nothing says what the output was"
        raise BuildError(f"{what} and it can't be repaired", f"copy it from where it is whole, or {_ANEW}")
    before = verify(out)
    if before.ok:
        return Repaired(before, before)
    folder.check_writable()
    _check_versions(folder, manifest)
    with bank.placed(folder.folders()):
        recipe = _recipe(folder, manifest)
        given = source if source is not None else folder.source()
        if given is None:
            what = f"{folder.out} does not know where its photographs are"
            raise BuildError(what, "name their folder with --source", exit_code=2)
        corpus = open_corpus(given)
        listing = listed(corpus, folder.out)
        plan, photographs = make_plan(recipe, listing, manifest["plan"]["limit"], corpus)
        _check_plan(folder, manifest, plan)
        recipe.prepare()
        folders = {name: str(found.root) for name in plan.contents if (found := bank.folder(name))}
        job = Job(recipe, corpus, folder.storage, plan.hash, folders)
        with folder.held(None) as descriptors:
            with folder.writing():
                if read_manifest(folder.storage) != manifest:
                    raise BuildError(f"{folder.out} was built again meanwhile", "run the same command again")
                folder.sweep()
                folder.store(plan, photographs, listing.rejects, source_text(given, folder.out), folders)
            how = reached_by_others(How(workers=workers), folder.storage)
            mender = _Mender(folder, manifest, plan, job, how, descriptors, progress or Progress())
            shards, files = mender.mend(before)
    return Repaired(before, verify(out), shards, files)


# --- whether it is still what it was built from -----------------------------------------------------------------------


def _check_versions(folder: WorkFolder, manifest: dict[str, Any]) -> None:
    then, now = manifest["plan"]["versions"], versions(format_of(manifest))
    others = [f"{name} {then[name]}, not {now.get(name)}" for name in then if then[name] != now.get(name)]
    if others:
        cure = f"repair it where these are installed, or {_ANEW}"
        raise BuildError(f"{folder.out} was built with {'; '.join(others)}: other versions make other bytes", cure)


def _recipe(folder: WorkFolder, manifest: dict[str, Any]) -> Recipe:
    try:
        return load_recipe(manifest["recipe"])
    except RecipeError as error:
        what = f"the recipe in {folder.storage.place_of(MANIFEST)} cannot be used ({error.problems[0].message})"
        raise BuildError(what, "add --plugin if an op of your own is missing") from error


def _check_plan(folder: WorkFolder, manifest: dict[str, Any], plan: Plan) -> None:
    """Raises BuildError if `plan` is not the one that the output was built by."""
    told = Plan.of_manifest(manifest)
    if not plan.hash == told.hash == manifest["plan"]["hash"]:
        changed = "; ".join(differences(told, plan)) or "something else"
        raise BuildError(f"{folder.out} was built from something else ({changed}), it can't be repaired", _AS_IT_WAS)
    if [shard.file for shard in plan.shards] != [entry["file"] for entry in manifest["shards"]]:
        what = f"{folder.storage.place_of(MANIFEST)} lists other shards than its plan has"
        raise BuildError(what, _ANEW)


# --- mending ----------------------------------------------------------------------------------------------------------


class _Mender:
    """Mends an output that is locked, and whose plan is stored in it."""

    def __init__(
        self,
        folder: WorkFolder,
        manifest: dict[str, Any],
        plan: Plan,
        job: Job,
        how: How,
        descriptors: Sequence[int],
        progress: Progress,
    ) -> None:
        self._folder, self._plan, self._job = folder, plan, job
        self._manifest = manifest
        self._entries: dict[str, dict[str, Any]] = {entry["file"]: entry for entry in manifest["shards"]}
        self._how, self._descriptors = how, descriptors
        self._progress = progress
        self._made: list[str] = []

    def mend(self, before: Verification) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Make what is damaged; gives the shards and the files that were made again. Raises as `repair`."""
        storage = self._folder.storage
        promised: dict[str, str] = self._manifest["files"]
        files = [name for name, expected in promised.items() if sha256(storage, name) != expected]
        if files:
            self._mend_lists(promised)
        else:
            self._make([shard for shard in self._plan.shards if shard.file in before.damaged])
        if not storage.exists(CARD):
            with self._folder.writing():
                storage.write(CARD, card_text(self._manifest, self._plan.recipe_text).encode())
            files.append(CARD)
        return tuple(self._made), tuple(files)

    def _mend_lists(self, promised: Mapping[str, str]) -> None:
        """The lists are made of the ledgers: a shard is made again if it or its ledger is damaged; and all are, if what
        the ledgers say gives other lists."""
        shards = self._plan.shards
        damaged = {shard.file for shard in shards if not self._is_whole(shard)}
        for first in (True, False):
            self._make([shard for shard in shards if (shard.file in damaged) is first])
            if restored_lists(self._folder, self._plan, promised):
                return
        what = f"the lists of {self._folder.out} come out different"
        raise BuildError(what, f"make sure that no file of {self._folder.out} is being changed, or {_ANEW}")

    def _is_whole(self, shard: Shard) -> bool:
        """Whether the shard's bytes have the manifest's digest, and its ledger says so too."""
        storage, entry = self._folder.storage, self._entries[shard.file]
        ledger = _sound_ledger(storage, self._folder.ledger_name(shard), self._plan.hash)
        if ledger is None or any(getattr(ledger, name) != entry[key] for name, key in _SAME):
            return False
        if not ledger.pairs:
            return not storage.exists(shard.file)
        if in_own_files(shard.file):
            found = digest_of_own_files(storage, ShardIndex.from_line(ledger.lines[0]), ledger.lines)
        else:
            found = sha256(storage, shard.file)
        return found is not None and found == ledger.sha256

    def _make(self, todo: Sequence[Shard]) -> None:
        """Make shards, and compare them with the manifest."""
        if not todo:
            return
        plan, folder, progress = self._plan, self._folder, self._progress
        with opened(self._how, todo, plan.copies, self._descriptors) as executor:
            photographs = sum(shard.photographs for shard in todo)
            progress.planned(
                Planned(
                    out=folder.out, photographs=plan.photographs, pairs=plan.photographs * plan.copies,
                    shards=len(plan.shards), resumed=len(plan.shards) - len(todo), todo_photographs=photographs,
                    workers=executor.workers,
                )
            )  # fmt: skip
            executor.make(self._job, plan, todo, progress)
        self._made += [shard.file for shard in todo]
        self._compare(todo)

    def _compare(self, made: Collection[Shard]) -> None:
        folder = self._folder
        found = dict(zip(made, folder.finished(self._plan, list(made)), strict=True))
        others = [
            shard for shard, one in found.items() if one is None or one.sha256 != self._entries[shard.file]["sha256"]
        ]
        if others:
            with folder.writing():  # so that no build takes them for finished
                folder.storage.remove([folder.ledger_name(shard) for shard in others])
            names = ", ".join(shard.file for shard in others[:3]) + (" …" if len(others) > 3 else "")
            what = f"{names} of {folder.out} comes out different, though its photographs have the same names and sizes"
            raise BuildError(what, _AS_IT_WAS)


_SAME = (
    ("file", "file"), ("split", "split"), ("photographs", "photographs"), ("pairs", "pairs"), ("size", "bytes"),
    ("sha256", "sha256"),
)  # fmt: skip
"""What a ledger and the manifest both say of a shard."""


def _sound_ledger(storage: Storage, name: str, plan: str) -> Ledger | None:
    """A ledger of this plan whose lines can be read; None if there is none."""
    try:
        data = storage.read(name)
        ledger = read_ledger(data)
        ShardIndex.from_line(ledger.lines[0])
    except (OSError, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return ledger if ledger.to_bytes() == data and ledger.plan == plan else None
