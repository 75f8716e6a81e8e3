"""The loop, from settings to a trained network. It reads from top to bottom: `train`, what is set up, an epoch, a step,
the judgement, what is saved."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

import degrade
from degrade.train.batches import Batch, Batches, Stack, default_workers
from degrade.train.checkpoint import BEST, LAST, read_checkpoint, write_checkpoint
from degrade.train.distributed import Ranks, ranks_of
from degrade.train.ema import averaged
from degrade.train.errors import TrainError
from degrade.train.examples import each, open_data
from degrade.train.history import write_curves, write_history
from degrade.train.judging import check_numbers, check_weights, means, validate
from degrade.train.methods import create_method, needs_of
from degrade.train.outcome import Report
from degrade.train.pictures import due, write_samples
from degrade.train.precision import lay_out
from degrade.train.run_file import RunFile, environment
from degrade.train.schedules import factor
from degrade.train.setting_up import check_fit, choose_precision, mode_of
from degrade.train.settings import Settings
from degrade.train.state import Progress, Row, best_of, gathered, restore
from degrade.train.stopping import Stopping
from degrade.train.tensorboard import Board
from degrade.train.watching import Watcher

_LOOK_EVERY = 10
"""Steps between looks at the losses on a GPU, each of which waits for it."""
_DRAW_EVERY_S = 10.0


def train(
    settings: Settings | Mapping[str, Any] | None = None,
    *,
    model: nn.Module | str | None = None,
    watcher: Watcher | None = None,
    overwrite: bool = False,
    **given: Any,
) -> Report:
    """Train a network. The same call goes on where one that was cut off stopped, to the same weights.

    Parameters
    ----------
    settings : Settings or mapping, optional
        Or their values as keyword arguments, `given`.
    model : nn.Module or str, optional
        A network of one's own, from (N, C, H, W) to the same, instead of `settings.model`, which is its name then; or
        the name itself.
    watcher : Watcher, optional
        Is told of every step and epoch.
    overwrite : bool
        Begin anew, if the folder holds a training.

    Returns
    -------
    Report

    Raises
    ------
    SettingsError, TrainError, ModelError
        What was asked for is impossible, or a loss is no number any more.
    CheckpointError
        The state to go on from is damaged.
    WriteError
        A file cannot be written, such as on a full disk; the last checkpoint stays as it is.
    DegradeError
        The pairs cannot be read or made.
    """
    if isinstance(model, str):
        given, model = {"model": model, **given}, None
    chosen = settings if isinstance(settings, Settings) else Settings.of({**(settings or {}), **given})
    with ranks_of(chosen.device) as ranks, torch.random.fork_rng():
        torch.manual_seed(chosen.seed)
        return Training(chosen, ranks, model, watcher or Watcher(), overwrite).run()


class Training:
    """One training in one process."""

    def __init__(
        self, settings: Settings, ranks: Ranks, model: nn.Module | None, watcher: Watcher, overwrite: bool
    ) -> None:
        self.settings, self.ranks, self.watcher = settings, ranks, watcher if ranks.first else Watcher()
        with ranks.first_before_others():
            self.file = RunFile(settings, overwrite and ranks.first)
        needs = needs_of(settings, model)
        self.data = open_data(settings, needs.mask, needs.unpaired, needs.real)
        self.mode = mode_of(settings, self.data)
        self._open_batches()
        self.named = model is None
        self.method = create_method(settings, self.mode, model)
        check_fit(self.method, self._stacked(list(each(self.data.validation, 1))))
        for network in self.method.networks.values():
            network.to(ranks.device)
        self.precision = choose_precision(settings, self.method, self._first_batch, ranks, self.file)
        for network in self.method.networks.values():
            lay_out(network, self.precision)
        self.method.running = {name: ranks.shared(part) for name, part in self.method.running.items()}
        self.rates = {
            name: [group["lr"] for group in optimiser.param_groups]
            for name, optimiser in self.method.optimisers.items()
        }
        self.ema = None if settings.ema is None else averaged(self.method.networks[self.method.main], settings.ema)
        self.stopping = Stopping(settings.patience, settings.min_delta)
        self.progress = Progress()
        self.skipped: dict[str, str] = {}
        self._waited = self._worked = 0.0
        self._images = 0
        self._drawn = time.monotonic()

    @property
    def _notes(self) -> list[str]:
        return [*self.data.notes, *self.method.notes]

    def _open_batches(self) -> None:
        settings, ranks = self.settings, self.ranks
        if min(len(self.data.train), len(self.data.validation)) < ranks.world:
            raise TrainError(f"there are fewer pairs than the {ranks.world} processes", "start fewer", 2)
        workers = settings.workers
        if workers is None:
            workers = default_workers(ranks.device, made=settings.recipe is not None)
        self.learnt, self.judged = (
            Batches(examples, settings.batch_size, self.mode, ranks, shuffle=shuffle, workers=workers)
            for examples, shuffle in ((self.data.train, True), (self.data.validation, False))
        )
        self.steps = len(self.learnt) // settings.accumulate
        if not self.steps:
            what = f"an epoch has {len(self.learnt)} batches, fewer than the {settings.accumulate} to accumulate"
            raise TrainError(what, "accumulate fewer, or make batches smaller", 2)
        self.samples = list(each(self.data.validation, settings.samples)) if ranks.first else []

    def _first_batch(self) -> Batch:
        return next(self.learnt.epoch(0))

    def _stacked(self, items: list[dict[str, Any]]) -> Batch:
        return Stack(self.mode, self.data.validation.members)(items)

    # ------------------------------------------------------------------ the loop

    def run(self) -> Report:
        """Every epoch that is left."""
        self._begin()
        with Board(self.file.folder, self.settings.tensorboard, self.ranks.first) as self.board:
            while not self._ended():
                self._epoch()
        if self.ranks.first and self.progress.history:
            self._write_history(last=True)
        self.ranks.wait()
        return self._report()

    def _begin(self) -> None:
        """Take over what a training before this one has come to, and write run.json."""
        state = self.file.folder / LAST
        if self.file.resumed and state.exists():
            if (before := self.file.facts.get("processes", self.ranks.world)) != self.ranks.world:
                what = f"the training began with {before} processes, and goes on with {self.ranks.world}"
                raise TrainError(what, "start as many as then, or begin anew by --overwrite", 2)
            tensors, facts = read_checkpoint(state)
            self.progress = restore(tensors, facts, self.method, self.ema, self.stopping, state)
            self.watcher.message(f"going on after epoch {self.progress.epoch}, step {self.progress.step}")
        self.ranks.wait()
        if self.ranks.first:
            parameters = {name: _count(network) for name, network in self.method.networks.items()}
            self.file.write(
                data=self.data.facts, mode=self.mode, parameters=parameters, processes=self.ranks.world,
                environment=environment(self.ranks.device), method=self.method.facts, notes=self._notes,
            )  # fmt: skip
            for note in self._notes:
                self.watcher.message(note)
        done = self.progress.epoch * self.steps + self.progress.step
        self.watcher.started(self.settings.epochs, self.steps, done)

    def _epoch(self) -> None:
        """The steps that are left of an epoch; fewer, where time runs out."""
        progress, settings = self.progress, self.settings
        batches = self.learnt.epoch(progress.epoch, progress.step * settings.accumulate)
        self.method.train()
        sums = {name: torch.tensor(value, dtype=torch.float64) for name, value in progress.sums.items()}
        saved = time.monotonic()
        while progress.step < self.steps and not (progress.step and self._out_of_time()):
            start = time.monotonic()
            for name, value in self._step(batches).items():
                sums[name] = sums[name].to(value.device) + value if name in sums else value
            progress.step += 1
            save = progress.step < self.steps and time.monotonic() - saved >= 60 * settings.save_minutes
            look = save or self.ranks.device.type == "cpu" or progress.step % _LOOK_EVERY == 0
            if look or progress.step == self.steps:
                self._look(sums)
            progress.seconds += time.monotonic() - start
            self._worked += time.monotonic() - start
            loss = progress.sums["loss"] / progress.step if look else None
            self.watcher.stepped(progress.epoch + 1, progress.step, loss, self._images / self._worked)
            if save:
                self._save_state()
                saved = time.monotonic()
        if progress.step < self.steps:
            self._look(sums)
            self._save_state()
        self._judge()

    def _step(self, batches: Iterator[Batch]) -> dict[str, Tensor]:
        """One step of every optimiser, from `accumulate` batches. Gives the means of the losses, in float64."""
        settings, progress = self.settings, self.progress
        address = degrade.Key(settings.seed).at("step", progress.epoch, progress.step, self.ranks.rank)
        torch.manual_seed(address.words()[0] >> 1)  # whatever is random in it hangs on its number, not on its past
        self._set_rates(factor(settings, progress.epoch + progress.step / self.steps))
        sums: dict[str, Tensor] = {}
        for part in range(settings.accumulate):
            last = part == settings.accumulate - 1
            start = time.monotonic()
            batch = self._noted(next(batches))
            self._waited += time.monotonic() - start
            with ExitStack() as stack:
                for network in self.method.running.values():
                    if isinstance(network, DistributedDataParallel) and not last:
                        stack.enter_context(network.no_sync())
                stack.enter_context(self.precision.autocast(self.ranks.device))
                losses = self.method.step(
                    batch.to(self.ranks.device, self.precision.memory), self._update if last else self._backward
                )
            for name, value in losses.items():
                share = value.detach().double() / settings.accumulate
                sums[name] = sums[name] + share if name in sums else share
            self._images += len(batch) * self.ranks.world
        if self.ema is not None:
            self.ema.update_parameters(self.method.networks[self.method.main])
        return sums

    def _backward(self, _: str, loss: Tensor) -> None:
        with torch.autocast(loss.device.type, enabled=False):
            (loss / self.settings.accumulate).backward()  # type: ignore[no-untyped-call]

    def _update(self, name: str, loss: Tensor) -> None:
        self._backward(name, loss)
        optimiser = self.method.optimisers[name]
        if self.settings.clip_norm is not None:
            weights = [weight for group in optimiser.param_groups for weight in group["params"]]
            nn.utils.clip_grad_norm_(weights, self.settings.clip_norm)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    def _set_rates(self, times: float) -> None:
        for name, optimiser in self.method.optimisers.items():
            for group, rate in zip(optimiser.param_groups, self.rates[name], strict=True):
                group["lr"] = rate * times

    def _look(self, sums: Mapping[str, Tensor]) -> None:
        """Take over the sums of this epoch so far. Raises TrainError where a loss was no number."""
        found = {name: float(value.item()) for name, value in sums.items()}
        check_numbers(found, f" in epoch {self.progress.epoch + 1}, step {self.progress.step}")
        self.progress.sums = found

    def _ended(self) -> str:
        """What has brought the end, or ""."""
        progress = self.progress
        if progress.epoch >= self.settings.epochs:
            return "epochs"
        if self.stopping.stop:
            return "patience"
        judged = bool(progress.history) and progress.history[-1]["epoch"] == progress.epoch + (progress.step > 0)
        return "minutes" if judged and self._out_of_time() else ""

    def _out_of_time(self) -> bool:
        if self.settings.minutes is None:
            return False
        return bool(self.ranks.told(self.progress.seconds >= 60 * self.settings.minutes))

    def _noted(self, batch: Batch) -> Batch:
        """`batch`, after what it lacks has been told."""
        for error in batch.skipped:
            if error.source not in self.skipped:
                self.skipped[error.source] = error.reason
                self.watcher.message(f"left out {error}")
        return batch

    # ------------------------------------------------------------------ after an epoch

    def _judge(self) -> None:
        """Figures of the epoch, or of its part where time has run out; then everything is saved."""
        progress, start = self.progress, time.monotonic()
        number, whole = progress.epoch + 1, progress.step == self.steps
        network = self.method.networks[self.method.main] if self.ema is None else self.ema.module
        batches = map(self._noted, self.judged.epoch(0))
        figures = validate(self.method, network, batches, self.precision, self.ranks)
        row: Row = {"epoch": number, "learning_rate": self._rate()}
        row |= {f"train_{name}": value for name, value in means(progress.sums, progress.step, self.ranks).items()}
        row |= {f"val_{name}": value for name, value in figures.items()}
        row["seconds"] = round(progress.seconds, 3)
        progress.history = [*(old for old in progress.history if old["epoch"] < number), row]
        best = self.stopping.update(number, figures["loss"])
        if self.ranks.first:
            self._save_judged(network, row, best)
        if whole:
            progress.epoch, progress.step, progress.sums = number, 0, {}
            progress.seconds += time.monotonic() - start
            self._save_state()
        if self.ranks.first:
            self._write_history()
        self.watcher.epoch_done(row, best)

    def _rate(self) -> float:
        """The learning rate of the last step."""
        return float(next(iter(self.method.optimisers.values())).param_groups[0]["lr"])

    def _save_judged(self, network: nn.Module, row: Row, best: bool) -> None:
        """Write what the judgement itself gives: the best checkpoint, a sheet of samples, curves for TensorBoard."""
        settings, number = self.settings, int(row["epoch"])
        check_weights(self.method.networks.values())
        if best:
            facts = {"model": settings.model, "mode": self.mode, "epoch": number, "figures": row}
            facts |= {"settings": settings.to_data(), "data": self.data.facts}
            write_checkpoint(self.file.folder / BEST, *best_of(self.method, network, self.named, facts))
        if self.samples and due(number, settings.samples_every, settings.epochs):
            batch = self._stacked(self.samples).to(self.ranks.device, self.precision.memory)
            with torch.no_grad(), self.precision.autocast(self.ranks.device):
                predicted = self.method.predict(batch, network)
            write_samples(self.file.folder, number, batch, predicted, self.mode)
        self.board.add(row, number)

    def _save_state(self) -> None:
        """Write what the next step depends on."""
        if self.ranks.first:
            check_weights(self.method.networks.values())
            state = gathered(self.method, self.ema, self.stopping, self.progress)
            write_checkpoint(self.file.folder / LAST, *state)

    def _write_history(self, last: bool = False) -> None:
        """Write what is derived; the curves now and then, since drawing takes longer than a short epoch."""
        history = self.progress.history
        write_history(self.file.folder, history)
        if last or time.monotonic() - self._drawn > _DRAW_EVERY_S:
            write_curves(self.file.folder, history, self.stopping.best_epoch)
            self._drawn = time.monotonic()
        self.file.write(report=self._report().to_data())

    def _report(self) -> Report:
        best = next((row for row in self.progress.history if row["epoch"] == self.stopping.best_epoch), {})
        return Report(
            out=str(self.file.folder), epochs=self.progress.epoch, ended=self._ended(), best=best,
            best_epoch=self.stopping.best_epoch, precision=str(self.precision),
            parameters=sum(map(_count, self.method.networks.values())),
            images_per_second=round(self._images / self._worked, 3) if self._worked else 0.0,
            waiting=round(self._waited / self._worked, 4) if self._worked else 0.0,
            seconds=round(self.progress.seconds, 3), skipped=self.skipped, notes=self._notes,
        )  # fmt: skip


def _count(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
