"""The JSON Schema of recipes, and that it says the same as the grammar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.compose import GROUPS
from degrade.engine.distributions import DISTRIBUTIONS
from degrade.ops import degradations
from degrade.recipes import Recipe, RecipeError, dump, load_recipe, recipe_schema, recipe_text, shipped_recipes
from degrade.recipes.grammar import FIELDS
from degrade.recipes.text import parse_document

Valid = Callable[[Any], bool]


@pytest.fixture(scope="module")
def valid() -> Valid:
    """Whether the schema accepts plain data."""
    schema = recipe_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    accepts: Valid = jsonschema.Draft202012Validator(schema).is_valid
    return accepts


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within `schema` that describes a mapping."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" or "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


# --- its form ---------------------------------------------------------------------------------------------------------


def test_it_is_plain_json_of_the_2020_dialect() -> None:
    schema = recipe_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(schema["properties"]) == list(FIELDS)


def test_it_knows_every_op_group_and_distribution() -> None:
    definitions = recipe_schema()["$defs"]
    assert {f"op_{name}" for name in degradations()} <= set(definitions)
    assert {f"group_{word}" for word in GROUPS} <= set(definitions)
    assert {f"distribution_{word}" for word in DISTRIBUTIONS} <= set(definitions)


def test_every_mapping_refuses_what_it_does_not_know() -> None:
    for described in objects(recipe_schema()):
        assert "additionalProperties" in described
        assert described["additionalProperties"] is not True


@pytest.mark.parametrize("op", degradations().values(), ids=degradations())
def test_every_field_is_explained(op: Any) -> None:
    fields = recipe_schema()["$defs"][f"op_{op.name}"]["properties"][op.name]["properties"]
    assert list(fields) == list(op.specs)
    for name, spec in op.specs.items():
        assert spec.help in fields[name]["description"]
        assert spec.unit in fields[name]["description"]
        assert fields[name]["default"] == spec.default.to_data()


def test_bounds_options_and_units() -> None:
    definitions = recipe_schema()["$defs"]
    strength = definitions["op_grain"]["properties"]["grain"]["properties"]["strength"]
    assert strength["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 1}
    assert strength["description"].endswith("[pixel scale [0, 1]]")
    subsampling = definitions["op_jpeg"]["properties"]["jpeg"]["properties"]["subsampling"]
    assert subsampling["anyOf"][0] == {"enum": ["444", "422", "420"]}


# --- what it accepts and refuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [each.name for each in shipped_recipes()])
def test_shipped_recipes_are_valid(name: str, valid: Valid) -> None:
    assert valid(parse_document(recipe_text(name).encode(), name).data)


@given(st.data())
def test_every_recipe_is_valid(recipes: st.SearchStrategy[Recipe], valid: Valid, data: st.DataObject) -> None:
    recipe = data.draw(recipes)
    assert valid(parse_document(dump(recipe).encode(), "r.yaml").data)
    assert valid(json.loads(json.dumps({"recipe": 1, "steps": [step.canonical() for step in recipe.steps]})))


def step(**changed: Any) -> dict[str, Any]:
    return {"recipe": 1, "steps": [changed]}


GOOD: list[dict[str, Any]] = [
    {"recipe": 1, "steps": []},
    {"recipe": 1, "steps": ["grain", "target", {"jpeg": None}], "frame": None, "output": {}},
    {"recipe": 1, "steps": [{"target": None}], "presets": None, "source": None, "output": None},
    step(grain={"strength": [0.1, 0.2]}, p=0.5, label="a b"),
    step(grain={"strength": {"beta": {"a": 1, "b": 2}, "scale": 0.3}}),
    step(grain={"strength": {"log_normal": {"median": 0.1, "sigma": 1}}}),
    step(grain={"per_dye": {"choice": [True, False], "weights": [1, 2]}}),
    step(one_of=["grain", {"sequence": ["jpeg"]}], weights=[1, 2]),
    step(some_of=["grain", "jpeg"], n=[1, 2]),
    step(repeat=["grain"], times={"poisson": 2}),
    {"recipe": 1, "steps": [], "frame": {"size": 64}, "presets": {"a": {"x": {}, "y": {"frame": {"size": [1, 2]}}}}},
    {"recipe": 1, "steps": ["grain"], "presets": {"a": {"x": {"steps": {"grain": {"strength": 1, "p": 0.5}}}}}},
    {"recipe": 1, "steps": [], "output": {"splits": {"train": 0.5, "val": 0.5}}},
]
BAD: list[Any] = [
    None,
    [],
    {},
    {"recipe": 1},
    {"steps": []},
    {"recipe": 2, "steps": []},
    {"recipe": 1, "steps": [], "sed": 1},
    {"recipe": 1, "steps": [], "seed": 1.5},
    {"recipe": 1, "steps": [], "format": "a4"},
    {"recipe": 1, "steps": ["grian"]},
    {"recipe": 1, "steps": {"grain": {}}},
    {"recipe": 1, "steps": [], "frame": {"fit": "corp"}},
    {"recipe": 1, "steps": [], "output": {"image": "gif"}},
    {"recipe": 1, "steps": [], "output": {"members": []}},
    {"recipe": 1, "steps": [], "presets": {"a": {"x": {"without": "grain"}}}},
    {"recipe": 1, "steps": [], "presets": {"a b": {"x": {}}}},
    {"recipe": 1, "steps": ["grain"], "presets": {"a": {"x": {"steps": {"grain": {"strenght": 1}}}}}},
    step(),
    step(p=0.5),
    step(grain={"strenght": 1}),
    step(grain={"strength": 2}),
    step(grain={"strength": "0.1"}),
    step(grain={"strength": [1]}),
    step(grain={"strength": [0, 2]}),
    step(grain={"strength": {"betta": [1, 2]}}),
    step(grain={"strength": {"beta": [1]}}),
    step(grain={"strength": {"poisson": 1, "scale": 2}}),
    step(grain={"per_dye": "yes"}),
    step(grain={"per_dye": {"poisson": 1}}),
    step(jpeg={"quality": {"beta": [1, 2]}}),
    step(jpeg={"quality": 90.5}),
    step(jpeg={"subsampling": 420}),
    step(grain={}, p=2),
    step(grain={}, label="a/b"),
    step(grain={}, jpeg={}),
    step(grain={}, weights=[1]),
    step(one_of=[]),
    step(one_of="grain"),
    step(one_of=["grain"], n=1),
    step(some_of=["grain"], n=-1),
    step(target={"a": 1}),
]


@pytest.mark.parametrize("data", GOOD, ids=str)
def test_what_the_grammar_accepts_is_valid(data: dict[str, Any], valid: Valid) -> None:
    load_recipe(data)
    assert valid(data)


@pytest.mark.parametrize("data", BAD, ids=str)
def test_what_the_grammar_refuses_is_invalid(data: Any, valid: Valid) -> None:
    if isinstance(data, dict):
        with pytest.raises(RecipeError):
            load_recipe(data)
    assert not valid(data)
