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
from degrade.engine.kernels import flaps, tears, torn
from degrade.engine.kernels.draw import joined, lattice
from degrade.engine.kernels.noise import sincos
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

Floats = npt.NDArray[np.float32]

CORE_ROUGHNESS = 0.8
"""How far noise moves the edge of the emulsion, as a share of its distance from the lip."""
SHADOW_MM, CAST_MM = 0.12, 0.25
"""Length of the shadow of the emulsion on the paper, and of the print on what it lies on."""
LIFTED_MM = 0.6
"""Length of the shadow of a flap on the other side, over which it lies."""
RIM, CAST = 0.28, 0.45
"""Depth of those shadows, as a share."""
HAIRS_PER_MM, HAIR_MM = 2.0, 0.4
"""Hairs of paper along a lip, and their typical length."""
CREASE_MM = 0.7
"""Width of the bent paper beside the lips."""
NOWHERE: Box = (0, 0, 0, 0)


class Tear(Degradation):
    """Tears that run from a worn place of the print's edge into it, beside which a flap no longer lies where it did.

    Paper tears along a self-affine line (Hurst exponent 0.67) in a slight arc. The flap on one side has slid along it,
    so that the picture's lines no longer meet, and either stands off, so that one sees what the print lies on in the
    print's soft shadow, or lies over the other side and casts its shadow there; less and less towards the tip. Image
    and paper core do not tear along the same line: on one lip or the other shows a bevel of white fibrous core, with
    stubby hairs over it. The paper beside the lips is bent a little and catches the light. The line of the lip that
    stayed is left for later steps as the trace `tears`.

    A real flap has moved as a whole. Here the move dies away within millimetres from the lip, so that the mask can tell
    the truth: it covers what has moved, a move of 1 mm wholly. What has moved is not lost; what the gap and the flap
    hide is.

    References: Self-affine crack propagation paths on two types of paper, doi:10.5281/zenodo.8217903; G. Weaver, A
    Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House and Image Permanence
    Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.MATERIAL_LOSS

    count: Count = field(Poisson(1.5), "tears in the print", low=0, high=40)
    length_frac: Real = field(Beta(1.5, 3.0), "how far a tear runs in", low=0, high=1.5)
    gap_mm: Real = field(LogUniform(0.1, 1.6), "how far the flap stands off at the edge", low=0, high=30)
    shift_mm: Real = field(LogUniform(0.2, 1.2), "how far the flap has slid along at the edge", low=0, high=10)
    overlap: Real = field(
        0.35, "chance of a flap to lie over the other side instead of standing off", low=0, high=1, unit="share"
    )
    strip_mm: Real = field(LogNormal(0.8, 0.5), "width of the bevel of bare paper core", low=0, high=20)
    relief: Real = field((0.03, 0.15), "shading of the bent paper beside the lips", low=0, high=0.8, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Bend the paper, bare its core, move the flap and open the gap, then let the hairs stand out."""
        if drawn["count"] == 0 or drawn["length_frac"] == 0:
            return
        tears_ = _laid_out(photo, drawn, key)
        if drawn["relief"] > 0:
            photo.shade(photo.relief, _bent(photo, tears_, drawn["relief"]), DamageClass.MATERIAL_LOSS)
        values, fibres, whole = lattice(*key.at("lips").pair()), key.at("fibres"), flaps.Union(photo)
        _bare_core(photo, [tear.stayed for tear in tears_], values, fibres, whole)
        for tear in tears_:
            tear.flap.move(photo)
        _open_gaps(photo, tears_, whole)
        _bare_core(photo, [tear.moved for tear in tears_], values, fibres, whole)
        _cast(photo, tears_)
        box = _hairs(photo, tears_, key)
        whole.add(box)
        photo.cover(photo.coverage, box, DamageClass.MATERIAL_LOSS, colour=torn.paper_core(photo))
        whole.mark()


class _Lip(NamedTuple):
    """One lip of a tear, as `degrade.engine.kernels.paths` takes it, with the core that shows on either side."""

    nodes: Floats
    tangents: Floats
    offset: Floats
    plus: Floats
    minus: Floats


class _Tear(NamedTuple):
    """One tear: the lip that stayed, that of the flap, and where the flap has moved."""

    stayed: _Lip
    moved: _Lip
    flap: flaps.Flap


def _laid_out(photo: Photo, drawn: Drawn, key: Key) -> list[_Tear]:
    """Where the tears run on the whole print, of which `photo` may show a part; leaves the trace."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    size = np.float32((bottom - top) / scale), np.float32((right - left) / scale)
    corner = np.float32(top / scale), np.float32(left / scale)
    words, wear = key.at("tears").pair(), photo.shared_key("wear").pair()
    amounts = [np.float32(drawn[name]) for name in ("gap_mm", "strip_mm", "shift_mm", "overlap")]
    short = min(size)
    laid_out = []
    for tear in range(drawn["count"]):
        length = np.float32(max(drawn["length_frac"] * (0.4 + key.at("length", tear).uniform()) * short, 2.0))
        most = int(length / tears.STEP_MM) + 4
        lines = np.empty((4, most, 2), np.float32)
        samples = np.empty((tears.LAP + 1, most * PER_SEGMENT), np.float32)
        frame = np.empty(flaps.SCALE + 1, np.float32)
        count = tears.tear_path(
            *lines, samples, frame, tear, length, *amounts, *size, *corner, np.float32(scale), *words, *wear
        )
        nodes, flap, tangents, flap_tangents = lines[:, :count]
        samples = samples[:, : (count - 1) * PER_SEGMENT + 1]
        offset, lap = samples[tears.OFFSET], samples[tears.LAP]
        outer, inner = (lap, samples[tears.CORE]), (samples[tears.FLAP_CORE], lap)
        if frame[flaps.SIDE] < 0:
            outer, inner = outer[::-1], inner[::-1]
        laid_out.append(
            _Tear(
                _Lip(nodes, tangents, offset, *outer),
                _Lip(flap, flap_tangents, offset, *inner),
                flaps.Flap(frame, samples[tears.LINE], samples[tears.LIP]),
            )
        )
        photo.traces.setdefault("tears", []).append((nodes - np.array(corner[::-1])) / short)
    return laid_out


def _bare_core(photo: Photo, lips: list[_Lip], values: Floats, fibres: Key, union: flaps.Union) -> None:
    """Bare the core of the paper along lips, and shade the step from the emulsion to it."""
    whole = NOWHERE
    for lip in lips:
        box = draw_break(
            photo.coverage, photo.height, photo.width, *lip, photo.px_per_mm, CORE_ROUGHNESS,
            torn.subsamples_of(photo), torn.corner_of(photo), values,
        )  # fmt: skip
        whole = joined(whole, box)
    union.add(whole)
    rims = _rims(photo, whole, SHADOW_MM, RIM)
    photo.remove(
        photo.coverage, whole, DamageClass.MATERIAL_LOSS, paper=torn.paper_core(photo), fibre=torn.CORE, key=fibres
    )
    torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, RIM)


def _open_gaps(photo: Photo, tears_: list[_Tear], union: flaps.Union) -> None:
    """Show what the print lies on where lips gape, in the print's shadow."""
    whole = NOWHERE
    for tear in tears_:
        whole = joined(whole, tear.flap.draw_gap(photo))
    union.add(whole)
    rims = _rims(photo, whole, CAST_MM, CAST)
    photo.tear(photo.coverage, whole, DamageClass.MATERIAL_LOSS, background=torn.backing(photo))
    torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, CAST)


def _rims(photo: Photo, box: Box, shadow_mm: float, depth: float) -> Box:
    """The shadows within what the coverage says, and half as strong the light on its far rims."""
    rims: Box = torn.light_rims(
        photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, shadow_mm),
        np.float32(depth), np.float32(depth / 2),
    )  # fmt: skip
    return rims


def _cast(photo: Photo, tears_: list[_Tear]) -> None:
    """The shadows of the flaps that lie over the other side."""
    shadow, whole = torn.shadow_of(photo, LIFTED_MM), NOWHERE
    for tear in tears_:
        if tear.flap.lies_over:
            whole = joined(whole, tear.flap.draw_cast(photo, *shadow, CAST))
    torn.shade_rims(photo, whole, DamageClass.MATERIAL_LOSS, CAST)


def _bent(photo: Photo, tears_: list[_Tear], relief: float) -> Box:
    """Draw the shading of the paper beside the lips, bent up towards the light or away; it lessens towards the tip."""
    whole, (sine, cosine) = NOWHERE, sincos(torn.light_of(photo))
    for tear in tears_:
        nodes, tangents = tear.stayed[:2]
        facing = tangents[:, 0] * np.float32(sine) - tangents[:, 1] * np.float32(cosine)
        shade = np.linspace(relief, 0, len(nodes), dtype=np.float32) * facing
        box = draw_relief(photo.relief, photo.height, photo.width, nodes, tangents, shade, photo.px_per_mm, CREASE_MM)
        whole = joined(whole, box)
    return whole


def _hairs(photo: Photo, tears_: list[_Tear], key: Key) -> Box:
    """Draw the hairs over the lips that show."""
    whole = NOWHERE
    for number, tear in enumerate(tears_):
        for name, lip in (("hairs of the flap", tear.moved), ("hairs", tear.stayed))[: 1 if tear.flap.lies_over else 2]:
            level = np.zeros_like(lip.offset)
            box = torn.draw_hairs(
                photo.coverage, photo.height, photo.width, lip.nodes, lip.tangents, lip.offset, level, level,
                photo.px_per_mm, HAIRS_PER_MM, HAIR_MM, 0, len(level) - 1, *key.at(name, number).pair(),
            )  # fmt: skip
            whole = joined(whole, box)
    return whole
