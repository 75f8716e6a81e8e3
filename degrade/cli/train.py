"""The command that trains a network."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import Interrupted, counted, emit, json_option, say, shown_path
from degrade.train.described import Number, Switch, Whole, Word
from degrade.train.settings import Settings, read_settings

if TYPE_CHECKING:
    from degrade.train.outcome import Report

_Command = Callable[..., None]


def settings_options(command: _Command) -> _Command:
    """An option for each field of `Settings`, with its help; what is not given is left out."""
    for field in reversed(dataclasses.fields(Settings)):
        if field.name != "options":
            command = _option(field)(command)
    table = click.option(
        "--option", "options", multiple=True, metavar="NAME=VALUE", help="One of the network's own options; repeat it."
    )
    return table(command)


def _option(field: dataclasses.Field[Any]) -> Callable[[_Command], _Command]:
    kind, name = field.metadata["kind"], field.name.replace("_", "-")
    usual = "" if field.default is None or field.default is False else f"  [default: {field.default}]"
    how: dict[str, Any] = {"default": None, "help": field.metadata["help"].capitalize() + "." + usual}
    if isinstance(kind, Switch):
        return click.option(f"--{name}/--no-{name}", field.name, **how)
    if isinstance(kind, Word):
        return click.option(f"--{name}", field.name, type=click.Choice(kind.words), **how)
    plain = int if isinstance(kind, Whole) else float if isinstance(kind, Number) else str
    return click.option(f"--{name}", field.name, type=plain, **how)


@click.command()
@click.option("--settings", metavar="FILE", help="Settings in YAML, or a run.json to repeat; options here go before.")
@settings_options
@click.option("--overwrite", is_flag=True, help="Begin anew, if the folder holds a training; else it is gone on with.")
@json_option
def train(settings: str | None, options: tuple[str, ...], overwrite: bool, as_json: bool, **given: Any) -> None:
    """Train a network on pairs of a build, or on pairs made on the fly.

    The same command goes on where an interrupted one stopped, to the same weights. In the folder --out are then
    best.safetensors (the least validation loss), last.safetensors, history.csv, curves.png, samples/ and run.json.
    On several GPUs: torchrun --nproc-per-node 4 -m degrade train …
    """
    from degrade.cli.training import Events, shown_training
    from degrade.train import train as trained

    chosen = read_settings(settings) if settings is not None else {}
    chosen |= {name: value for name, value in given.items() if value is not None}
    if options:
        chosen["options"] = {**chosen.get("options", {}), **_table(options)}
    started = time.monotonic()
    made = Settings.of(chosen)
    with shown_training() as shown:
        try:
            report = trained(made, watcher=Events(shown) if as_json else shown, overwrite=overwrite)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; the same command goes on from the last save") from None
    if os.environ.get("RANK", "0") == "0":
        _finish(report, time.monotonic() - started, as_json)


def _table(options: tuple[str, ...]) -> dict[str, Any]:
    """ "depth=4" as {"depth": 4}: values as in YAML."""
    import yaml

    table = {}
    for option in options:
        name, equals, value = option.partition("=")
        try:
            table[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            equals = ""
        if not name or not equals:
            raise click.UsageError(f"--option takes NAME=VALUE, such as size=tiny, not {option!r}")
    return table


def _finish(report: Report, seconds: float, as_json: bool) -> None:
    if as_json:
        emit({"event": "done", **report.to_data()})
    why = {"epochs": "", "patience": ", patience has run out", "minutes": ", time has run out"}[report.ended]
    speed = f"{report.images_per_second:.0f} pictures/s, {report.precision}"
    say(f"{counted(report.epochs, 'epoch')}{why}; {seconds:.0f} s, {speed}")
    if report.best:
        psnr = f", PSNR {report.best['val_psnr']:.2f} dB" if "val_psnr" in report.best else ""
        if "val_identity_psnr" in report.best:
            psnr += f" ({report.best['val_identity_psnr']:.2f} dB before)"
        say(f"best, epoch {report.best_epoch}: validation loss {report.best['val_loss']:.5g}{psnr}")
    if report.skipped:
        where = shown_path(Path(report.out), "run.json")
        say(f"left out {counted(len(report.skipped), 'photograph')}; why is in {where}")
    for what, name in (("checkpoint", "best.safetensors"), ("curves", "curves.png")):
        say(f"{what + ':':<14} {shown_path(Path(report.out), name)}")
