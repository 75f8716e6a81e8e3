"""Pictures of one's own, restored: files in, files of the same kind out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from degrade.codecs import CodecError, Scan, has_picture_suffix, read_scan, tiff_page, tiff_pages
from degrade.codecs.scan import QUALITY, SUFFIXES
from degrade.errors import DegradeError
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.errors import TrainError, no_checkpoint
from degrade.train.restored_page import write_page
from degrade.train.restorer import OVERLAP_PX, TILE_PX, Restorer
from degrade.train.self_ensemble import SelfEnsemble

Picture = npt.NDArray[np.float32]
PAGE = "restored.html"
_THERE = "choose another folder by -o, or write --skip-existing to go on, or --overwrite"
_NAMES = {"jpeg": (".jpg", ".jpeg", ".jpe"), "png": (".png",), "tiff": (".tif", ".tiff")}


@dataclass(frozen=True)
class Outcome:
    """What became of one picture.

    Attributes
    ----------
    source : Path
    target : Path or None
        The restored file; None where there is none.
    note : str
        What could not be kept; "" for nothing.
    error : str
        Why there is none, and the cure.
    page : int
        Of a TIFF, from 1.
    """

    source: Path
    target: Path | None = None
    note: str = ""
    error: str = ""
    page: int = 1


@dataclass(frozen=True)
class Restoration:
    """What `restore` did.

    Attributes
    ----------
    outcomes : list of Outcome
        In the order of the pictures; a TIFF has one for each of its pages.
    page : Path or None
        The page that shows the pictures before and after.
    kept : int
        Files that were there already and were left out.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    page: Path | None = None
    kept: int = 0

    @property
    def restored(self) -> list[Outcome]:
        """Those that have a file."""
        return [outcome for outcome in self.outcomes if outcome.target is not None]

    @property
    def failed(self) -> list[Outcome]:
        """Those that have none."""
        return [outcome for outcome in self.outcomes if outcome.target is None]


def restore(
    images: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    checkpoint: str | os.PathLike[str] | Restorer | None = None,
    *,
    existing: Literal["refuse", "skip", "replace"] = "refuse",
    page: bool = True,
    quality: int = QUALITY,
    device: str = "auto",
    tile_px: int = TILE_PX,
    overlap_px: int = OVERLAP_PX,
    self_ensemble: SelfEnsemble = "off",
    progress: Callable[[Outcome, int, int], None] | None = None,
) -> Restoration:
    """Restore pictures.

    Each restored file has the name, the size, the depth, the orientation, the colours and the notes of its original
    (`degrade.codecs.read_scan`). A file that cannot be read or written does not stop the others.

    Parameters
    ----------
    images : path or sequence of paths
        Files, and folders with all the pictures below them.
    out : path
        The folder for the restored files; what lay in a folder lies below it in the same place.
    checkpoint : path or Restorer
        A checkpoint, or the folder of a training.
    existing : "refuse", "skip" or "replace"
        What happens if a restored file is there already: nothing is begun; those are left out, so that a restoration
        that was cut off goes on; or they are made anew. An original is never replaced.
    page : bool
        Whether out/restored.html shows the pictures before and after.
    quality : int
        Of JPEG files, 1 to 100.
    device : str
        "auto", "cpu" or "cuda".
    tile_px, overlap_px : int
        How large pictures are cut (`degrade.train.restorer.Restorer`).
    self_ensemble : "off", "mean" or "agreed"
        Whether each picture is restored in its eight orientations, and what is made of these (the same). A `Restorer`
        that is given keeps its own, and its device and tiles.
    progress : callable, optional
        Told (outcome, files done, files in all) after each file.

    Raises
    ------
    TrainError
        No checkpoint, no pictures, or files that would be overwritten; then nothing is written.
    CheckpointError
        The checkpoint cannot be used.
    WriteError
        `out` cannot be made.
    """
    if checkpoint is None:
        raise no_checkpoint()
    planned = _planned([images] if isinstance(images, str | os.PathLike) else images, Path(out), existing)
    jobs = [job for job in planned if not (existing == "skip" and job[1].exists())]
    if not isinstance(checkpoint, Restorer):
        cut = {"tile_px": tile_px, "overlap_px": overlap_px}
        checkpoint = Restorer.load(checkpoint, device, **cut, self_ensemble=self_ensemble)
    with writing(Path(out)):
        Path(out).mkdir(parents=True, exist_ok=True)
    work = _Work(checkpoint, {source.resolve() for source, _ in planned}, existing == "replace", quality)
    outcomes = []
    for number, (source, target) in enumerate(jobs, 1):
        for outcome in work.outcomes(source, target):
            outcomes.append(outcome)
            if progress is not None:
                progress(outcome, number, len(jobs))
    done = Restoration(outcomes, kept=len(planned) - len(jobs))
    if not page or not done.restored:
        return done
    shown = [(outcome.source, outcome.target, outcome.page) for outcome in done.restored if outcome.target]
    return replace(done, page=write_page(Path(out) / PAGE, shown, checkpoint.name))


# --- which files ------------------------------------------------------------------------------------------------------


def _planned(images: Iterable[str | os.PathLike[str]], out: Path, existing: str) -> list[tuple[Path, Path]]:
    """(source, target) of each file, once. Raises TrainError."""
    targets: dict[Path, Path] = {}
    sources: dict[Path, Path] = {}
    for source, target in (pair for image in images for pair in _found(Path(image), out)):
        if source.resolve() in sources:
            continue
        if target in targets:
            what = f"{targets[target]} and {source} would both become {target}"
            raise TrainError(what, "restore them into different folders", 2)
        targets[target], sources[source.resolve()] = source, target
    for target, source in targets.items():
        if target.resolve() in sources:
            raise TrainError(f"{source} would be overwritten", "choose another folder by -o", 2)
        if target.exists() and existing == "refuse":
            raise TrainError(f"{target} is there already", _THERE, 2)
    if not targets:
        raise TrainError("there are no pictures to restore", "name files, or folders with pictures in them", 2)
    return [(source, target) for target, source in targets.items()]


def _found(image: Path, out: Path) -> Iterator[tuple[Path, Path]]:
    if not image.is_dir():
        if not image.exists():
            raise TrainError(f"there is no {image}", "name files that are there, or folders with pictures in them", 2)
        yield image, out / image.name
        return
    for path in sorted(image.rglob("*")):
        inside = path.relative_to(image)
        hidden = any(part.startswith(".") for part in inside.parts)
        inside_out = out.resolve() != image.resolve() and path.resolve().is_relative_to(out.resolve())
        if path.is_file() and has_picture_suffix(path.name) and not hidden and not inside_out:
            yield path, out / inside


# --- one file ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Work:
    restorer: Restorer
    originals: set[Path]
    overwrite: bool
    quality: int

    def outcomes(self, source: Path, target: Path) -> Iterator[Outcome]:
        """What becomes of a file, page by page."""
        try:
            data = source.read_bytes()
            pages = _pages(data)
        except OSError as error:
            yield Outcome(source, error=f"cannot be read ({error.strerror}); see whether you may read it")
            return
        except CodecError as error:
            yield Outcome(source, error=str(error))
            return
        for number in pages:
            named = target if number == pages[0] else target.with_stem(f"{target.stem}.page{number}")
            try:
                page = data if number == 1 else tiff_page(data, number)
                yield self._one(source, named, page, number)
            except DegradeError as error:
                yield Outcome(source, error=str(error), page=number)
            except MemoryError:
                yield Outcome(
                    source, page=number, error="out of memory; close other programs, or scale the picture down"
                )

    def _one(self, source: Path, target: Path, data: bytes, page: int) -> Outcome:
        scan = read_scan(data)
        if target.suffix.lower() not in _NAMES[scan.format]:
            target = target.with_suffix(SUFFIXES[scan.format])
        if target.resolve() in self.originals:
            raise TrainError(f"{target} is an original and would be overwritten", "choose another folder by -o")
        if target.exists() and not self.overwrite:
            raise TrainError(f"{target} is there already", _THERE)
        written = scan.write(restored_pixels(self.restorer, scan.pixels), self.quality)
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_durably(target, written)
        return Outcome(source, target, _note(scan, self.restorer), page=page)


def restored_pixels(restorer: Restorer, pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(H, W, 1 or 3) uint8 or uint16 pixels restored: of the same dtype and H and W, with the channels that the network
    gives."""
    largest = np.float32(np.iinfo(pixels.dtype).max)
    restored = np.empty((*pixels.shape[:2], restorer.channels), pixels.dtype)

    def read(down: slice, across: slice) -> Picture:
        part: Picture = np.divide(pixels[down, across], largest, dtype=np.float32)
        return part

    height, width = pixels.shape[:2]
    for top, rows in restorer.bands(height, width, read):
        restored[top : top + len(rows)] = rows * largest + np.float32(0.5)
    return restored


def _pages(data: bytes) -> tuple[int, ...]:
    """The numbers of the pictures in a file."""
    if not data.startswith((b"II", b"MM")):
        return (1,)
    return tiff_pages(data).full or (1,)


def _note(scan: Scan, restorer: Restorer) -> str:
    notes = [f"it loses {scan.lost}"] if scan.lost else []
    if restorer.channels < scan.pixels.shape[2]:
        notes.append("it is gray now, as all that this network restores")
    return "; ".join(notes)
