"""The unsharpness of an old lens."""

from __future__ import annotations

import math

from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import lens, tone
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo

GAPS = (1, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Pixels between the taps of the passes; no more are run than the picture needs."""
LEAST_VARIANCE = 0.02
"""px² below which nothing is seen."""


class LensBlur(Degradation):
    """A lens that is sharp in the middle of the field and soft towards its corners.

    The blur's standard deviation at the distance r from the optical centre, in half diagonals, is sigma·(1 + k·r²):
    k is near 0 for a good lens stopped down, 3 for a box camera's meniscus or a wide-open portrait lens. Lenses before
    the anastigmats of 1890 have astigmatism too: towards the corners points become dashes, that point to the centre or
    lie across. The optical centre may lie off the middle. Works on encoded values unless `linear_light`, in which
    highlights bleed into shadows. Measured on old prints sigma is 0.13 to 1.9 thousandths of the diagonal, 0.023 to
    0.34 mm on a 10 × 15 cm print. Sigma 0 is the identity.

    References: R. Kingslake, A History of the Photographic Lens (1989); W. T. Welford, Aberrations of Optical Systems
    (1986), on field curvature and astigmatism, which grow with the square of the field angle.
    """

    stage = Stage.LENS

    sigma_mm: Real = field(LogUniform(0.05, 0.3), "standard deviation of the blur in the centre", low=0, high=5)
    field_growth: Real = field(
        (0.3, 3.0), "how much softer the corners are", low=0, high=10, unit="per squared half diagonal"
    )
    astigmatism: Real = field(
        (-0.6, 0.6), "share of the corners' variance in dashes across (below 0) or towards the centre", low=-1, high=1,
        unit="share",
    )  # fmt: skip
    shift_frac: Real = field((0.0, 0.1), "how far the optical centre lies off the middle", low=0, high=1)
    linear_light: Flag = field(False, "whether light is blurred instead of encoded values")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Passes of diffusion, until the softest corner has its blur."""
        sigma = drawn["sigma_mm"] * photo.px_per_mm
        top, bottom, left, right = photo.print_box
        away = drawn["shift_frac"] * min(bottom - top, right - left)
        sine, cosine = sincos(key.at("direction").uniform())
        centre_y, centre_x = (top + bottom) / 2 + away * float(sine), (left + right) / 2 + away * float(cosine)
        half_diagonal = math.hypot(bottom - top, right - left) / 2
        reach = max(
            (y - centre_y) ** 2 + (x - centre_x) ** 2 for y in (0, photo.height) for x in (0, photo.width)
        ) / (half_diagonal * half_diagonal)  # fmt: skip
        most = (sigma * (1 + drawn["field_growth"] * reach)) ** 2
        if most < LEAST_VARIANCE:
            return
        if drawn["linear_light"]:
            tone.decode(photo.pixels.reshape(-1))
        dealt = 0.0
        for gap in GAPS:
            if dealt >= most:
                break
            source, out = photo.pixels, photo.spare()
            shape = (photo.height, photo.width * photo.channels)
            lens.lens_pass(
                source.reshape(shape), out.reshape(shape), photo.channels, gap, centre_y, centre_x, half_diagonal,
                sigma * sigma, drawn["field_growth"], drawn["astigmatism"], dealt,
            )  # fmt: skip
            photo.pixels = out
            dealt += 2 * lens.FULLEST * gap * gap
        if drawn["linear_light"]:
            tone.encode(photo.pixels.reshape(-1))
