"""Train on shards with webdataset: on clean pictures that are degraded on the fly, then on the shards of a build.

    python examples/train_with_webdataset.py

Needs `pip install "degrade[stream]"`. Shards of your own are named by `--clean 'photos-{0000..0099}.tar'`.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import tarfile
import tempfile
from pathlib import Path

import torch
import webdataset as wds

import degrade
from degrade.corpus.sample import SampleCorpus
from degrade.streaming.torch import Collate
from degrade.streaming.webdataset import pairs, stored

HERE = Path(__file__).parent


def sample_shard(folder: Path) -> str:
    """The sample photographs as a shard of clean pictures."""
    corpus = SampleCorpus()
    with tarfile.open(folder / "clean.tar", "w") as tar:
        for photograph in corpus.listing().photographs:
            picture = folder / photograph.source
            picture.write_bytes(corpus.read(photograph))
            tar.add(picture, photograph.source)
    return str(folder / "clean.tar")


def train(batches: wds.WebDataset) -> float:
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
    return sum(errors[-3:]) / 3


def main() -> None:
    """Both ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default=HERE / "small_prints.yaml", help="a shipped recipe, or a file")
    parser.add_argument("--clean", help="shards of clean pictures; by default the sample photographs")
    options = parser.parse_args()
    collate = Collate(colour="gray")

    with tempfile.TemporaryDirectory() as folder:
        shards = options.clean or sample_shard(Path(folder))
        stage = pairs(options.recipe)
        degraded = wds.WebDataset(shards, shardshuffle=False).compose(stage).batched(4, collation_fn=collate)
        for epoch in range(2):
            stage.set_epoch(epoch)  # new damage
            print(f"clean shards, epoch {epoch}: error {train(degraded):.6f}")
        if stage.skipped:
            print(f"pictures that could not be used: {stage.skipped}")

        out = Path(folder) / "built"
        degrade.build(options.recipe, source="sample", out=out, workers=1)
        urls = [str(path) for path in sorted((out / "data").glob("train-*.tar"))]
        built = wds.WebDataset(urls, shardshuffle=False).compose(stored()).batched(4, collation_fn=collate)
        print(f"built shards: error {train(built):.6f}")


if __name__ == "__main__":
    main()
