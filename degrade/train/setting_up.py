"""What is decided before the first step: the mode, whether network and pairs fit, and in which numbers to compute."""

from __future__ import annotations

from collections.abc import Callable

import torch

from degrade.train.batches import Batch
from degrade.train.distributed import Ranks
from degrade.train.errors import TrainError
from degrade.train.examples import Data
from degrade.train.methods.method import Method
from degrade.train.precision import Precision, fastest
from degrade.train.run_file import RunFile
from degrade.train.settings import Settings


def mode_of(settings: Settings, data: Data) -> str:
    """Gray, rgb or lab. Raises TrainError where the pairs have no colour to be learnt, or two modes are asked for."""
    asked = settings.mode or settings.options.get("mode")
    if settings.mode and settings.options.get("mode", settings.mode) != settings.mode:
        raise TrainError(f"the mode is {settings.mode}, the option mode {settings.options['mode']}", "give one", 2)
    mode = str(asked) if asked else ("rgb" if data.channels == 3 else "gray")
    if mode != "gray" and data.channels == 1:
        what = f"the mode {mode} does not fit: the clean pictures are gray"
        raise TrainError(what, "choose the mode gray, or pairs whose clean pictures have colour", 2)
    return mode


def check_fit(method: Method, batch: Batch) -> None:
    """Raise ModelError or TrainError where the network does not take or give what the pairs are."""
    network = method.networks[method.main]
    try:
        with torch.no_grad():
            given = method.predict(batch, network.eval())
    except RuntimeError as error:
        what = f"the network does not take pictures of {tuple(batch.degraded.shape[1:])}: {error}".split("\n")[0]
        raise TrainError(what, "choose another size, mode or network", 2) from None
    if given.shape != batch.clean.shape:
        shapes = f"{tuple(given.shape[1:])} for pictures of {tuple(batch.clean.shape[1:])}"
        raise TrainError(f"the network gives {shapes}", "choose another size, mode or network", 2)


def choose_precision(
    settings: Settings, method: Method, batch: Callable[[], Batch], ranks: Ranks, file: RunFile
) -> Precision:
    """As the settings say; else as run.json recorded it, so that a training goes on as it began; else as a short trial
    on a `batch` says, which is recorded."""
    if settings.precision != "auto":
        return Precision(settings.precision == "bfloat16", settings.channels_last)
    recorded = file.facts.get("precision")
    if recorded is None:
        best, times = fastest(method, batch(), ranks.device)
        numbers, memory = ranks.told(best.bfloat16), ranks.told(best.channels_last)
        recorded = {"bfloat16": bool(numbers), "channels_last": bool(memory), "milliseconds_a_step": times}
        file.facts["precision"] = recorded
    return Precision(recorded["bfloat16"], recorded["channels_last"])
