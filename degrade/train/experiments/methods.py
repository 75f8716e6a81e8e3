"""Project 3: U-Net, pix2pix, CycleGAN, Deep Image Prior and the triplet domain translation, with the numbers that were
never published: on photographs with noise, lost colour and scratches.

Pictures have the published 256 px. At the usual size networks are narrow and make few steps, which the report states:
that shows that all of it works, not which is best. Their published width and length are --full, for a GPU.
"""

from __future__ import annotations

from typing import Any

from degrade.train.experiments.charts import bars
from degrade.train.experiments.claims import above_filters, at_least
from degrade.train.experiments.measured import Results
from degrade.train.experiments.page import Page, psnr_of, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(32, 4, 6, 3, iterations=100), "full": Size(4000, 500, 500, 60)}
RECIPE = "voc_scratches@visible+straight"
SIDE_PX, BATCH = 256, 4
UNET = "U-Net"


def _models(full: bool) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Row -> network, options, settings."""
    flat: dict[str, Any] = {"schedule": "constant"}
    batch = {} if full else {"batch_size": BATCH}
    narrow: dict[str, Any] = {} if full else {"width": 16}
    small = {} if full else {"generator": "resnet_6"}
    return {
        "pix2pix": ("pix2pix_generator", narrow, {"learning_rate": 2e-4, "beta1": 0.5, **flat, **batch}),
        "CycleGAN": ("cyclegan", narrow | small, {"learning_rate": 2e-4, "beta1": 0.5, **flat, **batch}),
    }


def plan(asked: Asked) -> list[Training]:
    """Each method, by the same pairs; the triplet in its two steps."""
    data = Data(RECIPE, Crops(SIDE_PX, asked.size.splits))
    size, trainings = asked.size, []
    adversarial = {"learning_rate": 2e-4, "beta1": 0.5, "schedule": "linear", "hold_epochs": size.epochs // 2}
    batch = {} if asked.full else {"batch_size": BATCH}
    for seed in asked.seeds():
        unet = settings("unet", size, mode="rgb", **batch)
        trainings.append(Training(UNET, RECIPE, data, seed, unet))
        for row, (model, options, more) in _models(asked.full).items():
            trainings.append(
                Training(row, RECIPE, data, seed, settings(model, size, mode="rgb", options=options, **more))
            )
        how = settings("triplet_vae", size, mode="rgb", **adversarial, **batch)
        vaes = Training("triplet, its two VAEs", RECIPE, data, seed, how, measured=False)
        how = settings("triplet_mapping", size, mode="rgb", **adversarial, **batch)
        trainings += [vaes, Training("triplet", RECIPE, data, seed, how, after=vaes)]
        prior = {"model": "deep_image_prior", "options": {} if asked.full else {"widths": [16, 32, 64, 128]}}
        trainings.append(Training("Deep Image Prior", RECIPE, data, seed, prior, prior=True))
    return trainings


def report(results: Results, asked: Asked) -> Page:
    """One table, one chart."""
    rows = results.rows(RECIPE)
    by = {row.name: row for row in rows}
    claims = [at_least(f"the U-Net beats {name}", by[UNET].over(row), 0) for name, row in by.items() if name != UNET]
    simple = {name: found.figures["psnr"].value for name, found in results.simple[RECIPE].items()}
    claims.append(above_filters(f"the {UNET}", by[UNET], simple))
    chart = bars(psnr_of(rows), "PSNR, dB", simple)
    notes = ["Deep Image Prior learns from no pairs, and looks at no mask here: its pictures/s are those of the fits"]
    if not asked.full:
        steps = asked.size.train // BATCH * asked.size.epochs
        told = f"{steps} steps of {BATCH} pictures of {SIDE_PX} px a network, adversarial ones narrow"
        notes.append(f"{told}: that all of it works is shown, not which method is the best")
    return Page(claims, [usual_table(results, RECIPE)], {"methods.png": ("PSNR of the methods", chart)}, notes)
