"""A page that shows pictures before and after their restoration, with a slider between the two."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from degrade.codecs import decode, tiff_page
from degrade.pages import Picture, comparison, document, fitted
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing

MOST = 60
_SIDE = 1024


def write_page(path: Path, pictures: Sequence[tuple[Path, Path, int]], network: str) -> Path:
    """Write a page of (original, restored, page of a TIFF) files, the first 60 of them; gives `path`.

    Raises
    ------
    WriteError, CodecError
    """
    left_out = f" Of {len(pictures)} pictures the first {MOST}." if len(pictures) > MOST else ""
    about = f"Restored by {network}. Drag the slider: before on its left, after on its right.{left_out}"
    parts = [_section(number, *each) for number, each in enumerate(pictures[:MOST], 1)]
    with writing(path):
        write_durably(path, document("Restored pictures", about, parts).encode("utf-8"))
    return path


def _section(number: int, original: Path, restored: Path, page: int) -> str:
    before, after = seen(original.read_bytes(), page), seen(restored.read_bytes())
    height, width = after.shape[:2]
    shown = comparison(("before", fitted(before, _SIDE)), ("after", fitted(after, _SIDE)))
    return "\n".join(
        [
            f'<section class="card" id="picture-{number}">',
            f"<h2>{escape(restored.name)} <small>{width} × {height} px</small></h2>",
            shown,
            "</section>",
        ]
    )


def seen(data: bytes, page: int = 1) -> Picture:
    """(H, W, C) uint8: a file as a browser shows it."""
    pixels = decode(tiff_page(data, page) if page > 1 else data).pixels
    return pixels if pixels.dtype == np.uint8 else _eight_bits(pixels)


def _eight_bits(pixels: npt.NDArray[np.uint16]) -> Picture:
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
