"""A picture before and after, small: in letters for a terminal, as a PNG for the eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import encode_png

Array = npt.NDArray[Any]

RAMP = " .:-=+*#%@"
"""From black to white."""
_COLUMNS, _ROWS = 36, 18
"""A terminal's cells for one picture."""
_FLAT = 2
_FEW = 12
"""Values that are written out as numbers."""
_PNG_SIDE = 240


def ascii_card(before: Array, after: Array | None = None, mask: Array | None = None) -> str:
    """Pictures beside each other in letters, from " " (black) to "@" (white), and where they differ; a few pixels as
    numbers.

    Parameters
    ----------
    before, after : (H, W) or (H, W, C) array
        uint8, uint16, or float on the scale [0, 1].
    mask : (H, W) array, optional
        Shown too.
    """
    panels = [("before", _letters(_tones(before)))]
    if after is not None:
        panels.append(("after", _letters(_tones(after))))
        if after.shape[:2] == before.shape[:2]:
            panels.append(("changed", _marks(_changed(before, after))))
    if mask is not None:
        panels.append(("mask", _marks(np.asarray(mask) > 0)))
    lines = [_side_by_side(panels)]
    for name, picture in (("before", before), ("after", after)):
        if picture is not None and picture.size <= _FEW:
            lines.append(f"{name}: {picture.tolist()}")
    return "\n".join(lines)


def png_card(path: Path, before: Array, after: Array | None = None, mask: Array | None = None) -> Path:
    """Write the pictures beside each other, and where they differ in white, magnified; give the path back."""
    panels = [_tones(before)]
    if after is not None:
        panels.append(_tones(after))
        if after.shape[:2] == before.shape[:2]:
            panels.append(_in_colour(_changed(before, after)))
    if mask is not None:
        panels.append(_in_colour(np.asarray(mask) > 0))
    times = max(1, _PNG_SIDE // max(max(panel.shape[:2]) for panel in panels))
    tall = max(panel.shape[0] for panel in panels) * times
    gap = np.full((tall, 8, 3), 128, np.uint8)
    drawn: list[Array] = []
    for panel in panels:
        bytes_ = np.rint(panel * 255).astype(np.uint8).repeat(times, axis=0).repeat(times, axis=1)
        framed = np.full((tall, bytes_.shape[1], 3), 128, np.uint8)
        framed[: len(bytes_)] = bytes_
        drawn += [framed, gap]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(np.ascontiguousarray(np.concatenate(drawn[:-1], axis=1)), filtered=False))
    return path


def _tones(picture: Array) -> Array:
    """(H, W, 3) float64 in [0, 1]; what is no number is black."""
    scale = float(np.iinfo(picture.dtype).max) if picture.dtype.kind in "ui" else 1.0
    values = np.clip(np.nan_to_num(picture.astype(np.float64) / scale, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    values = values[:, :, None] if values.ndim == 2 else values[:, :, :3]
    three: Array = np.broadcast_to(values[:, :, :1] if values.shape[2] != 3 else values, (*values.shape[:2], 3))
    return three


def _changed(before: Array, after: Array) -> Array:
    """(H, W), whether any channel differs."""
    same = before.shape == after.shape
    differs: Array = np.asarray(before != after) if same else np.asarray(_tones(before) != _tones(after))
    return differs if differs.ndim == _FLAT else np.asarray(differs.any(axis=2))


def _in_colour(marks: Array) -> Array:
    flat: Array = marks if marks.ndim == _FLAT else np.asarray(marks.any(axis=2))
    return np.repeat(flat[:, :, None].astype(np.float64), 3, axis=2)


def _letters(tones: Array) -> list[str]:
    small = _shrunk(tones.mean(axis=2))
    codes = np.minimum((small * len(RAMP)).astype(int), len(RAMP) - 1)
    return ["".join(RAMP[code] for code in row) for row in codes]


def _marks(marks: Array) -> list[str]:
    small = _shrunk(_in_colour(marks)[:, :, 0])
    return ["".join("x" if cell > 0 else "·" for cell in row) for row in small]


def _shrunk(values: Array) -> Array:
    """The means of blocks, so that it fits into a terminal's columns."""
    by = max(1, -(-values.shape[0] // _ROWS), -(-values.shape[1] // _COLUMNS))
    rows, columns = (np.arange(0, side, by) for side in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    counts = np.add.reduceat(np.add.reduceat(np.ones(values.shape), rows, axis=0), columns, axis=1)
    shrunk: Array = sums / counts
    return shrunk


def _side_by_side(panels: list[tuple[str, list[str]]]) -> str:
    widths = [max(len(name), len(rows[0])) + 2 for name, rows in panels]
    tall = max(len(rows) for _, rows in panels)
    lines = ["  ".join(f"{name:<{width}}" for (name, _), width in zip(panels, widths, strict=True))]
    for row in range(tall):
        cells = [f"|{rows[row]}|" if row < len(rows) else "" for _, rows in panels]
        lines.append("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)))
    return "\n".join(line.rstrip() for line in lines)
