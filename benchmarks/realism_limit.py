"""How near to real photographs the pictures of a recipe could come at all, if each photograph had its own damage.

    python benchmarks/realism_limit.py --real FOLDER --clean FOLDER [--recipe old_photos] [--seeds 3] [--json]

A recipe draws damage without looking at the photograph. Here each clean photograph is degraded 24 times, with the
recipe's strengths, chances and shares turned at random; a classifier that learned from one half of the real photographs
picks the picture of each that looks most real to it; and the AUC of what it picked is taken on the other half. No
recipe of the same ops does that well, since none may pick. Beside it stand clean pictures that were each given the
whole histogram of a real photograph of the first half, drawn at random: tones as real as can be, and no damage. What
is left between these AUCs and one half is what the photographs show, and what no turning of the recipe gives.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from degrade.codecs import decode
from degrade.corpus import open_corpus
from degrade.engine.key import Key
from degrade.errors import DegradeError
from degrade.realism.c2st import auc, log_odds, ready, told_apart
from degrade.realism.draws import generator
from degrade.realism.features.gathering import features_of
from degrade.realism.features.picture import luma_of, taken_in, trimmed
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable
from degrade.realism.fitting.clean import CleanPhoto, clean_photos
from degrade.realism.fitting.exploring import Explorer
from degrade.realism.fitting.halves import halves
from degrade.realism.fitting.making import Maker
from degrade.realism.separating import Sides, primary
from degrade.recipes import Recipe, load_recipe

MOST = 200
"""Clean photographs at most."""


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of each division into halves; 2 for a mistake."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--real", required=True, help="real photographs, a folder for each source")
    parser.add_argument("--clean", required=True, help="clean photographs of like subjects, 50 or more")
    parser.add_argument("--recipe", default="old_photos")
    parser.add_argument("--seeds", type=int, default=3, help="divisions of the real photographs into halves")
    parser.add_argument("--json", action="store_true", help="figures as JSON in place of a table")
    asked = parser.parse_args(arguments)
    try:
        with ready():
            rows = limits(asked.real, asked.clean, asked.recipe, asked.seeds)
    except DegradeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps({"recipe": Path(asked.recipe).stem, "rows": rows}))
        return 0
    print("AUC on photographs that nothing was learned from\nseed  clean  recipe  picked  real tones")
    for row in rows:
        figures = f"{row['clean']:.3f}  {row['recipe']:>6.3f}  {row['picked']:>6.3f}  {row['toned']:>10.3f}"
        print(f"{row['seed']:>4}  {figures}")
    return 0


def limits(real: str, clean: str, name: str, seeds: int) -> list[dict[str, Any]]:
    """The AUC of clean pictures, of the recipe's, of those that were picked, and of those with real tones, for each
    seed."""
    recipe = load_recipe(name)
    recipe.prepare()
    photographs = features_of(real, variants=())
    photos, _ = clean_photos(clean, recipe, MOST, Key(0, "limit"))
    own = Maker(photos, len(photos))
    pictures, _ = Explorer(photos, (), Key(0, "limit"))(1, recipe)
    sets = {"clean": own.clean(recipe), "recipe": own.degraded(recipe)}
    gray = [(photo.key, luma_of(taken_in(_clean(photo, recipe)))) for photo in photos]
    tones = _tones(real, photographs.keys)
    found = []
    for seed in range(seeds):
        key = Key(seed, "limit")
        rows = halves(photographs.groups, photographs.sources, key)
        first, second = (photographs.take(half) for half in rows)
        given = tones[generator(key.at("tones")).choice(rows[0], len(gray))]
        chosen = {**sets, "picked": picked(pictures, first, key), "toned": toned(gray, given)}
        found.append({"seed": seed, **{what: _auc(table, second, key) for what, table in chosen.items()}})
    return found


def picked(pictures: FeatureTable, real: FeatureTable, key: Key) -> FeatureTable:
    """The picture of each photograph that looks most real to a classifier that saw no picture of that photograph."""
    sides = Sides(pictures, real)
    odds = log_odds(sides.values[:, primary(real)], sides.labels, sides.groups, key)[sides.labels]
    best: dict[str, int] = {}
    for row, group in enumerate(pictures.groups):
        if group not in best or odds[row] < odds[best[group]]:
            best[group] = row
    return pictures.take(list(best.values()))


def toned(gray: Sequence[tuple[str, Array]], tones: Array) -> FeatureTable:
    """Named pictures, (H, W) uint8, each with its codes moved to the quantiles in a row of `tones`, (N, Q)."""
    shares = np.linspace(0, 1, tones.shape[1])
    pictures = {}
    for (name, picture), wanted in zip(gray, tones, strict=True):
        # A little slope, so that codes that many pixels have are still in order.
        codes = np.quantile(picture, shares) + np.linspace(0, 1e-3, len(shares))
        pictures[name] = np.round(np.interp(picture, codes, wanted)).astype(np.uint8)
    return features_of(pictures, variants=())


def _tones(real: str, keys: Sequence[str]) -> Array:
    """(N, 256): quantiles of the codes of each of these photographs."""
    corpus = open_corpus(real)
    there = {photograph.key: photograph for photograph in corpus.listing().photographs}
    shares = np.linspace(0, 1, 256)
    decoded = (decode(corpus.read(there[key]), there[key].source).pixels for key in keys)
    return np.stack([np.quantile(trimmed(luma_of(taken_in(pixels))[:, :, None]), shares) for pixels in decoded])


def _clean(photo: CleanPhoto, recipe: Recipe) -> Array:
    single = recipe.on_no_plate()
    whole = single if photo.framed else replace(single, frame=None)
    return np.asarray(whole(photo.pixels, key=photo.key, copy=0, split="train").clean)


def _auc(table: FeatureTable, real: FeatureTable, key: Key) -> float:
    sides = Sides(table, real)
    scores = told_apart(sides.values[:, primary(real)], sides.labels, sides.groups, key.at("auc"))
    return float(np.round(auc(scores, sides.labels)[0], 3))


if __name__ == "__main__":
    sys.exit(main())
