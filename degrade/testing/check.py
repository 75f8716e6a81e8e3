"""A check: one property that every degradation has to have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from degrade.testing.subject import OpSubject, Subject
from degrade.testing.verdict import NotApplicable


@dataclass(frozen=True)
class Check:
    """A property.

    Attributes
    ----------
    name : str
        Its name, as `only=` and `skip=` take it.
    about : str
        What must hold, in a sentence.
    holds : callable
        ``holds(subject, image, key)`` on an array and a key, or, if not `drawn`, ``holds(subject)``; raises Broken
        where the property does not hold.
    drawn : bool
        Whether pictures, keys and declarations are drawn for it.
    ops_only : bool
        Whether it speaks of what only an op of this package's kind has.
    narrowed : dict
        Which pictures are drawn for it, as arguments of `pictures`.
    applies : callable or None
        Says why it says nothing of a subject, or "".
    """

    name: str
    about: str
    holds: Callable[..., None]
    drawn: bool = True
    ops_only: bool = False
    narrowed: dict[str, Any] = field(default_factory=dict)
    applies: Callable[[Subject], str] | None = None

    def why_not(self, subject: Subject) -> str:
        """Why it says nothing of `subject`; "" where it does."""
        if self.ops_only and not isinstance(subject, OpSubject):
            return "it speaks of ops alone"
        return self.applies(subject) if self.applies else ""

    def __call__(self, subject: Any, **options: Any) -> None:
        """Run it on an op or a function; takes the options of `check_degradation`.

        Raises
        ------
        CheckFailed
            The property does not hold.
        NotApplicable
            It says nothing of this subject.
        """
        from degrade.testing.running import run_check

        run_check(self, subject, **options)

    def __repr__(self) -> str:
        return self.name


def check(
    *,
    drawn: bool = True,
    ops_only: bool = False,
    applies: Callable[[Subject], str] | None = None,
    **narrowed: Sequence[Any],
) -> Callable[[Callable[..., None]], Check]:
    """Make a Check of a function: its name is the function's, what it is about the docstring's."""
    return lambda function: Check(
        function.__name__,
        " ".join((function.__doc__ or "").split()),
        function,
        drawn,
        ops_only,
        dict(narrowed),
        applies,
    )


def op_of(subject: Subject) -> Any:
    """The op that is checked."""
    if not isinstance(subject, OpSubject):
        raise NotApplicable("it speaks of ops alone")
    return subject.op
