"""How a check says that something does not hold, or does not apply."""

from __future__ import annotations

from pathlib import Path

from degrade.errors import CuredError
from degrade.testing.picture import Picture


class Broken(AssertionError):
    """A property that does not hold; raised by a check.

    Attributes
    ----------
    case : (Picture, str) or None
        The picture and the key that show it, where a check chose them itself.
    """

    def __init__(self, why: str, case: tuple[Picture, str] | None = None) -> None:
        super().__init__(why)
        self.case = case


class NotApplicable(Exception):
    """A check that says nothing of this subject; the text says why."""


class CheckFailed(AssertionError):
    """A subject that failed a check.

    Attributes
    ----------
    check : str
        The check's name.
    subject : str
        What was checked.
    why : str
        What does not hold.
    card : str
        The smallest picture found, before and after, in letters.
    line : str
        The line of Python that reproduces it.
    file : Path or None
        The card as a PNG, where a folder was given.
    """

    def __init__(self, check: str, subject: str, why: str, card: str, line: str, file: Path | None = None) -> None:
        super().__init__(check, subject, why, card, line, file)
        self.check, self.subject, self.why, self.card, self.line, self.file = check, subject, why, card, line, file

    def __str__(self) -> str:
        parts = [f"{self.subject} fails the check {self.check!r}: {self.why}", self.card, f"reproduce: {self.line}"]
        parts += [f"card: {self.file}"] if self.file else []
        return "\n".join(part for part in parts if part)


class UnknownCheck(CuredError):
    """A check that there is none of."""

    exit_code = 2


def expect(holds: object, why: str, case: tuple[Picture, str] | None = None) -> None:
    """Raises Broken with `why`, and the `case` that shows it, unless it holds."""
    if not holds:
        raise Broken(why, case)
