"""The JSON Schema of a recipe, derived from the declarations: what editors complete, explain and check by.

It accepts every recipe that the grammar accepts. The grammar is stricter where JSON Schema has no words: equal labels,
distributions that reach outside a field's bounds, one `target`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from degrade.engine.compose import CALLED, GROUPS, Target
from degrade.engine.declaration import Declaration
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import DISTRIBUTIONS, Distribution
from degrade.engine.fields import FieldSpec, Kind
from degrade.engine.step import LABEL
from degrade.engine.story import LARGEST_WEIGHT, NUMBERS, OPTIONS, WORDS
from degrade.engine.units import DEFAULT_FORMAT, FORMATS
from degrade.ops import degradations
from degrade.recipes.as_data import VERSION
from degrade.recipes.frame import Frame
from degrade.recipes.grammar import FIELDS
from degrade.recipes.include import INCLUDE
from degrade.recipes.output import IMAGES, MEMBERS, SHARD_FORMATS, Output
from degrade.recipes.presets import NAME as PRESET_NAME
from degrade.recipes.source import source_schema
from degrade.recipes.steps import beside_of
from degrade.resources import shipped_names

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_LABEL = f"^{LABEL.pattern}$"

_NUMBER: Schema = {"type": "number"}
_ARGUMENT: dict[str, Schema] = {
    "values": {"type": "array", "minItems": 1},
    "weights": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
    "value": {},
}
"""Arguments of distributions that are no numbers."""


def recipe_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a recipe, as plain data.

    Descriptions, units, bounds, defaults and enumerations come from the fields of the registered degradations, of the
    frame, of the output and of the distributions; unknown fields are refused everywhere.
    """
    steps = {"type": "array", "items": {"$ref": "#/$defs/step"}}
    ops = degradations()
    definitions: dict[str, Schema] = {f"distribution_{word}": _distribution(cls) for word, cls in DISTRIBUTIONS.items()}
    definitions |= {f"op_{name}": _op(op) for name, op in ops.items()}
    definitions |= {f"group_{word}": _group(word) for word in GROUPS}
    definitions["step"] = {
        "description": "a degradation, a group of steps, or the target",
        "anyOf": [
            {"enum": [Target.word, *ops], "description": "a degradation as by default, or the target"},
            _object({Target.word: {"enum": [None, {}]}}, required=[Target.word]),
            _object({Target.word: {"type": "string", "pattern": f"^{CALLED.pattern}$"}}, required=[Target.word]),
            {"description": "the steps of a shipped recipe", **_included()},
            *({"$ref": f"#/$defs/{name}"} for name in definitions if not name.startswith("distribution_")),
        ],
    }
    frame, output = _declared(Frame), _output()
    parts: dict[str, Schema] = {
        "recipe": {"const": VERSION},
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "about": {"type": "string"},
        "seed": {"type": "integer", "default": 0},
        "format": {"enum": list(FORMATS), "default": DEFAULT_FORMAT},
        "story": _story(),
        "source": source_schema(),
        "frame": frame | {"type": ["object", "null"]},
        "presets": _presets(frame["properties"], output["properties"], ops),
        "steps": steps,
        "output": output | {"type": ["object", "null"]},
    }
    described = {name: {"description": FIELDS[name]} | part for name, part in parts.items()}
    return {
        "$schema": DIALECT,
        "title": "degrade recipe",
        **_object(described, required=["recipe", "steps"]),
        "$defs": definitions,
    }


def _object(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | ({"required": required} if required else {})


# ---------------------------------------------------------------------- fields


def _declared(declaration: type[Declaration]) -> Schema:
    return _object({name: _field(spec) for name, spec in declaration.specs.items()})


def _field(spec: FieldSpec) -> Schema:
    unit = f" [{spec.unit}]" if spec.unit else ""
    forms = [_constant(spec)]
    if spec.kind in (Kind.REAL, Kind.COUNT):
        bound = forms[0] | {"type": "integer"} if spec.kind is Kind.COUNT else forms[0]
        forms.append({"type": "array", "items": bound, "minItems": 2, "maxItems": 2, "description": "[low, high]"})
    if spec is Frame.specs["size"]:
        forms.append({"type": "number", "minimum": spec.low, "maximum": spec.high})
    if spec.optional:
        forms.append({"type": "null"})
    forms += _distributions_for(spec.kind)
    return {"description": spec.help + unit, "default": spec.default.to_data(), "anyOf": forms}


def _distributions_for(kind: Kind) -> list[Schema]:
    return [{"$ref": f"#/$defs/distribution_{word}"} for word, cls in DISTRIBUTIONS.items() if _suits(cls, kind)]


def _suits(distribution: type[Distribution], kind: Kind) -> bool:
    if distribution.word in ("choice", "constant") or kind is Kind.REAL:
        return True
    return kind is Kind.COUNT and distribution.whole


def _constant(spec: FieldSpec) -> Schema:
    """What a single value of the field is."""
    bounds = {"minimum": spec.low} if math.isfinite(spec.low) else {}
    bounds |= {"maximum": spec.high} if math.isfinite(spec.high) else {}
    match spec.kind:
        case Kind.REAL:
            return {"type": "number", **bounds}
        case Kind.COUNT:
            return {"type": "integer", **bounds}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.OPTION:
            return {"enum": list(spec.options)}
        case Kind.TEXT:
            return {"type": "string"}
        case Kind.VECTOR:
            items = {"type": "number", **bounds}
            return {"type": "array", "items": items, "minItems": spec.length, "maxItems": spec.length}
        case Kind.MAPPING:
            return {"type": "object", "additionalProperties": {}}


def _distribution(cls: type[Distribution]) -> Schema:
    """``{beta: [1, 4], scale: 0.3}``: a list in the arguments' order, a mapping by name, or the only argument."""
    arguments = [f for f in dataclasses.fields(cls) if not f.name.startswith("_")]  # type: ignore[arg-type]
    needed = [f.name for f in arguments if f.default is dataclasses.MISSING]
    beside = {f.name: _ARGUMENT.get(f.name, _NUMBER) for f in arguments if f.name not in needed}
    by_name = {name: _ARGUMENT.get(name, _NUMBER) for name in needed}
    forms: list[Schema] = [_object(by_name | beside, required=needed)]
    if len(needed) == 1:
        forms.append(by_name[needed[0]])
    else:
        forms.append({"type": "array", "items": _NUMBER, "minItems": len(needed), "maxItems": len(needed)})
    about = (cls.__doc__ or "").strip().splitlines()[0]
    return {"description": about, **_object({cls.word: {"anyOf": forms}} | beside, required=[cls.word])}


# ---------------------------------------------------------------------- steps


def _beside(word: str) -> dict[str, Schema]:
    count: Schema = {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 1000},
            {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
            *_distributions_for(Kind.COUNT),
        ]
    }
    every: dict[str, Schema] = {
        "p": {"description": "probability that it runs", "type": "number", "minimum": 0, "maximum": 1, "default": 1},
        "label": {"description": "its address in the recipe's randomness", "type": "string", "pattern": _LABEL},
        "when": {
            "description": "words of the story for which it runs at all", "type": "object", "minProperties": 1,
            "propertyNames": {"enum": list(WORDS)},
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        },
        "link": {
            "description": "weights by which its rate follows the numbers of the story", "type": "object",
            "minProperties": 1, "propertyNames": {"enum": list(NUMBERS)},
            "additionalProperties": _NUMBER | {"minimum": -LARGEST_WEIGHT, "maximum": LARGEST_WEIGHT},
        },
        "weights": _ARGUMENT["weights"] | {"type": ["array", "null"], "description": "how likely each step is"},
        "n": {"description": "how many of the steps", "default": 1, **count},
        "times": {"description": "how many rounds", "default": 2, **count},
    }  # fmt: skip
    return {name: every[name] for name in beside_of(word)}


def _op(op: type[Degradation]) -> Schema:
    about = (op.__doc__ or "").strip().splitlines()[0]
    fields = {"description": about, **_declared(op), "type": ["object", "null"]}
    return {"description": about, **_object({op.name: fields} | _beside(op.name), required=[op.name])}


def _included() -> Schema:
    names = "|".join(shipped_names("recipes"))
    name = {"type": "string", "pattern": f"^({names})(@.*)?$"}
    return _object({INCLUDE: name} | _beside(INCLUDE), required=[INCLUDE])


def _group(word: str) -> Schema:
    about = (GROUPS[word].__doc__ or "").strip().splitlines()[0]
    steps = {"description": about, "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}
    return {"description": about, **_object({word: steps} | _beside(word), required=[word])}


# ---------------------------------------------------------------------- the rest


def _output() -> Schema:
    """By hand where a field has a form of its own, by `Output.bounds` where it is a number."""
    by_class = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}, "minProperties": 1}
    share = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "number", "minimum": 0, "maximum": 1}, by_class]}
    forms: dict[str, Schema] = {
        "members": {"type": "array", "items": {"enum": list(MEMBERS)}, "minItems": 1},
        "image": {"enum": list(IMAGES)},
        "format": {"enum": list(SHARD_FORMATS)},
        "splits": {"type": "object", "minProperties": 1, "additionalProperties": share},
    }
    for name, (low, high) in Output.bounds.items():
        forms[name] = {"type": "integer", "minimum": low, "maximum": high}
    default = Output().settings()
    helps = {f.name: f.metadata["help"] for f in dataclasses.fields(Output)}
    return _object({name: {"description": helps[name], "default": default[name], **forms[name]} for name in helps})


def _story() -> Schema:
    numbers: Schema = {
        "anyOf": [
            _NUMBER, {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}, *_distributions_for(Kind.REAL),
        ]
    }  # fmt: skip
    latents = {name: {"description": help} | numbers for name, help in NUMBERS.items()}
    latents |= {name: {"description": help} | _words(OPTIONS.get(name)) for name, help in WORDS.items()}
    return _object(latents) | {"type": ["object", "null"]}


def _words(options: tuple[tuple[str, ...], str] | None) -> Schema:
    word: Schema = {"type": "string"} if options is None else {"enum": list(options[0])}
    return {"anyOf": [word, {"$ref": "#/$defs/distribution_choice"}]}


def _presets(frame: Schema, output: Schema, ops: Mapping[str, type[Degradation]]) -> Schema:
    """Settings change fields of any step, so that each field's name may have the forms of several ops."""
    forms: dict[str, list[Schema]] = {}
    for op in ops.values():
        for name, spec in op.specs.items():
            forms.setdefault(name, []).append(_field(spec))
    for word in (*GROUPS, next(iter(ops))):
        for name, form in _beside(word).items():
            if name not in ("label", "when", "link") and form not in forms.setdefault(name, []):
                forms[name].append(form)
    fields = {name: several[0] if len(several) == 1 else {"anyOf": several} for name, several in forms.items()}
    setting = _object(
        {
            "without": {"description": "labels of steps to leave out", "type": "array", "items": {"type": "string"}},
            "steps": {
                "description": "changed fields, by the step's label",
                "type": "object", "additionalProperties": _object(fields),
            },
            "story": _story(),
            "frame": _object(frame),
            "output": _object(output),
        }
    )  # fmt: skip
    named = {"propertyNames": {"pattern": f"^{PRESET_NAME.pattern}$"}}
    choice = {"type": "object", "minProperties": 1, "additionalProperties": setting | {"type": ["object", "null"]}}
    return {"type": ["object", "null"], "additionalProperties": choice | named, **named}
