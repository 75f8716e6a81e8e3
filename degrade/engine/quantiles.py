"""The normal distribution's quantiles as a table that ships with the package: libm's own differ between machines."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

TABLE = Path(__file__).with_name("data") / "normal_quantiles.npy"
"""float32, the upper half of `normal_quantiles`."""
_HALF = 32768


@lru_cache(maxsize=1)
def normal_quantiles() -> npt.NDArray[np.float32]:
    """Quantiles of the standard normal distribution at (i + 0.5)/65536, i = 0 … 65535: float32, ascending, read-only.

    Sixteen random bits pick a normal variate from it: exact to the sixteen bits, bounded at 4.33 standard deviations.
    """
    upper = np.load(TABLE)
    whole = np.concatenate([-upper[::-1], upper])
    whole.flags.writeable = False
    return whole


def computed_upper_half() -> npt.NDArray[np.float32]:
    """What `TABLE` holds, worked out anew (M. J. Wichura, Algorithm AS 241, doi:10.2307/2347330, in `statistics`)."""
    quantile = NormalDist().inv_cdf
    return np.array([quantile((i + 0.5) / (2 * _HALF)) for i in range(_HALF, 2 * _HALF)], np.float32)


if __name__ == "__main__":
    np.save(TABLE, computed_upper_half())
