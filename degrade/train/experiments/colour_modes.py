"""Project 2: gray from gray, colour from gray, and LAB, where a and b are predicted from lightness, under noise and
sheets of dust and scratches. Its own small U-Net beside the default one.

In LAB the lightness is kept as it came, noise and all: what is restored there is colour alone.
"""

from __future__ import annotations

from degrade.train.experiments.charts import bars
from degrade.train.experiments.claims import Claim, at_least
from degrade.train.experiments.measured import Results
from degrade.train.experiments.page import Page, Table, number, of_interval, psnr_of, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(384, 64, 96, 8), "full": Size(16_000, 1000, 1000, 36, seeds=3)}
SIDE_PX, FULL_SIDE_PX = 96, 256
MODES = {"gray": "div2k_aged@gray", "rgb": "div2k_aged@rgb", "lab": "div2k_aged@rgb"}
UNET, SMALL = "U-Net", "small U-Net"
MODELS = {UNET: "unet", SMALL: "unet_small"}


def plan(asked: Asked) -> list[Training]:
    """Both networks in each mode."""
    crops = Crops(FULL_SIDE_PX if asked.full else SIDE_PX, asked.size.splits)
    trainings = []
    for mode, recipe in MODES.items():
        for row, model in MODELS.items():
            options = {"takes": "gray"} if model == "unet" and mode == "rgb" else {}
            how = settings(model, asked.size, mode=mode, options=options)
            trainings += [Training(row, mode, Data(recipe, crops), seed, how) for seed in asked.seeds()]
    return trainings


def report(results: Results, asked: Asked) -> Page:  # noqa: ARG001 - a part of every experiment
    """A table a mode, and how colourful what comes out is."""
    claims, charts = [], {}
    for mode in MODES:
        rows = results.rows(mode)
        ours, theirs = results.row(mode, UNET), results.row(mode, SMALL)
        claims.append(at_least(f"{mode}: the default U-Net beats the small one", ours.over(theirs), 0))
        for row in (ours, theirs):
            gain = row.gain("psnr")
            holds = None if gain is None else gain > 0
            claims.append(Claim(f"{mode}: the {row.name} is better than doing nothing", holds, f"{gain or 0:+.2f} dB"))
        simple = {name: found.figures["psnr"].value for name, found in results.simple[mode].items()}
        charts[f"{mode}.png"] = (f"PSNR in {mode}", bars(psnr_of(rows), f"PSNR, dB, {mode}", simple))
    for mode in ("rgb", "lab"):
        ratio = results.row(mode, UNET).value("chroma_ratio")
        holds = None if ratio is None else ratio >= 0.5
        text = f"{mode}: the default U-Net gives back half of the colourfulness at least"
        claims.append(Claim(text, holds, f"a chroma ratio of {number(ratio, 2)}"))
    tables = [usual_table(results, mode) for mode in MODES]
    return Page(claims, [*tables, _colours(results)], charts, [
        "in lab the noise of the lightness stays: there PSNR tells of colour alone",
        "colours that nothing in a gray picture tells are the mean of what is possible, so they are pale",
    ])  # fmt: skip


def _colours(results: Results) -> Table:
    rows = [
        [f"{row.name}, {mode}", number(row.value("chroma_ratio"), 3), of_interval(row.interval())]
        for mode in ("rgb", "lab")
        for row in results.rows(mode)
    ]
    about = "The chroma of what comes out over that of the target: 1 is as colourful, 0 is gray."
    return Table("Colour", ["", "chroma ratio", "PSNR, dB"], rows, about)
