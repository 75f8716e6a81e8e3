"""A whole report: two sets measured, compared and explained, as data, as tables and as a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from degrade._version import __version__
from degrade.codecs import decode
from degrade.corpus import open_corpus
from degrade.engine.key import Key
from degrade.realism.comparing import MOST, compare
from degrade.realism.comparison import Comparison, plain
from degrade.realism.errors import RealismError
from degrade.realism.explaining import Advice, StepEffect, advice, step_effects
from degrade.realism.features.gathering import features_of
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.naive import naive_recipe
from degrade.realism.patches import most_separable, patch_of
from degrade.realism.reference import Reference, shipped_reference
from degrade.realism.sets import CompareSet, called, first_folder, pictures_set, recipe_set, synthetic_set

PHOTOS = 100
_SHOWN = 8
"""Patches of each side that are shown."""
Said = Callable[[str], None]
Counted = Callable[[str, int, int], None]
"""Told which set is measured, how many of its pictures are, and of how many."""


@dataclass(frozen=True, eq=False)
class Report:
    """What is to be said of a synthetic set.

    Attributes
    ----------
    synthetic, kind : str
        What it is called, and what it is: recipe, output or pictures.
    real, about : str
        What the real photographs are called, and where they are from.
    comparison : Comparison
    advice : tuple of Advice
        The worst figures in words.
    steps : tuple of StepEffect
        The recipe less one op at a time, where that was asked for.
    notes : tuple of str
        What a reader has to know, beside the comparison's warnings.
    patches : tuple
        (synthetic, real): patches that are told apart best, (96, 96, C) uint8 each.
    """

    synthetic: str
    kind: str
    real: str
    about: str
    comparison: Comparison
    advice: tuple[Advice, ...] = ()
    steps: tuple[StepEffect, ...] = ()
    notes: tuple[str, ...] = ()
    patches: tuple[tuple[Array, ...], tuple[Array, ...]] = ((), ())

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON, without the patches: the same for the same pictures and seed."""
        return {
            "version": __version__, "synthetic": self.synthetic, "kind": self.kind, "real": self.real,
            "about": self.about, "notes": list(self.notes), "comparison": self.comparison.to_data(),
            "advice": [plain(one) for one in self.advice], "steps": [plain(one) for one in self.steps],
        }  # fmt: skip

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write report.html and report.json into a folder, which is made; gives both. Raises OSError."""
        from degrade.realism.page import page

        folder.mkdir(parents=True, exist_ok=True)
        files = folder / "report.html", folder / "report.json"
        files[0].write_text(page(self), "utf-8", newline="\n")
        files[1].write_text(self.to_json(), "utf-8", newline="\n")
        return files

    def to_json(self) -> str:
        """`to_data` as text."""
        return json.dumps(self.to_data(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def realism_of(
    synthetic: Any,
    real: Any = None,
    *,
    source: Any = None,
    clean: Any = None,
    stratum: str | None = None,
    masks: Any = None,
    photos: int = PHOTOS,
    framed: bool = False,
    explain: bool = False,
    seed: int = 0,
    workers: int | None = None,
    permutations: int = 500,
    resamples: int = 500,
    splits: int = 20,
    progress: Said | None = None,
    counted: Counted | None = None,
) -> Report:
    """How far synthetic pictures are from real old photographs, and why.

    Parameters
    ----------
    synthetic
        A recipe, as `degrade.load_recipe` takes it, whose pairs are made on the way; an output of `degrade.build`; or
        pictures, as `degrade.open_corpus` takes them.
    real
        Real photographs, as `degrade.open_corpus` takes them, or an .npz file as `degrade.realism.reference` makes it;
        by default what comes with the package.
    source
        The photographs that a recipe degrades; by default its own, else the sample photographs.
    clean
        Clean pictures to compare with; by default those of the pairs. Where a recipe lays photographs on plates of
        several exposures, they are the photographs themselves, and what the plates alone do is told besides.
    stratum : str, optional
        Only this stratum of the reference, or of a folder the photographs in its subfolder of that name.
    masks
        Damage masks of real photographs, as `degrade.open_corpus` takes them, white where there is damage.
    photos : int
        At most so many synthetic pictures, or photographs that a recipe degrades.
    framed : bool
        Whether a recipe's pairs are framed as it says; else photographs are taken as they are.
    explain : bool
        Whether to leave out each op of a recipe in turn.
    seed, permutations, resamples, splits
        As of `compare`.
    workers : int, optional
        Threads; the figures do not depend on it.
    progress, counted : callable, optional

    Raises
    ------
    RealismError
        What cannot be compared or explained as asked for.
    MissingExtra
        scikit-learn is not installed.
    RecipeError, CorpusError, ShardError, StreamError
        What is named cannot be used.
    """
    if isinstance(photos, bool) or not isinstance(photos, int) or photos < 1:
        raise RealismError(f"photos is {photos!r}", "give a whole number from 1")
    made = synthetic_set(synthetic, source, photos, framed=framed)
    if explain and made.recipe is None:
        raise RealismError(f"{made.name} is no recipe, so no step can be left out", "name a recipe, or do not explain")
    measurer = _Measurer(workers, counted)
    reference = _reference(real, stratum, measurer)
    table = measurer.table("synthetic", made.pictures, variants=("equalised",))
    clean_table, naive_table = _references(made, clean, photos, measurer)
    laid = measurer.table("laid", made.pairs, member="clean", variants=()) if made.laid else None
    comparison = compare(
        table, reference.table, clean_table, naive_table, laid,
        synthetic_masks=None if masks is None else made.masks(), real_masks=None if masks is None else _read(masks),
        seed=seed, permutations=permutations, resamples=resamples, splits=splits, progress=progress,
    )  # fmt: skip
    effects: tuple[StepEffect, ...] = ()
    if explain and made.recipe is not None:
        effects = step_effects(
            made.pairs, made.recipe, source, photos, table, reference.table, seed=seed, resamples=resamples,
            workers=workers, progress=progress,
        )  # fmt: skip
    return Report(
        made.name, made.kind, reference.name, reference.about, comparison,
        advice(comparison.synthetic.gaps, made.recipe), effects, (*made.notes, *reference.notes),
        _shown(made, table, reference, Key(seed, "realism").at("patches")),
    )  # fmt: skip


class _Measurer:
    def __init__(self, workers: int | None, counted: Counted | None) -> None:
        self._workers, self._counted = workers, counted

    def table(self, name: str, pictures: Any, **how: Any) -> FeatureTable:
        told = self._counted

        def progress(done: int, total: int) -> None:
            if told is not None:
                told(name, done, total)

        return features_of(pictures, workers=self._workers, progress=progress, **how)


@dataclass(frozen=True, eq=False)
class _Real:
    """The real side: its figures, what it is called, and its pictures where they are at hand."""

    name: str
    about: str
    table: FeatureTable
    pictures: CompareSet | None = None
    notes: tuple[str, ...] = ()


def _reference(real: Any, stratum: str | None, measurer: _Measurer) -> _Real:
    if real is None or (isinstance(real, str | Path) and str(real).endswith(".npz")):
        found = shipped_reference() if real is None else Reference.load(real)
        return _known(found, stratum)
    folders = frozenset() if stratum is None else frozenset({_folder(real, stratum)})
    chosen = pictures_set(real, MOST, folders)
    name = chosen.name if stratum is None else f"{chosen.name}/{stratum}"
    return _Real(name, "photographs that were given", measurer.table("real", chosen.pictures), chosen)


def _known(found: Reference, stratum: str | None) -> _Real:
    name = found.name if stratum is None else f"{found.name}/{stratum}"
    lost = f"{found.lost} of the photographs that {found.name} was made of could not be measured" if found.lost else ""
    return _Real(name, found.about, found.of(stratum), notes=(lost,) if lost else ())


def _folder(real: Any, stratum: str) -> str:
    """The subfolder that is the stratum. Raises RealismError."""
    listing = open_corpus(real).listing()
    there = sorted({first_folder(one.source) for one in listing.photographs} - {""})
    if stratum not in there:
        have = f"choose one of {', '.join(there)}" if there else "lay its photographs into a subfolder of that name"
        raise RealismError(f"{called(real)} has no subfolder {stratum!r}", have)
    return stratum


def _references(
    made: CompareSet, clean: Any, photos: int, measurer: _Measurer
) -> tuple[FeatureTable | None, FeatureTable | None]:
    """Clean pictures, and naively degraded ones, where there are any."""
    if clean is not None:
        known = pictures_set(clean, photos)
        naive = recipe_set(naive_recipe(), clean, photos, copies=1)
        return (
            measurer.table("clean", known.pictures, variants=()),
            measurer.table("naive", naive.pictures, variants=()),
        )
    if made.pairs is None:
        return None, None
    return (
        measurer.table("clean", made.photographs, member="clean", variants=()),
        measurer.table("naive", made.naive(), variants=()),
    )


def _read(masks: Any) -> list[Array]:
    """(H, W) uint8 each, of files."""
    corpus = open_corpus(masks)
    found = []
    for photograph in corpus.listing().photographs:
        pixels = decode(corpus.read(photograph), photograph.source).pixels
        deep = pixels.astype(np.uint32) // 257 if pixels.dtype == np.uint16 else pixels
        found.append(deep.max(axis=2).astype(np.uint8))
    if not found:
        raise RealismError(f"there is no mask in {called(masks)}", "name a folder of png files, white where damaged")
    return found


def _shown(made: CompareSet, table: FeatureTable, real: _Real, key: Key) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    ours, theirs = most_separable(table, real.table, _SHOWN, key)
    own = tuple(patch_of(made.pixels(name), number) for name, number in ours)
    if real.pictures is None:
        return own, ()
    return own, tuple(patch_of(real.pictures.pixels(name), number) for name, number in theirs)
