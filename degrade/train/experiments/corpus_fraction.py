"""Project 1: its two autoencoders on 2, 12 and 32 % of the pairs.

The project's larger network was worse by 3.8 dB. Here each share is drawn by hash, so that the smaller ones lie in the
larger, and all networks make the same number of steps, so that only the number of pairs differs.
"""

from __future__ import annotations

import math

from degrade.train.experiments.charts import curves
from degrade.train.experiments.claims import Claim, at_least
from degrade.train.experiments.measured import Results
from degrade.train.experiments.page import Page, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(1600, 96, 192, 6), "full": Size(31_801, 1000, 1000, 100, seeds=3)}
"""Epochs are those of the largest share."""
SIDE_PX, FULL_SIDE_PX = 64, 128
FRACTIONS = (0.02, 0.12, 0.32)
RECIPE = "film_35mm_slide"
MODELS = {"CAE 29 507": "cae_small", "CAE 374 406": "cae_large", "U-Net": "unet"}


def _group(fraction: float) -> str:
    return f"{fraction:.0%}"


def plan(asked: Asked) -> list[Training]:
    """Each network on each share. The small ones go through their pairs as much more often as they are fewer."""
    size = asked.size
    crops = Crops(FULL_SIDE_PX if asked.full else SIDE_PX, size.splits)
    most = math.floor(size.train * FRACTIONS[-1])
    trainings = []
    for fraction in FRACTIONS:
        limit = max(1, math.floor(size.train * fraction))
        batches, whole = max(1, limit // 16), max(1, most // 16)
        epochs = max(1, round(size.epochs * whole / batches))
        for row, model in MODELS.items():
            how = settings(model, size, mode="rgb", limit=limit, epochs=epochs)
            how["options"] = {"mode": "rgb"}
            trainings += [Training(row, _group(fraction), Data(RECIPE, crops), seed, how) for seed in asked.seeds()]
    return trainings


def report(results: Results, asked: Asked) -> Page:
    """A table a share, PSNR by share as curves."""
    claims: list[Claim] = []
    small, large, *_ = MODELS
    for fraction in FRACTIONS:
        found = results.row(_group(fraction), large).over(results.row(_group(fraction), small))
        claims.append(at_least(f"{_group(fraction)}: the larger autoencoder is no worse than the smaller", found, 0))
    for name in MODELS:
        found = results.row(_group(FRACTIONS[-1]), name).over(results.row(_group(FRACTIONS[0]), name))
        claims.append(at_least(f"{name}: 32 % of the pairs teach more than 2 %", found, 0))
    counts = {fraction: math.floor(asked.size.train * fraction) for fraction in FRACTIONS}
    lines = {
        name: [(float(counts[f]), results.row(_group(f), name).interval().value) for f in FRACTIONS] for name in MODELS
    }
    before = results.simple[_group(FRACTIONS[-1])]["identity"].figures["psnr"].value
    lines["doing nothing"] = [(float(counts[fraction]), before) for fraction in FRACTIONS]
    chart = curves(lines, "pairs to learn from", "PSNR, dB", logarithmic=True)
    tables = [usual_table(results, _group(f), f"{_group(f)}: {counts[f]} pairs") for f in FRACTIONS]
    notes = [
        f"the project learnt from stills beside their remaster, which cannot be had; these pairs are made by {RECIPE}",
        "the layout of the autoencoder of 374 406 parameters was not published: this one has their number",
    ]
    return Page(claims, tables, {"fractions.png": ("PSNR by the number of pairs", chart)}, notes)
