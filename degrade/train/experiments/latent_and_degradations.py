"""Project 4: how large a dense bottleneck must be to keep a clean picture, and what each combination of cutout (C),
Gaussian noise (G) and salt and pepper (S) costs the network with 1000 numbers.

The project's table had one run a row, and nothing beside it. Here each row has several seeds, their spread, and what
doing nothing gives: below that a network is of no use, whatever its error.
"""

from __future__ import annotations

from degrade.train.bootstrap import Interval
from degrade.train.experiments.charts import bars, curves
from degrade.train.experiments.claims import Claim, at_least
from degrade.train.experiments.measured import Results, Row
from degrade.train.experiments.page import Page, Table, number, of_interval, usual_table
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings

SIZES = {"usual": Size(320, 48, 128, 4, seeds=3), "full": Size(8743, 1000, 984, 50, seeds=3)}
SIDE_PX = 64
LATENTS, FULL_LATENTS = (10, 100, 500, 1000), (10, 50, 100, 250, 500, 1000, 2000, 3000)
COMBINATIONS = ("C", "G", "S", "CG", "CS", "GS", "CGS")
CLEAN: dict[str, object] = {"recipe": 1, "name": "clean", "steps": [], "output": {"members": ["clean", "degraded"]}}
"""Nothing is damaged: what is lost is what the bottleneck cannot keep."""
_CLEAN = "clean pictures"
_DENSE = "dense, 1000"
_UNET = "U-Net, tiny"


def plan(asked: Asked) -> list[Training]:
    """The sweep over sizes of the bottleneck, then the combinations."""
    crops = Crops(SIDE_PX, asked.size.splits)
    trainings = []
    for latent in FULL_LATENTS if asked.full else LATENTS:
        how = settings("dense_autoencoder", asked.size, mode="rgb", options={"latent": latent})
        trainings += [Training(str(latent), _CLEAN, Data(CLEAN, crops), seed, how) for seed in asked.seeds()[:1]]
    models = {_DENSE: ("dense_autoencoder", {"latent": 1000}), _UNET: ("unet", {"size": "tiny"})}
    for combination in COMBINATIONS:
        data = Data(f"animal_faces@{combination}+visible", crops)
        for row, (model, options) in models.items():
            how = settings(model, asked.size, mode="rgb", options=options)
            trainings += [Training(row, combination, data, seed, how) for seed in asked.seeds()]
    return trainings


def report(results: Results, asked: Asked) -> Page:  # noqa: ARG001 - a part of every experiment
    """The curve of the sweep, the table of the combinations with identity and spread."""
    sweep = results.rows(_CLEAN)
    first, last = sweep[0], sweep[-1]
    claims = [at_least(f"{last.name} numbers keep more of a clean picture than {first.name}", last.over(first), 0)]
    for combination in COMBINATIONS:
        dense, unet = results.row(combination, _DENSE), results.row(combination, _UNET)
        claims.append(_beats_nothing(combination, dense))
        claims.append(at_least(f"{combination}: a tiny U-Net beats the dense network", unet.over(dense), 0))
    points = [(float(row.name), row.value("mse") or 0.0) for row in sweep]
    chart = curves({"dense bottleneck": points}, "numbers in the bottleneck", "MSE on clean pictures", logarithmic=True)
    gains = {name: results.row(name, _DENSE).gain("psnr") or 0.0 for name in COMBINATIONS}
    drawn = bars({name: Interval(gain) for name, gain in gains.items()}, "PSNR over identity of dense, 1000, dB")
    charts = {
        "latent.png": ("MSE by the size of the bottleneck", chart),
        "combinations.png": ("PSNR over identity", drawn),
    }
    tables = [_table(results), usual_table(results, _CLEAN, "Numbers in the bottleneck, clean pictures")]
    return Page(claims, tables, charts)


def _beats_nothing(combination: str, row: Row) -> Claim:
    gain, spread = row.gain("psnr") or 0.0, row.spread("psnr")
    text = f"{combination}: the dense network of project 4 is better than doing nothing"
    return Claim(text, gain > 0, f"{gain:+.2f} dB, {number(spread, 2)} dB between seeds")


def _table(results: Results) -> Table:
    rows = []
    for combination in COMBINATIONS:
        before = results.simple[combination]["identity"].figures
        cells = [combination, f"{before['mse'].value:.5f}", f"{before['psnr'].value:.2f}"]
        for name in (_DENSE, _UNET):
            row = results.row(combination, name)
            cells += [number(row.value("mse"), 5), number(row.spread("mse"), 5), of_interval(row.interval())]
        rows.append(cells)
    heads = ["", "identity, MSE", "dB"]
    for name in (_DENSE, _UNET):
        heads += [f"{name}: MSE", "between seeds", "dB"]
    return Table("Seven combinations", heads, rows, "MSE over seeds, and its standard deviation between them.")
