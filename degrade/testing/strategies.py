"""Hypothesis strategies: pictures, keys, distributions, declarations, recipes, corpora.

Only shapes, kinds, seeds and words are drawn, never pixels: examples are small for Hypothesis, and shrink to the least
picture, of the plainest kind, on which a property fails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from degrade.engine.compose import GROUPS, Target
from degrade.engine.declaration import ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import (
    Beta,
    Choice,
    Constant,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)
from degrade.engine.fields import FieldSpec, Kind
from degrade.ops import degradations
from degrade.recipes import Recipe, load_recipe
from degrade.testing.folder import Folder, Planted, planted
from degrade.testing.picture import DTYPES, KINDS, LAYOUTS, Array, Picture

LARGEST_SIDE = 41
"""In pixels, of pictures and recipes' frames: not even, more than a few blocks of 8, soon done."""


@st.composite
def pictures(
    draw: st.DrawFn,
    dtypes: Sequence[str] = DTYPES,
    channels: Sequence[int] = (0, 1, 3),
    sides: tuple[int, int] = (1, LARGEST_SIDE),
    kinds: Sequence[str] = KINDS,
    layouts: Sequence[str] = LAYOUTS,
) -> Picture:
    """`Picture`s, which print as the line that makes them.

    Parameters
    ----------
    dtypes : sequence of str
        Of ``uint8``, ``uint16`` and ``float32``.
    channels : sequence of int
        3 for (H, W, 3), 1 for (H, W, 1), 0 for (H, W).
    sides : (int, int)
        The least and the largest height and width, in pixels.
    kinds, layouts : sequence of str
        Of `degrade.testing.KINDS` and `degrade.testing.LAYOUTS`; those that stand first are the simplest.
    """
    low, high = sides
    # Half of the sides are tiny; all shrink by their place in the list, towards the least.
    tiny = range(low, min(high, low + 3) + 1)
    side = st.sampled_from([*range(low, high + 1), *(tiny[place % len(tiny)] for place in range(high - low))])
    height, width = draw(side), draw(side)
    depth = draw(st.sampled_from(channels))
    dtype, kind = draw(st.sampled_from(dtypes)), draw(st.sampled_from(kinds))
    seed = draw(st.integers(0, 9)) if kind in ("rubble", "hot", "natural") else 0
    shape = (height, width, depth) if depth else (height, width)
    return Picture(shape, dtype, kind, seed, draw(st.sampled_from(layouts)))


def images(
    dtypes: Sequence[str] = DTYPES,
    channels: Sequence[int] = (0, 1, 3),
    sides: tuple[int, int] = (1, LARGEST_SIDE),
    kinds: Sequence[str] = KINDS,
    layouts: Sequence[str] = LAYOUTS,
) -> st.SearchStrategy[Array]:
    """Arrays (H, W), (H, W, 1) or (H, W, 3) of uint8, uint16 or float32 in [0, 1], as `pictures` draws them: of these
    `dtypes`, `channels` (0 for (H, W)), `sides` in pixels from the least to the most, `kinds` of content and `layouts`
    in memory."""
    return pictures(dtypes, channels, sides, kinds, layouts).map(lambda picture: picture.array)


def keys() -> st.SearchStrategy[str]:
    """Photo keys, as given for `key=`: empty, short, of any characters, and some like paths."""
    paths = st.builds("{}/{:04d}".format, st.sampled_from(["album", "box 3/é", "a.b"]), st.integers(0, 9999))
    return st.one_of(st.text(max_size=4), paths)


def distributions(
    low: float = -100.0, high: float = 100.0, *, whole: bool = False, spec: FieldSpec | None = None
) -> st.SearchStrategy[Distribution]:
    """What a parameter may be.

    Parameters
    ----------
    low, high : float
        Bounds of those whose support is bounded; the others (normal, log_normal, poisson …) reach beyond.
    whole : bool
        Distributions of whole numbers.
    spec : FieldSpec, optional
        A field (`Grain.specs["strength"]`): distributions that it takes, instead of those within `low` and `high`.
    """
    if spec is not None:
        return _fitting(spec)
    return _whole(math.ceil(low), math.floor(high)) if whole else _real(low, high)


def _pairs(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=2, max_size=2).map(sorted)


def _real(low: float, high: float) -> st.SearchStrategy[Distribution]:
    numbers = st.integers(0, 1000).map(lambda share: low + (high - low) * share / 1000)
    weights = st.sampled_from([0.5, 1.0, 3.0])
    kinds: list[st.SearchStrategy[Distribution]] = [
        st.builds(Constant, numbers),
        _pairs(numbers).map(lambda ends: Uniform(*ends)),
        st.builds(Choice, st.lists(numbers, min_size=1, max_size=4)),
        st.builds(Normal, numbers, weights),
    ]
    if high > 0:
        positive = st.integers(1, 1000).map(lambda share: max(low, 0.0) + (high - max(low, 0.0)) * share / 1000)
        kinds += [
            _pairs(positive).map(lambda ends: LogUniform(*ends)),
            st.builds(LogNormal, positive, weights),
            *([st.builds(Beta, weights, weights, positive)] if low <= 0 else []),
        ]
    return st.one_of(kinds)


def _whole(low: int, high: int) -> st.SearchStrategy[Distribution]:
    numbers = st.integers(low, high)
    kinds: list[st.SearchStrategy[Distribution]] = [
        st.builds(Constant, numbers),
        _pairs(numbers).map(lambda ends: Integers(*ends)),
        st.builds(Choice, st.lists(numbers, min_size=1, max_size=4)),
    ]
    if high > 0:
        means = st.integers(max(low, 1), high).map(float)
        kinds += [st.builds(Poisson, means), st.builds(NegativeBinomial, means, st.sampled_from([0.5, 2.0]))]
    return st.one_of(kinds)


def _fitting(spec: FieldSpec) -> st.SearchStrategy[Distribution]:
    given = _given_values(spec).map(lambda value: value if isinstance(value, Distribution) else Constant(value))
    if spec.kind not in (Kind.REAL, Kind.COUNT):
        return given
    low = spec.low if math.isfinite(spec.low) else -100.0
    high = spec.high if math.isfinite(spec.high) else max(100.0, 2 * low)
    return st.one_of(given, distributions(low, high, whole=spec.kind is Kind.COUNT)).filter(lambda d: _takes(spec, d))


def _takes(spec: FieldSpec, distribution: Distribution) -> bool:
    try:
        spec.distribution(distribution)
    except ValueError:
        return False
    return True


def _given_values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """What a user may give for a field: its default, values from it, its lower bound, each of its options."""
    choices: list[Any] = [spec.default]
    if spec.kind is Kind.FLAG:
        choices += [True, False]
    elif spec.kind is Kind.OPTION:
        choices += spec.options
    elif spec.kind in (Kind.REAL, Kind.COUNT):
        choices += [spec.clamp(spec.default.at(u)) for u in (0.02, 0.5, 0.98)]
        choices += [spec.low] if math.isfinite(spec.low) else []
    elif spec.kind is Kind.VECTOR:
        choices += [(bound,) * spec.length for bound in (spec.low, spec.high) if math.isfinite(bound)]
    return st.sampled_from(choices)


@st.composite
def declarations(draw: st.DrawFn, op: type[Degradation]) -> Degradation:
    """`op` with up to four of its fields given: values of its default, its lower bounds, its options."""
    named = draw(st.sets(st.sampled_from(sorted(op.specs)), max_size=4)) if op.specs else set()
    try:
        return op(**{name: draw(_given_values(op.specs[name])) for name in sorted(named)})
    except ParameterError:  # fields that do not go together
        assume(False)
        raise


@st.composite
def recipes(
    draw: st.DrawFn, ops: Sequence[str] | None = None, most: int = 4, frames: bool = True, groups: bool = True
) -> Recipe:
    """Recipes of one to `most` steps, valid ones; those without a frame take photographs from 64 pixels.

    Parameters
    ----------
    ops : sequence of str, optional
        The names to choose from; all ops that need no further library unless given.
    most : int
        Steps at most, those within groups not counted.
    frames : bool
        Whether some have a frame, of at most 41 pixels.
    groups : bool
        Whether some steps are groups.
    """
    known = degradations()
    names = list(ops) if ops is not None else [name for name, op in known.items() if not op.extra]
    steps: list[Any] = [draw(_step(names, place, groups)) for place in range(draw(st.integers(1, most)))]
    if draw(st.booleans()):
        steps.insert(draw(st.integers(0, len(steps))), Target.word)
    data: dict[str, Any] = {"recipe": 1, "name": "drawn", "seed": draw(st.integers(0, 3)), "steps": steps}
    if frames and draw(st.booleans()):
        sides = st.integers(1, LARGEST_SIDE)
        fit = draw(st.sampled_from(["crop", "contain", "stretch", "patch"]))
        data["frame"] = {"size": [draw(sides), draw(sides)], "fit": fit, "min_side": 1}
    return load_recipe(data)


@st.composite
def _step(draw: st.DrawFn, names: Sequence[str], place: int, groups: bool) -> dict[str, Any]:
    beside: dict[str, Any] = {"label": f"step {place}"}
    if draw(st.booleans()):
        beside["p"] = 0.5
    word = draw(st.sampled_from(["", *sorted(GROUPS)])) if groups else ""
    if not word:
        return {**draw(_op(names)), **beside}
    within = [{**draw(_op(names)), "label": f"step {place}.{number}"} for number in range(draw(st.integers(1, 2)))]
    return {word: within, **beside}


@st.composite
def _op(draw: st.DrawFn, names: Sequence[str]) -> dict[str, Any]:
    data: dict[str, Any] = draw(declarations(degradations()[draw(st.sampled_from(names))])).to_data()
    return data


@st.composite
def corpora(draw: st.DrawFn, folder: Path, most: int = 5) -> Folder:
    """Folders of photographs below `folder` (such as pytest's `tmp_path`), a new one for each example.

    Good files of several formats, depths and names, nested and not; among them files that no reader takes (empty, cut
    off, text with a picture's suffix) and files that are none of its business (hidden, another suffix).

    Parameters
    ----------
    folder : Path
        Where the examples' folders are made.
    most : int
        Files at most.
    """
    return planted(Path(folder), draw(st.lists(_file(), min_size=1, max_size=most, unique_by=lambda file: file.path)))


@st.composite
def _file(draw: st.DrawFn) -> Planted:
    where = draw(st.sampled_from(["", "box/", "box/deep er/", "é/"]))
    stem = draw(st.sampled_from(["a", "b", "b.c", "scan 0001", "ünï", "x" * 90]))
    fate = draw(st.sampled_from(["good", "good", "good", "empty", "cut", "text", "hidden", "other"]))
    suffix = draw(st.sampled_from([".png", ".jpg", ".JPG", ".jpeg"]))
    dtypes = ("uint8", "uint16") if suffix == ".png" else ("uint8",)
    picture = draw(pictures(dtypes, channels=(1, 3), layouts=("plain",), kinds=("gray", "ramp", "natural")))
    return Planted(where, stem, suffix, fate, picture)
