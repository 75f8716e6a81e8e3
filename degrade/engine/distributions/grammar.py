"""Distributions by their names in YAML."""

from __future__ import annotations

from typing import Any

from degrade.engine.distributions.base import Distribution
from degrade.engine.distributions.real import Beta, LogNormal, LogUniform, Normal, Uniform
from degrade.engine.distributions.values import Choice, Constant
from degrade.engine.distributions.whole import Integers, NegativeBinomial, Poisson

DISTRIBUTIONS: dict[str, type[Distribution]] = {
    cls.word: cls
    for cls in (
        Constant,
        Uniform,
        LogUniform,
        Normal,
        LogNormal,
        Beta,
        Poisson,
        NegativeBinomial,
        Integers,
        Choice,
    )
}
"""Every distribution by its name in YAML."""

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log_uniform": ("low", "high"),
    "normal": ("mean", "sigma"),
    "log_normal": ("median", "sigma"),
    "beta": ("a", "b"),
    "poisson": ("mean",),
    "negative_binomial": ("mean", "k"),
    "integers": ("low", "high"),
    "choice": ("values",),
    "constant": ("value",),
}
_BESIDE: dict[str, tuple[str, ...]] = {"beta": ("scale",), "choice": ("weights",)}
"""Arguments that stand beside the distribution's own key: ``{beta: [1, 4], scale: 0.3}``."""


def distribution_from_data(data: dict[str, Any]) -> Distribution:
    """The distribution that a YAML mapping such as ``{log_normal: {median: 7, sigma: 0.9}}`` stands for.

    A distribution's arguments are a list in their order, a mapping by name, or, where there is one, that one.

    Raises
    ------
    ValueError
        The mapping names no or several distributions, or its arguments are wrong; the text says which are expected.
    """
    words = [word for word in data if word in _ARGUMENTS]
    if len(words) != 1:
        from difflib import get_close_matches

        near = [m for name in data for m in get_close_matches(str(name), _ARGUMENTS, 1)]
        hint = f"; did you mean {near[0]!r}?" if near and not words else ""
        raise ValueError(f"expected one distribution of {', '.join(_ARGUMENTS)}; found {sorted(map(str, data))}{hint}")
    word = words[0]
    names, beside = _ARGUMENTS[word], _BESIDE.get(word, ())
    extra = {name: value for name, value in data.items() if name != word}
    if unknown := [name for name in extra if name not in beside]:
        raise ValueError(f"{word} does not take {', '.join(map(str, unknown))}; beside it may stand {list(beside)}")
    given = data[word]
    if isinstance(given, dict):
        arguments = dict(given)
    elif len(names) == 1:
        arguments = {names[0]: given}
    elif isinstance(given, list) and len(given) == len(names):
        arguments = dict(zip(names, given, strict=True))
    else:
        raise ValueError(f"{word} takes {', '.join(names)}: a list of {len(names)} or a mapping by name")
    if unknown := [name for name in arguments if name not in names + beside]:
        raise ValueError(f"{word} takes {', '.join(names + beside)}, not {', '.join(map(str, unknown))}")
    if missing := [name for name in names if name not in arguments]:
        raise ValueError(f"{word} lacks {', '.join(missing)}")
    try:
        return DISTRIBUTIONS[word](**arguments, **extra)
    except TypeError as error:
        raise ValueError(f"{word}: {error}") from None
