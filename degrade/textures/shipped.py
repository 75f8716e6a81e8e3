"""The textures that this package renders: one YAML file each, with its generator, parameters, seed and licence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.resources import shipped, shipped_names
from degrade.textures.cache import digest_of, kept
from degrade.textures.dust import Dust
from degrade.textures.paper import Paper
from degrade.textures.scratch_sheet import ScratchSheet
from degrade.textures.sheet import Bytes, Sheet, packed_levels
from degrade.textures.source import Source


class Generator(Protocol):
    """A procedural field: a frozen declaration of parameters that renders sheets."""

    def render(self, size: int, px_per_mm: float, key: Key) -> Bytes:
        """The sheet at `key`: (size, size) uint8, which repeats; the same for the same arguments on every CPU."""
        ...


GENERATORS: dict[str, type[Any]] = {"dust": Dust, "paper": Paper, "scratch_sheet": ScratchSheet}
"""Procedural fields by the names that the YAML files use."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The contents of a texture's YAML file.

    Parameters
    ----------
    texture : int
        Version of this language, 1.
    about, licence : str
    generator : str
        One of `GENERATORS`.
    parameters : dict
        What the generator is made with.
    seed : int
    sheets : int
        How many are rendered.
    size_px : int
        Side of a sheet.
    px_per_mm : float
    tones : bool
        Whether the sheets are pictures of a surface; otherwise they say how much is covered.
    shows : str or None
        Name of a `DamageClass` in small letters; None for a surface.
    colour : tuple
        Encoded R, G, B in [0, 1] of what covers.
    """

    texture: int
    about: str
    licence: str
    generator: str
    parameters: dict[str, Any]
    seed: int
    sheets: int
    size_px: int
    px_per_mm: float
    tones: bool = False
    shows: str | None = None
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Shipped(Source):
    """A texture of this package."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.declared = declaration(name)
        self.generator: Generator = GENERATORS[self.declared.generator](**self.declared.parameters)
        self.names = tuple(f"{name}-{index:02d}" for index in range(self.declared.sheets))
        self.shows = DamageClass[self.declared.shows.upper()] if self.declared.shows else None
        self.tones, self.px_per_mm = self.declared.tones, self.declared.px_per_mm
        red, green, blue = self.declared.colour
        self.colour = (red, green, blue)

    @cached_property
    def digest(self) -> str:
        return digest_of(repr(self.declared))

    def _open(self, name: str) -> Sheet:
        return Sheet(kept(f"{self.name}-{self.digest}", name, lambda: self._rendered(name)), wraps=True)

    def _rendered(self, name: str) -> Bytes:
        key = Key(self.declared.seed, name)
        return packed_levels(self.generator.render(self.declared.size_px, self.declared.px_per_mm, key))


@cache
def declaration(name: str) -> Declared:
    """What the YAML file of a shipped texture says; see `degrade.resources` for where it lies."""
    import yaml

    path: Path = shipped("textures") / f"{name}.yaml"
    return Declared(**yaml.safe_load(path.read_text("utf-8")))


def texture_names() -> list[str]:
    """Names of the shipped textures."""
    return shipped_names("textures")
