"""The story of a photograph: what happened to it as a whole, drawn once, on which the rates of its damages hang.

A print that was handled much has folds, scratches and worn edges together; one that lay damp has foxing, tide lines and
mould. Steps say by `link` how their rates follow the story's numbers, log-linearly: a rate is multiplied by
exp(Σ weight · number); and by `when` for which of its words they happen at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from degrade.engine.declaration import ParameterError
from degrade.engine.distributions import Choice, Constant, Distribution, Normal
from degrade.engine.fields import FieldSpec, Kind
from degrade.engine.key import Key
from degrade.engine.plate import PLATES, SINGLE
from degrade.engine.units import DEFAULT_FORMAT, FORMATS

NUMBERS: dict[str, str] = {
    "handling": "how much it was handled: folds, worn edges, scratches, fingerprints",
    "humidity": "how damp it lay: foxing, tide lines, mould, mirroring, blocking",
    "light": "how much light it saw: fading, ghosts of mats",
    "age": "how old it is: yellowing, fading",
    "care": "how well it was kept: less of everything mechanical, less dust",
}
"""Numbers of a story, 0 being usual and 1 a standard deviation more."""
WORDS: dict[str, str] = {
    "era": "when it was taken, such as 1900s",
    "format": f"the print's format, in place of the recipe's: {', '.join(FORMATS)}",
    "plate": f"how it lies on what was exposed: {', '.join(PLATES)}",
    "process": "how it was made, such as albumen",
    "storage": "how it was kept, such as album, wallet, frame",
}
"""Words of a story."""
OPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "format": (tuple(FORMATS), DEFAULT_FORMAT),
    "plate": (tuple(PLATES), SINGLE),
}
"""What some words may be alone, and what they are usually."""
LATENTS = NUMBERS | WORDS
LARGEST_WEIGHT = 10.0
_STEPS_AN_OCTAVE = 16
_LOG_2 = math.log(2)
_LARGEST_OCTAVES = 8


@dataclass(frozen=True)
class Story:
    """The distributions of a photograph's latents.

    Parameters
    ----------
    latents : mapping
        By name, one of LATENTS: a distribution, or what stands for one; words are constants or choices.

    Raises
    ------
    ParameterError
        All impossible latents, at once.
    """

    latents: Mapping[str, Any]

    def __post_init__(self) -> None:
        problems: list[tuple[str, str]] = []
        made: dict[str, Distribution] = {}
        for name, given in self.latents.items():
            try:
                made[name] = _spec(name).distribution(given)
            except ValueError as error:
                problems.append((name, str(error)))
        if problems:
            raise ParameterError("story", problems)
        object.__setattr__(self, "latents", made)

    def draw(self, root: Key) -> dict[str, Any]:
        """The latents of the photograph whose pair has the address `root`."""
        drawn = {name: latent.at(root.at("story", name).uniform()) for name, latent in self.latents.items()}
        return {name: _spec(name).clamp(value) for name, value in drawn.items()}

    def words_of(self, name: str) -> tuple[str, ...]:
        """Every word that the latent `name` may be."""
        latent = self.latents[name]
        return latent.values if isinstance(latent, Choice) else (latent.value,)

    def settings(self) -> dict[str, Any]:
        """Plain data for YAML and the fingerprint."""
        return {name: latent.to_data() for name, latent in self.latents.items()}


def _spec(name: str) -> FieldSpec:
    """What a latent may be; ValueError for a name that is none."""
    if name in NUMBERS:
        return FieldSpec(name, Kind.REAL, NUMBERS[name], "sigma", -6, 6, (), 0, False, Normal(0, 1))
    if name in OPTIONS:
        words, usual = OPTIONS[name]
        return FieldSpec(name, Kind.OPTION, WORDS[name], "", -math.inf, math.inf, words, 0, False, Constant(usual))
    if name in WORDS:
        return FieldSpec(name, Kind.TEXT, WORDS[name], "", -math.inf, math.inf, (), 0, False, Constant(""))
    raise ValueError(f"expected one of {', '.join(LATENTS)}")


def link_problem(link: Any) -> str | None:
    """What is wrong with a step's `link`."""
    if link is None:
        return None
    if not isinstance(link, Mapping) or not link:
        return f"expected weights by the story's numbers, such as {{handling: 0.8}}, not {link!r}"
    if strange := [name for name in link if name not in NUMBERS]:
        return f"expected weights of {', '.join(NUMBERS)}, not of {strange[0]!r}"
    for weight in link.values():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= LARGEST_WEIGHT:
            return f"expected weights within ±{LARGEST_WEIGHT:g}, not {weight!r}"
    return None


def when_problem(when: Any) -> str | None:
    """What is wrong with a step's `when`."""
    if when is None:
        return None
    if not isinstance(when, Mapping) or not when:
        return f"expected words of the story, such as {{storage: [wallet, album]}}, not {when!r}"
    if strange := [name for name in when if name not in WORDS]:
        return f"expected words for {', '.join(WORDS)}, not for {strange[0]!r}"
    for words in when.values():
        if not all(isinstance(word, str) for word in _listed(words)) or not _listed(words):
            return f"expected a word or a list of words, not {words!r}"
    return None


def told_problems(story: Story | None, link: Any, when: Any) -> list[tuple[str, str]]:
    """What a step's sound `link` and `when` ask of a story that does not tell it, as (key, what was expected)."""
    told = story.latents if story else {}
    problems = [
        (key, f"the recipe's story tells no {name}; add `{name}:` to `story:`")
        for key, asked in (("link", link), ("when", when))
        for name in asked or ()
        if name not in told
    ]
    for name, words in (when or {}).items():
        if story and name in told:
            known = story.words_of(name)
            problems += [
                ("when", f"{name} is never {word!r} in the story, but one of {', '.join(known)}")
                for word in _listed(words)
                if word not in known
            ]
    return problems


def _listed(words: Any) -> list[Any]:
    return list(words) if isinstance(words, list | tuple) else [words]


def holds(when: Mapping[str, Any] | None, told: Mapping[str, Any]) -> bool:
    """Whether the words of `when` are those of the story that was `told`."""
    return all(told.get(name) in _listed(words) for name, words in (when or {}).items())


def factor(link: Mapping[str, float] | None, told: Mapping[str, Any]) -> float:
    """What a step's rate is multiplied by, to a sixteenth of an octave, so that few different ones come up."""
    if not link:
        return 1.0
    octaves = sum([weight * told.get(name, 0.0) for name, weight in link.items()]) / _LOG_2
    return _times(round(min(max(octaves, -_LARGEST_OCTAVES), _LARGEST_OCTAVES) * _STEPS_AN_OCTAVE))


@lru_cache(maxsize=1024)
def _times(steps: int) -> float:
    return float(f"{2.0 ** (steps / _STEPS_AN_OCTAVE):.6g}")
