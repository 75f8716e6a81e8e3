"""Randomness by address: a Key names a place, and the numbers found there never change.

A stateful generator imposes an order: draw once more in one step, and every later step changes. A Key has no state to
consume. `key.at("folds", 3)` is the address of the fourth fold, whoever asks, whenever, in whatever process. The idea
is that of counter-based generators (J. K. Salmon et al., doi:10.1145/2063384.2063405) and of JAX's keys (JEP 263).
"""

from __future__ import annotations

import hashlib
import struct
from functools import lru_cache

_SCHEME = b"degrade.key.1"
_EIGHT = struct.Struct("<8Q")
_PAIR = struct.Struct("<2I")
STEP = 2.0**-53
"""A 64-bit word stands for the number ((word >> 11) + 0.5) · STEP in (0, 1)."""


@lru_cache(maxsize=4096, typed=True)
def _encoded(part: str | int) -> bytes:
    """Type, length and value of one part, so that no two different paths hash the same bytes."""
    if isinstance(part, str):
        raw = part.encode("utf-8", "surrogatepass")
        return b"s%d:" % len(raw) + raw
    if isinstance(part, int) and not isinstance(part, bool):
        return b"i%d;" % part
    raise TypeError(f"a part of a Key is a str or an int, not {part!r}")


class Key:
    """An address for randomness.

    Parameters
    ----------
    seed : int
        The recipe's seed.
    photo : str
        The photo's key, such as ``"album/0042"``.
    variant : int
        ``epoch * copies + copy``.

    Notes
    -----
    The address is hashed with BLAKE2b (RFC 7693); one digest serves eight uniforms or sixteen 32-bit words.
    """

    __slots__ = ("_hash",)

    def __init__(self, seed: int = 0, photo: str = "", variant: int = 0) -> None:
        self._hash = hashlib.blake2b(
            _encoded(seed) + _encoded(photo) + _encoded(variant), digest_size=64, person=_SCHEME
        )

    def at(self, *parts: str | int) -> Key:
        """The address reached from here through `parts`; this Key is left as it is."""
        key = object.__new__(Key)
        key._hash = reached = self._hash.copy()
        for part in parts:
            reached.update(_encoded(part))
        return key

    def uniforms(self) -> list[float]:
        """The eight numbers in (0, 1) that stand at this address, each a multiple of 2**-54."""
        return [((word >> 11) + 0.5) * STEP for word in self.words()]

    def words(self) -> tuple[int, ...]:
        """The eight 64-bit words that `uniforms()` are made of (see `STEP`)."""
        return _EIGHT.unpack(self._hash.digest())

    def uniform(self) -> float:
        """The first of `uniforms()`."""
        return ((self.words()[0] >> 11) + 0.5) * STEP

    def words_at(self, part: str | int) -> tuple[int, ...]:
        """``at(part).words()``, in half the time."""
        reached = self._hash.copy()
        reached.update(_encoded(part))
        return _EIGHT.unpack(reached.digest())

    def pair(self) -> tuple[int, int]:
        """Two 32-bit words, the counter-based noise kernels' key."""
        return _PAIR.unpack_from(self._hash.digest())
