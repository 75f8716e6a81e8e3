"""How fast networks train, and how much of that is waiting for pairs.

    python benchmarks/training.py [--models unet,cae_small …] [--side 64] [--photos 512] [--seconds 20]

Trains each network for so many seconds on stored pairs, read by the training itself (the default on a CPU) or by a
process of its own, and on pairs made on the fly (there the default is a process of its own). A row says how many
pictures it learnt from in a second, in which share of that time it waited for pairs, in the first epoch, which decodes
stored pairs, and over all, and which precision was found fastest, with the milliseconds of a step in each that was
tried: float32 or bfloat16, channels last or not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from photographs import write_corpus

import degrade
from degrade.train import train

RECIPE = "animal_faces@CGS+visible"
MODELS = "unet,cae_small,cae_large,unet_small,conv_autoencoder,skip_autoencoder"
SPLITS = {"train": 0.9, "val": 0.1}


def ways(data: Path, recipe: dict[str, Any], photos: Path) -> dict[str, dict[str, Any]]:
    """Settings by how pairs come."""
    made = {"recipe": recipe, "source": str(photos)}
    return {
        "stored": {"data": str(data), "workers": 0},
        "stored, a reader": {"data": str(data), "workers": 1},
        "on the fly": {**made, "workers": 0},
        "on the fly, a reader": {**made, "workers": 1},
    }


def row(model: str, how: dict[str, Any], out: Path, seconds: float, precision: str) -> str:
    """One row of the table."""
    options = {"side_px": how.pop("side")} if model == "dense_autoencoder" else {}
    how.pop("side", None)
    usual = how | {
        "model": model, "options": options, "mode": "rgb", "batch_size": 32, "samples_every": 0, "tensorboard": False,
        "precision": precision,
    }  # fmt: skip
    first = train(usual | {"out": str(out / "first"), "epochs": 1}, overwrite=True)
    whole = train(usual | {"out": str(out / "whole"), "epochs": 1000, "minutes": seconds / 60}, overwrite=True)
    waits = f"{first.waiting:8.1%} {whole.waiting:8.1%}"
    tried = json.loads((out / "first" / "run.json").read_bytes()).get("precision", {}).get("milliseconds_a_step", {})
    steps = "; ".join(f"{way} {time:.0f} ms" for way, time in tried.items()) or "not tried"
    return f"{whole.images_per_second:9.0f} {waits} {whole.epochs:7d}  {whole.precision} ({steps})"


def main() -> None:
    """Print one row a network and a way in which pairs come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=MODELS)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--photos", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--precision", default="auto", help="auto, float32 or bfloat16")
    chosen = parser.parse_args()
    recipe = degrade.load_recipe(RECIPE).to_data()
    recipe |= {"frame": {"size": chosen.side}, "output": {"image": "png", "splits": SPLITS}}
    with tempfile.TemporaryDirectory() as folder:
        photos = write_corpus(Path(folder) / "photos", chosen.photos, max(2 * chosen.side, 64))
        degrade.build(recipe, source=photos, out=Path(folder) / "pairs")
        print(f"{'':40} pictures  waiting  waiting\n{'':40} a second  at first  in all  epochs  precision")
        for model in chosen.models.split(","):
            for name, how in ways(Path(folder) / "pairs", recipe, photos).items():
                told = row(model, how | {"side": chosen.side}, Path(folder), chosen.seconds, chosen.precision)
                print(f"{model:18} {name:20} {told}", flush=True)


if __name__ == "__main__":
    main()
