"""What larger pictures cost: the same photographs, damages and steps at 48, 96 and 128 px.

Project 0 found its network good at 48 px and bad at 128. Here the default U-Net may lose 1 dB at most.
"""

from __future__ import annotations

from degrade.train.bootstrap import Interval
from degrade.train.experiments.charts import curves
from degrade.train.experiments.claims import Claim, at_least
from degrade.train.experiments.measured import Results
from degrade.train.experiments.page import Page, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(384, 64, 128, 6), "full": Size(13_000, 1000, 1000, 20, seeds=3)}
SIDES = (48, 96, 128)
SMALL, LARGE = SIDES[0], SIDES[-1]
MODELS = {"U-Net": "unet", "skip autoencoder": "skip_autoencoder"}
_MOST_DB = 1.0
_CUT = 128
"""Least side of what is cut out of a photograph: the same at all sizes, so that these show the same."""


def _group(side: int) -> str:
    return f"faces_noise@{side}"


def plan(asked: Asked) -> list[Training]:
    """Both networks at each size."""
    return [
        Training(
            row,
            _group(side),
            Data(_group(side), Crops(side, asked.size.splits, least_px=_CUT)),
            seed,
            settings(model, asked.size, mode="rgb"),
        )
        for side in SIDES
        for row, model in MODELS.items()
        for seed in asked.seeds()
    ]


def report(results: Results, asked: Asked) -> Page:  # noqa: ARG001 - a part of every experiment
    """A table a size, PSNR by size as curves."""
    claims: list[Claim] = []
    lines = {}
    drops = {}
    for name in MODELS:
        small, large = (results.row(_group(side), name) for side in (SMALL, LARGE))
        drop = small.over(large)
        drops[name] = drop.value
        lines[name] = [(float(side), results.row(_group(side), name).interval().value) for side in SIDES]
        if name == "U-Net":
            text = f"from {SMALL} to {LARGE} px the default U-Net loses {_MOST_DB:g} dB of PSNR at most; it gains"
            turned = None if drop.low is None or drop.high is None else (-drop.high, -drop.low)
            claims.append(at_least(text, Interval(-drop.value, *(turned or ())), -_MOST_DB))
    lines["doing nothing"] = [
        (float(side), results.simple[_group(side)]["identity"].figures["psnr"].value) for side in SIDES
    ]
    theirs, ours = drops["skip autoencoder"], drops["U-Net"]
    text = "the skip autoencoder of project 0 loses more than the U-Net"
    claims.append(Claim(text, theirs > ours, f"{theirs:+.2f} dB against {ours:+.2f} dB"))
    chart = curves(lines, "side of the pictures, px", "PSNR, dB")
    tables = [usual_table(results, _group(side), f"{side} px") for side in SIDES]
    notes = ["patches grow with the picture, noise and flipped pixels do not: more pixels show the same, which helps"]
    return Page(claims, tables, {"sizes.png": ("PSNR by size", chart)}, notes)
