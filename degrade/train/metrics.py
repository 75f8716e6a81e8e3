"""How far a picture is from its target: sums of each pair, from which the figures of a data set are made.

Pictures are (H, W, C) float32 in [0, 1], as they are seen: outputs are clipped, and not rounded to 8 bits. So a figure
of a data set is always a quotient of two sums over pairs, which can be taken over any choice of its photographs.

    mse                  mean squared error over all pixels and channels, meaned over pictures
    psnr                 mean of the pictures' own PSNR, 10·log10(1 / MSE) dB
    psnr_of_mean_mse     PSNR of the mean MSE: never above psnr, and what papers mix up with it
    ssim                 mean SSIM (Wang et al., doi:10.1109/TIP.2003.819861), by scikit-image with its authors'
                         settings: Gaussian window of sigma 1.5 cut at 3.5 sigma (11 × 11), K1 0.01, K2 0.03, range 1,
                         population covariance; channels are meaned. Pictures below 11 px have none.
    inside, ring, outside   PSNR at the pixels of a zone (`regions.zones`), meaned over the pictures that have such
    inside_pooled …      PSNR of the mean squared error over all such pixels of the data set
    class.NAME, width.NAME  the same pooled, for a class of damage and a width of it
    chroma_ratio         sum of the chroma C*ab of the output over that of the target: 1 is as colourful, below is
                         paler; none where targets are gray

PSNR of a picture ends at 100 dB (an MSE of 1e-10), so that means exist where a picture is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.streaming.lab import rgb_to_lab
from degrade.train.regions import Division

Array = npt.NDArray[Any]
Sums = dict[str, tuple[float, float]]
"""Column -> (numerator, denominator) of one pair; what a pair cannot tell is left out."""

LEAST_MSE = 1e-10
SSIM_LEAST_PX = 11
LEAST_CHROMA = 0.5
"""Mean C*ab below which targets are gray to the eye, and have no chroma ratio."""
_CHROMA = "chroma_ratio"
_ERROR = ".error"


def psnr(mse: Any) -> Any:
    """10·log10(1 / mse) in dB, at most 100; of a number or an array."""
    return -10 * np.log10(np.maximum(mse, LEAST_MSE))


def ssim(output: Array, target: Array) -> float:
    """SSIM of two (H, W, C) pictures in [0, 1]; see above. NaN below 11 px."""
    from skimage.metrics import structural_similarity

    if min(output.shape[:2]) < SSIM_LEAST_PX:
        return float("nan")
    channels = range(target.shape[2])
    settings = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    similar: Any = structural_similarity  # without types
    each = [similar(output[:, :, c], target[:, :, c], **settings) for c in channels]
    return float(np.mean(each))


def chroma(picture: Array) -> float:
    """Mean C*ab of an (H, W, 3) sRGB picture in [0, 1] (CIE 15:2018)."""
    _, a, b = rgb_to_lab(*(np.ascontiguousarray(picture[:, :, c], np.float32) for c in range(3)))
    return float(np.sqrt(a * a + b * b).mean(dtype=np.float64))


def error_map(output: Array, target: Array) -> npt.NDArray[np.float64]:
    """(H, W) squared error, meaned over channels."""
    difference = output.astype(np.float64) - target
    error: npt.NDArray[np.float64] = np.square(difference, out=difference).mean(axis=2)
    return error


def sums_of(output: Array, target: Array, divided: Sequence[Division] = ()) -> Sums:
    """What one pair adds to every figure.

    Parameters
    ----------
    output, target : (H, W, C) float32
        In [0, 1], of one shape; C is 1 or 3.
    divided : sequence of Division
        Its pixels, by zone, class and width of the damage.
    """
    errors = error_map(output, target)
    mse = float(errors.mean())
    sums: Sums = {"mse": (mse, 1.0), "psnr": (float(psnr(mse)), 1.0)}
    if not np.isnan(similar := ssim(output, target)):
        sums["ssim"] = (similar, 1.0)
    for group, names, labels in divided:
        count = np.bincount(labels.ravel(), minlength=len(names) + 1)
        error = np.bincount(labels.ravel(), weights=errors.ravel(), minlength=len(names) + 1)
        for label, name in enumerate(names, 1):
            if count[label]:
                column = name if group == "zone" else f"{group}.{name}"
                sums[column + _ERROR] = (float(error[label]), float(count[label]))
                if group == "zone":
                    sums[column] = (float(psnr(error[label] / count[label])), 1.0)
    if target.shape[2] == 3:
        sums[_CHROMA] = (chroma(output), chroma(target))
    return sums


def figures_of(numerators: Mapping[str, Array], denominators: Mapping[str, Array]) -> dict[str, Array]:
    """Figures from the sums of pairs, each summed over some choice of them (or an array of choices).

    A figure is NaN where nothing in the choice tells it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        means = {column: numerators[column] / denominators[column] for column in numerators}
        if _CHROMA in means:
            coloured = denominators[_CHROMA] / denominators["mse"] >= LEAST_CHROMA
            means[_CHROMA] = np.where(coloured, means[_CHROMA], np.nan)
    figures: dict[str, Array] = {}
    for column, mean in means.items():
        if not column.endswith(_ERROR):
            figures[column] = mean
            if column == "psnr":
                figures["psnr_of_mean_mse"] = psnr(means["mse"])
            continue
        name = column.removesuffix(_ERROR)
        figures[name if "." in name else f"{name}_pooled"] = psnr(mean)
    return figures
