"""Pairs in a LightningDataModule, and a module that trains on them.

    python examples/lightning_module.py

Needs `pip install "degrade[stream]" lightning`.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

try:
    import lightning
    import torch
except ModuleNotFoundError as missing:
    print(f'this example needs {missing.name}; pip install "degrade[stream]" lightning', file=sys.stderr)
    sys.exit(2)

import degrade
from degrade.streaming.torch import Collate, loader

BATCH = 4
HERE = Path(__file__).parent


class PairsModule(lightning.LightningDataModule):
    """Training pairs that are new in each epoch, validation pairs that never change.

    The ranks of a distributed training and their workers share the pairs by themselves: give the Trainer
    `use_distributed_sampler=False`. With torchdata the Trainer keeps the loader's state in its checkpoints.
    """

    def __init__(self, recipe: Any, source: Any = None, workers: int = 0) -> None:
        super().__init__()
        self.recipe, self.source, self.workers = recipe, source, workers
        self.collate = Collate(colour="gray")

    def setup(self, stage: str) -> None:
        """In each process."""
        self.training = degrade.stream(self.recipe, self.source, shuffle=True, batch_size=BATCH)
        self.validation = degrade.Pairs(self.recipe, self.source, split="val")

    def train_dataloader(self) -> Any:
        """Batches of the stream."""
        return loader(self.training, BATCH, num_workers=self.workers, collate=self.collate)

    def val_dataloader(self) -> Any:
        """Batches of the validation pairs."""
        return loader(self.validation, BATCH, collate=self.collate, resume=False)


class Restoration(lightning.LightningModule):
    """A small network, gray in and gray out."""

    def __init__(self) -> None:
        super().__init__()
        self.model = torch.nn.Sequential(
            torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(16, 1, 3, padding=1)
        )

    def on_train_epoch_start(self) -> None:
        """New damage, another order."""
        self.trainer.datamodule.training.set_epoch(self.current_epoch)

    def training_step(self, batch: dict[str, torch.Tensor], number: int) -> torch.Tensor:
        """The error of a batch."""
        return self._error(batch)

    def validation_step(self, batch: dict[str, torch.Tensor], number: int) -> None:
        """Log the error."""
        self.log("validation_error", self._error(batch), batch_size=len(batch["clean"]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.parameters(), 1e-3)

    def _error(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return (batch["degraded"] + self.model(batch["degraded"]) - batch["clean"]).abs().mean()


def main() -> None:
    """Train on the CPU."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default=HERE / "small_prints.yaml", help="a shipped recipe, or a file")
    parser.add_argument("--source", help="photographs; by default those that come with the installation")
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    lightning.seed_everything(0, verbose=False)
    trainer = lightning.Trainer(
        max_epochs=options.epochs, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, use_distributed_sampler=False,
    )  # fmt: skip
    trainer.fit(Restoration(), datamodule=PairsModule(options.recipe, options.source))
    print(f"validation error {float(trainer.callback_metrics['validation_error']):.6f}")


if __name__ == "__main__":
    main()
