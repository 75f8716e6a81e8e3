"""An evaluation as a page that stands alone: its tables, and the worst and the best pictures."""

from __future__ import annotations

from html import escape

import numpy as np
import numpy.typing as npt

from degrade.pages import Picture, coloured_mask, comparison, document, figure, fitted, table_card
from degrade.train.evaluation import Evaluation, Shown
from degrade.train.metrics import error_map
from degrade.train.tables import counted, tables, words

_SIDE = 512
_PART = 256
_ERROR_GAIN = 5.0
"""How many times larger than it is an error is drawn: a fifth of the whole range is white."""


def report(evaluation: Evaluation) -> str:
    """The page, in HTML; the same for the same evaluation."""
    title = f"{evaluation.method} on {evaluation.data}/{evaluation.split}"
    notes = "".join(f"<p>{escape(note[:1].upper() + note[1:])}.</p>" for note in evaluation.notes)
    parts = [notes, *(table_card(table, words(evaluation.method)) for table in tables(evaluation))]
    for rank in ("worst", "best"):
        chosen = [shown for shown in evaluation.shown if shown.rank == rank]
        if chosen:
            parts.append(f"<h2>The {rank} by PSNR</h2>")
            parts += [_section(shown, f"{rank}-{number}") for number, shown in enumerate(chosen, 1)]
    return document(title, f"{counted(evaluation)}.", parts)


def _section(shown: Shown, name: str) -> str:
    given = shown.given
    before, after = eight_bits(given.degraded), eight_bits(shown.output)
    figures = [figure(fitted(eight_bits(given.clean), _PART), "target")]
    error = np.clip(np.sqrt(error_map(shown.output, given.clean)) * _ERROR_GAIN, 0, 1)[:, :, None]
    figures.append(figure(fitted(eight_bits(error), _PART), f"error × {_ERROR_GAIN:g}"))
    if given.mask is not None:
        mask = coloured_mask(given.mask, given.classes, before)
        figures.append(figure(fitted(mask, _PART), "mask", lossless=True))
    return "\n".join(
        [
            f'<section class="pair" id="{name}">',
            f"<h2>{escape(given.key)}</h2>",
            f'<p class="story">PSNR {shown.psnr:.2f} dB, of the input {shown.identity_psnr:.2f} dB</p>',
            "<div>",
            f"<div>\n{comparison(('input', fitted(before, _SIDE)), ('output', fitted(after, _SIDE)))}\n</div>",
            f'<div class="parts">{"".join(figures)}</div>',
            "</div>",
            "</section>",
        ]
    )


def eight_bits(picture: npt.NDArray[np.floating]) -> Picture:
    """(H, W, C) in [0, 1] as uint8."""
    rounded: Picture = np.rint(picture * 255).astype(np.uint8)
    return rounded
