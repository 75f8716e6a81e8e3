"""Tears in a print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Beta, LogNormal, LogUniform, Poisson
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import tears, torn
from degrade.engine.kernels.draw import joined, lattice
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

Floats = npt.NDArray[np.float32]

CORE_ROUGHNESS, GAP_ROUGHNESS = 0.8, 0.4
"""How far noise moves the edges of emulsion and paper, as a share of their distance from the tear."""
SHADOW_MM, CAST_MM = 0.12, 0.25
"""Length of the shadow of the emulsion on the paper, and of the print on what it lies on."""
RIM, CAST = 0.28, 0.45
"""Depth of those shadows, as a share."""
HAIRS_PER_MM, HAIR_MM = 4.0, 0.4
"""Hairs of paper along a lip, and their typical length."""
CREASE_MM = 0.7
"""Width of the bent paper beside the lips."""
NOWHERE: Box = (0, 0, 0, 0)


class Tear(Degradation):
    """Tears that run from a worn place of the print's edge into it.

    Paper tears along a self-affine line (Hurst exponent 0.67) in a slight arc. Image and paper core do not tear along
    the same line: on one lip or the other shows a bevel of white fibrous core, with stubby hairs over it. Where the
    lips gape, one sees what the print lies on, in the print's soft shadow; they close towards the tip. The paper beside
    them is bent a little and catches the light. A tear's line is left for later steps as the trace `tears`.

    References: self-affine cracks in paper, doi:10.5281/zenodo.8217903; G. Weaver, A Guide to Fiber-Base Gelatin Silver
    Print Condition and Deterioration, George Eastman House and Image Permanence Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.MATERIAL_LOSS

    count: Count = field(Poisson(1.5), "tears in the print", low=0, high=40)
    length_frac: Real = field(Beta(1.5, 3.0), "how far a tear runs in", low=0, high=1.5)
    gap_mm: Real = field(LogUniform(0.1, 1.6), "how far the lips gape at the edge", low=0, high=30)
    strip_mm: Real = field(LogNormal(0.8, 0.5), "width of the bevel of bare paper core", low=0, high=20)
    relief: Real = field((0.03, 0.15), "shading of the bent paper beside the lips", low=0, high=0.8, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Bend the paper, bare its core, open the gap, then let the hairs stand out."""
        if drawn["count"] == 0 or drawn["length_frac"] == 0:
            return
        paths = _laid_out(photo, drawn, key)
        if drawn["relief"] > 0:
            box = _bent(photo, paths, drawn["relief"])
            photo.shade(photo.relief, box, DamageClass.MATERIAL_LOSS)
        paper, values = torn.paper_core(photo), lattice(*key.at("lips").pair())
        box = _between(photo, paths, tears.CORE_PLUS, tears.CORE_MINUS, CORE_ROUGHNESS, values)
        rims = _rims(photo, box, SHADOW_MM, RIM)
        photo.remove(photo.coverage, box, DamageClass.MATERIAL_LOSS, paper=paper, fibre=torn.CORE, key=key.at("fibres"))
        torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, RIM)
        if drawn["gap_mm"] > 0:
            box = _between(photo, paths, tears.GAP_PLUS, tears.GAP_MINUS, GAP_ROUGHNESS, values)
            rims = _rims(photo, box, CAST_MM, CAST)
            photo.tear(photo.coverage, box, DamageClass.MATERIAL_LOSS, background=torn.backing(photo))
            torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, CAST)
        box = _hairs(photo, paths, key)
        photo.cover(photo.coverage, box, DamageClass.MATERIAL_LOSS, colour=paper)


class _Path(NamedTuple):
    """One tear, as `degrade.engine.kernels.paths` takes it; `samples` (5, M) are those of `tears.tear_path`."""

    nodes: Floats
    tangents: Floats
    samples: Floats


def _laid_out(photo: Photo, drawn: Drawn, key: Key) -> list[_Path]:
    """Where the tears run on the whole print, of which `photo` may show a part; leaves the trace."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    size = np.float32((bottom - top) / scale), np.float32((right - left) / scale)
    corner = np.float32(top / scale), np.float32(left / scale)
    words, wear = key.at("tears").pair(), photo.shared_key("wear").pair()
    short = min(size)
    paths = []
    for tear in range(drawn["count"]):
        length = np.float32(max(drawn["length_frac"] * (0.4 + key.at("length", tear).uniform()) * short, 2.0))
        most = int(length / tears.STEP_MM) + 4
        nodes, tangents = np.empty((most, 2), np.float32), np.empty((most, 2), np.float32)
        samples = np.empty((tears.CORE_MINUS + 1, most * PER_SEGMENT), np.float32)
        count = tears.tear_path(
            nodes, tangents, samples, tear, length, np.float32(drawn["gap_mm"]), np.float32(drawn["strip_mm"]), *size,
            *corner, *words, *wear,
        )  # fmt: skip
        paths.append(_Path(nodes[:count], tangents[:count], samples[:, : (count - 1) * PER_SEGMENT + 1]))
        photo.traces.setdefault("tears", []).append((nodes[:count] - np.array(corner[::-1])) / short)
    return paths


def _between(photo: Photo, paths: list[_Path], plus: int, minus: int, roughness: float, values: Floats) -> Box:
    """Draw what lies between two rows of the samples into the coverage; gives the box that was touched."""
    whole = NOWHERE
    for path in paths:
        box = draw_break(
            photo.coverage, photo.height, photo.width, path.nodes, path.tangents, path.samples[tears.OFFSET],
            path.samples[plus], path.samples[minus], photo.px_per_mm, roughness, torn.subsamples_of(photo), values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


def _rims(photo: Photo, box: Box, shadow_mm: float, depth: float) -> Box:
    """The shadows within what the coverage says, and half as strong the light on its far rims."""
    rims: Box = torn.light_rims(
        photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, shadow_mm),
        np.float32(depth), np.float32(depth / 2),
    )  # fmt: skip
    return rims


def _bent(photo: Photo, paths: list[_Path], relief: float) -> Box:
    """Draw the shading of the paper beside the lips, which lessens towards the tip."""
    whole = NOWHERE
    for path in paths:
        shade = np.linspace(relief, 0, len(path.nodes), dtype=np.float32)
        box = draw_relief(
            photo.relief, photo.height, photo.width, path.nodes, path.tangents, shade, photo.px_per_mm, CREASE_MM
        )
        whole = joined(whole, box)
    return whole


def _hairs(photo: Photo, paths: list[_Path], key: Key) -> Box:
    """Draw the hairs over both lips."""
    whole = NOWHERE
    for tear, path in enumerate(paths):
        box = torn.draw_hairs(
            photo.coverage, photo.height, photo.width, path.nodes, path.tangents, path.samples[tears.OFFSET],
            path.samples[tears.GAP_PLUS], path.samples[tears.GAP_MINUS], photo.px_per_mm, HAIRS_PER_MM, HAIR_MM,
            0, (len(path.nodes) - 1) * PER_SEGMENT, *key.at("hairs", tear).pair(),
        )  # fmt: skip
        whole = joined(whole, box)
    return whole
