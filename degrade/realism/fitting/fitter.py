"""From a folder of real photographs to the recipe that comes closest to them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from degrade._version import __version__
from degrade.corpus import open_corpus
from degrade.engine.compose import OneOf
from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.step import Step
from degrade.realism.c2st import ready
from degrade.realism.errors import RealismError
from degrade.realism.features.gathering import features_of
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.aligning import ROUNDS, aligned
from degrade.realism.fitting.clean import FEW as FEW_CLEAN
from degrade.realism.fitting.clean import CleanPhoto, clean_photos, some_of
from degrade.realism.fitting.exploring import Explorer
from degrade.realism.fitting.halves import halves
from degrade.realism.fitting.judged import Figures, Judge
from degrade.realism.fitting.keeping import keep, verdict
from degrade.realism.fitting.knobs import Knob, Settings, drift, has, space
from degrade.realism.fitting.making import Maker
from degrade.realism.fitting.plates import FIELD, plate_value, plates_of, reads_plates, with_plates
from degrade.realism.fitting.qualities import file_qualities, quality_reading, with_qualities
from degrade.realism.fitting.readings import Reading, readings
from degrade.realism.fitting.result import Fitted, Half, Value
from degrade.realism.fitting.reweighting import reweighted
from degrade.realism.fitting.searching import searched
from degrade.realism.fitting.toning import Toning, tones, toning, with_toning
from degrade.realism.fitting.trials import Trials
from degrade.realism.fitting.turning import turned
from degrade.realism.fitting.values import field_values, values_of, weighted_values
from degrade.recipes import Recipe
from degrade.recipes.loading import load_with_presets
from degrade.recipes.words import did_you_mean

FEWEST, FEW = 8, 30
"""Independent photographs below which there is no fit, and below which it is warned of."""
TRIALS = 60
_MOST_TRIALS = 100_000
_PICTURES = (48, 128)
"""Pictures a trial: twice as many as photographs, within these bounds; twice that where it counts."""
_OTHER = 1000
"""The first copy of the pictures that judge: what happened to these was not searched with."""
Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and of how much (None: until the time is up)."""


@dataclass(frozen=True, eq=False)
class _Side:
    """What a half of the photographs is judged with."""

    judge: Judge
    maker: Maker


def fit(
    real: str | os.PathLike[str],
    *,
    start: str = "old_photos",
    source: str = "sample",
    out: str | os.PathLike[str] = "fitted.yaml",
    trials: int | None = None,
    minutes: float | None = None,
    rounds: int = 0,
    hold: Sequence[str] = (),
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Fit a recipe to the photographs of a folder, and write it to `out`, with a comment on each fitted value.

    Half of the photographs calibrate: JPEG quality and toning are set to what these say; with `rounds`, all
    distributions are moved, widened and shared out anew by how real their pictures look; strengths that readings tell
    are turned until the recipe's pictures have the same medians; the rest is searched, so that divergence, MMD and the
    gaps of scalars together become small. The other half judges: where the fitted recipe is no better than the start
    there, the start's values are written, and it is said so. Beside `out`, in a folder of its name, lie trials.jsonl
    (a fit that was interrupted goes on from it), fit.json and fit.md. The same arguments give the same, whatever
    `workers` is; with `minutes` the number of trials depends on the machine.

    Parameters
    ----------
    real : str or path
        What `degrade.open_corpus` takes: at least 8 photographs, better 100, as they are scanned.
    start : str
        A recipe, as `load_recipe` takes it.
    source : str
        Clean photographs, to be degraded: 50 or more of what the real ones show, at least of the recipe's size.
    out : path
        The recipe that is written; it must not be there.
    trials : int, optional
        Of the search; 60 unless `minutes` are given. What is estimated takes about as many.
    minutes : float, optional
        How long the trials may take, those of an interrupted fit included.
    rounds : int
        Of reweighting, each of 24 pictures of every clean photograph; the best of them is gone on from.
    hold : sequence of str
        Labels of steps and groups that stay as they are, of which how often they happen in their group may change; and
        fields that do in all steps of an op, such as ``grain.size_mm`` or ``folds.p``, and ``kind.weights`` of a group.
    seed : int
    workers : int, optional
        Threads; one for each processor if left out.
    progress : callable, optional

    Raises
    ------
    RealismError
        Too few photographs, an `out` that is there, a step to hold that there is not, a mistake in the arguments.
    RecipeError
        There is no such start, or it has mistakes.
    CorpusError
        A source that cannot be listed.
    WriteError
        The recipe, or what lies beside it, cannot be written.
    """
    place = _checked(Path(out), trials, minutes, rounds, workers)
    recipe, presets = load_with_presets(start)
    recipe.prepare()
    say = progress or (lambda _what, _done, _total: None)
    count = trials if trials is not None else TRIALS if minutes is None else _MOST_TRIALS
    with ready():
        return _Fit(recipe, presets, str(start), _held(recipe, hold), Key(seed, "fit"), say, workers).run(
            str(real), source, place, seed, count, rounds, None if minutes is None else 60 * minutes
        )


def _checked(out: Path, trials: int | None, minutes: float | None, rounds: int, workers: int | None) -> Path:
    if out.suffix.lower() not in (".yaml", ".yml"):
        raise RealismError(f"{out} is no name of a recipe", f"call it {out.with_suffix('.yaml')}")
    if out.exists():
        raise RealismError(f"{out} is there already", "give another --out, or remove it")
    if not out.parent.is_dir():
        raise RealismError(f"there is no folder {out.parent}", "make it first")
    bounds = (("trials", trials, 0), ("minutes", minutes, 0), ("rounds", rounds, 0), ("workers", workers, 1))
    for name, given, least in bounds:
        if given is not None and (isinstance(given, bool) or not given >= least):
            raise RealismError(f"{name} is {given!r}", f"give a number from {least}")
    if trials is not None and minutes is not None:
        raise RealismError("both trials and minutes are given", "give one of them")
    return out


def _held(recipe: Recipe, names: Sequence[str]) -> frozenset[str]:
    """The addresses of the steps of these labels and of all within them, and the fields among the names."""
    steps = {one.address: one for step in recipe.steps for one in step.flattened()}
    fields = {field for step in steps.values() for field in _fields(step)} | ({FIELD} if recipe.lays_plates else set())
    if unknown := [name for name in names if name not in steps and name not in fields]:
        meant = [hint for name in unknown if (hint := did_you_mean(name, [*steps, *fields]))]
        cure = "; ".join(meant) or f"hold some of {', '.join(steps)}"
        raise RealismError(f"no step or field of the start is called {', '.join(unknown)}", cure)
    inside = {one.address for name in names if name in steps for one in steps[name].flattened()}
    return frozenset(inside | {name for name in names if name in fields})


def _fields(step: Step) -> Iterator[str]:
    if isinstance(step, OneOf):
        yield f"{step.address}.weights"
    if isinstance(step, Degradation):
        yield from (f"{step.name}.{field}" for field in ("p", *step.specs))


class _Fit:
    """A fit under way."""

    def __init__(
        self, start: Recipe, presets: Mapping[str, Any], called: str, held: frozenset[str], key: Key, say: Progress,
        workers: int | None,
    ) -> None:  # fmt: skip
        self._start, self._presets, self._called, self._held, self._key = start, presets, called, held, key
        self._say, self._workers = say, workers

    def run(
        self, real: str, source: str, out: Path, seed: int, count: int, rounds: int, seconds: float | None
    ) -> Fitted:
        """All of it."""
        table = self._measured(real)
        first, second = halves(table.groups, table.sources, self._key)
        self._say("reading and measuring clean photographs", 0, None)
        photos, unused = clean_photos(source, self._start, 2 * _PICTURES[1], self._key)
        here, there = table.take(first), table.take(second)
        side = self._side(here, photos)
        corpus = open_corpus(real)
        counted = self._counted(corpus, here)
        found, told, read = self._read(corpus, here)
        told |= counted
        folder = out.with_suffix("")
        about = self._about(found, table, photos, seed)
        fixed = {*told, *self._held}
        base = self._reweighted(found, here, side, photos, rounds, fixed, folder, about)
        knobs = space(base, frozenset(fixed))
        about = self._about(base, table, photos, seed)

        def judged(settings: Settings) -> Figures:
            figures = side.judge.quickly(*side.maker.with_steps(turned(base, knobs, settings)))
            return dataclasses.replace(figures, cost=figures.cost + drift(knobs, settings))

        trials = Trials(
            folder, about, judged,
            lambda stage, number: self._say(stage, number, _total(knobs, count, seconds)),
        )  # fmt: skip
        estimated, figures = aligned([knob for knob in knobs if knob.reading], trials)
        settings, _ = searched(
            knobs, estimated, figures, trials, count, self._key.at("search"),
            lambda _: seconds is not None and trials.seconds >= seconds,
        )  # fmt: skip
        after = turned(base, knobs, settings)
        self._say("judging", 0, None)
        halves_ = self._half(here, photos, after), self._half(there, photos, after)
        simulated = readings(side.maker.degraded(self._start))
        values = (
            *told.values(),
            *weighted_values(found, base),
            *values_of(base, knobs, estimated, settings, read, simulated),
        )
        outcome = verdict(halves_[1].before, halves_[1].after)
        fitted = Fitted(
            recipe=self._named(after if outcome.better else self._start, out, fitted=outcome.better),
            kept=outcome.better, words=outcome.words, start=self._called, presets=self._presets, values=values,
            readings=read, toning=self._toning, calibration=halves_[0], held_out=halves_[1], photographs=len(table),
            left_out=len(table.left_out), clean_photos=len(photos), trials=trials.number,
            warnings=_warnings(table, photos, unused, self._toning), seed=seed, out=out, folder=folder,
        )  # fmt: skip
        keep(fitted)
        return fitted

    def _measured(self, real: str) -> FeatureTable:
        def told(done: int, total: int) -> None:
            self._say("measuring photographs", done, total)

        table = features_of(real, variants=(), workers=self._workers, progress=told)
        groups = len(set(table.groups))
        if groups < FEWEST:
            left = f" ({len(table.left_out)} more files could not be measured)" if table.left_out else ""
            what = f"{real} has {groups} independent photograph{'s' * (groups != 1)}{left}"
            raise RealismError(what, f"give at least {FEWEST}, better 100")
        return table

    def _side(self, real: FeatureTable, photos: list[CleanPhoto]) -> _Side:
        count = _pictures(real)
        maker = Maker(some_of(photos, count, self._key), count, workers=self._workers)
        return _Side(Judge(real, maker.clean(self._start), self._key.at("judge")), maker)

    def _reweighted(
        self, recipe: Recipe, here: FeatureTable, side: _Side, photos: list[CleanPhoto], rounds: int, fixed: set[str],
        folder: Path, about: dict[str, Any],
    ) -> Recipe:  # fmt: skip
        """The best of the rounds, the start's own included."""
        if not rounds:
            return recipe
        key, maker = self._key.at("rounds"), Maker(photos, 2 * _pictures(here), workers=self._workers)
        tried = reweighted(
            recipe, here, lambda one: side.judge.quickly(*maker.with_steps(one)),
            Explorer(photos, fixed, key, self._workers), rounds, fixed, key, folder, about,
            lambda done, total: self._say("reweighting", done, total),
        )  # fmt: skip
        return min(tried, key=lambda one: one.figures.cost).recipe

    def _half(self, real: FeatureTable, photos: list[CleanPhoto], after: Recipe) -> Half:
        maker = Maker(photos, 2 * _pictures(real), _OTHER, self._workers)
        clean_pictures = maker.clean(self._start)
        judge = Judge(real, clean_pictures, self._key.at("judge"))
        sets = ((clean_pictures, 0.0), maker.with_steps(self._start), maker.with_steps(after))
        clean, before, fitted = (judge.fully(*one) for one in sets)
        return Half(clean, before, fitted, judge.floor.auc, judge.floor.auc_spread)

    def _counted(self, corpus: Any, here: FeatureTable) -> dict[str, Value]:
        """What of the start is changed at once, and stays so whether the fit is kept or not: a collection without such
        plates is not to get any."""
        if not reads_plates(self._start, self._held):
            return {}
        counts = plates_of(corpus, here.keys)
        before, self._start = self._start, with_plates(self._start, counts)
        plate = plate_value(before, self._start, counts)
        return {FIELD: plate} if plate else {}

    def _read(self, corpus: Any, here: FeatureTable) -> tuple[Recipe, dict[str, Value], tuple[Reading, ...]]:
        """The start with what photographs say by themselves, what that is, and all readings."""
        recipe, told, read = self._start, {}, list(readings(here))
        qualities = file_qualities(corpus, here.keys)
        quality = quality_reading(qualities)
        if quality is not None:
            read.append(quality)
            recipe = with_qualities(recipe, qualities, self._held)
            steps = field_values(self._start, recipe, "jpeg", "quality")
            if has(recipe, "jpeg") and "jpeg.quality" not in self._held:
                told["jpeg.quality"] = Value("jpeg.quality", "read", "", quality, None, steps)
        self._toning: Toning = toning(here)
        if tones(self._toning, recipe):
            before, recipe = recipe, with_toning(recipe, self._toning)
            steps = field_values(before, recipe, "tone", "process")
            told["tone"] = Value("tone", "read", "", self._toning.strength, None, steps)
        return recipe, told, tuple(read)

    def _about(self, base: Recipe, table: FeatureTable, photos: list[CleanPhoto], seed: int) -> dict[str, Any]:
        """What the trials hang on; not their number, so that a longer fit goes on from a shorter one's."""
        digest = blake2b(digest_size=16)
        for part in (*table.keys, *table.groups, *(photo.key for photo in photos)):
            digest.update(f"{part}\n".encode())
        digest.update(np.ascontiguousarray(table.values).tobytes())
        for photo in photos:
            digest.update(photo.pixels.tobytes())
        return {"version": __version__, "recipe": base.fingerprint, "data": digest.hexdigest(), "seed": seed,
                "held": sorted(self._held),
                "figures": [each.name for each in dataclasses.fields(Figures)]}  # fmt: skip

    def _named(self, recipe: Recipe, out: Path, *, fitted: bool) -> Recipe:
        about = f"{self._start.about}{' Fitted to photographs.' if fitted else ''}".strip()
        return dataclasses.replace(recipe, name=out.stem, about=about)


def _pictures(real: FeatureTable) -> int:
    """How many a trial makes."""
    return min(max(2 * len(real), _PICTURES[0]), _PICTURES[1])


def _total(knobs: tuple[Knob, ...], count: int, seconds: float | None) -> int | None:
    estimated = sum(bool(knob.reading) for knob in knobs)
    return None if seconds is not None else 1 + (estimated + ROUNDS) * (estimated > 0) + count


def _warnings(table: FeatureTable, photos: list[CleanPhoto], unused: int, toned: Toning) -> tuple[str, ...]:
    groups = len(set(table.groups))
    found = []
    if groups < FEW:
        found.append(f"{groups} independent photographs show gross differences only; give {FEW} or more, better 100")
    if table.left_out:
        first = table.left_out[0]
        found.append(f"{len(table.left_out)} files were left out, such as {first.source}: {first.detail}")
    if len(photos) < FEW_CLEAN:
        found.append(f"{len(photos)} clean photographs are few; give --source a folder of 50 or more")
    if unused:
        found.append(f"{unused} clean files were of no use: unreadable, or below 480 pixels")
    if toned.coloured:
        found.append(f"{toned.coloured} of the calibration half are colour photographs; fit these by themselves")
    return tuple(found)
