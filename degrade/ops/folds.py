"""Folds, dog-ears and bends of a print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import fold_drawing, fold_lines, folds, torn
from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.paths import PER_SEGMENT
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS: dict[str, int] = {
    "mixed": fold_lines.MIXED,
    "full": fold_lines.FULL,
    "corner": fold_lines.CORNER,
    "bend": fold_lines.BEND,
}
SOIL_TINT = (0.7, 0.87, 1.0)
"""Share of dirt's density in red, green and blue: brownish."""
FULL_SOIL = 0.6
"""Density of dirt that covers altogether; weaker dirt covers less, so that the mask shows how much it hides."""


class Folds(Degradation):
    """Where a print was folded: a crease that catches the light, and emulsion that broke along it.

    Both flanks are shaded, one lighter, one darker, by 3 to 10 L* on real prints, whether or not anything broke; the
    light comes from the side from which it falls on all relief of a print. The break comes and goes along the line:
    cream paper with fibres at its rims, at times doubled, flaking where it is wide and where folds cross, worse at the
    print's edges, and thinning out towards free ends; dirt gathers in it. Where the ridge was rubbed, fine short
    scratches cross it. The line keeps straight over the print (deviations around a thousandth of its length, Hurst
    exponent 0.67 as lines of fracture in paper have) and is unsteady over millimetres. Folds run across the print in
    halves, thirds and quarters (`full`), cut off a corner (`corner`, a dog-ear) or end within the print (`bend`, rarely
    broken); `mixed` draws each one's kind.

    References: Self-affine crack propagation paths on two types of paper, doi:10.5281/zenodo.8217903; C. A. Andresen,
    A. Hansen, J. Schmittbuhl, Ridge network in crumpled paper, doi:10.1103/PhysRevE.76.026108; G. Weaver, A Guide to
    Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House and Image Permanence Institute
    (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.FOLD

    count: Count = field(Poisson(1), "folds on the print", low=0, high=100)
    severity: Real = field(
        (-0.3, 0.9),
        "how far the emulsion has broken: -1 nowhere, -0.3 into hairlines here and there, 0.9 open nearly all along",
        low=-2,
        high=1.5,
        unit="share of the width",
    )
    width_mm: Real = field(LogNormal(0.4, 0.45), "width of an open break", low=0.01, high=20)
    relief: Real = field((0.05, 0.2), "shading of the flanks at its strongest", low=0, high=0.8, unit="relative")
    kind: Option = field(
        "mixed", "across the print, at a corner, within the print, or each by chance", options=tuple(KINDS)
    )
    soil: Real = field((0.0, 0.5), "dirt in the breaks and at their rims", low=0, high=3, unit="optical density")
    flakes: Real = field(
        (0.0, 8.0), "flakes of lost emulsion where the break is open", low=0, high=200, unit="per 100 mm"
    )

    rubbing: Real = field(
        (0.0, 40.0), "fine short scratches where the ridge was rubbed", low=0, high=400, unit="per 10 mm"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Rub and break the emulsion, lay dirt into the breaks, then light the creases."""
        if drawn["count"] == 0:
            return
        paths = _laid_out(photo, drawn, key)
        if drawn["rubbing"] > 0:
            _rub(photo, paths, drawn, key)
        _break(photo, paths, key)
        if drawn["soil"] > 0:
            _soil(photo, paths, drawn["soil"])
        if drawn["relief"] > 0:
            _crease(photo, paths, key)


class _Paths(NamedTuple):
    """The folds of one print, as `fold_drawing` takes them: see `degrade.engine.kernels.folds.fold_geometry`."""

    nodes: npt.NDArray[np.float32]
    tangents: npt.NDArray[np.float32]
    shades: npt.NDArray[np.float32]
    samples: npt.NDArray[np.float32]
    used: npt.NDArray[np.int64]
    noise: npt.NDArray[np.float32]
    words: tuple[int, int]


def _laid_out(photo: Photo, drawn: Drawn, key: Key) -> _Paths:
    """Where the folds run on the whole print, of which `photo` may show a part."""
    count, scale = drawn["count"], photo.px_per_mm
    top, bottom, left, right = photo.print_box
    height, width = (bottom - top) / scale, (right - left) / scale
    k0, k1 = key.at("folds").pair()
    lines, kinds = np.empty((count, 4), np.float32), np.empty(count, np.int64)
    fold_lines.fold_lines(lines, kinds, KINDS[drawn["kind"]], height, width, k0, k1)
    most = int(1.1 * (height + width) / folds.SEGMENT_MM) + 4
    paths = _Paths(
        np.empty((count, most, 2), np.float32),
        np.empty((count, most, 2), np.float32),
        np.empty((count, most), np.float32),
        np.empty((count, folds.FLAKE_MINUS + 1, (most - 1) * PER_SEGMENT + 1), np.float32),
        np.empty(count, np.int64),
        lattice(k0, k1),
        (k0, k1),
    )
    folds.fold_geometry(
        lines, kinds, top / scale, left / scale, drawn["severity"], drawn["width_mm"], drawn["flakes"], drawn["relief"],
        torn.light_of(photo), paths.nodes, paths.tangents, paths.shades, paths.samples, paths.used, k0, k1,
    )  # fmt: skip
    return paths


def _rub(photo: Photo, paths: _Paths, drawn: Drawn, key: Key) -> None:
    """Scratch the emulsion where the ridges were rubbed; what has not broken at all was not rubbed either."""
    per_mm = drawn["rubbing"] / 10 * min(max(drawn["severity"] + 1, 0.0), 1.0)
    if per_mm == 0:
        return
    box = fold_drawing.draw_rubbing(
        photo.coverage, photo.height, photo.width, paths.nodes, paths.tangents, paths.used, photo.px_per_mm, per_mm,
        paths.noise, *key.at("rubbing").pair(),
    )  # fmt: skip
    photo.remove(photo.coverage, box, DamageClass.SCRATCH, paper=torn.bare_paper(photo))


def _break(photo: Photo, paths: _Paths, key: Key) -> None:
    """Bare the paper."""
    subsamples, paper = torn.subsamples_of(photo), torn.bare_paper(photo)
    place = (photo.height, photo.width, paths.nodes, paths.tangents, paths.samples, paths.used, photo.px_per_mm)
    fibres = key.at("fibres")
    box = fold_drawing.draw_folds(photo.coverage, *place, subsamples, torn.corner_of(photo), paths.noise, *paths.words)
    photo.remove(photo.coverage, box, DamageClass.FOLD, paper=paper, fibre=torn.FIBRE, key=fibres)
    box = fold_drawing.draw_flakes(photo.coverage, *place, subsamples, torn.corner_of(photo), paths.noise)
    photo.remove(photo.coverage, box, DamageClass.PEEL, paper=paper, fibre=torn.FIBRE, key=fibres)


def _soil(photo: Photo, paths: _Paths, soil: float) -> None:
    box = fold_drawing.draw_soil(
        photo.coverage, photo.height, photo.width, paths.nodes, paths.tangents, paths.samples, paths.used,
        photo.px_per_mm, min(soil / FULL_SOIL, 1.0), torn.corner_of(photo), paths.noise,
    )  # fmt: skip
    density = max(soil, FULL_SOIL)
    red, green, blue = SOIL_TINT
    photo.stain(photo.coverage, box, DamageClass.FOLD, density=(density * red, density * green, density * blue))


def _crease(photo: Photo, paths: _Paths, key: Key) -> None:
    """Relief 2 to 6 thousandths of a 10 × 15 cm print's diagonal wide."""
    sigma_mm = 0.35 + 0.75 * key.at("crease").uniform()
    box = fold_drawing.draw_creases(
        photo.relief, photo.height, photo.width, paths.nodes, paths.tangents, paths.shades, paths.used,
        photo.px_per_mm, sigma_mm,
    )  # fmt: skip
    photo.shade(photo.relief, box, DamageClass.FOLD)
