"""Camera shake."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import blur, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class MotionBlur(Degradation):
    """A camera that moved evenly along a straight line while the shutter was open.

    The lengths on the print and in pixels add. Hand-held snapshots have 0.2 to 0.7 mm on a 10×15 cm print. The line is
    sampled eight times a pixel and spread bilinearly; edges are mirrored. Filters encoded values unless `linear_light`,
    in which bright spots leave streaks. Length 0 is the identity.

    Reference: M. Potmesil, I. Chakravarty, Modeling motion blur in computer-generated images, SIGGRAPH 1983.
    """

    stage = Stage.LENS

    length_mm: Real = field((0.3, 1.2), "how far the picture moved, in mm on the print", low=0, high=20)
    length_px: Real = field(0.0, "further length of the movement", low=0, high=500)
    angle_deg: Real = field((0.0, 180.0), "direction it moved in, counterclockwise from the right", low=-360, high=360)
    linear_light: Flag = field(False, "whether light is smeared instead of encoded values")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One line for the whole picture."""
        length = drawn["length_mm"] * photo.px_per_mm + drawn["length_px"]
        if length == 0:
            return
        pixels = photo.pixels
        if drawn["linear_light"]:
            tone.decode(pixels.reshape(-1))
        rows = pixels.reshape(photo.height, photo.width * photo.channels)
        blur.motion(rows, photo.channels, float(length), drawn["angle_deg"] / 360)
        if drawn["linear_light"]:
            tone.encode(pixels.reshape(-1))
