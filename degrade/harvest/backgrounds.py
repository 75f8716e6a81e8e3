"""What a scan would be without its damage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.harvest.scans import Floats

_MEDIAN_SIDE = 320
"""Longer side, in pixels, at which the median of a blank scan is taken."""
_MEDIAN_WINDOW = 81
"""Its window there: a quarter of the scan, wider than any stain that is to be found."""
_WIDTHS = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Deviations in pixels of the Gaussians by which the surroundings of a mask are carried into it, the narrowest that
reaches."""
_REACHED = 0.05


def of_blank(pixels: Floats) -> Floats:
    """(H, W, C) float32: the even ground of a blank scan, its light falling off slowly: a median over a quarter of it,
    smoothed."""
    import cv2

    height, width = pixels.shape[:2]
    shrunk = max(height, width) / _MEDIAN_SIDE
    size = max(round(width / shrunk), 8), max(round(height / shrunk), 8)
    window = min(_MEDIAN_WINDOW, min(size) // 2 * 2 - 1)
    ground = np.empty_like(pixels)
    for channel in range(pixels.shape[2]):
        small = cv2.resize(np.ascontiguousarray(pixels[:, :, channel]), size, interpolation=cv2.INTER_AREA)
        # OpenCV's wide median takes bytes: the range of the scan is stretched over them.
        low, high = float(small.min()), float(small.max())
        span = max(high - low, 1e-6)
        margin = window // 2
        stretched = np.rint((small - low) / span * 255).astype(np.uint8)
        padded = cv2.copyMakeBorder(stretched, *(margin,) * 4, cv2.BORDER_REFLECT)
        median = cv2.medianBlur(padded, window)[margin:-margin, margin:-margin]
        even = cv2.GaussianBlur(median.astype(np.float32), (0, 0), window / 8)
        whole = cv2.resize(even, (width, height), interpolation=cv2.INTER_LINEAR) * (span / 255) + low
        # A byte of the stretched range is coarser than the scan: the rest is the median of what differs.
        ground[:, :, channel] = whole + np.median(pixels[:, :, channel] - whole)
    return ground


def around_mask(pixels: Floats, mask: npt.NDArray[np.bool_]) -> Floats:
    """(H, W, C) float32: the picture with what the mask covers filled from around it, by Gaussians that leave the mask
    out (normalised convolution, H. Knutsson and C.-F. Westin, doi:10.1109/CVPR.1993.341081)."""
    import cv2

    filled = pixels.copy()
    missing, known = mask.copy(), (~mask).astype(np.float32)
    for width in _WIDTHS:
        if not missing.any():
            break
        weight = cv2.GaussianBlur(known, (0, 0), width)
        reached = missing & (weight > _REACHED)
        for channel in range(pixels.shape[2]):
            carried: Any = cv2.GaussianBlur(pixels[:, :, channel] * known, (0, 0), width)
            filled[:, :, channel][reached] = carried[reached] / weight[reached]
        missing &= ~reached
    if missing.any() and not mask.all():
        filled[missing] = np.median(pixels[~mask].reshape(-1, pixels.shape[2]), axis=0)
    return filled
