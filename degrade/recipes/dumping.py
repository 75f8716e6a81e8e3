"""A recipe as YAML text that loads to an equal recipe."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

import yaml

from degrade.engine.distributions import Distribution
from degrade.recipes.recipe import Recipe
from degrade.recipes.scalars import FIRST_CHARACTERS, KINDS

_WIDTH = 100
"""Columns behind which a line is broken at the next blank."""
_BREAKS = "\x85\u2028\u2029"


def dump(recipe: Recipe, presets: Mapping[str, Any] | None = None) -> str:
    """The YAML text of `recipe`, presets settled, fields with their default values left out.

    A step takes a line. ``load_recipe`` of the text, as a file, gives an equal recipe.

    Parameters
    ----------
    recipe : Recipe
    presets : dict, optional
        Plain data of presets for the text: by choice, the settings by name. The first of each must change nothing.
    """
    data = recipe.to_data()
    if presets:
        after: dict[str, Any] = {name: data.pop(name) for name in ("steps", "output") if name in data}
        data |= {"presets": presets, **after}
    return dump_data(data)


def dump_data(data: Mapping[str, Any]) -> str:
    """The YAML text of a recipe as plain data, such as a manifest's."""
    node = _Dumper(StringIO(), sort_keys=False).represent_data(dict(data))
    for key, value in node.value:
        value.flow_style = key.value not in ("steps", "presets")
        if key.value == "steps":
            _spread(value)
        elif key.value == "presets":
            _line_each(value)
    # `serialize` alone keeps the order of keys and the styles that were set.
    text: str = yaml.serialize(node, Dumper=_Dumper, width=_WIDTH, allow_unicode=True)
    return text


def in_line(distribution: Distribution) -> str:
    """A distribution as a recipe writes it, in one line; ``[low, high]`` for an even spread."""
    data = distribution.to_data()
    if isinstance(data, dict) and set(data) in ({"uniform"}, {"integers"}):
        data = next(iter(data.values()))
    return yaml.safe_dump(data, default_flow_style=True, width=10_000).split("\n...")[0].strip()


def _line_each(presets: yaml.MappingNode) -> None:
    """Give each setting of each choice a line."""
    for _, settings in presets.value:
        settings.flow_style = False
        for _, setting in settings.value:
            setting.flow_style = True


def _spread(steps: yaml.SequenceNode) -> None:
    """Give each step lines of its own, and its fields one line."""
    steps.flow_style = not steps.value
    for step in steps.value:
        if not isinstance(step, yaml.MappingNode):
            continue
        step.flow_style = False
        for _, value in step.value:
            if isinstance(value, yaml.SequenceNode) and value.value and isinstance(value.value[0], yaml.MappingNode):
                _spread(value)
            elif isinstance(value, yaml.CollectionNode):
                value.flow_style = True


class _Dumper(yaml.SafeDumper):
    """Puts in quotes what would not be read back as a text, and repeats equal parts instead of aliasing them."""

    yaml_implicit_resolvers: dict[str | None, list[tuple[str, Any]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """A text; one with a line break of Unicode in double quotes, the only style that keeps it."""
    style = '"' if any(character in text for character in _BREAKS) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
for _kind, _pattern in KINDS.items():
    for _character in FIRST_CHARACTERS[_kind]:
        _Dumper.yaml_implicit_resolvers.setdefault(_character, []).append((_kind, _pattern))
