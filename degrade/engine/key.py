"""Randomness by address: a Key names a place, and the numbers found there never change.

A stateful generator imposes an order: draw once more in one step, and every later step changes. A Key has no state to
consume. `key.at("folds", 3)` is the address of the fourth fold, whoever asks, whenever, in whatever process. The idea
is that of counter-based generators (J. K. Salmon et al., doi:10.1145/2063384.2063405) and of JAX's keys (JEP 263).
"""

from __future__ import annotations

import hashlib
import struct
from functools import lru_cache

_NOTHING = hashlib.blake2b(digest_size=64, person=b"degrade.key.1")
_WORDS = tuple(struct.Struct(f"<{count}Q") for count in range(9))
_PAIR = struct.Struct("<2I")
_new = object.__new__
_WORDS_KEPT = 4096
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


_encoded_words: dict[str | int, bytes] = {}
"""The texts among the parts seen so far, encoded: found in a third of the time. No numbers, since True equals 1."""


def _remembered(part: str | int) -> bytes:
    """`_encoded`, kept among `_encoded_words` if it is a text."""
    code = _encoded(part)
    if isinstance(part, str) and len(_encoded_words) < _WORDS_KEPT:
        _encoded_words[part] = code
    return code


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
        self._hash = _NOTHING.copy()
        self._hash.update(_encoded(seed) + _encoded(photo) + _encoded(variant))

    def at(self, *parts: str | int) -> Key:
        """The address reached from here through `parts`; this Key is left as it is."""
        key: Key = _new(Key)
        key._hash = reached = self._hash.copy()
        for part in parts:
            reached.update(_encoded_words.get(part) or _remembered(part))
        return key

    def uniforms(self) -> list[float]:
        """The eight numbers in (0, 1) that stand at this address, each a multiple of 2**-54."""
        return [((word >> 11) + 0.5) * STEP for word in self.words()]

    def words(self) -> tuple[int, ...]:
        """The eight 64-bit words that `uniforms()` are made of (see `STEP`)."""
        return _WORDS[8].unpack(self._hash.digest())

    def uniform(self) -> float:
        """The first of `uniforms()`."""
        word: int = _WORDS[1].unpack_from(self._hash.digest())[0]
        return ((word >> 11) + 0.5) * STEP

    def words_at(self, part: str | int, count: int = 8) -> tuple[int, ...]:
        """The first `count` of ``at(part).words()``, in half the time."""
        reached = self._hash.copy()
        reached.update(_encoded_words.get(part) or _remembered(part))
        return _WORDS[count].unpack_from(reached.digest())

    def uniforms_at(self, part: str | int, count: int) -> list[float]:
        """The first `count` of ``at(part).uniforms()``, in half the time."""
        return [((word >> 11) + 0.5) * STEP for word in self.words_at(part, count)]

    def pair_at(self, part: str | int) -> tuple[int, int]:
        """``at(part).pair()``, in two thirds of the time."""
        reached = self._hash.copy()
        reached.update(_encoded_words.get(part) or _remembered(part))
        return _PAIR.unpack_from(reached.digest())

    def pair(self) -> tuple[int, int]:
        """Two 32-bit words, the counter-based noise kernels' key."""
        return _PAIR.unpack_from(self._hash.digest())
