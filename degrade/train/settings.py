"""Everything that a training can be told."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from degrade.train.described import Number, Place, Switch, Table, Text, Whole, Word, described
from degrade.train.errors import SettingsError, TrainError
from degrade.train.terms import NAMES, parse_loss
from degrade.train.usual import with_usual

MODES = ("gray", "rgb", "lab")
OPTIMISERS = ("adam", "adamw")
SCHEDULES = ("constant", "exponential", "linear", "cosine")
PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda")
FREE = ("out", "workers", "cache_mb", "save_minutes", "minutes", "samples", "samples_every", "tensorboard")
"""What may differ when a training goes on: it changes nothing of what is learnt."""
_OPEN_ENDED = ("constant", "exponential")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What to train, on what, how, and where the files go.

    Raises
    ------
    SettingsError
        All impossible fields, at once.
    """

    model: str = described("unet", Text(), "the network's name")
    options: Mapping[str, Any] = described({}, Table(), "the network's own options")
    data: str | None = described(None, Text(optional=True), "pairs to learn from: an output of `degrade build`")
    recipe: Any = described(None, Place(optional=True), "instead of `data`, a recipe whose pairs are made on the fly")
    source: Any = described(None, Place(optional=True), "the photographs for `recipe`; by default its own")
    out: str = described("run", Text(), "the folder that checkpoints, figures and pictures go to")

    mode: str | None = described(
        None, Word(MODES, optional=True),
        "what is learnt: gray, rgb, or lab (colour from lightness, which is kept); by default as the pairs are",
    )  # fmt: skip
    train_split: str = described("train", Text(), "the split to learn from")
    validation_split: str = described("val", Text(), "the split to be judged by")
    holdout: float = described(
        0.1, Number(0, 0.9, above=True), "the share of photographs held back where there is no validation split"
    )
    limit: int | None = described(None, Whole(1, 10**9, optional=True), "learn from so many pairs only, drawn by hash")
    size: int | None = described(None, Whole(8, 8192, optional=True), "scale pictures to a square of so many pixels")
    crop: int | None = described(
        None, Whole(8, 8192, optional=True),
        "learn from squares of so many pixels; by default of 128, or as many as fit, where pictures differ in size "
        "or are larger than 256",
    )  # fmt: skip
    flip: bool = described(False, Switch(), "mirror half of the pictures")
    workers: int | None = described(
        None, Whole(0, 256, optional=True), "processes that read; by default as device and pairs ask"
    )
    cache_mb: int = described(1024, Whole(), "memory for stored pairs already read, where no other process reads")

    loss: str = described(
        "l1", Text(),
        f"what is minimised: one of {', '.join(NAMES)}, or a sum of some by weight, such as l1:1,ssim:0.2; masked "
        "terms look at the damage only, outside terms at what is sound",
    )  # fmt: skip
    optimiser: str = described("adam", Word(OPTIMISERS), "how weights are moved")
    learning_rate: float = described(1e-3, Number(0, 10, above=True), "the step's size at the start")
    beta1: float = described(0.9, Number(0, 0.9999), "Adam's memory of gradients")
    beta2: float = described(0.999, Number(0, 0.99999), "Adam's memory of their squares")
    weight_decay: float = described(0.0, Number(0, 10), "how far weights are drawn to zero")
    schedule: str = described("constant", Word(SCHEDULES), "how the learning rate goes down")
    decay: float = described(0.95, Number(0, 1, above=True), "exponential: the factor of each epoch")
    hold_epochs: int = described(0, Whole(), "linear: epochs before it begins to go down")
    warmup_epochs: float = described(0.0, Number(0, 10_000), "cosine: epochs in which the learning rate rises")
    clip_norm: float | None = described(None, Number(0, 1e6, above=True, optional=True), "the longest gradient")
    ema: float | None = described(
        None, Number(0, 0.999999, above=True, optional=True), "memory of averaged weights, such as 0.999"
    )

    epochs: int = described(20, Whole(1), "passes over the pairs")
    batch_size: int = described(16, Whole(1, 65_536), "pairs of a step, in each process")
    accumulate: int = described(1, Whole(1, 4096), "batches whose gradients are summed before a step")
    patience: int | None = described(None, Whole(1, optional=True), "epochs without improvement after which it ends")
    min_delta: float = described(0.0, Number(0, 1e6), "what counts as an improvement, for `patience`")
    minutes: float | None = described(None, Number(0, 1e6, above=True, optional=True), "end after so much time")
    seed: int = described(0, Whole(high=2**62), "of first weights, order, crops and dropout")

    device: str = described("auto", Word(DEVICES), "where to compute; auto takes a GPU if there is one")
    precision: str = described(
        "auto", Word(PRECISIONS), "numbers of the computation; auto tries what is fastest and records it"
    )
    channels_last: bool = described(False, Switch(), "the order of numbers in memory, where `precision` is not auto")
    save_minutes: float = described(5.0, Number(0, 1e6), "between saves within an epoch; 0 saves after each step")
    samples: int = described(8, Whole(high=64), "validation pairs in a sheet of samples")
    samples_every: int = described(5, Whole(), "epochs between sheets, after one each for the first ten; 0 draws none")
    tensorboard: bool | None = described(None, Switch(optional=True), "write for TensorBoard; by default if installed")

    def __post_init__(self) -> None:
        problems = [
            f"{field.name}: {problem}"
            for field in dataclasses.fields(self)
            if (problem := field.metadata["kind"].problem(getattr(self, field.name)))
        ]
        problems += self._conflicts() if not problems else []
        if problems:
            raise SettingsError(problems)

    def _conflicts(self) -> list[str]:
        problems = []
        if (self.data is None) == (self.recipe is None):
            problems.append("data: expected either `data`, the pairs of a build, or `recipe`, which makes them")
        if self.source is not None and self.recipe is None:
            problems.append("source: expected a `recipe` that damages these photographs, too")
        if self.train_split == self.validation_split:
            problems.append(f"validation_split: expected another split than {self.train_split!r}, to learn from")
        if self.size and self.crop and self.crop > self.size:
            problems.append(f"crop: expected at most the size, {self.size}, not {self.crop}")
        if self.channels_last and self.precision == "auto":
            problems.append("channels_last: expected a `precision` other than auto, which chooses both")
        if self.schedule == "linear" and self.hold_epochs >= self.epochs:
            problems.append(f"hold_epochs: expected less than the {self.epochs} epochs, not {self.hold_epochs}")
        try:
            parse_loss(self.loss)
        except TrainError as error:
            problems.append(f"loss: {error}")
        return problems

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Settings:
        """From values by name. What is not given is as usual for the model (`degrade.train.usual`), or for all.

        Raises
        ------
        SettingsError
            Unknown names and impossible values, all at once.
        """
        given = with_usual(given)
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = [f"{name}: {_unknown(name, known)}" for name in given if name not in known]
        try:
            made = cls(**{name: value for name, value in given.items() if name in known})
        except SettingsError as error:
            raise SettingsError([*unknown, *error.problems]) from None
        if unknown:
            raise SettingsError(unknown)
        return made

    @classmethod
    def read(cls, path: str | os.PathLike[str], **more: Any) -> Settings:
        """From a YAML file of values by name, or the run.json of a training; what is given beside it counts instead.

        Raises
        ------
        SettingsError
            There is no such file, it is not YAML, or has mistakes.
        """
        return cls.of({**read_settings(path), **more})

    def to_data(self) -> dict[str, Any]:
        """Every field as plain data."""
        return dataclasses.asdict(self)

    def differences(self, before: Mapping[str, Any]) -> list[str]:
        """What keeps a training with the settings `before` from being gone on with by these."""
        free = [*FREE, *(["epochs", "patience"] if self.schedule in _OPEN_ENDED else [])]
        return [
            f"{name} was {before.get(name)!r} and is {value!r}"
            for name, value in self.to_data().items()
            if name not in free and before.get(name) != value
        ]


def read_settings(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a YAML file of settings, or the run.json of a training, says, unchecked. Raises SettingsError."""
    from degrade.recipes.errors import RecipeError
    from degrade.recipes.text import parse_document

    try:
        document = parse_document(Path(path).read_bytes(), os.fspath(path))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror})"]) from None
    except RecipeError as error:
        raise SettingsError([str(problem) for problem in error.problems]) from None
    if document.problems:
        raise SettingsError([str(problem) for problem in document.problems])
    if not isinstance(document.data, dict):
        raise SettingsError([f"{path}: expected settings by name, such as `model: unet`"])
    data: dict[str, Any] = document.data
    return data["settings"] if isinstance(data.get("settings"), dict) else data


def _unknown(name: str, known: set[str]) -> str:
    from degrade.recipes.words import did_you_mean

    return f"there is no such setting; {did_you_mean(name, known) or 'see `degrade train --help`'}"
