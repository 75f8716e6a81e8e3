"""What is disturbed: the commands, as calls of the library. Each gives back what was counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def build(recipe: dict[str, Any], source: str, out: str, **how: Any) -> dict[str, Any]:
    """As `degrade build`."""
    from degrade.building import build as built

    report = built(recipe, source, out, **{"workers": 1, **how})
    return {"pairs": report.pairs, "photographs": report.photographs, "splits": report.splits, "size": report.size}


def repair(out: str) -> dict[str, Any]:
    """As `degrade verify --repair`."""
    from degrade.building import repair as repaired

    return {"ok": repaired(out, workers=1).ok}


def train(settings: dict[str, Any]) -> dict[str, Any]:
    """As `degrade train`, with a network whose statistics and random numbers must not get lost."""
    import torch
    from torch import nn

    from degrade.train import train as trained

    torch.set_num_threads(1)
    torch.manual_seed(1)
    layers = [nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.2), nn.Conv2d(4, 3, 3, padding=1)]
    trained(settings, model=nn.Sequential(*layers))
    return {}


def fit(place: str, out: str) -> dict[str, Any]:
    """As `degrade fit`, with few pictures a trial."""
    from degrade.realism.fitting import aligning, fitter, judged
    from degrade.realism.fitting import fit as fitted

    fitter._PICTURES, aligning.ROUNDS, judged._SPLITS, judged._RESAMPLES = (4, 4), 1, 2, 20
    how: dict[str, Any] = {"start": f"{place}/start.yaml", "source": f"{place}/clean", "trials": 1, "workers": 1}
    found = fitted(f"{place}/real", out=out, **how)
    lines = (Path(found.folder) / "trials.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return {"trials": [{name: value for name, value in row.items() if name != "seconds"} for row in rows]}


JOBS: dict[str, Callable[..., dict[str, Any]]] = {"build": build, "repair": repair, "train": train, "fit": fit}
