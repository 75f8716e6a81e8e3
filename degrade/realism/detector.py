"""Whether a network that has learnt from synthetic masks finds the damage of real scans.

What it finds is judged pixel by pixel against masks drawn by hand: precision and recall by their threshold, and average
precision, with intervals by the bootstrap over scans. Beside it stands a detector that learns nothing, the top-hat and
the bottom-hat of the picture (F. Meyer, 1979), and the share of damaged pixels, which is what guessing has.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from degrade.harvest.scans import LeftOut, Scan, Scans, gray_of
from degrade.realism.errors import RealismError
from degrade.realism.features.sheet import Array
from degrade.train.bootstrap import Interval, interval, weights

LEVELS = 256
"""Steps that scores are counted in."""
HAT_PX = 9
"""Side of the square of the top-hat: what is thinner stands out."""
TILE_PX, OVERLAP_PX, STEP_PX = 512, 128, 64
Scorer = Callable[[Array], Array]
"""(H, W) float32 gray in [0, 1] to (H, W) scores in [0, 1], higher where damage is likelier."""


@dataclass(frozen=True)
class Found:
    """How well a detector finds the damage of N scans.

    Attributes
    ----------
    name : str
    average_precision : Interval
        Mean precision over recall, all pixels of all scans together.
    precision, recall : Interval
        At the threshold with the best F1.
    threshold : float
        That one.
    prevalence : float
        Share of the pixels that are damaged: the average precision of a detector that guesses.
    scans : int
    """

    name: str
    average_precision: Interval
    precision: Interval
    recall: Interval
    threshold: float
    prevalence: float
    scans: int

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name, "scans": self.scans, "prevalence": self.prevalence, "threshold": self.threshold,
            "average_precision": self.average_precision.to_data(), "precision": self.precision.to_data(),
            "recall": self.recall.to_data(),
        }  # fmt: skip


def real_scans(real: str | os.PathLike[str], masks: str | os.PathLike[str]) -> list[Scan]:
    """Scans with the masks of their damage, found by their names as `degrade harvest` does. Raises HarvestError,
    CorpusError, and RealismError where none can be used."""
    every = list(Scans(real, masks, None, "masked"))
    if not (usable := [one for one in every if isinstance(one, Scan)]):
        why = next(one.why for one in every if isinstance(one, LeftOut))
        raise RealismError(f"no scan can be used: {why}", "give scans with masks of their size")
    return usable


def judged(name: str, scorer: Scorer, scans: Iterable[Scan], seed: int = 0) -> Found:
    """Let a detector look at scans with masks. Raises RealismError where nothing, or all, is damaged."""
    counts = []
    for scan in scans:
        assert scan.mask is not None
        counts.append(_counts(scorer(gray_of(scan.pixels)), scan.mask))
    return found_of(name, np.array(counts), seed)


def found_of(name: str, counts: Array, seed: int = 0) -> Found:
    """The figures of a detector.

    Parameters
    ----------
    counts : (N, 2, LEVELS)
        Of each scan, how many sound and how many damaged pixels have each score.
    """
    total = counts.sum(axis=0).astype(np.float64)
    if not (total.sum(axis=1) > 0).all():
        raise RealismError("the masks show no damage, or nothing else", "give masks, white where there is damage")
    precision, recall = _curve(total[None])
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(np.argmax(f1[0]))
    drawn = np.concatenate([_figures(rows, counts, best) for rows in weights(len(counts), seed=seed)])
    values = _figures(np.ones((1, len(counts))), counts, best)[0]
    average, precise, recalled = (
        interval(float(value), drawn[:, column], len(counts)) for column, value in enumerate(values)
    )
    share = float(total[1].sum() / total.sum())
    return Found(name, average, precise, recalled, best / (LEVELS - 1), share, len(counts))


def hats(gray: Array) -> Array:
    """Scores of what is thinner than `HAT_PX` and lighter or darker than what is around it."""
    import cv2

    square = np.ones((HAT_PX, HAT_PX), np.uint8)
    top, bottom = (cv2.morphologyEx(gray, how, square) for how in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT))
    return np.clip(np.maximum(top, bottom), 0, 1)


def network_scorer(checkpoint: str | os.PathLike[str]) -> Scorer:
    """A trained network with a mask head, as a detector. Raises CheckpointError, and RealismError for any other."""
    import torch

    from degrade.train.checkpoint import load_checkpoint
    from degrade.train.tiles import Tiling, through_tiles

    network, info = load_checkpoint(checkpoint)
    if info["mode"] != "gray" or not info["options"].get("mask_head"):
        raise RealismError(f"{info['model']} predicts no mask of gray pictures", "train it with option mask_head=true")

    def likely(tiles: list[Array]) -> list[Array]:
        batch = torch.from_numpy(np.stack(tiles)).permute(0, 3, 1, 2).contiguous()
        with torch.inference_mode():
            logits = network(batch).mask
        return list(torch.sigmoid(logits).permute(0, 2, 3, 1).numpy())

    def score(gray: Array) -> Array:
        height, width = gray.shape
        picture, out = np.ascontiguousarray(gray[:, :, None], np.float32), np.zeros((height, width), np.float32)
        tiling = Tiling(TILE_PX, OVERLAP_PX, STEP_PX, 1)
        for top, band in through_tiles(likely, tiling, height, width, lambda rows, columns: picture[rows, columns]):
            out[top : top + len(band)] = band[:, :, 0]
        return out

    return score


def train_detector(
    recipe: Any,
    source: Any,
    out: str | os.PathLike[str],
    *,
    minutes: float,
    crop: int = 128,
    seed: int = 0,
    **more: Any,
) -> Scorer:
    """Train a tiny U-Net to predict the masks of a recipe's pairs in gray, for so many minutes, and give it back as a
    detector; its files are left in `out`. `more` are further settings of `degrade.train.train`. Raises as that does."""
    from degrade.train import train

    given = {
        "model": "unet", "options": {"size": "tiny", "mask_head": True}, "mode": "gray", "loss": "l1:1,mask:1",
        "crop": crop, "epochs": 10_000, "samples": 0, "tensorboard": False, "precision": "float32", **more,
    }  # fmt: skip
    train(recipe=recipe, source=source, out=os.fspath(out), minutes=minutes, seed=seed, **given)
    return network_scorer(out)


def _counts(scores: Array, mask: Array) -> Array:
    """(2, LEVELS) int64: how many sound and how many damaged pixels have each score."""
    steps = np.rint(np.clip(scores, 0, 1) * (LEVELS - 1)).astype(np.int64)
    return np.bincount((steps + LEVELS * mask).reshape(-1), minlength=2 * LEVELS).reshape(2, LEVELS)


def _curve(totals: Array) -> tuple[Array, Array]:
    """(precision, recall), (R, LEVELS) each, of (R, 2, LEVELS) counts, at each threshold; precision is 1 where nothing
    is found."""
    above = totals[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    hits, all_found = above[:, 1], above.sum(axis=1)
    precision = np.where(all_found > 0, hits / np.maximum(all_found, 1), 1.0)
    return precision, hits / np.maximum(hits[:, :1], 1)


def _figures(drawn: Array, counts: Array, best: int) -> Array:
    """(R, 3): average precision, and precision and recall at the threshold `best`, of (R, N) weights of the scans; NaN
    where no damage is drawn."""
    totals = np.tensordot(drawn, counts.astype(np.float64), 1)
    precision, recall = _curve(totals)
    steps = np.diff(recall[:, ::-1], axis=1, prepend=0)
    figures = np.stack([(precision[:, ::-1] * steps).sum(axis=1), precision[:, best], recall[:, best]], axis=1)
    figures[totals[:, 1].sum(axis=1) == 0] = np.nan
    return figures
