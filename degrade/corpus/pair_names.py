"""Which files of two parallel folders belong together, by their names alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

INPUT, TARGET = SIDES = ("input", "target")
MATCHES = {
    "name": "the same path below both folders",
    "stem": "the same path but for the suffix",
}
"""By what an input and its target are found to belong together."""

UNMATCHED = {
    "orphan": "nothing in the other folder has its name",
    "other_suffix": "the other folder has its name with another suffix",
    "other_case": "the other folder has its name in other capitals",
    "other_split": "the other folder has it in another split",
    "case_clash": "a pair has its name in other capitals, which many file systems take for the same",
    "ambiguous": "more than one file of a folder would belong to it",
}
"""Why a file is in no pair. Never renamed."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A file that is in no pair.

    Attributes
    ----------
    kind : str
        One of `UNMATCHED`.
    other : str
        The file that it is about, in the other folder (for case_clash: in both); "" for an orphan.
    """

    kind: str
    other: str = ""


@dataclass(frozen=True)
class Matched:
    """The files of two folders.

    Attributes
    ----------
    pairs : list of (input, target)
        Sources, in order of the inputs.
    unmatched : dict
        By side, source -> why it is in no pair.
    """

    pairs: list[tuple[str, str]]
    unmatched: dict[str, dict[str, Unmatched]]


def match_names(inputs: Iterable[str], targets: Iterable[str], by: str = "name", splits: bool = False) -> Matched:
    """Find the pairs of two folders.

    Of pairs whose names are equal but for capitals the first in byte order counts.

    Parameters
    ----------
    inputs, targets : iterable of str
        Sources: paths relative to each folder.
    by : str
        One of `MATCHES`.
    splits : bool
        Whether the first folders are splits, so that a file may be in the wrong one.

    Raises
    ------
    ValueError
        `by` is unknown.
    """
    if by not in MATCHES:
        raise ValueError(f"match is {by!r}; it is {' or '.join(MATCHES)}")
    names = {INPUT: sorted(inputs), TARGET: sorted(targets)}
    key = stem if by == "stem" else str
    keyed = {side: _grouped(names[side], key) for side in SIDES}
    found = Matched([], {side: {} for side in SIDES})
    first: dict[str, str] = {}
    for shared in sorted(keyed[INPUT].keys() & keyed[TARGET].keys()):
        here, there = keyed[INPUT][shared], keyed[TARGET][shared]
        if len(here) > 1 or len(there) > 1:
            found.unmatched[INPUT] |= dict.fromkeys(here, Unmatched("ambiguous", there[0]))
            found.unmatched[TARGET] |= dict.fromkeys(there, Unmatched("ambiguous", here[0]))
        elif (before := first.setdefault(shared.casefold(), shared)) != shared:
            clash = {side: Unmatched("case_clash", keyed[side][before][0]) for side in SIDES}
            found.unmatched[INPUT][here[0]] = clash[INPUT]
            found.unmatched[TARGET][there[0]] = clash[TARGET]
        else:
            found.pairs.append((here[0], there[0]))
    paired = {side: {pair[place] for pair in found.pairs} for place, side in enumerate(SIDES)}
    for side, other in ((INPUT, TARGET), (TARGET, INPUT)):
        left = [name for name in names[side] if name not in paired[side] and name not in found.unmatched[side]]
        clashes = {stem_or_name.casefold(): keyed[side][stem_or_name][0] for stem_or_name in first.values()}
        found.unmatched[side] |= _explained(left, names[other], clashes, key, splits)
        found.unmatched[side] = dict(sorted(found.unmatched[side].items()))
    found.pairs.sort()
    return found


def stem(source: str) -> str:
    """A path without its suffix."""
    folders, slash, name = source.rpartition("/")
    bare, dot, _ = name.rpartition(".")
    return f"{folders}{slash}{bare}" if dot and bare else source


def _grouped(names: Sequence[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return groups


def _explained(
    left: Sequence[str], others: Sequence[str], clashes: Mapping[str, str], key: Callable[[str], str], splits: bool
) -> dict[str, Unmatched]:
    """Why each of `left` has no partner among `others`."""
    by_case = {key(name).casefold(): name for name in reversed(others)}
    by_stem = {stem(name).casefold(): name for name in reversed(others)}
    by_rest = {key(name).partition("/")[2]: name for name in reversed(others)} if splits else {}
    found = {}
    for name in left:
        folded, rest = key(name).casefold(), key(name).partition("/")[2]
        if folded in clashes:
            found[name] = Unmatched("case_clash", clashes[folded])
        elif folded in by_case:
            found[name] = Unmatched("other_case", by_case[folded])
        elif stem(name).casefold() in by_stem:
            found[name] = Unmatched("other_suffix", by_stem[stem(name).casefold()])
        elif rest and rest in by_rest:
            found[name] = Unmatched("other_split", by_rest[rest])
        else:
            found[name] = Unmatched("orphan")
    return found
