"""Building an output, from the plan to the manifest."""

from __future__ import annotations

import dataclasses
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from degrade.building.arguments import Part, check_arguments, parse_part
from degrade.building.errors import BuildError
from degrade.building.executors import How, opened
from degrade.building.finish import finish
from degrade.building.plan import Plan, Shard, make_plan
from degrade.building.progress import Planned, Progress
from degrade.building.report import Report
from degrade.building.sources import source_text
from degrade.building.wiping import wipe
from degrade.building.worker import Job
from degrade.building.workfolder import WorkFolder
from degrade.corpus import Corpus, Listing, open_corpus
from degrade.corpus.options import excluding
from degrade.jsontext import from_json
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.loading import Source as RecipeSource
from degrade.recipes.source import Source
from degrade.shards.storage import Storage
from degrade.textures import bank

Path_ = str | os.PathLike[str]


def build(
    recipe: Recipe | RecipeSource,
    source: Source | Path_ | None = None,
    out: Path_ | None = None,
    *,
    workers: int | None = None,
    limit: int | None = None,
    part: str | Part | None = None,
    overwrite: bool = False,
    engine: str = "processes",
    ray_address: str | None = None,
    start_method: str = "spawn",
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Report:
    """Make shards of pairs, or finish those of an earlier call that was interrupted.

    The bytes written depend on the recipe, the photographs and the versions of the libraries alone. What is finished is
    kept: the same call again makes what is missing.

    Parameters
    ----------
    recipe : Recipe, str, path or mapping
        Or whatever `degrade.load_recipe` takes.
    source : path, mapping or list, optional
        Whatever `degrade.corpus.open_corpus` takes; by default the recipe's own, else the sample photographs.
    out : path, optional
        The folder to write to, or a URL such as s3://bucket/folder; by default the recipe's name.
    workers : int, optional
        How many make shards at the same time, from 1 (with processes: this one alone); by default as many as there are
        processors, here or in the cluster, if it pays.
    limit : int, optional
        At most so many photographs, drawn by hash.
    part : "i/n" or (i, n), optional
        Only every n-th shard, from the i-th (from 1): for several machines that reach the same output. No manifest is
        written: the last step is the same call without `part`, or `merge`.
    overwrite : bool
        Remove what an earlier build has made in `out`, and nothing else, before starting.
    engine : str
        "processes", "threads" or "ray", which makes the shards on a Ray cluster whose machines all have this package,
        the photographs and `out` at the same places.
    ray_address : "host:port", optional
        The cluster's head, with the engine "ray"; by default that of the environment variable RAY_ADDRESS, else Ray is
        started on this machine alone.
    start_method : str
        How the engine "processes" starts them: "spawn", "fork" or "forkserver".
    progress : Progress, optional
        Is told what goes on.
    dry_run : bool
        Plan and check only; nothing is written.

    Returns
    -------
    Report

    Raises
    ------
    BuildError
        Nothing to build from, an output that is in use, is not empty or was built by another plan, a worker that died,
        or a mistake in the arguments.
    WriteError
        The output cannot be written.
    StorageError
        The URL of the output cannot be reached, or needs a library that is not installed.
    RecipeError, CorpusError, DegradeError
        The recipe, the source, or something that the recipe's steps need cannot be used.
    """
    started = time.perf_counter()
    how = How(engine, workers, start_method, ray_address)
    check_arguments(how, limit)
    chosen_part = parse_part(part, overwrite)
    recipe = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    source, recipe = source if source is not None else recipe.source, recipe.without_places()
    folder = WorkFolder(out if out is not None else recipe.name)
    how = reached_by_others(how, folder.storage)
    folder.check_writable()
    corpus = open_corpus(source)
    listing = listed(corpus, folder.out)
    plan, photographs = make_plan(recipe, listing, limit, corpus)
    folders = {name: str(found.root) for name in plan.contents if (found := bank.folder(name))}
    folder.check_place(overwrite)
    if not overwrite:
        folder.check_plan(plan)
    recipe.prepare()
    shards = plan.part(chosen_part)
    draft = Report(folder.out, plan.hash, 0, 0, {}, {}, listing.ignored, 0, 0, part=chosen_part, dry_run=dry_run)
    if dry_run:
        resumed = 0 if overwrite else len(shards) - len(folder.unfinished(plan, shards))
        return _planned_report(draft, plan, shards, resumed, listing, started)

    progress = progress or Progress()
    with folder.held(chosen_part) as descriptors:
        with folder.writing():
            _take_over(folder, plan, overwrite, chosen_part)
            if chosen_part is None or folder.stored_plan() != plan:
                folder.store(plan, photographs, listing.rejects, source_text(source, folder.out), folders)
            del photographs
            todo = folder.unfinished(plan, shards)
            if todo:
                folder.withdraw_manifest()
        with opened(how, todo, plan.copies, descriptors) as executor:
            progress.planned(_planned(folder.out, plan, shards, todo, executor.workers))
            executor.make(Job(recipe, corpus, folder.storage, plan.hash, folders), plan, todo, progress)
        if chosen_part is None:
            progress.finishing()
            finish(folder, plan)
        report = _report(draft, folder, plan, shards, [shard.name for shard in todo])
    return dataclasses.replace(report, workers=executor.workers, seconds=time.perf_counter() - started)


def merge(out: Path_, *, progress: Progress | None = None) -> Report:
    """Finish an output whose shards were all built in parts: write its index, rejects, manifest and card.

    Parameters
    ----------
    out : path or URL
        The folder that the parts were built into.
    progress : Progress, optional
        Is told when the end is near.

    Raises
    ------
    BuildError
        There is no build, shards are missing, or another build is at work here.
    WriteError, StorageError
        The output cannot be written, or not be reached.
    """
    started = time.perf_counter()
    folder = WorkFolder(out)
    plan = folder.stored_plan()
    if plan is None:
        raise BuildError(f"{folder.out} holds no build", "name the folder that the parts were built into", exit_code=2)
    with folder.held(None):
        missing = folder.unfinished(plan, plan.shards)
        if missing:
            names = ", ".join(shard.file for shard in missing[:3]) + (" …" if len(missing) > 3 else "")
            raise BuildError(
                f"{len(missing)} of {len(plan.shards)} shards are missing ({names})", "build the parts that they are in"
            )
        with folder.writing():
            folder.sweep()
        (progress or Progress()).finishing()
        finish(folder, plan)
        draft = Report(folder.out, plan.hash, 0, 0, {}, {}, {}, 0, 0)
        report = _report(draft, folder, plan, list(plan.shards), [])
    return dataclasses.replace(report, seconds=time.perf_counter() - started)


# --- before -----------------------------------------------------------------------------------------------------------


def listed(corpus: Corpus, out: Path | str) -> Listing:
    """What the corpus has, without what lies in the output itself.

    Raises BuildError if there is nothing.
    """
    listing = (excluding(corpus, out) if isinstance(out, Path) else corpus).listing()
    if not listing.photographs:
        passed = sum(listing.ignored.values())
        found = f" ({passed} ignored, {len(listing.rejects)} rejected)" if passed or listing.rejects else ""
        cure = "name a folder of jpg, png, webp, tiff or bmp files"
        raise BuildError(f"there are no photographs in {corpus.name}{found}", cure, exit_code=2)
    return listing


def _take_over(folder: WorkFolder, plan: Plan, overwrite: bool, part: Part | None) -> None:
    """Make the output ours: its plan is this one, or none. Now that it is locked, nobody can change it any more."""
    if overwrite:
        wipe(folder)
    else:
        folder.check_plan(plan)
    if part is None:
        folder.sweep()


def reached_by_others(how: How, storage: Storage) -> How:
    """`how`, without other processes where the output lies in this one. Raises BuildError if they were asked for."""
    if not storage.in_one_process or how.engine == "threads":
        return how
    if how.engine != "processes" or (how.workers or 1) > 1:
        cure = "build with one worker, or with the engine threads"
        raise BuildError(f"no other process can write to {storage.name}", cure, exit_code=2)
    return dataclasses.replace(how, workers=1)


# --- meanwhile --------------------------------------------------------------------------------------------------------


def _planned(out: Path | str, plan: Plan, shards: list[Shard], todo: list[Shard], workers: int) -> Planned:
    photographs = sum(shard.photographs for shard in shards)
    return Planned(
        out=out, photographs=photographs, pairs=photographs * plan.copies, shards=len(shards),
        resumed=len(shards) - len(todo), todo_photographs=sum(shard.photographs for shard in todo), workers=workers,
    )  # fmt: skip


# --- after ------------------------------------------------------------------------------------------------------------


def _report(draft: Report, folder: WorkFolder, plan: Plan, shards: list[Shard], built: list[str]) -> Report:
    """`draft` with what the ledgers of `shards` say."""
    splits = Counter(dict.fromkeys(plan.splits, 0))
    rejects = Counter(from_json(line)["reason"] for line in (folder.listed_rejects() if draft.part is None else ()))
    size = photographs = 0
    for shard, ledger in zip(shards, folder.finished(plan, shards), strict=True):
        if ledger is None:
            raise BuildError(f"{shard.file} has gone while the build ran", "run the same command again")
        splits[ledger.split] += ledger.pairs
        rejects.update(ledger.rejects)
        size += ledger.size
        photographs += ledger.photographs
    return dataclasses.replace(
        draft, photographs=photographs, pairs=splits.total(), splits=dict(splits), size=size,
        rejects=dict(sorted(rejects.items())), shards=len(shards), resumed=len(shards) - len(built),
        finished=draft.part is None,
    )  # fmt: skip


def _planned_report(
    draft: Report, plan: Plan, shards: list[Shard], resumed: int, listing: Listing, started: float
) -> Report:
    splits: Counter[str] = Counter(dict.fromkeys(plan.splits, 0))
    for shard in shards:
        splits[shard.split] += shard.photographs * plan.copies
    values: dict[str, Any] = {
        "photographs": sum(shard.photographs for shard in shards), "pairs": splits.total(), "splits": dict(splits),
        "rejects": dict(sorted(Counter(reject.reason for reject in listing.rejects).items())),
        "shards": len(shards), "resumed": resumed, "seconds": time.perf_counter() - started,
    }  # fmt: skip
    return dataclasses.replace(draft, **values)
