"""Damage that was cut out of real scans."""

from __future__ import annotations

import dataclasses

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice, LogUniform, NegativeBinomial
from degrade.engine.fields import Flag, Option, Real, Text, field
from degrade.engine.kernels import cutouts as kernels
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.textures import bank
from degrade.textures.cutouts import Rate
from degrade.textures.shapes import NAMES

POLARITIES = ("own", "light", "dark")
"""In the order of the kernel's own, light and dark."""


class Harvested(Degradation):
    """Dust, hairs, scratches, cracks and stains that were cut out of real scans, laid over the photograph.

    `bank` is a folder that ``degrade harvest`` made of one's own scans, or ``sample``, which is cut from this package's
    own sheets of dust and scratches. Each photo takes as many things of each class as a scan of its area has (negative
    binomial, times `rate`), at their true sizes in millimetres, mirrored and turned, gathered as on the scans (a Cox
    process). No cut-out is twice in one photo: a bank that runs out gives fewer. Its scans are divided by their names
    among the train, val and test splits, as sheets of textures are, so that no cut-out is in two of them.

    A cut-out takes the picture towards white or black by its own opacity times `strength`, each colour by its own
    share, which undoes how it was measured. The mask is what it covers, however weak; `loss` is that times the opacity.
    A bank that is given by an absolute path stands in outputs by its name and the hash of its contents alone.

    References: D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage to analyse and improve artefact
    restoration on high-resolution scans, arXiv:2302.10004; J. Møller, A. R. Syversveen, R. P. Waagepetersen, Log
    Gaussian Cox processes, doi:10.1111/1467-9469.00115.
    """

    stage = Stage.SURFACE
    damage = DamageClass.DUST

    bank: Text = field("sample", "a folder that `degrade harvest` made, or sample")
    rate: Real = field(
        LogUniform(0.1, 0.6),
        "how many there are, as a share of those on the scans",
        low=0,
        high=100,
        unit="share",
    )
    strength: Real = field((0.7, 1.0), "opacity, as a share of what it was on the scans", low=0, high=1, unit="ratio")
    classes: Option = field("all", "which of them", options=("all", *NAMES))
    polarity: Option = field("own", "whether they are as on the scans, or all light or dark", options=POLARITIES)
    scale: Real = field(
        1, "enlargement; 4.2 for damage of 35 mm film on a print of 10 × 15 cm", low=0.05, high=20, unit="ratio"
    )
    rotate: Flag = field(True, "turned by any angle; false: mirrored only, for what runs along the film")

    def conflicts(self) -> list[tuple[str, str]]:
        """A bank must have a name."""
        return [] if all(self.sources()) else [("bank", f"expected a folder or sample, not {''!r}")]

    def sources(self) -> tuple[str, ...]:
        """Every bank that may be drawn."""
        values = self.bank.values if isinstance(self.bank, Choice) else (self.bank.value,)  # type: ignore[union-attr]
        return tuple(dict.fromkeys(values))

    def prepare(self) -> None:
        """Look the banks up, once for all processes."""
        for source in self.sources():
            bank.prepare_cutouts(source)

    def contents(self) -> dict[str, str]:
        """The folders among the banks."""
        return {source: folder.digest for source in self.sources() if (folder := bank.damage_folder(source))}

    def without_places(self) -> Harvested:
        """With absolute folders by their public names, see `bank.public_name`."""
        names = {source: bank.public_name(source, of_damage=True) for source in self.sources()}
        if all(name == source for source, name in names.items()):
            return self
        if isinstance(self.bank, Choice):
            return dataclasses.replace(self, bank=Choice([names[v] for v in self.bank.values], self.bank.weights))
        [name] = names.values()
        return dataclasses.replace(self, bank=name)

    def damage_of(self, drawn: Drawn) -> DamageClass | None:
        """The class that is asked for; dust, the commonest, where all are."""
        return NAMES.get(drawn["classes"], DamageClass.DUST)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Class by class."""
        if drawn["strength"] == 0 or drawn["rate"] == 0:
            return
        source = bank.cutouts(drawn["bank"])
        top, bottom, left, right = photo.print_box
        scale = photo.px_per_mm * drawn["scale"]
        share = drawn["rate"] * (bottom - top) * (right - left) / (scale * scale * source.area_mm2)
        found = source.cutouts
        tints = found.tints if photo.channels == 3 else found.gray_tints
        for damage, rate in source.rates.items():
            if drawn["classes"] not in ("all", damage.name.lower()):
                continue
            here = key.at(damage.name.lower())
            pool = source.pool(photo.split, damage).copy()
            count = min(_number(rate, share, here), pool.size)
            if count == 0:
                continue
            kernels.choose(pool, count, *here.at("which").pair())
            kernels.lay(
                photo.pixels, *photo.layers, int(damage), found.data, found.offsets, found.heights, found.widths,
                found.px_per_mm, found.dark, found.opacity, tints, pool, count, float(scale),
                top, left, bottom - top, right - left, float(drawn["strength"]),
                POLARITIES.index(drawn["polarity"]), drawn["rotate"], source.clustering, *here.at("where").pair(),
            )  # fmt: skip


def _number(rate: Rate, share: float, key: Key) -> int:
    """How many things of a class there are: as on a scan, and `share` of them, rounded up or down by chance."""
    if rate.mean == 0 or rate.k == 0:
        return 0
    on_scan, rounding = key.at("count").uniforms()[:2]
    return int(NegativeBinomial(rate.mean, rate.k).at(on_scan) * share + rounding)
