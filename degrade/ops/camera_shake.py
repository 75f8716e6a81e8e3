"""Camera shake along the path of an unsteady hand."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import shake, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

NO_EFFECT = 0.02
"""px that no one sees."""


class CameraShake(Degradation):
    """A hand-held camera that shook while the shutter was open.

    Every point of the picture becomes the path that the hand took: a drift, at an uneven pace, on which the tremor of
    the hand lies (8 to 12 Hz), so that it curves, hooks, doubles back and lingers, where `MotionBlur` runs evenly along
    a straight line. `length_mm` is the path's farthest extent; hand-held snapshots have 0.2 to 0.7 mm on a 10 × 15 cm
    print. Without `linear_light`, in which bright spots draw it, encoded values are smeared. Length 0 is the
    identity.

    References: R. Fergus et al., Removing camera shake from a single photograph, doi:10.1145/1141911.1141956; R. Köhler
    et al., Recording and playback of camera shake, doi:10.1007/978-3-642-33786-4_3.
    """

    stage = Stage.LENS

    length_mm: Real = field(LogUniform(0.2, 1.5), "extent of the path, in mm on the print", low=0, high=20)
    tremor: Real = field((0.2, 1.2), "size of the tremor relative to the drift", low=0, high=10, unit="ratio")
    angle_deg: Real = field((0.0, 360.0), "direction of the drift, counterclockwise from the right", low=-360, high=360)
    linear_light: Flag = field(True, "whether light is smeared instead of encoded values")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One path for the whole picture."""
        extent = drawn["length_mm"] * photo.px_per_mm
        if extent < NO_EFFECT:
            return
        path = np.empty((shake.MOMENTS, 2), np.float32)
        shake.shake_path(path, drawn["angle_deg"] / 360, drawn["tremor"], *key.at("path").pair())
        taps = shake.path_taps(path, float(extent))
        pixels = photo.pixels
        if drawn["linear_light"]:
            tone.decode(pixels.reshape(-1))
        shake.smear(pixels.reshape(photo.height, photo.width * photo.channels), photo.channels, *taps)
        if drawn["linear_light"]:
            tone.encode(pixels.reshape(-1))
