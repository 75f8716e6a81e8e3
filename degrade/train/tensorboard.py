"""The figures of each epoch for TensorBoard, where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from degrade.errors import MissingExtra


class Board:
    """Writes below `tensorboard/` of a training's folder; a context manager. `wanted` None writes if it can.

    Raises MissingExtra if it is wanted and not installed.
    """

    def __init__(self, folder: Path, wanted: bool | None, first: bool) -> None:
        self._writer: Any = None
        there = find_spec("tensorboard") is not None
        if wanted and not there:
            raise MissingExtra("curves for TensorBoard need it", "pip install tensorboard")
        if first and there and wanted is not False:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder / "tensorboard"))

    def add(self, row: dict[str, float], epoch: int) -> None:
        """A row of history.csv. An epoch that is made again takes the place of the earlier one."""
        if self._writer is not None:
            for name, value in row.items():
                self._writer.add_scalar(name.replace("_", "/", 1), value, epoch)
            self._writer.flush()

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
