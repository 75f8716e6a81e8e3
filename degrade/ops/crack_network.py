"""Networks of cracks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import cracks
from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.paths import PER_SEGMENT
from degrade.engine.kernels.torn import FIBRE, bare_paper, corner_of, light_of, subsamples_of
from degrade.engine.key import Key
from degrade.engine.photo import Photo

MOST_CRACKS, MOST_NODES = 600, 6000
"""Cracks of a network, and corners of them all, that are drawn at most."""
MOST_JUNCTIONS = 800
STOPPING = 0.85
"""Share of the cracks that end where they meet another."""
CURL = 0.05
"""How far a crack's heading wanders, in turns a cm."""


HAIRLINE_PX = 1.25
"""Width of cracks in pixels below which they are hairlines."""


class CrackNetwork(Degradation):
    """Cracks in the emulsion of a print that was bent and handled: cream, beaded lines that start at worn edges and
    corners, run as arcs with kinks, and meet in T and Y.

    They grow one after the other. The first begin at worn places, most of these at the print's edge; daughters leave
    them at 72 ± 17 degrees, 0.4 to 0.8 times as wide, and a crack that meets another mostly ends there. The emulsion
    has opened along them by fits and starts (contrast varies by half to nine tenths of its mean along real cracks),
    most at junctions and edges, and closes towards the tips. Beside cracks a print shows bends that did not break: a
    light and a dark flank, 3 to 10 L*, and nothing else. On real prints cracks are 1.3 to 4.9 diagonals long
    altogether, 0.1 to 0.5 % of the diagonal wide, and 2.8 times as dense at 2 to 6 % of the short side from the edge
    as in the middle. Their corners are left for later steps as the trace `cracks`, where they meet as `junctions`.

    References: C. A. Andresen, A. Hansen, J. Schmittbuhl, Ridge network in crumpled paper,
    doi:10.1103/PhysRevE.76.026108, for log-normal lengths; G. Weaver, A Guide to Fiber-Base Gelatin Silver Print
    Condition and Deterioration, George Eastman House and Image Permanence Institute (2008). The figures are measured
    on scans of prints.
    """

    stage = Stage.WEAR
    damage = DamageClass.CRACK

    count: Count = field(Poisson(28), "cracks that start by themselves; their daughters come on top", low=0, high=200)
    length_mm: Real = field(LogNormal(24, 0.4), "median length of those", low=1, high=500)
    branching: Real = field((0.5, 2.0), "daughters of a crack", low=0, high=8, unit="per 50 mm")
    severity: Real = field(
        (-0.2, 0.6),
        "how far the emulsion has broken: -1 nowhere, -0.3 into hairlines here and there, 0.6 nearly all along",
        low=-2,
        high=1.5,
        unit="share of the width",
    )
    width_mm: Real = field(LogNormal(0.45, 0.35), "width of an open crack that started by itself", low=0.01, high=10)
    depth: Real = field((0.75, 1.0), "how far into the emulsion, 1: down to the paper", low=0, high=1, unit="share")
    bends: Count = field(Poisson(10), "bends that did not break", low=0, high=200)
    relief: Real = field((0.05, 0.2), "shading of all bends' flanks at its strongest", low=0, high=0.8, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Grow the network, bare the paper in it, then light its bends."""
        if drawn["count"] + drawn["bends"] == 0:
            return
        network = _grown(photo, drawn, key)
        # The beads of hairlines are finer than pixels.
        subsamples = subsamples_of(photo) + (drawn["width_mm"] * photo.px_per_mm < HAIRLINE_PX)
        where = (network.nodes, network.starts, network.facts, network.number, network.tangents)
        if drawn["depth"] > 0 and drawn["count"] > 0:
            box = cracks.draw_cracks(
                photo.coverage, photo.height, photo.width, *where, network.samples, photo.px_per_mm, subsamples,
                corner_of(photo), lattice(*network.words),
            )  # fmt: skip
            photo.remove(
                photo.coverage, box, DamageClass.CRACK,
                depth=drawn["depth"], paper=bare_paper(photo), fibre=FIBRE, key=key.at("fibres"),
            )  # fmt: skip
        if drawn["relief"] > 0:
            box = cracks.draw_ridges(
                photo.relief, photo.height, photo.width, *where, photo.px_per_mm, drawn["relief"],
                light_of(photo), *network.words,
            )  # fmt: skip
            photo.shade(photo.relief, box, DamageClass.CRACK)


class _Network(NamedTuple):
    """The cracks of one print, as `degrade.engine.kernels.cracks` takes them."""

    nodes: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]
    facts: npt.NDArray[np.float32]
    number: int
    tangents: npt.NDArray[np.float32]
    samples: npt.NDArray[np.float32]
    words: tuple[int, int]


def _grown(photo: Photo, drawn: Drawn, key: Key) -> _Network:
    """Where the cracks run on the whole print, of which `photo` may show a part."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    size = np.float32((bottom - top) / scale), np.float32((right - left) / scale)
    worn = photo.shared_key("wear").pair()
    words = key.at("cracks").pair()
    nodes, starts = np.empty((MOST_NODES, 2), np.float32), np.empty(MOST_CRACKS + 1, np.int64)
    facts, junctions = np.empty((MOST_CRACKS, 5), np.float32), np.empty((MOST_JUNCTIONS, 2), np.float32)
    count, met = cracks.grow_cracks(
        nodes, starts, facts, junctions, drawn["count"], drawn["bends"], drawn["length_mm"], drawn["branching"] / 50,
        CURL, STOPPING, *size, *words, *worn,
    )  # fmt: skip
    ran = nodes[: starts[count]] / min(size)
    photo.traces.setdefault("cracks", []).extend(
        ran[starts[c] : starts[c + 1]] for c in range(count) if facts[c, cracks.WIDTH] > 0
    )
    photo.traces.setdefault("junctions", []).extend((float(x), float(y)) for x, y in junctions[:met] / min(size))
    tangents, samples = np.empty_like(nodes), np.empty((3, MOST_NODES * PER_SEGMENT), np.float32)
    cracks.break_cracks(
        nodes, starts, facts, count, tangents, samples, top / scale, left / scale, *size,
        drawn["severity"], drawn["width_mm"], *words, *worn,
    )  # fmt: skip
    return _Network(nodes, starts, facts, count, tangents, samples, words)
