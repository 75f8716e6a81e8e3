"""All checks on one subject, on several, and as tests of pytest."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from degrade.testing.check import Check
from degrade.testing.checks import CHECKS
from degrade.testing.checks.order import cases_for, results
from degrade.testing.elsewhere import digests_elsewhere
from degrade.testing.picture import Picture
from degrade.testing.subject import Subject, Takes, importable, subject_of
from degrade.testing.verdict import CheckFailed, NotApplicable, UnknownCheck, expect


@dataclass
class Checked:
    """What was found.

    Attributes
    ----------
    passed : list of str
        The checks that hold.
    skipped : dict
        Those that say nothing of the subject, and why.
    failed : dict
        Those that do not hold, each with its CheckFailed; filled only where failures were asked to be collected.
    """

    passed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, CheckFailed] = field(default_factory=dict)


def check_degradation(
    op: Any,
    *,
    only: str | Sequence[str] | None = None,
    skip: Sequence[str] = (),
    claims: Sequence[Check] = (),
    image: Picture | None = None,
    key: str = "",
    examples: int | None = None,
    takes: Takes | None = None,
    moves: bool = False,
    folder: Path | str | None = None,
    collect: bool = False,
) -> Checked:
    """Check an op, or any function on pictures, for everything that the ops of this package hold.

    Parameters
    ----------
    op : Degradation, class of it, Subject, or callable
        A class is checked with declarations of all kinds; an op as it is declared. A function is
        ``f(image, rng) -> image`` of (H, W, C) arrays, with a numpy Generator, or ``f(image) -> image`` where it knows
        no chance; it may give ``(image, mask)``. Other libraries' transforms: `degrade.testing.adapted`.
    only : str or sequence of str, optional
        The checks to run, of `CHECKS`; all of them unless given.
    skip : sequence of str
        Checks to leave out.
    claims : sequence of Check
        What this subject promises besides, such as `commutes("left-right")`.
    image, key : Picture, str
        A single case, instead of drawn ones: what a failure prints.
    examples : int, optional
        Cases a check; those of Hypothesis' profile unless given.
    takes : Takes, optional
        Of a function: the pictures that it promises to take.
    moves : bool
        Of a function: whether it moves the picture's content.
    folder : path, optional
        Where a failure's card is written as a PNG.
    collect : bool
        Whether to go on after a failure, and give all of them back.

    Returns
    -------
    Checked
        Which checks hold, and which say nothing of this subject.

    Raises
    ------
    CheckFailed
        A check does not hold; it carries the smallest picture found and the line that reproduces it.
    UnknownCheck
        There is no check of that name.
    """
    subject = subject_of(op, takes, moves)
    found = Checked()
    for check in _chosen(only, skip, claims):
        try:
            check(subject, image=image, key=key, examples=examples, folder=folder)
        except NotApplicable as reason:
            found.skipped[check.name] = str(reason)
        except CheckFailed as failure:
            if not collect:
                raise
            found.failed[check.name] = failure
        else:
            found.passed.append(check.name)
    return found


def _chosen(only: str | Sequence[str] | None, skip: Sequence[str], claims: Sequence[Check]) -> list[Check]:
    known = {**CHECKS, **{claim.name: claim for claim in claims}}
    wanted = [only] if isinstance(only, str) else list(only) if only is not None else list(known)
    if unknown := [name for name in (*wanted, *skip) if name not in known]:
        raise UnknownCheck(f"there is no check {unknown[0]!r}", f"choose from {', '.join(known)}")
    return [known[name] for name in wanted if name not in skip]


def parametrize_with_checks(
    subjects: Iterable[Any], *, only: Sequence[str] | None = None, skip: Sequence[str] = (), **options: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator for pytest: one test for each subject and each check that says something of it.

    The test has two arguments, ``subject`` and ``check``, and runs ``check(subject)``. Ids are like ``fade-contract``.

    Parameters
    ----------
    subjects : iterable
        Ops, classes of ops, functions: what `check_degradation` takes.
    only, skip : sequence of str
        Which checks to run, or not.
    options
        `takes` and `moves`, as for `check_degradation`, for every function.
    """
    import pytest

    from degrade.testing.as_test import AsTest

    made = [subject_of(each, **options) for each in subjects]
    pairs = [
        pytest.param(subject, AsTest(check), id=f"{subject.name}-{check.name}")
        for subject, check in itertools.product(made, _chosen(only, skip, ()))
        if check.name == "worker" or not check.why_not(subject)  # what it asks takes imports
    ]
    return pytest.mark.parametrize(("subject", "check"), pairs)


def check_together(ops: Iterable[Any], rounds: int = 8, threads: int = 4) -> None:
    """Several ops and functions disturb each other in no order, in no thread, and another process agrees.

    Parameters
    ----------
    ops : iterable
        What `check_degradation` takes.
    rounds : int
        Orders to try.
    threads : int
        Threads that work at once.

    Raises
    ------
    Broken
        What came out depends on what was made before, beside or elsewhere; it is an AssertionError.
    """
    subjects = [subject_of(each) for each in ops]
    work = [(subject, case) for subject in subjects for case in cases_for(subject)]
    with ThreadPoolExecutor(1) as fresh:
        usual = fresh.submit(_done, work, range(len(work))).result()
    for number in range(rounds):
        _expect_equal(work, usual, _done(work, _shuffled(len(work), number)), "in another order")
    if not any(subject.seeds_globally for subject in subjects):
        orders = [_shuffled(len(work), rounds + number) for number in range(threads)]
        with ThreadPoolExecutor(threads) as several:
            for found in several.map(partial(_done, work), orders):
                _expect_equal(work, usual, found, "beside others in threads")
    for subject in subjects:
        if not importable(subject):
            there = digests_elsewhere(subject, cases_for(subject))
            here = results(subject, cases_for(subject))
            expect(there == here, f"{subject.name} came out otherwise in another process")


Work = Sequence[tuple[Subject, tuple[Picture, str]]]


def _done(work: Work, order: Iterable[int]) -> dict[int, str]:
    return {number: results(work[number][0], [work[number][1]])[work[number][1]] for number in order}


def _shuffled(count: int, number: int) -> list[int]:
    """An order of `count` things: the same number gives the same order."""
    import numpy as np

    from degrade.engine.key import Key

    return [int(place) for place in np.random.default_rng(Key(number, "order").words()).permutation(count)]


def _expect_equal(work: Work, usual: dict[int, str], found: dict[int, str], how: str) -> None:
    for number, (subject, (picture, key)) in enumerate(work):
        expect(found[number] == usual[number], f"{subject.name} came out otherwise {how}: {picture!r} at {key!r}")
