"""Train with the library datasets: on an IterableDataset of pairs, then on a Dataset whose pictures are degraded.

    python examples/train_with_datasets.py

Needs `pip install "degrade[hub,stream]"`.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import datasets
import torch
from torch.utils.data import DataLoader

from degrade.corpus.sample import SampleCorpus
from degrade.streaming.datasets import Degrade, iterable
from degrade.streaming.torch import Collate

HERE = Path(__file__).parent


def train(batches: Any) -> float:
    """One pass; the mean error of its last batches."""
    torch.manual_seed(0)
    model = torch.nn.Conv2d(1, 1, 5, padding=2)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    errors = []
    for batch in batches:
        optimiser.zero_grad()
        error = (batch["degraded"] + model(batch["degraded"]) - batch["clean"]).abs().mean()
        error.backward()
        optimiser.step()
        errors.append(float(error.detach()))
    return sum(errors[-3:]) / len(errors[-3:])


def sample_dataset() -> datasets.Dataset:
    """The sample photographs as a Dataset with the columns image and name."""
    corpus = SampleCorpus()
    photographs = corpus.listing().photographs
    columns = {
        "image": [{"bytes": corpus.read(photograph), "path": None} for photograph in photographs],
        "name": [photograph.key for photograph in photographs],
    }
    return datasets.Dataset.from_dict(columns).cast_column("image", datasets.Image())


def main() -> None:
    """Both ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default=HERE / "small_prints.yaml", help="a shipped recipe, or a file")
    parser.add_argument("--source", help="photographs; by default those that come with the installation")
    options = parser.parse_args()
    collate = Collate(colour="gray")

    for epoch in range(2):
        pairs = iterable(options.recipe, options.source, epoch=epoch, shuffle=True)
        print(f"stream, epoch {epoch}: error {train(DataLoader(pairs, 4, collate_fn=collate)):.6f}")

    datasets.disable_progress_bars()
    pictures = sample_dataset()
    degraded = pictures.map(Degrade(options.recipe, key="name"), remove_columns="image")
    print(f"map gave {degraded.num_rows} rows of {', '.join(degraded.column_names)}")
    lazy = pictures.with_transform(Degrade(options.recipe, key="name", output="array"))  # made when asked for
    print(f"with_transform: error {train(DataLoader(lazy, 3, collate_fn=collate)):.6f}")


if __name__ == "__main__":
    main()
