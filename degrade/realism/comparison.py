"""What comes out of comparing two sets: figures, ready for JSON, and what may be said of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from degrade.realism.masks import MaskGap
from degrade.realism.scalars import Gap
from degrade.train.bootstrap import Interval

Verdict = Literal["too_few", "not_told_apart", "within_controls", "told_apart"]
VERDICTS: dict[Verdict, str] = {
    "too_few": "too few photographs to say whether the sets differ",
    "not_told_apart": "the sets are not told apart, as far as so many photographs show",
    "within_controls": "the sets are told apart no better than real photographs from themselves saved again",
    "told_apart": "the sets are told apart",
}


@dataclass(frozen=True)
class Floor:
    """What real photographs give against real photographs: two halves, again and again.

    Attributes
    ----------
    auc, auc_spread : float
        Mean and standard deviation over the splits.
    mmd, mmd_spread : float
    frechet, frechet_spread : float
    splits : int
        How often the set was halved.
    photographs : int
        In each half.
    """

    auc: float
    auc_spread: float
    mmd: float
    mmd_spread: float
    frechet: float
    frechet_spread: float
    splits: int
    photographs: int


@dataclass(frozen=True)
class OfSource:
    """How far a set lies from the real photographs of one source, such as an album.

    Attributes
    ----------
    name : str
        The folder of the real photographs.
    photographs : int
        Real ones.
    auc : Interval
        Of the classifier test of all sources, asked about this one alone.
    """

    name: str
    photographs: int
    auc: Interval


@dataclass(frozen=True)
class Separation:
    """How far one set lies from the real photographs.

    Attributes
    ----------
    photographs, groups : int
        Pictures that were compared, and how many of them are independent.
    auc : Interval
        Of the classifier test on all gray features at 384 pixels; 0.5 is alike.
    trees : float
        The same by boosted trees.
    p : float
        Of the classifier test, by permutation.
    families : dict
        The same test on one family of features, at 384 pixels; "no tone", "native" (all gray ones in full resolution),
        "native noise" and "colour" besides.
    sources : tuple of OfSource
        The farthest first; of sources of five photographs and more, and empty where all are of one source.
    mmd : Interval
    mmd_p : float
    frechet : float
        At as many photographs as the floor's.
    gaps : tuple of Gap
        The largest first.
    within : float
        Share of the gaps with |z| < 0.5.
    """

    photographs: int
    groups: int
    auc: Interval
    trees: float
    p: float
    families: dict[str, Interval]
    sources: tuple[OfSource, ...]
    mmd: Interval
    mmd_p: float
    frechet: float
    gaps: tuple[Gap, ...]
    within: float


@dataclass(frozen=True)
class Control:
    """A test of what else might tell the sets apart.

    Attributes
    ----------
    name : str
        resized, resaved (real photographs against themselves so treated); equalised (both sets saved alike); content
        (patches that show the like); sources (largest source of the real photographs against the others); unseen
        sources (synthetic against real from sources that the classifier has not seen).
    words : str
        What was tested, in words.
    auc : Interval
    count : int
        Photographs of the smaller side, or pairs of patches.
    """

    name: str
    words: str
    auc: Interval
    count: int


@dataclass(frozen=True)
class Comparison:
    """Synthetic pictures beside real photographs.

    Attributes
    ----------
    real : int
        Real photographs that were compared.
    real_groups : int
        How many of them are independent.
    left_out : dict
        Name of a set -> how many of its pictures could not be measured.
    floor : Floor
    synthetic : Separation
    clean, naive, laid : Separation or None
        Of undegraded pictures, of naively degraded ones, and of undegraded ones on plates of several exposures, at as
        many pictures as the synthetic set.
    gain, gain_over_laid : Interval or None
        AUC of the clean set, or of the laid one, less that of the synthetic one: above 0 if it is nearer.
    score : Interval or None
        1 − (AUC − floor) / (AUC of clean − floor): 1 is like the real ones, 0 no better than leaving pictures clean.
    score_refused : str
        Why there is no score.
    controls : tuple of Control
    masks : tuple of MaskGap
        Of damage masks, where both sides have some.
    verdict : str
        too_few, not_told_apart, within_controls or told_apart.
    words : str
        The verdict in a sentence, with its figures.
    warnings : tuple of str
    seed, permutations, resamples : int
        What the random draws came from, and how many there were.
    """

    real: int
    real_groups: int
    left_out: dict[str, int]
    floor: Floor
    synthetic: Separation
    clean: Separation | None
    naive: Separation | None
    laid: Separation | None
    gain: Interval | None
    gain_over_laid: Interval | None
    score: Interval | None
    score_refused: str
    controls: tuple[Control, ...]
    masks: tuple[MaskGap, ...]
    verdict: Verdict
    words: str
    warnings: tuple[str, ...]
    seed: int
    permutations: int
    resamples: int

    def control(self, name: str) -> Control | None:
        """The control of that name, if it could be made."""
        return next((control for control in self.controls if control.name == name), None)

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON: dicts, lists, texts and numbers; intervals are {value, low, high}."""
        data: dict[str, Any] = plain(self)
        return data


def plain(value: Any) -> Any:
    """Dataclasses, tuples and intervals as dicts and lists."""
    if isinstance(value, Interval):
        return value.to_data()
    if dataclasses.is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, tuple | list) else value
