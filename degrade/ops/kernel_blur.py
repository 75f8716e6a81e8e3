"""Blurs of other shapes than a round Gaussian."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Flag, Option, Real, field
from degrade.engine.kernels import convolve, psf
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS = ("gaussian", "generalised", "plateau")


class KernelBlur(Degradation):
    """A blur by an oblong, peaked or flat-topped kernel: lenses with astigmatism, and whatever blurred a copy.

    With q = x²/sigma_x_px² + y²/sigma_y_px² in axes turned by the angle, the kernel is exp(-q/2), a Gaussian;
    exp(-q^beta/2), `generalised`, peaked for beta below 1 and flat-topped above; or 1/(1 + q^beta), `plateau`, with
    long tails. It is sampled at whole pixels, `size_px` of them each way, and cut off there. `isotropic` gives both
    axes sigma_x_px. Filters encoded values; edges are mirrored. A plain round Gaussian is faster as `blur`.

    References: K. Zhang et al., Designing a Practical Degradation Model for Deep Blind Image Super-Resolution,
    arXiv:2103.14006; Y. Liu et al., Estimating Generalized Gaussian Blur Kernels for Out-of-Focus Image Deblurring,
    doi:10.1109/TCSVT.2020.2990623; kernels of 7 to 21 px with sigmas of 0.2 to 3 px, beta 0.5 to 4 (generalised) and 1
    to 2 (plateau), as X. Wang et al., Real-ESRGAN, arXiv:2107.10833, draw them.
    """

    stage = Stage.LENS

    kind: Option = field("gaussian", "the kernel's profile", options=KINDS)
    isotropic: Flag = field(False, "whether it is round, with sigma_x_px both ways")
    sigma_x_px: Real = field((0.5, 3.0), "standard deviation along the angle", low=0.05, high=100)
    sigma_y_px: Real = field((0.5, 3.0), "standard deviation across the angle", low=0.05, high=100)
    angle_deg: Real = field((0.0, 180.0), "direction of the first axis, counterclockwise", low=-360, high=360)
    beta: Real = field((0.5, 2.0), "exponent of the profile, but for a Gaussian", low=0.1, high=10, unit="exponent")
    size_px: Count = field(
        Choice((7, 9, 11, 13, 15, 17, 19, 21)), "side of the kernel; an even one counts as the next odd one",
        low=1, high=convolve.LARGEST,
    )  # fmt: skip

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One kernel for the whole picture."""
        sigma_x = drawn["sigma_x_px"]
        sigma_y = sigma_x if drawn["isotropic"] else drawn["sigma_y_px"]
        beta = 1.0 if drawn["kind"] == "gaussian" else float(drawn["beta"])
        size = drawn["size_px"] | 1
        turns = drawn["angle_deg"] / 360
        weights = psf.bell(size, float(sigma_x), float(sigma_y), turns, beta, drawn["kind"] == "plateau")
        convolve.convolve(photo.pixels.reshape(photo.height, -1), photo.channels, weights)
