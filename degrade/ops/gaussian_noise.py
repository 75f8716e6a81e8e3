"""White Gaussian noise."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import gaussian
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class GaussianNoise(Degradation):
    """Additive white Gaussian noise: the read-out noise of a sensor, and the customary stand-in for film grain.

    Each encoded value v becomes v + sigma·n and is clipped to [0, 1]; n is standard normal, its moments up to the
    eighth within 0.3 %. Scans of old prints show less of it, 2 to 9 of 255 codes, and correlated: see `grain`.

    References: K. Zhang et al., Beyond a Gaussian Denoiser, doi:10.1109/TIP.2017.2662206; ranges of D. Hendrycks and
    T. Dietterich, arXiv:1903.12261 (sigma 0.08 to 0.38), and of the code of Z. Wan et al., arXiv:2004.09484 (5 to 50
    codes).
    """

    stage = Stage.NEGATIVE

    sigma: Real = field((0.02, 0.1), "standard deviation", low=0, high=10, unit="pixel scale [0, 1]")
    per_channel: Flag = field(True, "whether each channel of a colour picture has its own noise; else it is gray")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """v + sigma·n."""
        add_noise(photo, drawn["sigma"], drawn["per_channel"], key, multiplied=False)


def add_noise(photo: Photo, sigma: float, per_channel: bool, key: Key, *, multiplied: bool) -> None:
    """Add normal noise of `sigma` to `photo` in place, `multiplied` by each value or not."""
    if sigma == 0:
        return
    shared = 1 if per_channel else photo.channels
    gaussian.gaussian(photo.pixels.reshape(photo.height, -1), shared, sigma, multiplied, *key.pair_at("noise"))
