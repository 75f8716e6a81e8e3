"""Ringing."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import convolve, psf
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Sinc(Degradation):
    """An ideal low-pass filter: fine detail is cut off sharply, which leaves ripples along every edge.

    What remains passes waves of up to `cutoff` radians a pixel, π being the finest that pixels can hold, in all
    directions alike: k(r) = cutoff·J1(cutoff·r)/(2πr). Imitates the ringing and overshoot of strong sharpening and
    compression, and of resampling by long kernels. Filters encoded values; edges are mirrored.

    References: C. E. Duchon, Lanczos filtering in one and two dimensions, J. Appl. Meteorol. 18 (1979); X. Wang et al.,
    Real-ESRGAN, arXiv:2107.10833 (cutoffs from π/3, from π/5 for kernels of 13 px and more).
    """

    stage = Stage.CAPTURE

    cutoff: Real = field((1.0472, 3.1416), "finest wave that passes", low=0.1, high=3.1416, unit="rad/px")
    size_px: Count = field(
        Choice((7, 9, 11, 13, 15, 17, 19, 21)), "side of the kernel; an even one counts as the next odd one",
        low=1, high=convolve.LARGEST,
    )  # fmt: skip

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One kernel for the whole picture."""
        weights = psf.low_pass(drawn["size_px"] | 1, float(drawn["cutoff"]))
        convolve.convolve(photo.pixels.reshape(photo.height, -1), photo.channels, weights)
