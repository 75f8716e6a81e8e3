"""Screening a source."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from degrade.building.executors.common import processors
from degrade.corpus import Listing, Photograph, assign_splits, open_corpus
from degrade.recipes import Recipe, load_recipe
from degrade.recipes.output import Part
from degrade.screening.crew import look
from degrade.screening.duplicates import duplicates
from degrade.screening.errors import ScreeningError
from degrade.screening.examine import MIN_SIDE, Criteria
from degrade.screening.findings import FINDINGS, Finding, Unusable, checked_kinds, is_chosen
from degrade.screening.moving import Mover
from degrade.screening.screening import Screening
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing

_TOO_FEW_FOR_PROCESSES = 64
"""Photographs below which starting processes takes longer than they save."""
_ORDER = {kind: place for place, kind in enumerate(FINDINGS)}
Progress = Callable[[int, int], None]


def screen(
    source: Any = None,
    *,
    recipe: Recipe | str | os.PathLike[str] | Mapping[str, Any] | None = None,
    splits: Mapping[str, Part] | None = None,
    min_side: int | None = None,
    min_quality: int = 50,
    max_blockiness: float = 0.4,
    near: int = 8,
    min_sharpness: float = 0.0,
    move_to: str | os.PathLike[str] | None = None,
    move: Sequence[str] = ("unusable", "duplicate"),
    dry_run: bool = False,
    report: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Screening:
    """Look at every photograph of a source, and tell which are of no use: unusable files, duplicates, and so on.

    Of two that are alike the first in byte order of the sources is kept; the other is the finding.

    Parameters
    ----------
    source
        Whatever `degrade.build` takes; without it the recipe's own, else the sample photographs.
    recipe : optional
        A recipe, or what `degrade.load_recipe` takes: its splits and its `min_side` are used.
    splits : mapping, optional
        As in a recipe, and instead of the recipe's: with them, duplicates in different ones are leaks. Without both,
        those that the source imposes.
    min_side : int, optional
        Pixels of the shorter side below which a photograph is too small; by default the recipe's, else 64.
    min_quality : int
        JPEG quality below which a file is heavily compressed, 0 for none.
    max_blockiness : float
        Blockiness over which a picture was heavily compressed before; infinite for none.
    near : int
        Bits of 64 in which the perceptual hashes of near-duplicates may differ, 0 to 15.
    min_sharpness : float
        Sharpness below which a picture is blurred or enlarged, such as 0.1; 0 does not measure it.
    move_to : path, optional
        A folder outside of the source. What was found is moved there under its own path, never over another file.
    move : sequence of str
        The findings that are moved: of `FINDINGS`, and `LEAK`.
    dry_run : bool
        Move nothing, and write no report.
    report : path, optional
        A file for all that is found, as JSON lines.
    workers : int, optional
        Processes, from 1 (this process alone); by default as many as there are processors, if it pays.
    progress : callable, optional
        Told how many photographs were looked at, and of how many.

    Raises
    ------
    ScreeningError
        A mistake in the arguments, or memory ran out.
    CorpusError, RecipeError
        The source, the splits or the recipe cannot be used.
    WriteError
        The report cannot be written.
    """
    if recipe is not None and not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe)
    if source is None and recipe is not None:
        source = recipe.source
    if min_side is None:
        min_side = recipe.min_side if recipe else MIN_SIDE
    criteria = Criteria(min_side, min_quality, max_blockiness, near, min_sharpness)
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ScreeningError(f"workers is {workers!r}", "give a whole number from 1", exit_code=2)
    kinds = checked_kinds(move)
    corpus = open_corpus(source)
    mover = Mover.of(corpus, move_to) if move_to is not None else None
    listing = corpus.listing()
    parts = _splits(listing, splits or (recipe.output.splits if recipe else None))
    photographs = sorted(listing.photographs, key=lambda photograph: photograph.source)  # as UTF-8's bytes would be
    examined = look(
        corpus, photographs, criteria, _worker_count(workers, len(photographs)), _counted(len(photographs), progress)
    )
    findings: list[Finding] = [finding for each in examined for finding in each.findings]
    findings += [Unusable(r.source, r.key, r.reason, " ".join(r.detail.split())) for r in listing.rejects]
    findings += duplicates(photographs, examined, parts, criteria.near)
    findings.sort(key=lambda finding: (finding.source, _ORDER[finding.kind]))
    found = Screening(corpus.name, len(photographs), listing.ignored, tuple(findings), dry_run=dry_run)
    if mover is not None:
        found = _moved(found, mover, kinds, photographs)
    if report is not None and not dry_run:
        _write(found, Path(report).expanduser())
    return found


def _splits(listing: Listing, splits: Mapping[str, Part] | None) -> dict[str, str]:
    """key -> split, of those that are in one."""
    if splits is not None:
        return assign_splits(listing.photographs, splits) if listing.photographs else {}
    return {photograph.key: photograph.split for photograph in listing.photographs if photograph.split}


def _worker_count(workers: int | None, photographs: int) -> int:
    if workers is None:
        workers = 1 if photographs < _TOO_FEW_FOR_PROCESSES else processors()
    return max(1, min(workers, photographs))


def _counted(total: int, progress: Progress | None) -> Callable[[int], None]:
    done = 0

    def advanced(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    return advanced


def _moved(found: Screening, mover: Mover, kinds: tuple[str, ...], photographs: Sequence[Photograph]) -> Screening:
    chosen = [finding for finding in found.findings if is_chosen(finding, kinds)]
    moved, held = mover.move(chosen, (photograph.source for photograph in photographs), found.dry_run)
    return dataclasses.replace(found, moved=tuple(moved), held=tuple(held))


def _write(found: Screening, path: Path) -> None:
    lines = "".join(json.dumps(event) + "\n" for event in found.events())
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, lines.encode())
