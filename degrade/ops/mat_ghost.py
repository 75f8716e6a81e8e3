"""The ghost of a former mat or of a photograph that lay on this one."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import veils
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo

STAIN: tuple[float, float, float] = (0.12, 0.4, 1.0)
"""Density of paper that light and air have yellowed, as red, green and blue see it."""
BURN: tuple[float, float, float] = (0.35, 0.65, 1.1)
"""Density of the brown line that an acid mat's bevel leaves."""
FADING, STAINING = 1.0, 0.35
"""Share of `amount` by which what lay open fades, and by which it yellows."""
BURN_WIDTH = 0.012
"""Half width of the burnt line, in short sides."""
DENSEST = 3.0
Window = tuple[float, float, float, float]


class MatGhost(Degradation):
    """Where a mat or another photograph covered a print, it kept its tones: the edge of a rectangle runs through it.

    What lay open has faded (highlights first) and yellowed. A `mat` has a window within the print, beneath it the
    print is as it was; its bevel of acid board may have burnt a brown line. A `photo` covered some rectangle, often
    reaching over an edge. The border is blurred, as light and air creep beneath a little, and never quite parallel to
    the edges. The trace "mat" keeps where a window was, for what else stops there: (top, bottom, left, right) in short
    sides. Amount 0 is the identity; of the colour, pictures of one channel show the brightness.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008), on discolouration and fading at the edges.
    """

    stage = Stage.AGEING

    amount: Real = field((0.1, 0.5), "how far what lay open has faded and yellowed", low=0, high=1, unit="share")
    cover: Option = field(Choice(["mat", "photo"], [0.7, 0.3]), "what lay on the print", options=("mat", "photo"))
    margin_frac: Real = field((0.03, 0.14), "how far a mat covered the print's margins", low=0.005, high=0.45)
    blur_frac: Real = field((0.003, 0.009), "half width of the border between both", low=0.0005, high=0.2)
    burn: Real = field((0.0, 0.15), "density of the line along a mat's bevel", low=0, high=1, unit="density")
    tilt_deg: Real = field((-1.0, 1.0), "how far it was out of square; a photo three times as far", low=-15, high=15)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Two veils: of what lay open, and of the burnt line."""
        if drawn["amount"] == 0:
            return
        top, bottom, left, right = photo.print_box
        short, mat = min(bottom - top, right - left), drawn["cover"] == "mat"
        tall, wide = (bottom - top) / short, (right - left) / short
        window = _window(tall, wide, drawn["margin_frac"], key) if mat else _covered(tall, wide, key)
        if mat:
            photo.traces.setdefault("mat", []).append(window)
        sine, cosine = sincos(drawn["tilt_deg"] * (1 if mat else 3) / 360)
        fade, stain = FADING * drawn["amount"], STAINING * drawn["amount"]
        veils.rectangle_veil(
            photo.pixels.reshape(photo.height, -1), photo.channels,
            _curves(photo, fade, stain, STAIN), _curves(photo, 0.0, drawn["burn"] if mat else 0.0, BURN),
            top + short * (window[0] + window[1]) / 2, left + short * (window[2] + window[3]) / 2,
            short * (window[1] - window[0]) / 2, short * (window[3] - window[2]) / 2, float(sine), float(cosine),
            max(short * drawn["blur_frac"], 0.5), BURN_WIDTH * short if mat and drawn["burn"] > 0 else 0.0, not mat,
        )  # fmt: skip


def _window(tall: float, wide: float, margin: float, key: Key) -> Window:
    """A mat's window: margins differ, the lower one is often the widest."""
    u = key.at("window").uniforms()
    top, bottom, left, right = (margin * (0.7 + 0.6 * v) for v in u[:4])
    bottom *= 1 + 0.4 * u[4]
    return top, max(tall - bottom, top), left, max(wide - right, left)


def _covered(tall: float, wide: float, key: Key) -> Window:
    """The rectangle that a photograph of half to all the size covered, anywhere on the print."""
    u = key.at("window").uniforms()
    half_y, half_x = tall * (0.25 + 0.3 * u[0]), wide * (0.25 + 0.3 * u[1])
    y, x = tall * (0.1 + 0.8 * u[2]), wide * (0.1 + 0.8 * u[3])
    return y - half_y, y + half_y, x - half_x, x + half_x


def _curves(photo: Photo, fade: float, stain: float, shares: tuple[float, float, float]) -> np.ndarray:
    """Difference curves of `fade` and of a stain of `stain` in blue, one a channel."""
    stains = [float(s) * stain for s in photo.colour(shares)]
    return np.stack([veils.veil_curve(fade, 1.0, 1.0, density, 0.0, DENSEST, True) for density in stains])
