"""Nothing depends on what ran before, in which thread, in which process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from degrade.testing.check import check
from degrade.testing.checks.chance import digest
from degrade.testing.elsewhere import Unanswered, digests_elsewhere
from degrade.testing.picture import Picture
from degrade.testing.subject import Subject, importable
from degrade.testing.verdict import NotApplicable, expect

Case = tuple[Picture, str]


def cases_for(subject: Subject) -> list[Case]:
    """A few pictures that the subject takes, each with a key."""
    takes = subject.takes
    dtype = takes.dtypes[0]
    cases = []
    for depth, sides in zip((3, 0, 1), ((31, 22), (22, 31), (64, 64)), strict=True):
        if depth in takes.channels:
            shape = tuple(max(side, takes.smallest) for side in sides)
            cases.append((Picture((*shape, depth) if depth else shape, dtype), "same"))
    return [*cases, (cases[0][0], "other")]


def results(subject: Subject, cases: Sequence[Case]) -> dict[Case, str]:
    """What comes out of each case, hashed."""
    return {case: digest(subject, case[0].array, case[1]) for case in cases}


@check(drawn=False)
def order(subject: Subject) -> None:
    """What comes out does not depend on what was made before, nor on the thread."""
    cases = cases_for(subject)
    found = results(subject, cases)
    _expect_equal(found, results(subject, cases[::-1]), "the same pictures in another order came out otherwise")
    if subject.seeds_globally:
        return  # threads share what it seeds
    with ThreadPoolExecutor(1) as thread:
        there = thread.submit(results, subject, cases).result()
    _expect_equal(found, there, "the same pictures came out otherwise in another thread")


def _unreachable(subject: Subject) -> str:
    return importable(subject)


@check(drawn=False, applies=_unreachable)
def worker(subject: Subject) -> None:
    """Another process, with another id and other hashes, makes the same bytes of the same pictures in another order."""
    cases = cases_for(subject)
    try:
        found = digests_elsewhere(subject, cases[::-1])
    except Unanswered as error:
        raise NotApplicable(str(error)) from error
    _expect_equal(results(subject, cases), found, "the same pictures came out otherwise in another process")


def _expect_equal(first: dict[Case, str], second: dict[Case, str], why: str) -> None:
    for (picture, key), found in first.items():
        expect(second[picture, key] == found, f"{why}, such as {picture!r} at the key {key!r}", (picture, key))
