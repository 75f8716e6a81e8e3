"""What may be found of a photograph: one class a kind.

A finding that is a `note` is no defect: it is told, and `--strict` does not count it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from degrade.screening.errors import ScreeningError

LEAK = "leak"
"""Duplicates and near-duplicates that lie in another split than the photograph they are alike."""


@dataclasses.dataclass(frozen=True)
class Finding(ABC):
    """Something about one file.

    Attributes
    ----------
    source : str
        Its path relative to the source, as in a listing.
    key : str or None
        Its photo key; None for what can be no photograph.
    """

    kind: ClassVar[str]
    note: ClassVar[bool] = False

    source: str
    key: str | None

    @property
    @abstractmethod
    def words(self) -> str:
        """What was found, for people."""

    @property
    def leak(self) -> bool:
        """Whether one picture lies in two splits."""
        return False

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"event": "finding", "finding": self.kind, "words": self.words, **dataclasses.asdict(self)}


@dataclasses.dataclass(frozen=True)
class Unusable(Finding):
    """A file that gives no pair: a build would reject it with the same `reason` and `detail`."""

    kind: ClassVar[str] = "unusable"

    reason: str
    detail: str

    @property
    def words(self) -> str:
        """The reason in words."""
        return f"{self.reason.replace('_', ' ')}: {self.detail}"


@dataclasses.dataclass(frozen=True)
class _Alike(Finding):
    """A picture that is there before.

    Attributes
    ----------
    of : str
        The source of the other photograph, which comes before this one in byte order.
    split, of_split : str
        Where a build would put the two; "" for nowhere, or where no splits were given.
    """

    of: str
    split: str
    of_split: str

    @property
    def leak(self) -> bool:
        """Whether the two lie in different splits."""
        return bool(self.split and self.of_split) and self.split != self.of_split

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {**super().to_data(), "leak": self.leak}

    @property
    def _where(self) -> str:
        return f", a leak: this one is in {self.split}, that one in {self.of_split}" if self.leak else ""


@dataclasses.dataclass(frozen=True)
class Duplicate(_Alike):
    """A file of the same bytes as the file `of`, the first of them all in byte order."""

    kind: ClassVar[str] = "duplicate"

    @property
    def words(self) -> str:
        """What it equals."""
        return f"the same bytes as {self.of}{self._where}"


@dataclasses.dataclass(frozen=True)
class NearDuplicate(_Alike):
    """A picture that looks like `of`: resized, recompressed, brightened, another format.

    Of several that it looks like, `of` is one in another split if there is any, then the nearest, then the first.

    Attributes
    ----------
    distance : int
        Bits of 64 in which the perceptual hashes differ.
    """

    kind: ClassVar[str] = "near_duplicate"

    distance: int

    @property
    def words(self) -> str:
        """What it looks like."""
        return f"looks like {self.of} ({self.distance} of 64 bits differ){self._where}"


@dataclasses.dataclass(frozen=True)
class Misnamed(Finding):
    """A file whose suffix promises another format. It is read all the same.

    Attributes
    ----------
    format : str
        What its bytes are.
    suffix : str
        What its name says, in small letters.
    """

    kind: ClassVar[str] = "misnamed"

    format: str
    suffix: str

    @property
    def words(self) -> str:
        """Both formats."""
        return f"its bytes are {self.format}, its name ends in .{self.suffix}"


@dataclasses.dataclass(frozen=True)
class TooSmall(Finding):
    """A photograph whose shorter side is below `min_side`, all in pixels."""

    kind: ClassVar[str] = "too_small"

    width: int
    height: int
    min_side: int

    @property
    def words(self) -> str:
        """Its size and the limit."""
        return f"{self.width}×{self.height} pixels, the shorter side below {self.min_side}"


@dataclasses.dataclass(frozen=True)
class Colourless(Finding):
    """A file in colour whose picture is gray."""

    kind: ClassVar[str] = "colourless"

    @property
    def words(self) -> str:
        """The same for all."""
        return "a file in colour without colour: already gray"


@dataclasses.dataclass(frozen=True)
class Compressed(Finding):
    """A picture that lost much to JPEG.

    Attributes
    ----------
    quality : int or None
        Of a JPEG file below the limit: libjpeg's quality whose table is nearest to the file's own.
    blockiness : float or None
        Of all others: how far the edges of 8×8 blocks stand out, as a share of the picture's own contrast between
        neighbours. They come from an earlier file.
    """

    kind: ClassVar[str] = "compressed"

    quality: int | None
    blockiness: float | None

    @property
    def words(self) -> str:
        """By which sign."""
        if self.quality is not None:
            return f"a JPEG of quality {self.quality}"
        return f"blocks of an earlier JPEG stand out (blockiness {self.blockiness})"


@dataclasses.dataclass(frozen=True)
class Blurred(Finding):
    """A picture that is enlarged or out of focus: it holds less detail than its pixels could.

    Attributes
    ----------
    sharpness : float
        Amplitude of the finest half octave beside that of the one an octave coarser.
    """

    kind: ClassVar[str] = "blurred"

    sharpness: float

    @property
    def words(self) -> str:
        """The measure."""
        return f"enlarged or blurred (sharpness {self.sharpness})"


@dataclasses.dataclass(frozen=True)
class Cmyk(Finding):
    """A file in inks: it is converted, but the colours of a print shop may differ."""

    kind: ClassVar[str] = "cmyk"
    note: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """The same for all."""
        return "stored in CMYK"


@dataclasses.dataclass(frozen=True)
class Deep(Finding):
    """A file of 16 bits a sample."""

    kind: ClassVar[str] = "deep"
    note: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """The same for all."""
        return "16 bits a sample"


FINDINGS: dict[str, type[Finding]] = {
    cls.kind: cls
    for cls in (
        Unusable, Duplicate, NearDuplicate, Misnamed, TooSmall, Colourless, Compressed, Blurred, Cmyk, Deep,
    )
}  # fmt: skip
"""Every kind, in the order in which the findings of one file stand in a report."""


def checked_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds that are named, LEAK among them, each perhaps with an s: "duplicates". Raises ScreeningError."""
    known = (*FINDINGS, LEAK)
    kinds = []
    for name in names:
        kind = name if name in known else name.removesuffix("s")
        if kind not in known:
            raise ScreeningError(f"there is no finding {name!r}", f"choose from {', '.join(known)}", exit_code=2)
        kinds.append(kind)
    if not kinds:
        raise ScreeningError("no findings are chosen to be moved", f"choose from {', '.join(known)}", exit_code=2)
    return tuple(dict.fromkeys(kinds))


def is_chosen(finding: Finding, kinds: Iterable[str]) -> bool:
    """Whether a finding is one of `kinds`, as `checked_kinds` gives them."""
    return finding.kind in kinds or (finding.leak and LEAK in kinds)
