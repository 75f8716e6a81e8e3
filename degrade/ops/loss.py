"""Shards of emulsion lost from a print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import shards, torn
from degrade.engine.kernels.draw import joined, lattice
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_rim
from degrade.engine.kernels.shared import worn_place
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

Floats = npt.NDArray[np.float32]

ROUGHNESS = 0.45
"""How far noise moves a shard's edges, as a share of its width."""
SHADOW_MM = 0.13
"""Length of the shadow of the emulsion on the paper."""
SOIL_SPREAD_MM = 1.1
"""How far soil spreads from where the shard began to break."""
SOIL_TINT = (0.6, 0.83, 1.0)
"""Share of the soil's density in red, green and blue: brown."""
FULL_SOIL = 0.6
"""Density of soil that covers altogether; weaker soil covers less, so that the mask shows how much it hides."""
NOWHERE: Box = (0, 0, 0, 0)


class Loss(Degradation):
    """Shards of emulsion that came off a print and show its paper.

    Emulsion flakes off between cracks and folds, most where they meet: pointed shapes with hollow sides, fins and
    slivers with one straight side along the crack, not blobs. What shows is the paper, browned by soil that settles
    from the crack outwards; the step in the emulsion throws a thin shadow into it, and its far rim is lit. Shards
    begin at the `junctions` and along the `cracks` that earlier steps left as traces, else at worn places.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.MATERIAL_LOSS

    count: Count = field(Poisson(6), "shards lost from the print", low=0, high=300)
    width_mm: Real = field(LogNormal(0.95, 0.4), "typical width of a shard", low=0.05, high=50)
    depth: Real = field((0.85, 1.0), "how far into the emulsion, 1: down to the paper", low=0, high=1, unit="share")
    soil: Real = field((0.05, 0.4), "soil on the paper that shows", low=0, high=3, unit="optical density")
    shadow: Real = field((0.15, 0.45), "depth of the shadow at the emulsion's step", low=0, high=0.8, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Bare the paper, soil it, then light the step around it."""
        if drawn["count"] == 0 or drawn["depth"] == 0:
            return
        paths, values = _laid_out(photo, drawn, key), lattice(*key.at("edges").pair())
        box = _bare(photo, paths, values)
        rims = torn.light_rims(
            photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, SHADOW_MM),
            np.float32(drawn["shadow"]), np.float32(drawn["shadow"] * 0.6),
        )  # fmt: skip
        photo.remove(
            photo.coverage, box, DamageClass.MATERIAL_LOSS,
            depth=drawn["depth"], paper=torn.bare_paper(photo), fibre=torn.FIBRE, key=key.at("fibres"),
        )  # fmt: skip
        if drawn["soil"] > 0:
            box = _soil(photo, paths, min(drawn["soil"] / FULL_SOIL, 1.0), values)
            red, green, blue = (max(drawn["soil"], FULL_SOIL) * share for share in SOIL_TINT)
            photo.stain(photo.coverage, box, DamageClass.MATERIAL_LOSS, density=(red, green, blue))
        torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, drawn["shadow"])


class _Path(NamedTuple):
    """One shard, as `degrade.engine.kernels.paths` takes it; `samples` (5, M) are those of `shards.shard_path`."""

    nodes: Floats
    tangents: Floats
    samples: Floats


def _laid_out(photo: Photo, drawn: Drawn, key: Key) -> list[_Path]:
    """Where the shards lie on the whole print, of which `photo` may show a part."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    height, width = (bottom - top) / scale, (right - left) / scale
    corner = np.float32(top / scale), np.float32(left / scale)
    short = min(height, width)
    lines, starts = _cracks(photo, np.float32(short))
    words = key.at("shards").pair()
    paths = []
    for shard in range(drawn["count"]):
        x, y = _place(photo, shard, width / short, height / short, key)
        nodes, tangents = np.empty((shards.NODES, 2), np.float32), np.empty((shards.NODES, 2), np.float32)
        samples = np.empty((shards.SOIL_MINUS + 1, (shards.NODES - 1) * PER_SEGMENT + 1), np.float32)
        shards.shard_path(
            nodes, tangents, samples, shard, np.float32(x * short), np.float32(y * short), lines, starts,
            drawn["width_mm"], *corner, *words,
        )  # fmt: skip
        paths.append(_Path(nodes, tangents, samples))
    return paths


def _cracks(photo: Photo, short: np.float32) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The corners of all cracks in mm from the print's corner, and where each crack begins among them."""
    lines = photo.traces.get("cracks", [])
    starts = np.cumsum([0, *(len(line) for line in lines)], dtype=np.int64)
    corners = np.concatenate(lines) if lines else np.empty((0, 2))
    return np.ascontiguousarray(corners, np.float32) * short, starts


def _place(photo: Photo, shard: int, wide: float, tall: float, key: Key) -> tuple[float, float]:
    """Where a shard begins, in short sides of the print."""
    where = key.at("place", shard)
    junctions = photo.traces.get("junctions", [])
    if junctions:
        x, y = junctions[int(where.uniform() * len(junctions))]
        if 0 <= x <= wide and 0 <= y <= tall:
            return x, y
    x, y = worn_place(
        np.float32(wide), np.float32(tall), *map(np.uint32, where.pair()), shard,
        *map(np.uint32, photo.shared_key("wear").pair()),
    )  # fmt: skip
    return float(x), float(y)


def _bare(photo: Photo, paths: list[_Path], values: Floats) -> Box:
    """Draw where the emulsion is gone; gives the box that was touched."""
    whole = NOWHERE
    for path in paths:
        box = draw_break(
            photo.coverage, photo.height, photo.width, path.nodes, path.tangents, path.samples[shards.OFFSET],
            path.samples[shards.PLUS], path.samples[shards.MINUS], photo.px_per_mm, ROUGHNESS,
            torn.subsamples_of(photo), torn.corner_of(photo), values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


def _soil(photo: Photo, paths: list[_Path], amount: float, values: Floats) -> Box:
    """Draw the soil, `amount` in [0, 1] at most; gives the box that was touched."""
    whole = NOWHERE
    for path in paths:
        box = draw_rim(
            photo.coverage, photo.height, photo.width, path.nodes, path.tangents, path.samples[shards.OFFSET],
            path.samples[shards.SOIL_PLUS], path.samples[shards.SOIL_MINUS], photo.px_per_mm, SOIL_SPREAD_MM, amount,
            torn.corner_of(photo), values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole
