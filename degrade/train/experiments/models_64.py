"""All networks that can be trained at 64 px, on the same pairs, with the same steps.

Expected of project 4's and project 0's networks: without a dense bottleneck more is kept than with one, and skips are
worth 1 dB at least. The default U-Net is expected to be the best of all, and better than every simple filter.
"""

from __future__ import annotations

from degrade.train.experiments.charts import bars
from degrade.train.experiments.claims import Claim, above_filters, at_least, at_most
from degrade.train.experiments.measured import Results, Row
from degrade.train.experiments.page import Page, psnr_of, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(768, 96, 192, 6), "full": Size(20_000, 1000, 1000, 50, seeds=3)}
SIDE_PX = 64
RECIPES = {"animal_faces@CGS+visible": "CGS", "aged_rgb": "aged"}
"""Recipes that damage every picture: where one is left as it is, doing nothing has 100 dB."""
UNET = "U-Net"
MODELS = {
    UNET: ("unet", {}),
    "small U-Net": ("unet_small", {}),
    "skip autoencoder": ("skip_autoencoder", {}),
    "skip autoencoder, no skips": ("skip_autoencoder", {"variant": "no_skip"}),
    "CAE 29 507": ("cae_small", {}),
    "CAE 374 406": ("cae_large", {}),
    "fully convolutional": ("conv_autoencoder", {}),
    "dense, 1000": ("dense_autoencoder", {"latent": 1000}),
}
_MORE = {
    "dense, 4096, decoder 1": ("dense_autoencoder", {"decoder": 1}),
    "dense, 4096, decoder 2": ("dense_autoencoder", {"decoder": 2}),
    "dense, 4096, decoder 3": ("dense_autoencoder", {"decoder": 3}),
    "skip autoencoder, 5 × 5": ("skip_autoencoder", {"variant": "5x5"}),
    "skip autoencoder, 7 × 7": ("skip_autoencoder", {"variant": "7x7"}),
    "skip autoencoder, 3 blocks": ("skip_autoencoder", {"variant": "3_layer"}),
    "skip autoencoder, 5 blocks": ("skip_autoencoder", {"variant": "5_layer"}),
    "skip autoencoder, pooling": ("skip_autoencoder", {"variant": "pooling"}),
}
_MOST_MINUTES = 10.0


def plan(asked: Asked) -> list[Training]:
    """Every network on both recipes."""
    models = MODELS | (_MORE if asked.full else {})
    crops = Crops(SIDE_PX, asked.size.splits)
    return [
        Training(row, recipe, Data(recipe, crops), seed, settings(model, asked.size, mode="rgb", options=options))
        for recipe in RECIPES
        for row, (model, options) in models.items()
        for seed in asked.seeds()
    ]


def report(results: Results, asked: Asked) -> Page:  # noqa: ARG001 - a part of every experiment
    """A table and a chart a recipe."""
    claims, tables, charts = [], [], {}
    for recipe, short in RECIPES.items():
        rows = results.rows(recipe)
        simple = {name: found.figures["psnr"].value for name, found in results.simple[recipe].items()}
        claims += _claims(recipe, rows, simple)
        tables.append(usual_table(results, recipe))
        charts[f"{short}.png"] = (f"PSNR on {recipe}", bars(psnr_of(rows), f"PSNR, dB, {recipe}", simple))
    longest = max(results.all(), key=lambda result: result.seconds)
    text = f"no training takes longer than {_MOST_MINUTES:g} minutes; the longest, {longest.training.row}"
    claims.append(at_most(text, longest.seconds / 60, _MOST_MINUTES, "minutes"))
    return Page(claims, tables, charts)


def _claims(recipe: str, rows: list[Row], simple: dict[str, float]) -> list[Claim]:
    """Of one recipe."""
    by = {row.name: row for row in rows}
    dense = [row for row in rows if row.name.startswith("dense")]
    found = [
        at_least(f"{recipe}: the fully convolutional network beats {row.name}", by["fully convolutional"].over(row), 0)
        for row in dense
    ]
    skips = by["skip autoencoder"].over(by["skip autoencoder, no skips"])
    found.append(at_least(f"{recipe}: skips are worth 1 dB at least", skips, 1))
    others = [row for row in rows if row.name != UNET]
    nearest = max(others, key=lambda row: row.interval().value)
    text = f"{recipe}: the default U-Net beats every other network, the next best being {nearest.name}"
    found.append(at_least(text, by[UNET].over(nearest), 0))
    found.append(above_filters(f"{recipe}: the default {UNET}", by[UNET], simple))
    weaker = [f"{row.name} ({gain:+.2f})" for row in rows if (gain := row.gain("psnr")) is not None and gain <= 0]
    nothing = f"{', '.join(weaker)} dB" if weaker else ""
    found.append(Claim(f"{recipe}: every network is better than doing nothing", not weaker, nothing))
    return found
