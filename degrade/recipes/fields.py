"""The grammar of fields: values by name against a declaration, and guesses at how they came to be wrong."""

from __future__ import annotations

from typing import Any

from degrade.engine.declaration import Declaration
from degrade.engine.degradation import Degradation
from degrade.engine.fields import FieldSpec, Kind
from degrade.recipes.presets import Given, Report
from degrade.recipes.words import did_you_mean, shown


def read_fields(declaration: type[Declaration], values: Given, report: Report) -> bool:
    """Whether `values` fit the fields of `declaration`, each by itself; what doesn't is reported."""
    sound = True
    for name, (value, path) in values.items():
        spec = declaration.specs.get(name)
        if spec is None:
            message = f"{declaration.name} has no field {shown(name)}; it has {', '.join(declaration.specs)}"
            report(path, message, _misplaced(declaration, name), at_key=True)
            sound = False
            continue
        try:
            spec.distribution(value)
        except ValueError as error:
            report(path, str(error), _meant(spec, value))
            sound = False
    return sound


def _misplaced(declaration: type[Declaration], name: str) -> str:
    if name in ("p", "label") and issubclass(declaration, Degradation):
        return f"{name} stands beside {declaration.name}, not among its fields: indent it less"
    return did_you_mean(name, declaration.specs)


def _meant(spec: FieldSpec, value: Any) -> str:
    if spec.kind is Kind.OPTION and str(value) in spec.options:
        return f'write "{value}" in quotes'
    if not isinstance(value, str):
        return ""
    if spec.kind in (Kind.REAL, Kind.COUNT):
        number = value.removesuffix("%").strip()
        if number.replace(".", "", 1).isdigit():
            return "write it without quotes" if number == value else f"write {float(number) / 100:g}"
    return ""
