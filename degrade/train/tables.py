"""An evaluation's figures as rows of words, for a terminal and a page alike."""

from __future__ import annotations

from degrade.pages import Table
from degrade.train.bootstrap import Interval
from degrade.train.evaluation import Evaluation
from degrade.train.measured import IDENTITY
from degrade.train.regions import CLASSES, WIDTHS, ZONES

_MEANS = {
    "psnr": "PSNR (mean)", "psnr_of_mean_mse": "PSNR of mean MSE", "ssim": "SSIM", "mse": "MSE",
    "chroma_ratio": "chroma ratio",
}  # fmt: skip
_MOST_DB = 99.995
_NONE = "–"


def tables(evaluation: Evaluation) -> list[Table]:
    """All that there is to tell: whole pictures, then zones, classes and widths of the damage."""
    return [table for table in (_whole(evaluation), *(_parts(evaluation))) if table.rows]


def _whole(evaluation: Evaluation) -> Table:
    names = [name for name in _MEANS if name in evaluation.figures[evaluation.method]]
    about = f"{counted(evaluation)}. ± is half of the 95 % interval over photographs, brackets are the interval."
    heads = ["", *(_MEANS[name] for name in names), "PSNR over identity"]
    rows = [
        [words(method), *(shown(name, found.get(name)) for name in names), _gain(evaluation, method, "psnr")]
        for method, found in evaluation.figures.items()
    ]
    return Table("Whole pictures", about, heads, rows)


def _parts(evaluation: Evaluation) -> list[Table]:
    zones = "PSNR in dB, the mean of pictures. Outside, nothing was damaged but by what covers the whole picture: less "
    zones += "than identity is harm."
    pooled = "PSNR in dB, of the mean squared error over all such pixels."
    return [
        _of(evaluation, "Inside the damage, around it and outside", zones, "zone", ZONES, ""),
        _of(evaluation, "By the width of the damage", pooled, "width", WIDTHS, "width."),
        _of(evaluation, "By its class", pooled, "class", CLASSES, "class."),
    ]


def _of(evaluation: Evaluation, title: str, about: str, group: str, names: tuple[str, ...], prefix: str) -> Table:
    """A row for each part of the pictures, a column for each method."""
    shares = evaluation.shares.get(group, {})
    heads = ["", "share of pixels", *map(words, evaluation.figures), f"{words(evaluation.method)} over identity"]
    rows = [
        [
            words(name),
            f"{shares[name]:.2%}",
            *(shown(prefix + name, found.get(prefix + name)) for found in evaluation.figures.values()),
            _gain(evaluation, evaluation.method, prefix + name),
        ]
        for name in names
        if name in shares
    ]
    told = any(name != "outside" for name in shares)
    return Table(title, about, heads, rows if told else [])


def _gain(evaluation: Evaluation, method: str, name: str) -> str:
    if method == IDENTITY:
        return _NONE
    gain = evaluation.gains[method].get(name)
    if gain is None:
        return _NONE
    bounds = "" if gain.low is None else f" [{gain.low:+.2f}, {gain.high:+.2f}]"
    return f"{gain.value:+.2f}{bounds}"


def shown(name: str, figure: Interval | None) -> str:
    """A figure in words: "27.31 ± 0.42", the half of its interval after it."""
    if figure is None:
        return _NONE
    digits = {"mse": 5, "ssim": 4, "chroma_ratio": 3}.get(name, 2)
    if digits == 2 and figure.value > _MOST_DB:
        return "exact"
    spread = "" if figure.low is None or figure.high is None else f" ± {(figure.high - figure.low) / 2:.{digits}f}"
    return f"{figure.value:.{digits}f}{spread}"


def words(name: str) -> str:
    """A name as people write it."""
    return name.replace("_", " ")


def counted(evaluation: Evaluation) -> str:
    """What was evaluated: "200 pairs of 100 photographs, pairs/test, in rgb"."""
    skipped = f"; {evaluation.skipped} could not be read" if evaluation.skipped else ""
    photos = f"{evaluation.photos} photograph{'s' * (evaluation.photos != 1)}"
    pairs = f"{evaluation.pairs} pair{'s' * (evaluation.pairs != 1)}"
    return f"{pairs} of {photos}, {evaluation.data}/{evaluation.split}, in {evaluation.mode}{skipped}"
