"""Turn clean photographs into what a restoration model learns from.

    load_recipe, Recipe, RecipeError      recipes: shipped, from a file, from a mapping
    replay_record, Pair                   one photograph's pair, made and made again
    degradations, Grain, Scratches, …     the ops, by name and as classes
    Sequence, OneOf, SomeOf, Shuffle, Repeat, Target
    Uniform, LogNormal, Poisson, …        what a parameter may be
    screen, check_pairs                   what in a source, or in two parallel folders, is of no use
    build, merge, replay, open_pairs      shards: made, one pair made again, read
    verify, repair                        an output checked, and what is damaged of it made again
    as_arrays                             a pair as arrays, ready for a batch
    Pairs, stream, Stream                 pairs on the fly: by number, or one after the other
    as_transform                          a recipe as a stage of somebody's image pipeline
    push, pull                            outputs and recipes to the Hugging Face Hub, and back
    Degradation, field, Key, Photo, …     what is needed to write an op of one's own

Names are loaded on their first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from degrade._version import __version__ as __version__

_HOMES: dict[str, str] = {
    "DegradeError": "degrade.errors",
    "Key": "degrade.engine.key",
    "Photo": "degrade.engine.photo",
    "Pair": "degrade.engine.pair",
    "Stage": "degrade.engine.damage",
    "DamageClass": "degrade.engine.damage",
    "Degradation": "degrade.engine.degradation",
    "ParameterError": "degrade.engine.declaration",
    "ReplayError": "degrade.engine.record",
    "degradations": "degrade.ops",
    "load_recipe": "degrade.recipes",
    "Recipe": "degrade.recipes.recipe",
    "Frame": "degrade.recipes.frame",
    "Output": "degrade.recipes.output",
    "RecipeError": "degrade.recipes.errors",
    "replay_record": "degrade.recipes.replaying",
    "build": "degrade.building",
    "merge": "degrade.building",
    "replay": "degrade.building",
    "repair": "degrade.building",
    "BuildError": "degrade.building",
    "open_pairs": "degrade.shards",
    "as_arrays": "degrade.shards",
    "verify": "degrade.shards",
    "Pairs": "degrade.streaming",
    "stream": "degrade.streaming",
    "Stream": "degrade.streaming",
    "as_transform": "degrade.streaming.transform",
    "PairError": "degrade.streaming",
    "StreamError": "degrade.streaming",
    "push": "degrade.hub",
    "pull": "degrade.hub",
    "HubError": "degrade.hub",
    "open_corpus": "degrade.corpus",
    "screen": "degrade.screening",
    "check_pairs": "degrade.screening",
    "Screening": "degrade.screening",
    **dict.fromkeys(("field", "Real", "Count", "Flag", "Option", "Text", "Vector", "Mapping"), "degrade.engine.fields"),
    **dict.fromkeys(("Sequence", "OneOf", "SomeOf", "Shuffle", "Repeat", "Target"), "degrade.engine.compose"),
    **dict.fromkeys(
        (
            "Constant", "Uniform", "LogUniform", "Normal", "LogNormal", "Beta", "Poisson", "NegativeBinomial",
            "Choice", "Integers",
        ),
        "degrade.engine.distributions",
    ),
}  # fmt: skip

_OPS = {
    "".join(word.title() for word in module.name.split("_")): f"degrade.ops.{module.name}"
    for module in pkgutil.iter_modules([str(Path(__file__).parent / "ops")])
}

__all__ = sorted([*_HOMES, *_OPS])


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name) or _OPS.get(name)
    if home is None:
        raise AttributeError(f"module 'degrade' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(home), name)
    return value


def __dir__() -> list[str]:
    return __all__
