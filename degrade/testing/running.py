"""Running a check: pictures are drawn for it, and a failure is told on the smallest of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from degrade.testing.card import ascii_card, png_card
from degrade.testing.picture import Picture
from degrade.testing.strategies import LARGEST_SIDE, declarations, keys, pictures
from degrade.testing.subject import OpSubject, Subject, Takes, subject_of
from degrade.testing.verdict import Broken, CheckFailed, NotApplicable

if TYPE_CHECKING:
    from degrade.testing.check import Check

Case = tuple[Subject, Picture | None, str]


def run_check(
    check: Check,
    given_: Any,
    *,
    image: Picture | None = None,
    key: str = "",
    examples: int | None = None,
    takes: Takes | None = None,
    moves: bool = False,
    folder: Path | str | None = None,
) -> None:
    """One check on one subject; the options are those of `check_degradation`.

    Raises
    ------
    CheckFailed
        The property does not hold.
    NotApplicable
        It says nothing of this subject.
    """
    subject = subject_of(given_, takes, moves)
    if isinstance(subject, OpSubject):
        subject.op.prepare()
    if why := check.why_not(subject):
        raise NotApplicable(why)
    if image is not None or not check.drawn:
        _trial(check, (subject, image, key), Path(folder) if folder else None)
    else:
        _search(check, subject, examples, Path(folder) if folder else None)


def _trial(check: Check, case: Case, folder: Path | None) -> None:
    try:
        _hold(check, case)
    except (NotApplicable, HypothesisException):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its picture
        raise _failure(check, case, error, folder) from (None if isinstance(error, Broken) else error)


def _hold(check: Check, case: Case) -> None:
    subject, picture, key = case
    if check.drawn:
        assert picture is not None
        check.holds(subject, picture.array, key)
    else:
        check.holds(subject)


def _search(check: Check, subject: Subject, examples: int | None, folder: Path | None) -> None:
    """Look for a case that fails; the last one that Hypothesis tries is the smallest."""
    failures: list[tuple[Case, Exception]] = []

    def trial(case: Case) -> None:
        try:
            _hold(check, case)
        except HypothesisException:
            raise
        except Exception as error:
            failures.append((case, error))
            raise

    asked: dict[str, Any] = {} if examples is None else {"max_examples": examples}
    quietly = settings(
        deadline=None, database=None, report_multiple_bugs=False, print_blob=False,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck), **asked,
    )  # fmt: skip
    property_ = quietly(given(_cases(check, subject))(trial))
    if settings().derandomize:  # else every check would see the same pictures
        property_ = seed(int.from_bytes(hashlib.blake2b(f"{check} {subject.name}".encode()).digest()[:8]))(property_)
    try:
        property_()
    except Exception:
        if not failures:
            raise
        case, error = failures[-1]
        raise _failure(check, case, error, folder) from (None if isinstance(error, Broken) else error)


def _cases(check: Check, subject: Subject) -> st.SearchStrategy[Case]:
    subjects: st.SearchStrategy[Subject] = st.just(subject)
    if isinstance(subject, OpSubject) and subject.drawn:
        subjects = declarations(type(subject.op)).map(OpSubject)
    takes, narrowed = subject.takes, check.narrowed
    options: dict[str, Any] = {
        **narrowed,
        "dtypes": _common(takes.dtypes, narrowed.get("dtypes")),
        "channels": _common(takes.channels, narrowed.get("channels")),
        "sides": (takes.smallest, max(takes.smallest + 8, narrowed.get("sides", (1, LARGEST_SIDE))[1])),
    }
    if takes.smallest == 1 and "sides" in narrowed:
        options["sides"] = narrowed["sides"]
    if not options["dtypes"] or not options["channels"]:
        raise NotApplicable("it takes none of the pictures that this check looks at")
    return st.tuples(subjects, pictures(**options), keys())


def _common(taken: Any, asked: Any) -> tuple[Any, ...]:
    return tuple(each for each in taken if asked is None or each in asked)


def _failure(check: Check, case: Case, error: Exception, folder: Path | None) -> CheckFailed:
    subject, picture, key = case
    line = reproducing(check.name, subject, picture if check.drawn else None, key)
    if isinstance(error, Broken) and error.case is not None:
        picture, key = error.case
    why = str(error) if isinstance(error, Broken) else f"it raised {type(error).__name__}: {error}"
    card, file = "", None
    if picture is not None:
        after, mask = _after(subject, picture, key)
        card = ascii_card(picture.array, after, mask)
        if folder is not None:
            file = png_card(folder / f"{_plain(subject.name)}.{_plain(check.name)}.png", picture.array, after, mask)
    return CheckFailed(check.name, subject.name, why, card, line, file)


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name)


def _after(subject: Subject, picture: Picture, key: str) -> tuple[Any, Any]:
    """What comes out, if anything does."""
    try:
        outcome = subject.outcome(picture.array, key)
    except Exception:  # noqa: BLE001 - the failure itself is told elsewhere
        return None, None
    is_picture = outcome.degraded.ndim in (2, 3) and outcome.degraded.size > 0
    return (outcome.degraded, outcome.mask) if is_picture else (None, None)


def reproducing(check: str, subject: Subject, picture: Picture | None, key: str) -> str:
    """The line of Python that runs one check on one case."""
    imports, made = subject.source
    case = "" if picture is None else f", image={picture!r}, key={key!r}"
    names = "check_degradation" if picture is None else "Picture, check_degradation"
    line = f"from degrade.testing import {names}; check_degradation({made}, only={check!r}{case})"
    return f"{imports}; {line}" if "#" not in imports else line
