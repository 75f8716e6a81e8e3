"""Commands about the degradations themselves."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import columns, compiling_is_said, emit, json_option, say, show

if TYPE_CHECKING:
    from degrade.engine.degradation import Degradation
    from degrade.engine.fields import FieldSpec

MARK = "*"
"""Stands at an op whose bytes depend on the machine."""
_FRAMED: dict[str, Any] = {
    "recipe": 1, "name": "framed", "steps": ["grayscale"], "output": {"image": "png16"},
    "frame": {"size": 128, "rotate_deg": 3, "zoom": 1.1, "brightness": 0.1},
}  # fmt: skip
"""A recipe that needs the kernels of the frame."""


@click.command()
@click.argument("name", required=False, help="An op, as `degrade ops` lists them.")
@json_option
def ops(name: str | None, as_json: bool) -> None:
    """List the degradations, in the order of a photograph's life, or show NAME with its parameters.

    Structural ops draw damage into the mask, under the class that is shown; global ops change the whole picture and
    leave the mask alone. An op marked * may differ in the last bit between machines; all others give the same bytes.
    """
    from degrade.ops import degradations

    chosen = list(degradations().values()) if name is None else [known_op(name)]
    if as_json:
        for op in chosen:
            emit(op_record(op))
    else:
        show(_listing(chosen) if name is None else _page(chosen[0]))


@click.command()
def warm() -> None:
    """Compile all kernels and render the shipped textures, for container images and CI.

    Both go to the user's cache folder (DEGRADE_CACHE names another one), so that the first build starts at once.
    """
    from degrade.building.warm import warm as warm_steps
    from degrade.building.warm import warm_recipe
    from degrade.cachedir import user_cache
    from degrade.recipes import load_recipe
    from degrade.resources import shipped_names
    from degrade.textures.bank import prepare

    cache = user_cache()
    if cache is None:
        raise click.ClickException("no cache folder can be written, nothing would be kept; name one in DEGRADE_CACHE")
    with compiling_is_said():
        for texture in shipped_names("textures"):
            prepare(texture)
        warm_steps(_variants())
        for recipe in [load_recipe(_FRAMED), *map(load_recipe, shipped_names("recipes"))]:
            warm_recipe(recipe)
    say(f"ready, in {cache}")


def _variants() -> Iterator[Degradation]:
    """Every op as by default, and with each of its options: other options may need other kernels."""
    from degrade.engine.declaration import ParameterError
    from degrade.engine.fields import Kind
    from degrade.ops import degradations

    for op in degradations().values():
        if op.extra:  # a library's code, not ours: there is nothing to compile
            continue
        yield op()
        for name, spec in op.specs.items():
            options: tuple[Any, ...] = (False, True) if spec.kind is Kind.FLAG else spec.options
            for option in options:
                with suppress(ParameterError):  # an option that needs another field is reached through a recipe
                    yield op(**{name: option})


def known_op(name: str) -> type[Degradation]:
    """The op of that name, or wrong usage with the nearest one."""
    from degrade.ops import KnownOps
    from degrade.recipes.words import did_you_mean

    known = KnownOps()
    if name not in known:
        hint = did_you_mean(name, known) or "`degrade ops` lists them"
        raise click.UsageError(f"there is no op {name!r}: {hint}")
    return known[name]


def op_record(op: type[Degradation]) -> dict[str, Any]:
    """Everything that is declared of an op, as plain data for JSON."""
    return {
        "name": op.name, "class": op.__name__, "stage": op.stage.name.lower(),
        "damage": op.damage.name.lower() if op.damage else None, "damage_by_fields": _varies(op),
        "portable": op.portable, "moves_pixels": op.moves_pixels, "about": inspect.cleandoc(op.__doc__ or ""),
        "fields": [_field_record(spec) for spec in op.specs.values()],
    }  # fmt: skip


def _field_record(spec: FieldSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "kind": spec.kind.name.lower(), "help": spec.help, "unit": spec.unit,
        "low": spec.low if math.isfinite(spec.low) else None, "high": spec.high if math.isfinite(spec.high) else None,
        "options": list(spec.options), "optional": spec.optional, "default": spec.default.to_data(),
    }  # fmt: skip


def _listing(chosen: list[type[Degradation]]) -> str:
    return columns([[_stage(op), op.name + ("" if op.portable else MARK), _damage(op), _gist(op)] for op in chosen])


def _page(op: type[Degradation]) -> str:
    machine = "" if op.portable else ", may differ in the last bit between machines"
    facts = f"stage: {_stage(op)}; damage: {_damage(op)}{machine}"
    facts += f"; needs the extra {op.extra}" if op.extra else ""
    home = "degrade" if op.__module__.startswith("degrade.") else op.__module__
    head = f"{op.name} ({home}.{op.__name__})\n{facts}\n\n{inspect.cleandoc(op.__doc__ or '')}"
    if not op.specs:
        return head
    rows = [[spec.name, f"default {default_text(spec)}", _meaning(spec)] for spec in op.specs.values()]
    return f"{head}\n\nparameters\n{columns(rows, indent=2)}"


def _stage(op: type[Degradation]) -> str:
    return op.stage.name.lower().replace("_", " ")


def _damage(op: type[Degradation]) -> str:
    if _varies(op):
        return "by its fields"
    return op.damage.name.lower().replace("_", " ") if op.damage else "global"


def _varies(op: type[Degradation]) -> bool:
    """Whether the class of its damage hangs on what is drawn."""
    from degrade.engine.degradation import Degradation

    return op.damage_of is not Degradation.damage_of


def _gist(op: type[Degradation]) -> str:
    return inspect.cleandoc(op.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _meaning(spec: FieldSpec) -> str:
    unit = f", {spec.unit}" if spec.unit else ""
    return f"{spec.help} ({spec.expected()}{unit})"


def default_text(spec: FieldSpec) -> str:
    """A field's default as a recipe writes it."""
    from degrade.recipes.dumping import in_line

    return in_line(spec.default)
