"""A flatbed scanner."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Beta, Choice, LogUniform
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import blur, capture, gaussian, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.levels import measured_points

LEAST_SPREAD = 0.35
"""Standard deviation, in samples, below which a Gaussian falls between them."""


class Scan(Degradation):
    """A flatbed scanner and its software, as they make files of prints.

    Optics and sensor blur (`psf_px`, at the scanner's pitch) and sample at `sampling` times the file's resolution,
    which a cubic brings back; reading adds a little white noise. Then the software sharpens by an unsharp mask, that
    leaves the halos around every speck and crack by which scans are known; and sets black and white where the share
    `clip` of the picture is darker and lighter. A veil of stray light stays and lifts the blacks. Dust on the
    calibration strip leaves `streaks`, lines one pixel wide along the way of the carriage. Grain that stood before it
    comes out as scans show it: over few pixels correlated, by 0.6 to 0.75 between neighbours. Works on encoded values.

    References: ISO 16067-1 (resolution of scanners of prints); P. D. Burns, Slanted-edge MTF for digital camera and
    scanner analysis, PICS 2000; A. Polesel, G. Ramponi, V. J. Mathews, Image enhancement via adaptive unsharp masking,
    doi:10.1109/83.826787.
    """

    stage = Stage.CAPTURE

    psf_px: Real = field((0.4, 0.8), "standard deviation of optics and sensor, at the scanner's pitch", low=0, high=4)
    sampling: Real = field(
        (0.9, 1.05), "the scanner's resolution relative to the file's", low=0.25, high=4, unit="ratio"
    )
    noise: Real = field(
        LogUniform(0.0005, 0.004), "standard deviation of the read-out noise", low=0, high=0.1,
        unit="pixel scale [0, 1]",
    )  # fmt: skip
    sharpen: Flag = field(Choice((True, False), weights=(0.67, 0.33)), "whether its software sharpens")
    sharpening: Real = field((0.2, 0.87), "how strongly it sharpens", low=0, high=5, unit="share")
    radius_px: Real = field((0.6, 1.05), "standard deviation of the unsharp mask", low=0.2, high=20)
    auto_levels: Flag = field(Choice((True, False), weights=(0.86, 0.14)), "whether its software sets black and white")
    clip: Real = field((0.0, 0.01), "how much that clips at either end", low=0, high=0.4, unit="share")
    veil: Real = field(
        Beta(1, 6, scale=0.3), "stray light: the value that black gets", low=0, high=0.9, unit="pixel scale [0, 1]"
    )
    streaks: Flag = field(Choice((False, True), weights=(0.97, 0.03)), "whether dirt on its sensor leaves lines")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Optics, sensor, software."""
        pixels, channels = photo.pixels, photo.channels
        rows, values = pixels.reshape(photo.height, -1), pixels.reshape(-1)
        _sample(rows, channels, drawn["sampling"], drawn["psf_px"])
        if drawn["streaks"]:
            _leave_streaks(pixels, key.at("streaks"))
        if drawn["noise"] > 0:
            gaussian.gaussian(rows, 1, drawn["noise"], False, *key.at("noise").pair())
        if drawn["sharpen"] and drawn["sharpening"] > 0:
            blurred = photo.spare()
            blurred[...] = pixels
            blur.gaussian(blurred.reshape(rows.shape), channels, float(drawn["radius_px"]))
            capture.sharpened(values, blurred.reshape(-1), drawn["sharpening"])
        black, white = measured_points(values, drawn["clip"]) if drawn["auto_levels"] else (0.0, 1.0)
        if (black, white, drawn["veil"]) != (0, 1, 0):
            tone.stretched(values, black, white, float(drawn["veil"]), 1.0)


def _sample(rows: npt.NDArray[np.float32], channels: int, sampling: float, sigma: float) -> None:
    """Sample (H, W·C) pixels at `sampling` times their resolution through a Gaussian of `sigma` samples, and back."""
    if sampling == 1 and sigma == 0:
        return
    height, width = rows.shape[0], rows.shape[1] // channels
    spread = max(float(sigma), LEAST_SPREAD)
    reach_y, down = capture.sampling_weights(height, max(round(height * sampling), 1), spread)
    reach_x, across = reach_y, down
    if width != height:
        reach_x, across = capture.sampling_weights(width, max(round(width * sampling), 1), spread)
    capture.resampled(rows, channels, reach_x, capture.spread_across(across, channels), reach_y, down)
    capture.held(rows.reshape(-1))


def _leave_streaks(pixels: npt.NDArray[np.float32], key: Key) -> None:
    """One to three columns, in colour of one channel each, 2 to 10 % too light or too dark from top to bottom."""
    count = 1 + int(3 * key.uniform())
    for number in range(count):
        place, channel, strength, side, *_ = key.at(number).uniforms()
        column = pixels[:, int(place * pixels.shape[1]), int(channel * pixels.shape[2])]
        gain = np.float32(1 + (0.02 + 0.08 * strength) * (1 if side < 0.5 else -1))
        np.minimum(column * gain, np.float32(1), out=column)
