"""Train a small network with torch on pairs that are made on the fly, and go on where a checkpoint ends.

    python examples/train_with_torch.py
    python examples/train_with_torch.py --source photos/ --recipe old_photos --workers 4 --epochs 50

Needs `pip install "degrade[stream]"`. Stop it at any time: the same command goes on in the middle of the epoch, with
the pairs that were left, and ends with the numbers of a run that was never stopped.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn

import degrade
from degrade.streaming.torch import Collate, loader

BATCH = 4
HERE = Path(__file__).parent


def network() -> nn.Module:
    """Gray in, what is to be added to it out."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
        nn.Conv2d(16, 1, 3, padding=1),
    )  # fmt: skip


def loss_of(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The mean absolute error, which counts damaged pixels five times."""
    restored = batch["degraded"] + model(batch["degraded"])
    return ((restored - batch["clean"]).abs() * (1 + 4 * batch["mask"])).mean()


def main() -> None:
    """Train, validate after each epoch, keep a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default=HERE / "small_prints.yaml", help="a shipped recipe, or a file")
    parser.add_argument("--source", help="photographs; by default those that come with the installation")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, help="a file, written every third step")
    parser.add_argument("--steps", type=int, help="stop after so many")
    options = parser.parse_args()

    pairs = degrade.stream(options.recipe, options.source, shuffle=True, batch_size=BATCH)
    unseen = degrade.Pairs(options.recipe, options.source, split="val")  # never changes from epoch to epoch
    collate = Collate(colour="gray", channels_last=True)
    batches = loader(pairs, BATCH, num_workers=options.workers, collate=collate)
    checks = loader(unseen, BATCH, collate=collate, resume=False)

    torch.manual_seed(0)
    model = network().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    first, step = 0, 0
    if options.checkpoint and options.checkpoint.exists():
        kept = torch.load(options.checkpoint)
        first, step = kept["epoch"], kept["step"]
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        batches.load_state_dict(kept["batches"])
        print(f"going on after step {step}")

    for epoch in range(first, options.epochs):
        pairs.set_epoch(epoch)  # new damage, another order
        for batch in batches:
            optimiser.zero_grad()
            loss_of(model, batch).backward()
            optimiser.step()
            step += 1
            if options.checkpoint and step % 3 == 0:
                states = {"model": model.state_dict(), "optimiser": optimiser.state_dict()}
                torch.save(states | {"batches": batches.state_dict(), "epoch": epoch, "step": step}, options.checkpoint)
            if step == options.steps:
                print(f"stopped after step {step}")
                return
        with torch.no_grad():
            error = sum(float(loss_of(model, batch)) for batch in checks) / len(checks)
        print(f"epoch {epoch}, step {step}: validation error {error:.6f}")
    if pairs.skipped:
        print(f"photographs that could not be used: {pairs.skipped}")


if __name__ == "__main__":
    main()
