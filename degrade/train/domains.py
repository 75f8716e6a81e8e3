"""What kind of pictures a pair has: damaged ones with a clean one, old photographs alone, clean ones alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]

PAIRED, REAL, CLEAN = range(3)
NAMES = ("synthetic", "real", "clean")
"""What people are told of the codes. Every word of the column `domain` but real and clean is of pairs with a target."""


def domains_of(pairs: Any) -> Codes:
    """(N,) uint8: PAIRED, REAL or CLEAN, of StoredPairs or Pairs. Raises ShardError."""
    codes = {"real": REAL, "clean": CLEAN}
    return np.fromiter((codes.get(domain, PAIRED) for domain in pairs.domains), np.uint8, len(pairs))


def counts_of(codes: Codes) -> dict[str, int]:
    """How many pairs of each kind there are."""
    return {name: int((codes == code).sum()) for code, name in enumerate(NAMES)}
