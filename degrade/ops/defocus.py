"""A lens out of focus."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import convolve, psf, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

LARGEST_RADIUS = 28.0
"""px; the largest disc that fits the largest kernel."""
NO_EFFECT = 0.1
"""px below which a disc is a point."""


class Defocus(Degradation):
    """A lens out of focus: every point becomes an even disc, the picture of the aperture.

    Unlike a Gaussian blur a disc keeps edges of its own: fine patterns come back with their contrast reversed, and in
    `linear_light` bright spots show as discs. The radius is `radius_px` of the file and `radius_mm` of the print added,
    at most 28 px; `alias_px` softens the disc's rim, within 5×5 px. Misfocused snapshots have discs of 0.2 to 1 mm on a
    10×15 cm print. Edges are mirrored. Radius 0 is the identity.

    References: A. P. Pentland, A new sense for depth of field, IEEE TPAMI 9 (1987); D. Hendrycks and T. Dietterich,
    arXiv:1903.12261 (radius 3, 4, 6, 8, 10 px with softening by 0.1, then 0.5 px).
    """

    stage = Stage.LENS

    radius_px: Real = field((1.0, 4.0), "radius of the disc", low=0, high=LARGEST_RADIUS)
    radius_mm: Real = field(0.0, "further radius, in mm on the print", low=0, high=20)
    alias_px: Real = field(0.5, "standard deviation of a Gaussian that softens the disc", low=0, high=1.5)
    linear_light: Flag = field(False, "whether light is blurred instead of encoded values")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One disc for the whole picture."""
        radius = min(drawn["radius_px"] + drawn["radius_mm"] * photo.px_per_mm, LARGEST_RADIUS)
        if radius < NO_EFFECT:
            return
        pixels = photo.pixels
        if drawn["linear_light"]:
            tone.decode(pixels.reshape(-1))
        weights = psf.disc(float(radius), float(drawn["alias_px"]))
        convolve.convolve(pixels.reshape(photo.height, -1), photo.channels, weights)
        if drawn["linear_light"]:
            tone.encode(pixels.reshape(-1))
