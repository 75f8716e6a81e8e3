"""Steps made of steps: in order, one of them, some of them, shuffled, repeated; and the target.

Every step within has an address of its own below the recipe's root, whatever group it stands in; a choice is a race in
which each step runs with its own number (the smallest exponential variate wins, Efraimidis & Spirakis,
doi:10.1016/j.ipl.2005.11.003). So a step that joins or leaves a group moves nobody else's draws.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Several
from typing import Any, ClassVar

from degrade.engine.declaration import ParameterError
from degrade.engine.distributions import Constant, Distribution
from degrade.engine.fields import FieldSpec, Kind
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step, check_step, happens, with_step_keys
from degrade.engine.story import factor

CALLED = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What a further target may be called."""
_COUNT = FieldSpec("n", Kind.COUNT, "how many", "steps", 0, 1000, (), 0, False, Constant(1))


@dataclasses.dataclass(frozen=True, init=False)
class Group(Step):
    """Steps as one step."""

    word: ClassVar[str] = ""
    """Its name in YAML."""

    steps: tuple[Step, ...]
    p: float = 1.0
    label: str | None = None
    when: Mapping[str, Any] | None = None
    link: Mapping[str, float] | None = None

    def __init__(self, steps: Several[Step], *, p: float = 1.0, label: str | None = None, **more: Any) -> None:
        beside = {"when": None, "link": None, **more}
        for name, value in {"steps": tuple(steps), "p": p, "label": label, **beside}.items():
            object.__setattr__(self, name, value)
        problems = check_step(self) + self.conflicts()
        if self.link is not None and self.p == 1:
            problems.append(("link", f"a link changes how often {self.word} happens: give it a `p` below 1"))
        if problems:
            raise ParameterError(self.word, problems)

    def conflicts(self) -> list[tuple[str, str]]:
        """What is wrong with the steps, as (field, what was expected)."""
        if strange := [step for step in self.steps if not isinstance(step, Step)]:
            return [("steps", f"expected degradations and groups of them, not {strange[0]!r}")]
        if not self.steps:
            return [("steps", "expected at least one step")]
        return [("steps", repeated) for repeated in repeated_labels(self)]

    @property
    def address(self) -> str:
        return self.label or f"{self.word}({','.join(step.address for step in self.steps)})"

    def flattened(self) -> Iterator[Step]:
        yield self
        for step in self.steps:
            yield from step.flattened()

    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        fires = fires and happens(self, root.at(self.address + suffix), photo, factor(self.link, photo.story))
        self.run_steps(photo, root, suffix, fires)

    @abstractmethod
    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        """Run the steps that this group chooses, in its order; the others are recorded as skipped."""

    def prepare(self) -> None:
        for step in self.steps:
            step.prepare()

    def contents(self) -> dict[str, str]:
        return {name: digest for step in self.steps for name, digest in step.contents().items()}

    def without_places(self) -> Step:
        twin = copy.copy(self)
        object.__setattr__(twin, "steps", tuple(step.without_places() for step in self.steps))
        return twin

    def to_data(self) -> Any:
        return with_step_keys({self.word: [step.to_data() for step in self.steps]} | self.beside(), self)

    def canonical(self) -> Any:
        return with_step_keys({self.word: [step.canonical() for step in self.steps]} | self.beside(), self)

    def beside(self) -> dict[str, Any]:
        """What stands beside the list of steps in YAML and beside no other step."""
        return {}

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        after = self.channels_within(channels)
        return after if self.always else after | channels

    def channels_within(self, channels: frozenset[int]) -> frozenset[int]:
        """`channels_after` when the group runs: any subset of its steps in any order, unless it knows better."""
        return channels.union(*(step.channels_after(channels) for step in self.steps))


class Sequence(Group):
    """All of `steps`, in their order."""

    word = "sequence"

    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        for step in self.steps:
            step.run(photo, root, suffix, fires)

    def channels_within(self, channels: frozenset[int]) -> frozenset[int]:
        for step in self.steps:
            channels = step.channels_after(channels)
        return channels


@dataclasses.dataclass(frozen=True, init=False)
class OneOf(Group):
    """Exactly one of `steps`, each as likely as its weight says (equally when None)."""

    word = "one_of"
    weights: tuple[float, ...] | None = None

    def __init__(
        self,
        steps: Several[Step],
        *,
        weights: Several[float] | None = None,
        p: float = 1.0,
        label: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(steps, p=p, label=label, weights=None if weights is None else tuple(weights), **more)

    def conflicts(self) -> list[tuple[str, str]]:
        return super().conflicts() + _bad_weights(self.weights, len(self.steps))

    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        winner = _race(self.steps, self.weights, root, suffix)[0]
        for step in self.steps:
            step.run(photo, root, suffix, fires and step is winner)

    def beside(self) -> dict[str, Any]:
        return {} if self.weights is None else {"weights": list(self.weights)}

    def channels_within(self, channels: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*(step.channels_after(channels) for step in self.steps))


@dataclasses.dataclass(frozen=True, init=False)
class SomeOf(Group):
    """`n` different ones of `steps` (a number, [low, high] or a distribution; at most all), in their order."""

    word = "some_of"
    n: Distribution = Constant(1)
    weights: tuple[float, ...] | None = None

    def __init__(
        self,
        steps: Several[Step],
        *,
        n: Any = 1,
        weights: Several[float] | None = None,
        p: float = 1.0,
        label: str | None = None,
        **more: Any,
    ) -> None:
        chances = None if weights is None else tuple(weights)
        super().__init__(steps, p=p, label=label, n=_count(self.word, n), weights=chances, **more)

    def conflicts(self) -> list[tuple[str, str]]:
        return super().conflicts() + _bad_weights(self.weights, len(self.steps))

    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        n = _COUNT.clamp(self.n.at(root.at(self.address + suffix).at("n").uniform()))
        possible = sum(weight > 0 for weight in self.weights) if self.weights else len(self.steps)
        chosen = _race(self.steps, self.weights, root, suffix)[: min(n, possible)]
        for step in self.steps:
            step.run(photo, root, suffix, fires and any(step is one for one in chosen))

    def beside(self) -> dict[str, Any]:
        return {"n": self.n.to_data()} | ({} if self.weights is None else {"weights": list(self.weights)})


class Shuffle(Group):
    """All of `steps`, in an order of their own for each photo."""

    word = "shuffle"

    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        for step in _race(self.steps, None, root, suffix):
            step.run(photo, root, suffix, fires)

    def channels_within(self, channels: frozenset[int]) -> frozenset[int]:
        gray = frozenset({1})
        if any(step.channels_after(gray) != gray for step in self.steps):
            return frozenset({1, 3})
        surely = any(step.channels_after(frozenset({1, 3})) == gray for step in self.steps)
        return gray if surely else super().channels_within(channels)


@dataclasses.dataclass(frozen=True, init=False)
class Repeat(Group):
    """`steps` in their order, `times` times over (a number, [low, high] or a distribution); each round draws anew."""

    word = "repeat"
    times: Distribution = Constant(2)

    def __init__(
        self, steps: Several[Step], *, times: Any = 2, p: float = 1.0, label: str | None = None, **more: Any
    ) -> None:
        super().__init__(steps, p=p, label=label, times=_count(self.word, times), **more)

    @property
    def most_times(self) -> int:
        """The most rounds that can be drawn."""
        most: int = _COUNT.clamp(self.times.at(1 - 2**-53))  # the largest uniform number
        return most

    def run_steps(self, photo: Photo, root: Key, suffix: str, fires: bool) -> None:
        times = _COUNT.clamp(self.times.at(root.at(self.address + suffix).at("times").uniform()))
        for index in range(times):
            for step in self.steps:
                step.run(photo, root, f"{suffix}[{index}]", fires)

    def beside(self) -> dict[str, Any]:
        return {"times": self.times.to_data()}


@dataclasses.dataclass(frozen=True)
class Target(Step):
    """Where the clean picture is taken: what stands before it happens to both pictures. Top level of a recipe only.

    With a `called`, where a further clean picture of that name is taken, such as one with the grain.
    """

    word: ClassVar[str] = "target"
    p: ClassVar[float] = 1.0  # type: ignore[misc]
    label: ClassVar[None] = None  # type: ignore[misc]

    called: str | None = None

    def __post_init__(self) -> None:
        if self.called is not None and not (isinstance(self.called, str) and CALLED.fullmatch(self.called)):
            problem = f"expected a name of at most 32 small letters, digits and _, not {self.called!r}"
            raise ParameterError(self.word, [(self.word, problem)])

    @property
    def address(self) -> str:
        return self.word if self.called is None else f"{self.word}.{self.called}"

    def run(self, photo: Photo, root: Key, suffix: str = "", fires: bool = True) -> None:
        if fires:
            photo.take_target(self.called)
        photo.record.append((self.address + suffix, self.word, fires, {}))

    def to_data(self) -> Any:
        return self.word if self.called is None else {self.word: self.called}

    def canonical(self) -> Any:
        return self.to_data()


def repeated_labels(group: Group) -> list[str]:
    """A message for each address that two steps within `group` share."""
    seen: set[str] = set()
    messages = []
    for step in group.flattened():
        if step is group:
            continue
        if step.address in seen:
            messages.append(f"two steps are labelled {step.address!r}: give one a `label:` of its own")
        seen.add(step.address)
    return list(dict.fromkeys(messages))


def _race(steps: Several[Step], weights: Several[float] | None, root: Key, suffix: str) -> list[Step]:
    """The steps in the order in which they reach the goal, each running by the number at its own address."""
    times = []
    for place, step in enumerate(steps):
        weight = 1.0 if weights is None else weights[place]
        start = -math.log(root.at(step.address + suffix).at("choice").uniform())
        times.append((start / weight if weight > 0 else math.inf, place))
    return [steps[place] for _, place in sorted(times)]


def _bad_weights(weights: Several[float] | None, expected: int) -> list[tuple[str, str]]:
    if weights is None:
        return []
    numbers = all(isinstance(w, int | float) and not isinstance(w, bool) and 0 <= w < math.inf for w in weights)
    if len(weights) == expected and numbers and any(w > 0 for w in weights):
        return []
    return [("weights", f"expected {expected} numbers of at least 0, not all 0; not {list(weights)}")]


def _count(word: str, given: Any) -> Distribution:
    try:
        return _COUNT.distribution(given)
    except ValueError as error:
        raise ParameterError(word, [("times" if word == "repeat" else "n", str(error))]) from None


GROUPS: dict[str, type[Group]] = {cls.word: cls for cls in (Sequence, OneOf, SomeOf, Shuffle, Repeat)}
"""Every group by its name in YAML."""
