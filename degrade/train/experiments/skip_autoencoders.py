"""Project 0: the seven variants of its skip autoencoder on 96 px, with the grid of their pictures (input, seven
variants, target), and the base at 48 and 128 px.

Read off the project's own grid: skips are worth 2 dB and more, 3 × 3 kernels are no worse than 7 × 7.
"""

from __future__ import annotations

from degrade.train.experiments.charts import bars
from degrade.train.experiments.claims import Claim, at_least, at_most
from degrade.train.experiments.measured import Results
from degrade.train.experiments.page import Page, psnr_of, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(256, 32, 64, 5), "full": Size(13_000, 1000, 1000, 20, seeds=3)}
VARIANTS = {
    "Base": "base", "5x5": "5x5", "7x7": "7x7", "3 Layer": "3_layer", "5 Layer": "5_layer", "No skip": "no_skip",
    "Pooling": "pooling",
}  # fmt: skip
SWEPT_PX, OTHERS_PX = 96, (48, 128)


def _group(side: int) -> str:
    return f"faces_noise@{side}"


def plan(asked: Asked) -> list[Training]:
    """The variants at one size, the base at two more."""
    chosen = [(SWEPT_PX, row, variant) for row, variant in VARIANTS.items()]
    chosen += [(side, "Base", "base") for side in OTHERS_PX]
    return [
        Training(
            row,
            _group(side),
            Data(_group(side), Crops(side, asked.size.splits, least_px=max(OTHERS_PX))),
            seed,
            settings("skip_autoencoder", asked.size, mode="rgb", options={"variant": variant}),
        )
        for side, row, variant in chosen
        for seed in asked.seeds()
    ]


def report(results: Results, asked: Asked) -> Page:  # noqa: ARG001 - a part of every experiment
    """Tables by size, the grid, a chart of the variants."""
    swept = {row.name: row for row in results.rows(_group(SWEPT_PX))}
    claims: list[Claim] = [
        at_least("skips are worth 2 dB at least", swept["Base"].over(swept["No skip"]), 2),
        at_least("kernels of 3 × 3 are no worse than of 7 × 7", swept["Base"].over(swept["7x7"]), 0),
    ]
    small, large = (results.row(_group(side), "Base") for side in OTHERS_PX)
    text = "the base loses 1 dB at most from 48 to 128 px; it loses"
    claims.append(at_most(text, small.over(large).value, 1, "dB"))
    before = results.simple[_group(SWEPT_PX)]["identity"].figures["psnr"].value
    drawn = bars(psnr_of(list(swept.values())), "PSNR, dB, at 96 px", {"doing nothing": before})
    charts = {"variants.png": ("PSNR of the variants", drawn)}
    if results.grid is not None:
        charts["grid.jpg"] = (f"Rows: input, {', '.join(VARIANTS)}, target", results.grid(_group(SWEPT_PX)))
    sides = (SWEPT_PX, *OTHERS_PX)
    notes = ["widths, dropout and activations of the project's network were not published, nor its number of blocks"]
    return Page(claims, [usual_table(results, _group(side), f"{side} px") for side in sides], charts, notes)
