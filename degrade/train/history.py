"""A row an epoch: as history.csv, and as curves."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from degrade.shards.durable import write_durably
from degrade.shards.errors import writing

Row = dict[str, float]
CSV, CURVES = "history.csv", "curves.png"
_WIDTH, _HEIGHT = 9.0, 3.6


def write_history(folder: Path, rows: Sequence[Row]) -> None:
    """Write history.csv, all rows anew: it never has a row twice, however often a training was cut off.

    Raises
    ------
    WriteError
    """
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.9g}" for name, value in row.items()} for row in rows)
    with writing(folder / CSV):
        write_durably(folder / CSV, text.getvalue().encode("ascii"))


def write_curves(folder: Path, rows: Sequence[Row], best_epoch: int) -> None:
    """Draw curves.png: the losses on a logarithmic scale, and PSNR, with that of doing nothing where it is known.

    Raises
    ------
    WriteError
    """
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.14, top=0.9, wspace=0.2)
    losses, quality = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in rows]
    marker = "o" if len(rows) < 3 else ""
    for axes, curves, title in (
        (losses, {"train_loss": "training", "val_loss": "validation"}, "loss"),
        (quality, {"val_psnr": "restored", "val_identity_psnr": "as it was"}, "PSNR of the validation pairs, dB"),
    ):
        for name, label in curves.items():
            if all(name in row for row in rows):
                style = "--" if name == "val_identity_psnr" else "-"
                axes.plot(epochs, [row[name] for row in rows], style, label=label, marker=marker)
        axes.axvline(best_epoch, color="0.7", linewidth=1, zorder=0, label=f"best, epoch {best_epoch}")
        axes.set(xlabel="epoch", title=title)
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False)
    if all(row[name] > 0 for row in rows for name in ("train_loss", "val_loss")):
        losses.set_yscale("log")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=110, metadata={"Software": None})
    with writing(folder / CURVES):
        write_durably(folder / CURVES, drawn.getvalue())
