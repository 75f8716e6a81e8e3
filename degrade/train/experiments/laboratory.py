"""Does what a plan says, one training after the other, and keeps what is done by the digest of what decides it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import degrade
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.baselines import identity
from degrade.train.checkpoint import LAST
from degrade.train.evaluation import evaluate
from degrade.train.experiments.crops import Photographs
from degrade.train.experiments.grids import grid
from degrade.train.experiments.measured import Measured, Result, Results
from degrade.train.experiments.plan import Asked, Data, Training, digest
from degrade.train.experiments.prior import measured_prior
from degrade.train.experiments.real import RealPairs
from degrade.train.loop import train
from degrade.train.run_file import RUN

RUNS = "runs"
_IGNORE = "# Trainings of the report beside: they can be made again.\n*\n"
_NOTHING = "doing nothing"
_REAL_PX = 512
"""Of real pictures, what is judged at the usual size: one tile."""


class Laboratory:
    """A folder for trainings and their figures.

    Parameters
    ----------
    folder : Path
        Of the report; trainings lie in its folder runs, which git ignores.
    asked : Asked
    told : callable
        Is told, in one line, of what begins.
    """

    def __init__(self, folder: Path, asked: Asked, told: Callable[[str], None]) -> None:
        self.folder, self.asked, self.told = folder / RUNS, asked, told
        self.photographs = Photographs(asked.source)
        self._precision: dict[str, dict[str, Any]] = {}
        self.real = None if asked.real is None else RealPairs(asked.real, None if asked.full else _REAL_PX)
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_durably(self.folder / ".gitignore", _IGNORE.encode())

    def results(self, plan: Sequence[Training]) -> Results:
        """Of every training of `plan`, and of the baselines on their pairs."""
        found = []
        for number, training in enumerate(plan, 1):
            self.told(f"{number} of {len(plan)}: {training.group}, {training.row}")
            found.append(self._result(training))
        simple = {
            group: self._baselines(next(each for each in plan if each.group == group and each.measured))
            for group in dict.fromkeys(each.group for each in plan if each.measured and self.real is None)
        }
        real = None if self.real is None else self.real.untouched()
        return Results(
            found, simple, real, self.photographs.name, self.photographs.count, lambda g: self._grid(plan, g)
        )

    def _grid(self, plan: Sequence[Training], group: str) -> bytes:
        """Of the first training of each row."""
        shown = [each for each in plan if each.group == group and each.measured and not each.prior]
        first = {each.row: each for each in reversed(shown)}
        rows = dict.fromkeys(each.row for each in shown)
        return grid(self.pairs(shown[0].data), [self.home(first[row]) for row in rows], self.asked.device)

    def pairs(self, data: Data) -> Path:
        """The folder of pairs, built if they are not there."""
        name = digest([self.photographs.digest, degrade.__version__, data.told()])
        crops = digest([self.photographs.digest, data.crops.__dict__ | {"splits": dict(data.crops.splits)}])
        out = self.folder / "pairs" / name
        made = self.photographs.cut(data.crops, self.folder / "crops" / crops)
        degrade.build(data.loaded(), source=made, out=out, engine="threads")
        return out

    def _result(self, training: Training) -> Result:
        folder = self.home(training)
        if training.prior:
            told = self._kept(folder / "prior.json", lambda: self._prior(training))
            return Result(training, told, Measured.of(told["figures"]))
        told = self._kept(folder / "trained.json", lambda: self._trained(training, folder))
        numbers, _, order = told["precision"].partition(", ")  # tried once: a trial may take as long as an epoch
        self._precision[training.work] = {"precision": numbers, "channels_last": bool(order)}
        if not training.measured:
            return Result(training, told)
        if self.real is not None:
            real = self.real
            kept = self._kept(folder / f"real-{real.digest}.json", lambda: real.measured(folder, self.asked.device))
            return Result(training, told, real=real.figures(kept))
        kept = self._kept(folder / "measured.json", lambda: self._measured(folder, training.data))
        return Result(training, told, Measured.of(kept))

    def home(self, training: Training) -> Path:
        """The folder of a training."""
        name = "".join(c if c.isalnum() else "-" for c in f"{training.group}-{training.row}".lower())
        return self.folder / f"{name[:48]}-{training.digest(self.photographs.digest)}"

    def _trained(self, training: Training, folder: Path) -> dict[str, Any]:
        settings = {
            "device": self.asked.device, "samples_every": 0, "tensorboard": False, "seed": training.seed,
            "data": str(self.pairs(training.data)), "out": str(folder),
            **self._numbers(training, folder), **training.settings,
        }  # fmt: skip
        if training.after is not None:
            before = {training.after_option: str(self.home(training.after))}
            settings["options"] = {**settings.get("options", {}), **before}
        report = train(settings).to_data()
        with writing(folder):
            (folder / LAST).unlink(missing_ok=True)  # its training is over, and it is three times as large as the best
        return {name: value for name, value in report.items() if name != "out"}

    def _numbers(self, training: Training, folder: Path) -> dict[str, Any]:
        """In what to compute: as a training that was cut off began, else as one like it found fastest."""
        try:
            begun = json.loads((folder / RUN).read_bytes())["settings"]
        except FileNotFoundError:
            return self._precision.get(training.work, {})
        return {name: begun[name] for name in ("precision", "channels_last")}

    def _prior(self, training: Training) -> dict[str, Any]:
        pairs = degrade.open_pairs(self.pairs(training.data), "test")
        return measured_prior(pairs, training, self.asked.size.iterations, self.asked.device)

    def _measured(self, folder: Path, data: Data) -> dict[str, Any]:
        found = evaluate(folder, self.pairs(data), split="test", compare=False, shown=0, device=self.asked.device)
        return found.to_data() | {"rows": found.rows}

    def _baselines(self, training: Training) -> dict[str, Measured]:
        """Those of `degrade.train.baselines`, on the test pairs of a training."""
        pairs = self.pairs(training.data)
        mode = "gray" if training.settings.get("mode") == "gray" else "rgb"
        kept = self._kept(pairs.with_name(f"{pairs.name}-{mode}.json"), lambda: self._simple(pairs, mode))
        return {name: Measured.of(each) for name, each in kept.items()}

    def _simple(self, pairs: Path, mode: str) -> dict[str, Any]:
        opened = degrade.open_pairs(pairs, "test")
        both = evaluate(identity, opened, mode=mode, name=_NOTHING, shown=0).to_data()
        kept = {}
        for name in (name for name in both["figures"] if name != _NOTHING):
            gains = both["gains"].get(name, {})
            kept[name] = {"figures": {name: both["figures"][name]}, "gains": {name: gains}, "method": name, "rows": []}
        return kept

    def _kept(self, path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `make` gave once, from the file `path`."""
        try:
            kept: dict[str, Any] = json.loads(path.read_bytes())
        except FileNotFoundError:
            kept = make()
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(path, json.dumps(kept).encode())
        return kept
