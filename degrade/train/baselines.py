"""What a network must beat: doing nothing, rescaling tones, and the filters of every image library.

    identity         the degraded picture as it is
    affine           the one affine map of colours that is best over a data set
    median           median of 3 × 3 pixels, channel by channel
    non_local_means  A. Buades et al., doi:10.1109/CVPR.2005.38, by scikit-image

All take and give (H, W, C) float32 in [0, 1]. What has to be fitted is fitted on other pairs than those that are
evaluated: an affine map fitted to each test picture would know its target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.train.metrics import error_map

Array = npt.NDArray[Any]
Picture = npt.NDArray[np.float32]
Method = Callable[[Picture], Picture]

STRENGTHS = (0.4, 0.6, 0.8, 1.0, 1.4)
"""Of non-local means: its h as a share of the picture's noise; the best of these is taken."""
_TUNED_ON = 24
_TUNED_PX = 96
"""Non-local means is tuned on the middles, of so many pixels, of the first so many pictures."""
_LEAST_SIGMA = 1e-4


def baselines(fitting: Iterable[tuple[Picture, Picture]] = ()) -> dict[str, Method]:
    """The baselines by name.

    Parameters
    ----------
    fitting : iterable of (degraded, clean)
        (H, W, C) pictures that are not evaluated, gone through once. Without any there is no affine map, and non-local
        means has the strength 0.8 that its authors' followers recommend (J. Darbon et al.,
        doi:10.1109/ISBI.2008.4541250).
    """
    middles: list[tuple[Picture, Picture]] = []

    def kept() -> Iterator[tuple[Picture, Picture]]:
        for degraded, clean in fitting:
            if len(middles) < _TUNED_ON:
                middles.append((_middle(degraded), _middle(clean)))
            yield degraded, clean

    affine = Affine.fitted(kept())
    if affine is None:
        return {"identity": identity, "median": median, "non_local_means": NonLocalMeans()}
    tuned = NonLocalMeans.tuned(middles)
    return {"identity": identity, "affine": affine, "median": median, "non_local_means": tuned}


def identity(picture: Picture) -> Picture:
    """The picture itself."""
    return picture


def median(picture: Picture) -> Picture:
    """Median of 3 × 3 pixels; the border is repeated."""
    filtered: Array = cv2.medianBlur(np.ascontiguousarray(picture), 3)
    return filtered.reshape(picture.shape)


@dataclass(frozen=True, eq=False)
class Affine:
    """Each channel of the target as a weighted sum of the picture's channels and a constant.

    Attributes
    ----------
    matrix : (C + 1, C) float64
        The last row is the constant.
    """

    matrix: npt.NDArray[np.float64]

    @classmethod
    def fitted(cls, pairs: Iterable[tuple[Picture, Picture]]) -> Affine | None:
        """The least squares over all pixels of (degraded, clean) pictures; None where there are no pictures."""
        squares: Any = 0.0
        products: Any = 0.0
        for degraded, clean in pairs:
            given = _with_one(degraded)
            squares = squares + given.T @ given
            products = products + given.T @ clean.reshape(-1, clean.shape[2]).astype(np.float64)
        return cls(np.linalg.lstsq(squares, products, rcond=None)[0]) if np.ndim(squares) else None

    def __call__(self, picture: Picture) -> Picture:
        mapped = _with_one(picture) @ self.matrix
        return np.clip(mapped, 0, 1).astype(np.float32).reshape(*picture.shape[:2], -1)


def _with_one(picture: Picture) -> npt.NDArray[np.float64]:
    """(H·W, C + 1), the last column being 1."""
    pixels = picture.reshape(-1, picture.shape[2]).astype(np.float64)
    return np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1)


@dataclass(frozen=True)
class NonLocalMeans:
    """Patches of 5 px compared within 6 px, with h = `strength` · sigma, the picture's own noise."""

    strength: float = 0.8

    @classmethod
    def tuned(cls, pairs: Sequence[tuple[Picture, Picture]]) -> NonLocalMeans:
        """That of `STRENGTHS` with the least squared error over (degraded, clean) pictures."""
        errors = [sum(cls(strength)._error(*pair) for pair in pairs) for strength in STRENGTHS]
        return cls(STRENGTHS[int(np.argmin(errors))])

    def __call__(self, picture: Picture) -> Picture:
        from skimage.restoration import denoise_nl_means

        sigma = noise_of(picture)
        if sigma < _LEAST_SIGMA:
            return picture
        settings: dict[str, Any] = {
            "patch_size": 5,
            "patch_distance": 6,
            "h": self.strength * sigma,
            "sigma": sigma,
            "fast_mode": True,
        }
        if picture.shape[2] == 1:
            done = denoise_nl_means(picture[:, :, 0], **settings)[:, :, None]
        else:
            done = denoise_nl_means(picture, channel_axis=2, **settings)
        clipped: Picture = np.clip(done, 0, 1).astype(np.float32)
        return clipped

    def _error(self, degraded: Picture, clean: Picture) -> float:
        return float(error_map(self(degraded), clean).mean())


def noise_of(picture: Picture) -> float:
    """The standard deviation of noise, meaned over channels: the median of the diagonal Haar coefficients' magnitude
    over 0.6745 (D. L. Donoho and I. M. Johnstone, doi:10.1093/biomet/81.3.425)."""
    height, width = (side - side % 2 for side in picture.shape[:2])
    if not height or not width:
        return 0.0
    even = picture[:height, :width]
    diagonal = (even[::2, ::2] - even[1::2, ::2] - even[::2, 1::2] + even[1::2, 1::2]) / 2
    return float(np.median(np.abs(diagonal), axis=(0, 1)).mean() / 0.6745)


def _middle(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    top, left = max(0, height - _TUNED_PX) // 2, max(0, width - _TUNED_PX) // 2
    return picture[top : top + _TUNED_PX, left : left + _TUNED_PX].copy()


def spread_out(count: int, most: int) -> Iterator[int]:
    """At most `most` numbers below `count`, evenly spread."""
    taken = min(count, most)
    yield from (round(number * (count - 1) / max(1, taken - 1)) for number in range(taken))
