"""Pairs of real damage: scans and frames beside what somebody restored, or took from the frames before and after.

A folder holds them in either of two ways, at any depth:

    NAME_damaged.EXT beside NAME_restored.EXT (or _ref, _clean, _target), and perhaps NAME_mask.EXT (or _defect) and
    NAME_valid.EXT
    damaged/NAME.EXT beside restored/NAME.EXT (or ref/, clean/, target/), and perhaps mask/ (or defect/) and valid/

The mask is bright where there is damage; only what is bright in `valid` is judged. Pictures of one source are no
independent witnesses: NAME without a number at its end, and its folder, is the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.codecs import CodecError, decode, has_picture_suffix
from degrade.train.errors import TrainError
from degrade.train.experiments.plan import digest
from degrade.train.metrics import SSIM_LEAST_PX, error_map, psnr
from degrade.train.regions import ZONES, zones
from degrade.train.restorer import Restorer, as_mode

Picture = npt.NDArray[np.float32]
WORDS = {
    "damaged": "damaged", "input": "damaged", "restored": "restored", "ref": "restored", "clean": "restored",
    "target": "restored", "mask": "mask", "defect": "mask", "valid": "valid",
}  # fmt: skip
PARTS = ("whole", *ZONES)
UPRIGHT = "upright "
_BRIGHT = 128
_NUMBER = re.compile(r"[_-]?\d+$")
_CURE = "it must hold NAME_damaged.png beside NAME_restored.png, or damaged/NAME.png beside restored/NAME.png"


class Read(NamedTuple):
    """A real pair's pictures.

    Attributes
    ----------
    damaged, restored : (H, W, C) float32
        In [0, 1].
    mask : (H, W) uint8 or None
        255 where there is damage.
    judged : (H, W) bool
    """

    damaged: Picture
    restored: Picture
    mask: npt.NDArray[np.uint8] | None
    judged: npt.NDArray[np.bool_]

    def worst(self, side_px: int) -> Read:
        """The same within the square of `side_px` that has the most damage, or where there is no mask the largest
        error; a picture that is smaller stays whole along that side."""
        height, width = self.judged.shape
        tall, wide = min(side_px, height), min(side_px, width)
        spoilt = error_map(self.damaged, self.restored) if self.mask is None else self.mask / 255
        sums = np.pad(np.where(self.judged, spoilt, 0).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        within = sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
        top, left = divmod(int(within.argmax()), within.shape[1])
        window = np.s_[top : top + tall, left : left + wide]
        return Read(*(None if array is None else np.ascontiguousarray(array[window]) for array in self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class RealPair:
    """The files of a pair, by what they are: damaged, restored, perhaps mask and valid."""

    name: str
    source: str
    files: dict[str, Path]

    def read(self, mode: str) -> Read:
        """Its pictures, in gray or in rgb. Raises TrainError."""
        pixels = {what: _decoded(path) for what, path in self.files.items()}
        height, width = pixels["restored"].shape[:2]
        for what, picture in pixels.items():
            if picture.shape[:2] != (height, width):
                both = f"{picture.shape[0]} × {picture.shape[1]} px, its restored picture {height} × {width}"
                raise TrainError(f"{self.name} does not match: {what} has {both}", "make both of one size", 2)
        scaled: dict[str, Picture] = {
            what: np.divide(picture, np.float32(np.iinfo(picture.dtype).max), dtype=np.float32)
            for what, picture in pixels.items()
        }
        bright = {what: scaled[what][:, :, 0] * 255 >= _BRIGHT for what in ("mask", "valid") if what in scaled}
        mask = bright["mask"].astype(np.uint8) * np.uint8(255) if "mask" in bright else None
        judged = bright.get("valid", np.ones((height, width), bool))
        return Read(as_mode(scaled["damaged"], mode), as_mode(scaled["restored"], mode), mask, judged)


class RealPairs:
    """The real pairs in a folder.

    Parameters
    ----------
    folder : Path
    side_px : int, optional
        Of each picture, only the square of this side that has the most damage.

    Attributes
    ----------
    pairs : list of RealPair
    digest : str
        Of their names and sizes, of the side, and of what is measured.

    Raises
    ------
    TrainError
        There is no such folder, or no pair in it.
    """

    def __init__(self, folder: Path, side_px: int | None = None) -> None:
        self.side_px = side_px
        self._kept: dict[tuple[str, str], Read] = {}
        if not folder.is_dir():
            raise TrainError(f"there is no folder {folder}", _CURE, 2)
        found: dict[tuple[str, str], dict[str, Path]] = {}
        for path in sorted(folder.rglob("*")):
            if has_picture_suffix(path.name) and (place := _place(path.relative_to(folder))) is not None:
                home, name, what = place
                found.setdefault((home, name), {})[what] = path
        whole = {place: files for place, files in found.items() if {"damaged", "restored"} <= set(files)}
        if not whole:
            raise TrainError(f"{folder} has no real pairs", _CURE, 2)
        self.pairs = [
            RealPair(f"{home}/{name}", f"{home}/{_NUMBER.sub('', name) or name}", files)
            for (home, name), files in whole.items()
        ]
        files = [[pair.name, sorted((w, f.stat().st_size) for w, f in pair.files.items())] for pair in self.pairs]
        self.digest = digest([files, side_px, UPRIGHT])

    @property
    def sources(self) -> list[str]:
        """Of each pair."""
        return [pair.source for pair in self.pairs]

    def untouched(self, mode: str = "gray") -> dict[str, Any]:
        """The figures of the damaged pictures as they are."""
        told = self._all(lambda picture: picture, mode)
        shares = [self._share(pair, mode) for pair in self.pairs]
        return {**self.figures(told), "source": self.sources, "share": np.array(shares)}

    def measured(self, checkpoint: Path, device: str) -> dict[str, Any]:
        """The figures of what a training's network makes of them, ready for JSON: what its eight orientations agree
        upon, and, as "upright …", what it makes of the pictures as they are."""
        agreed = Restorer.load(checkpoint, device, self_ensemble="agreed")
        upright = Restorer.load(checkpoint, device)
        plain = {f"{UPRIGHT}{name}": values for name, values in self._all(upright, upright.mode).items()}
        return self._all(agreed, agreed.mode) | plain

    def figures(self, told: dict[str, Any]) -> dict[str, npt.NDArray[np.float64]]:
        """Figure -> (N,), NaN where a picture does not tell it."""
        return {name: np.array(values, np.float64) for name, values in told.items()}

    def _all(self, method: Callable[[Picture], Picture], mode: str) -> dict[str, Any]:
        each = [dict(self._of(method, pair, mode)) for pair in self.pairs]
        names = [f"{part} {kind}" for part in PARTS for kind in ("psnr", "ssim")]
        return {name: [figures.get(name) for figures in each] for name in names}

    def _of(self, method: Callable[[Picture], Picture], pair: RealPair, mode: str) -> Iterator[tuple[str, float]]:
        damaged, restored, mask, judged = self._read(pair, mode)
        output = np.clip(method(damaged), 0, 1)
        error, alike = error_map(output, restored), _similarity(output, restored)
        labels = np.zeros(judged.shape, np.uint8) if mask is None else zones(mask)
        for number, part in enumerate(PARTS):
            chosen = judged if part == "whole" else judged & (labels == number)
            if chosen.any():
                yield f"{part} psnr", float(psnr(error[chosen].mean()))
                yield f"{part} ssim", float(alike[chosen].mean())

    def _read(self, pair: RealPair, mode: str) -> Read:
        """Each is decoded once, not once a network."""
        if (pair.name, mode) not in self._kept:
            whole = pair.read(mode)
            self._kept[pair.name, mode] = whole if self.side_px is None else whole.worst(self.side_px)
        return self._kept[pair.name, mode]

    def _share(self, pair: RealPair, mode: str) -> float:
        _, _, mask, judged = self._read(pair, mode)
        return float("nan") if mask is None else float((mask[judged] > 0).mean())


def _place(path: Path) -> tuple[str, str, str] | None:
    """(folder, name, what it is) of a file below the folder; None for others."""
    stem, _, word = path.stem.rpartition("_")
    if stem and word in WORDS:
        return path.parent.as_posix(), stem, WORDS[word]
    if path.parent.name in WORDS:
        return path.parent.parent.as_posix(), path.stem, WORDS[path.parent.name]
    return None


def _decoded(path: Path) -> npt.NDArray[Any]:
    try:
        return decode(path.read_bytes(), path.name).pixels
    except (OSError, CodecError) as error:
        raise TrainError(f"{path.name} cannot be read ({error})", "mend the file, or take the pair away", 2) from None


def _similarity(output: Picture, target: Picture) -> npt.NDArray[np.float64]:
    """(H, W) SSIM about each pixel, meaned over channels; settings as in `degrade.train.metrics`."""
    from skimage.metrics import structural_similarity

    if min(target.shape[:2]) < SSIM_LEAST_PX:
        return np.full(target.shape[:2], np.nan)
    similar: Any = structural_similarity
    settings = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    maps = [similar(output[:, :, c], target[:, :, c], full=True, **settings)[1] for c in range(target.shape[2])]
    mean: npt.NDArray[np.float64] = np.mean(maps, axis=0)
    return mean
