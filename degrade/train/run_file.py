"""run.json: everything that is needed to repeat a training, and what came out of it."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from degrade import __version__
from degrade.jsontext import from_json
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.checkpoint import BEST, LAST
from degrade.train.errors import TrainError
from degrade.train.history import CSV, CURVES
from degrade.train.pictures import FOLDER
from degrade.train.settings import Settings

RUN = "run.json"
_OURS = (RUN, LAST, BEST, CSV, CURVES)


class RunFile:
    """A training's folder and its run.json.

    Attributes
    ----------
    folder : Path
    facts : dict
        What stands there.
    resumed : bool
        Whether there was a training before, with settings that this one can go on with.

    Raises
    ------
    TrainError
        The folder holds a training with other settings.
    WriteError
        The folder cannot be made.
    """

    def __init__(self, settings: Settings, overwrite: bool) -> None:
        self.folder = Path(settings.out)
        if overwrite:
            self._clear()
        before = self._read()
        self.resumed = bool(before)
        if before and (differences := settings.differences(before.get("settings", {}))):
            what = f"{self.folder} holds a training with other settings: {'; '.join(differences)}"
            raise TrainError(what, "give it the same, choose another folder, or begin anew by --overwrite", 2)
        self.facts: dict[str, Any] = before | {"settings": settings.to_data()}

    def write(self, **facts: Any) -> None:
        """Add `facts`, and put all on disk. Raises WriteError."""
        self.facts |= facts
        with writing(self.folder / RUN):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_durably(self.folder / RUN, (json.dumps(self.facts, indent=1) + "\n").encode("ascii"))

    def _read(self) -> dict[str, Any]:
        path = self.folder / RUN
        try:
            facts: dict[str, Any] = from_json(path.read_bytes(), finite=False)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise TrainError(f"{path} cannot be read ({error})", "choose another folder, or --overwrite") from None
        return facts

    def _clear(self) -> None:
        with writing(self.folder):
            for path in [*(self.folder / name for name in _OURS), *(self.folder / FOLDER).glob("epoch-*.png")]:
                path.unlink(missing_ok=True)


def environment(device: torch.device) -> dict[str, Any]:
    """What the numbers may depend on besides the settings."""
    return {
        "degrade": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "cv2": cv2.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }
