"""Cross-checking two parallel folders, of the inputs that a model is given and of the targets that it is to make."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from degrade.building.executors.common import processors
from degrade.codecs import CodecError, decode
from degrade.corpus import CorpusReadError, FolderCorpus, Listing, Photograph
from degrade.corpus.pair_names import INPUT, MATCHES, SIDES, TARGET, UNMATCHED, match_names, stem
from degrade.engine.process import single_threaded
from degrade.recipes.words import did_you_mean
from degrade.screening.errors import ScreeningError
from degrade.screening.examine import of_the_file
from degrade.screening.moving import Held, Moved, Mover
from degrade.screening.pair_check import ACCEPTABLE, OF_PAIRS, OF_SPLITS, PairCheck, PairFinding

_OTHER = {INPUT: TARGET, TARGET: INPUT}
_AT_ONCE = 64
"""Files that a thread is given at a time at most: not all futures exist at once."""
Progress = Callable[[int, int], None]
Findings = dict[str, dict[str, PairFinding]]
"""By side, source -> finding."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sound file holds; `bits` a sample, 8 or 16."""

    height: int
    width: int
    channels: int
    bits: int


def check_pairs(
    input: str | os.PathLike[str],  # noqa: A002 - as it is called everywhere else
    target: str | os.PathLike[str],
    *,
    split_dirs: bool = False,
    match: str = "name",
    accept: Sequence[str] = (),
    move_to: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PairCheck:
    """Find every file of two parallel folders that is in no sound pair, in both directions.

    Files that cannot be used go first, then what has no partner among those that are left, then pairs that do not fit
    each other; and again, until all that is left are sound pairs. So one move is enough.

    Parameters
    ----------
    input, target : path
        Folders; a pair is a file of the same path below both.
    split_dirs : bool
        Whether the first folders below both are splits, such as train, val and test: each is a world of its own, and
        what lies in none is found.
    match : str
        "name" for the same names, "stem" for names that may differ in the suffix.
    accept : sequence of str
        Kinds that are no defect here: some of `ACCEPTABLE`.
    move_to : path, optional
        A folder outside of both. Whatever was found is moved there, below ``input/`` and ``target/`` under its own
        path, never over another file.
    dry_run : bool
        Move nothing, only tell what would be moved.
    workers : int, optional
        Threads that look at files; by default as many as there are processors.
    progress : callable, optional
        Told how many files were looked at, and of how many.

    Raises
    ------
    ScreeningError
        A mistake in the arguments, or memory ran out.
    CorpusError
        A folder cannot be listed.
    """
    _check(match, accept, workers)
    roots = _roots(input, target)
    movers = _movers(roots, move_to) if move_to is not None else {}
    listings = {side: FolderCorpus(roots[side]).listing() for side in SIDES}
    names = {side: sorted(one.source for one in listings[side].photographs) for side in SIDES}
    if split_dirs and not any("/" in name for side in SIDES for name in names[side]):
        cure = "leave the splits out, or give the folder that holds train, val and test"
        raise ScreeningError(f"neither {roots[INPUT].name} nor {roots[TARGET].name} holds folders of splits", cure, 2)
    facts, found = _looked(roots, listings, accept, workers, progress)
    if split_dirs:
        _outside(names, found)
    pairs = _settled(names, facts, found, match, split_dirs, accept)
    check = PairCheck(
        input=roots[INPUT].name, target=roots[TARGET].name,
        files={side: len(listings[side].photographs) + len(listings[side].rejects) for side in SIDES},
        pairs=len(pairs), splits=_by_split(names, pairs) if split_dirs else {},
        ignored={side: listings[side].ignored for side in SIDES},
        findings=tuple(found[side][source] for side in SIDES for source in sorted(found[side])),
        dry_run=dry_run,
    )  # fmt: skip
    return _moved(check, movers, names) if movers else check


# --- arguments --------------------------------------------------------------------------------------------------------


def _check(match: str, accept: Sequence[str], workers: int | None) -> None:
    if match not in MATCHES:
        raise ScreeningError(f"match is {match!r}", f"it is {' or '.join(MATCHES)}", 2)
    for kind in accept:
        if kind not in ACCEPTABLE:
            cure = did_you_mean(kind, ACCEPTABLE) or f"it may be {', '.join(ACCEPTABLE)}"
            raise ScreeningError(f"{kind!r} is nothing that can be accepted", cure, 2)
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ScreeningError(f"workers is {workers!r}", "give a whole number from 1", 2)


def _roots(inputs: str | os.PathLike[str], targets: str | os.PathLike[str]) -> dict[str, Path]:
    roots = {INPUT: Path(inputs).expanduser().absolute(), TARGET: Path(targets).expanduser().absolute()}
    for side, root in roots.items():
        if not root.is_dir():
            raise ScreeningError(f"there is no folder {root}", f"give the folder of the {side} pictures", 2)
    here, there = roots[INPUT].resolve(), roots[TARGET].resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        what = f"{roots[INPUT]} and {roots[TARGET]} are one folder, or one holds the other"
        raise ScreeningError(what, "give two folders that lie side by side", 2)
    return roots


def _movers(roots: Mapping[str, Path], to: str | os.PathLike[str]) -> dict[str, Mover]:
    movers = {side: Mover.of(FolderCorpus(root), to) for side, root in roots.items()}
    return {side: dataclasses.replace(mover, to=mover.to / side) for side, mover in movers.items()}


# --- files ------------------------------------------------------------------------------------------------------------


def _looked(
    roots: Mapping[str, Path],
    listings: Mapping[str, Listing],
    accept: Sequence[str],
    workers: int | None,
    progress: Progress | None,
) -> tuple[dict[str, dict[str, Facts]], Findings]:
    """Every file, opened."""
    facts: dict[str, dict[str, Facts]] = {side: {} for side in SIDES}
    found: Findings = {side: {} for side in SIDES}
    for side in SIDES:
        for reject in listings[side].rejects:
            found[side][reject.source] = PairFinding(side, reject.source, reject.reason, "", reject.detail)
    todo = [(side, photograph) for side in SIDES for photograph in listings[side].photographs]
    threads = workers or processors()
    look = partial(_look, roots=roots, accept=accept)
    with single_threaded(), ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(todo), _AT_ONCE * threads):
            chunk = todo[start : start + _AT_ONCE * threads]
            results = pool.map(look, chunk)
            for number, ((side, photograph), result) in enumerate(zip(chunk, results, strict=True), start + 1):
                if isinstance(result, Facts):
                    facts[side][photograph.source] = result
                else:
                    found[side][photograph.source] = result
                if progress is not None:
                    progress(number, len(todo))
    return facts, found


def _look(one: tuple[str, Photograph], roots: Mapping[str, Path], accept: Sequence[str]) -> Facts | PairFinding:
    side, photograph = one
    try:
        data = FolderCorpus(roots[side]).read(photograph)
        decoded = decode(data, photograph.source)
    except (CorpusReadError, CodecError) as error:
        return PairFinding(side, photograph.source, error.reason, "", " ".join(error.detail.split()))
    except MemoryError as error:
        what = f"memory ran out at {photograph.source} ({photograph.size} bytes)"
        raise ScreeningError(what, "use fewer workers, or take the picture out") from error
    for finding in of_the_file(photograph, data, decoded):
        if finding.kind in ACCEPTABLE and finding.kind not in accept:
            return PairFinding(side, photograph.source, finding.kind, "", finding.words)
    height, width, channels = decoded.pixels.shape
    return Facts(height, width, channels, 8 * decoded.pixels.itemsize)


def _outside(names: Mapping[str, Sequence[str]], found: Findings) -> None:
    for side in SIDES:
        for source in names[side]:
            if "/" not in source and source not in found[side]:
                found[side][source] = PairFinding(side, source, "outside_splits", "", OF_SPLITS["outside_splits"])


# --- pairs ------------------------------------------------------------------------------------------------------------


def _settled(
    names: Mapping[str, Sequence[str]],
    facts: Mapping[str, Mapping[str, Facts]],
    found: Findings,
    match: str,
    splits: bool,
    accept: Sequence[str],
) -> list[tuple[str, str]]:
    """The sound pairs; whatever is in none is added to `found`, over and over until nothing more is."""
    while True:
        known = sum(map(len, found.values()))
        left = {side: [name for name in names[side] if name not in found[side]] for side in SIDES}
        matched = match_names(left[INPUT], left[TARGET], match, splits)
        key = stem if match == "stem" else str
        before = {side: {key(source): finding for source, finding in found[side].items()} for side in SIDES}
        for side in SIDES:
            for source, why in matched.unmatched[side].items():
                words = UNMATCHED[why.kind] + (f": {why.other}" if why.other else "")
                other = why.other
                if why.kind == "orphan" and (gone := before[_OTHER[side]].get(key(source))) is not None:
                    other, words = gone.source, f"its partner is of no use: {gone.kind.replace('_', ' ')}"
                found[side][source] = PairFinding(side, source, why.kind, other, words)
        for pair in matched.pairs:
            for finding in _unequal(pair, facts, accept):
                found[finding.side][finding.source] = finding
        if sum(map(len, found.values())) == known:
            return matched.pairs


def _unequal(
    pair: tuple[str, str], facts: Mapping[str, Mapping[str, Facts]], accept: Sequence[str]
) -> Iterator[PairFinding]:
    """The first thing in which two pictures differ, told of both."""
    ours, theirs = (facts[side][source] for side, source in zip(SIDES, pair, strict=True))
    differences = {
        "sizes_differ": [f"{one.width}×{one.height} pixels" for one in (ours, theirs)],
        "depths_differ": [f"{one.bits} bits" for one in (ours, theirs)],
        "channels_differ": ["gray" if one.channels == 1 else "colours" for one in (ours, theirs)],
    }
    for kind in OF_PAIRS:
        here, there = differences[kind]
        if here != there and kind not in accept:
            words = f"the input has {here}, the target {there}"
            yield PairFinding(INPUT, pair[0], kind, pair[1], words)
            yield PairFinding(TARGET, pair[1], kind, pair[0], words)
            return


def _by_split(names: Mapping[str, Sequence[str]], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    splits = sorted({name.partition("/")[0] for side in SIDES for name in names[side] if "/" in name})
    counts = Counter(pair[0].partition("/")[0] for pair in pairs)
    return {split: counts[split] for split in splits}


# --- moving -----------------------------------------------------------------------------------------------------------


def _moved(check: PairCheck, movers: Mapping[str, Mover], names: Mapping[str, Sequence[str]]) -> PairCheck:
    moved: list[Moved] = []
    held: list[Held] = []
    for side in SIDES:
        chosen = [finding for finding in check.findings if finding.side == side]
        gone, stays = movers[side].move(chosen, names[side], check.dry_run)
        moved += [Moved(f"{side}/{one.source}", f"{side}/{one.to}", one.findings) for one in gone]
        held += [Held(f"{side}/{one.source}", one.reason, one.detail) for one in stays]
    return dataclasses.replace(check, moved=tuple(moved), held=tuple(held))
