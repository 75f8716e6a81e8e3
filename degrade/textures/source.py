"""Where sheets come from: what all sources of textures have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache

from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.textures.sheet import Sheet

SHARES: Mapping[str, float] = {"train": 0.7, "val": 0.15, "test": 0.15}
"""How a source's sheets are divided."""
_OTHER_NAMES = {"valid": "val", "validation": "val", "dev": "val", "eval": "val"}


class Source(ABC):
    """Textures of one kind.

    Attributes
    ----------
    names : tuple of str
        Its sheets, in alphabetical order.
    shows : DamageClass or None
        What its sheets show, which is the class of the masks; None for a surface, which keeps no masks.
    tones : bool
        Whether a sheet is a picture of its own tones; otherwise it says how much of each place is covered.
    colour : (R, G, B)
        Encoded colour of what covers, in [0, 1].
    px_per_mm : float or None
        Scale of the sheets; None if each is as large as the print.
    digest : str
        16 hex digits: the hash of everything that decides its sheets; of pictures, their names and bytes.
    """

    names: tuple[str, ...]
    shows: DamageClass | None
    tones: bool
    colour: tuple[float, float, float]
    px_per_mm: float | None

    def __init__(self) -> None:
        # Every sheet in memory holds a file open: a large folder must not use them up.
        self._opened = lru_cache(maxsize=128)(self._open)
        self._divided: dict[str, tuple[str, ...]] = {}

    @property
    @abstractmethod
    def digest(self) -> str:
        """See above."""

    @abstractmethod
    def _open(self, name: str) -> Sheet:
        """Make or map one of the sheets."""

    def sheet(self, name: str) -> Sheet:
        """One of its sheets; made on first use, then kept.

        Raises
        ------
        TextureError
            It is a picture that cannot be read.
        """
        return self._opened(name)

    def names_for(self, split: str) -> tuple[str, ...]:
        """The sheets that pairs of a split are made with; see `division`.

        "valid", "validation", "dev" and "eval" are "val"; a split of any other name shares the sheets of "test", so
        that a training texture never appears outside of "train".
        """
        if not self._divided:
            self._divided = division(self.names, SHARES)
        return self._divided[usual_split(split)]


def usual_split(split: str) -> str:
    """The one of `SHARES` that stands for a split: "val" for "valid", "validation", "dev" and "eval", "test" for any
    other that is none of them."""
    usual = _OTHER_NAMES.get(split, split)
    return usual if usual in SHARES else "test"


def division(names: Sequence[str], shares: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """The names of textures that each split may use, no name in two splits.

    A name goes where its hash falls among intervals as long as the shares; so a texture that is added moves no other.
    With at least as many names as splits none stays empty: the name whose hash lies nearest moves over. With fewer,
    there is nothing to divide, and every split has them all.

    Parameters
    ----------
    names : sequence of str
        Different names.
    shares : mapping
        The splits, with shares above 0 of any sum.
    """
    if len(names) < len(shares):
        return {split: tuple(sorted(names)) for split in shares}
    places = {name: Key(0, name).at("texture").uniform() for name in names}
    total, start, intervals = sum(shares.values()), 0.0, {}
    for split, share in shares.items():
        intervals[split] = (start, start + share / total)
        start += share / total
    last = next(reversed(intervals))
    divided: dict[str, list[str]] = {split: [] for split in shares}
    for name in sorted(names):
        fitting = (split for split, (low, high) in intervals.items() if low <= places[name] < high)
        divided[next(fitting, last)].append(name)
    for split, (low, high) in intervals.items():
        if not divided[split]:
            movable = [name for members in divided.values() if len(members) > 1 for name in members]
            moved = min(movable, key=lambda name: (max(low - places[name], places[name] - high), name))
            for members in divided.values():
                if moved in members:
                    members.remove(moved)
            divided[split].append(moved)
    return {split: tuple(sorted(members)) for split, members in divided.items()}
