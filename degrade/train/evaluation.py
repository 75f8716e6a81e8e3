"""What a network is worth: its figures on pairs it has not seen, beside those of doing nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

import degrade
from degrade.train.baselines import Method, baselines, identity
from degrade.train.bootstrap import RESAMPLES
from degrade.train.errors import TrainError
from degrade.train.given import Given, Source, name_of
from degrade.train.measured import IDENTITY, Figures, Measured
from degrade.train.metrics import sums_of
from degrade.train.regions import divisions
from degrade.train.restorer import Restorer
from degrade.train.unseen import TEST, unseen

Picture = npt.NDArray[np.float32]
_TOGETHER = 16


@dataclass(frozen=True, eq=False)
class Shown:
    """A pair with what the method made of it, for people; `rank` is "worst" or "best"."""

    rank: str
    given: Given
    output: Picture
    psnr: float
    identity_psnr: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured.

    Attributes
    ----------
    method, mode, data, split : str
        What was evaluated, in which colours, on what.
    pairs, photos, skipped : int
        How many pairs, of how many photographs; how many could not be read.
    figures : dict
        method -> figure (`degrade.train.metrics`) -> Interval, of the method and the baselines.
    gains : dict
        method -> figure -> Interval of the difference to identity on the same photographs.
    shares : dict
        "zone", "class" and "width" -> name -> share of all pixels.
    rows : list of dict
        key, photo, and mse, psnr and ssim of the method and of identity, a pair each.
    shown : list of Shown
        The worst pairs and the best, by the method's PSNR.
    notes : list of str
        What a reader has to know.
    """

    method: str
    mode: str
    data: str
    split: str
    pairs: int
    photos: int
    skipped: int
    figures: dict[str, Figures]
    gains: dict[str, Figures]
    shares: dict[str, dict[str, float]]
    rows: list[dict[str, Any]]
    shown: list[Shown] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_data(self) -> dict[str, Any]:
        """All but rows and pictures, ready for JSON."""
        plain = ("method", "mode", "data", "split", "pairs", "photos", "skipped", "shares", "notes")
        measured = {
            name: {method: {figure: each.to_data() for figure, each in found.items()} for method, found in both.items()}
            for name, both in (("figures", self.figures), ("gains", self.gains))
        }
        return {name: getattr(self, name) for name in plain} | measured


def evaluate(
    model: str | os.PathLike[str] | nn.Module | Method,
    data: Any = None,
    *,
    split: str | None = None,
    mode: str | None = None,
    name: str | None = None,
    size: int | Sequence[int] | None = None,
    limit: int | None = None,
    compare: bool = True,
    shown: int = 4,
    resamples: int = RESAMPLES,
    seed: int = 0,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """The figures of a model on pairs, beside those of the baselines.

    Parameters
    ----------
    model : path, nn.Module or callable
        A checkpoint or the folder of a training; a network of `create_model`; or any function from a degraded picture
        (H, W, C) float32 in [0, 1] to the restored one of the same H and W.
    data : path, StoredPairs or Pairs, optional
        An output of a build, or any sequence of pairs; by default the output that the checkpoint was trained on.
    split : str, optional
        Of an output; by default `test`, or without one what the training did not learn from (`unseen`).
    mode : "gray", "rgb" or "lab", optional
        The colours in which pictures are compared: one channel, or three. By default the model's own; of a callable
        that of the clean pictures.
    name : str, optional
        What the report calls the model.
    size : int or [height, width], optional
        Scale the pictures, as `degrade.as_arrays` does; by default as in the checkpoint's training.
    limit : int, optional
        Only so many pairs, the first of the split.
    compare : bool
        Whether the baselines are measured too; identity always is.
    shown : int
        How many of the worst and of the best pairs are kept as pictures.
    resamples, seed
        Of the bootstrap (`degrade.train.bootstrap`).
    device : str
        "auto", "cpu" or "cuda".
    progress : callable, optional
        Told (pairs done, pairs in all).

    Raises
    ------
    TrainError
        There is nothing to evaluate on, or the model gives no pictures of the right size.
    DegradeError
        The checkpoint or the pairs cannot be read.
    """
    restorer = _restorer(model, device, mode, name)
    info = restorer.info if isinstance(restorer, Restorer) else {}
    pairs, split, notes = _opened(data, split, info)
    source = Source(pairs, split, _mode(restorer, pairs, mode), size or info.get("settings", {}).get("size"))
    title = str(name or getattr(restorer, "name", "") or getattr(model, "__name__", type(model).__name__))
    others = baselines(source.fitting(notes)) if compare else {IDENTITY: identity}
    if title in others:
        raise TrainError(f"the model is called {title}, as a baseline is", "give it another name", 2)
    total = min(len(pairs), limit or len(pairs))
    measured = Measured([title, *others], shown)
    for start in range(0, total, _TOGETHER):
        numbers = range(start, min(start + _TOGETHER, total))
        read = [(number, given) for number in numbers if (given := source.read(number)) is not None]
        outputs = _outputs(restorer, title, [given for _, given in read])
        for (number, given), output in zip(read, outputs, strict=True):
            divided = divisions(given.mask, given.classes)
            sums = {title: sums_of(output, given.clean, divided)}
            for each, method in others.items():
                sums[each] = sums_of(_checked(method(given.degraded), each, given), given.clean, divided)
            measured.add(number, given, sums, divided)
        if progress is not None:
            progress(numbers.stop, total)
    if not measured.rows:
        raise TrainError("none of the pairs could be read", "see what is wrong by `degrade verify`")
    figures, gains, photos = measured.figures(resamples, seed)
    return Evaluation(
        method=title, mode=source.mode, data=name_of(pairs), split=split, pairs=len(measured.rows), photos=photos,
        skipped=source.skipped, figures=figures, gains=gains, shares=measured.shares(), rows=measured.rows,
        shown=list(_remade(measured.extremes(), source, restorer)), notes=notes,
    )  # fmt: skip


# --- what goes in


def _restorer(model: Any, device: str, mode: str | None, name: str | None) -> Method:
    if isinstance(model, str | os.PathLike):
        return Restorer.load(model, device)
    if isinstance(model, nn.Module):
        chosen = mode or getattr(model, "mode", None)
        if chosen is None:
            raise TrainError("a network of one's own does not tell its colours", "give mode=, gray, rgb or lab", 2)
        return Restorer(model, chosen, str(name or getattr(model, "name", type(model).__name__)), device=device)
    return model  # type: ignore[no-any-return]


def _opened(data: Any, split: str | None, info: dict[str, Any]) -> tuple[Any, str, list[str]]:
    """The pairs, their split, and notes of them."""
    if data is None:
        data = info.get("settings", {}).get("data")
        if data is None:
            raise TrainError("there are no pairs to evaluate on", "name an output of `degrade build` by --data", 2)
    notes: list[str] = []
    if not isinstance(data, str | os.PathLike):
        pairs, split = data, split or getattr(data, "split", None) or TEST
    elif split is None:
        pairs, split, notes = unseen(data, info)
    else:
        pairs = degrade.open_pairs(data, split)
    if not len(pairs):
        raise TrainError(f"{name_of(pairs)} has no pairs in the split {split}", "choose another split", 2)
    return pairs, split, notes


def _mode(restorer: Method, pairs: Any, mode: str | None) -> str:
    own = restorer.mode if isinstance(restorer, Restorer) else mode
    if own is None:
        return "gray" if degrade.as_arrays(pairs[0], ("clean",))["clean"].shape[2] == 1 else "rgb"
    if mode not in (None, own):
        raise TrainError(f"the model works in {own}, not in {mode}", "leave the mode out", 2)
    return own


# --- what comes out ---------------------------------------------------------------------------------------------------


def _outputs(method: Method, name: str, given: list[Given]) -> list[Picture]:
    pictures = [each.degraded for each in given]
    outputs = method.several(pictures) if isinstance(method, Restorer) else [method(picture) for picture in pictures]
    return [_checked(output, name, each) for output, each in zip(outputs, given, strict=True)]


def _checked(output: Picture, name: str, given: Given) -> Picture:
    output = np.asarray(output, np.float32)
    if output.shape != given.clean.shape or not np.isfinite(output).all():
        what = f"{output.shape}" if output.shape != given.clean.shape else "numbers that are none"
        raise TrainError(f"{name} gave {what} for {given.key}", f"it must give {given.clean.shape} in [0, 1]", 2)
    return np.clip(output, 0, 1)


def _remade(extremes: list[tuple[str, int, float, float]], source: Source, method: Method) -> Iterator[Shown]:
    for rank, number, psnr, identity_psnr in extremes:
        given = source.read(number)
        assert given is not None
        (output,) = _outputs(method, "the model", [given])
        yield Shown(rank, given, output, psnr, identity_psnr)
