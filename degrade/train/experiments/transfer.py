"""Does synthetic damage teach to restore real damage? One fixed U-Net, trained on one synthetic damage after another,
and tested on scans and frames whose restored pictures are known.

What is compared: gray pictures with white noise and straight lines; project 2's noise under sheets of dust and
scratches; the second recipe of "Bringing Old Photos Back to Life" with its holes; this package's `old_photos`; its
damage alone, with the photograph's tones, grain and blur in the target too, as restorers leave them, on all its kinds
and on its frames of film, which is what most pairs of real damage are of; and, in the full size, `old_photos` without
the steps of one stage of a photograph's life at a time (`degrade.Stage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import degrade
from degrade.train.bootstrap import Interval
from degrade.train.experiments.charts import bars
from degrade.train.experiments.claims import Claim, at_least, signed
from degrade.train.experiments.measured import Results, Row, over_photos
from degrade.train.experiments.page import Page, Table, number
from degrade.train.experiments.plan import Asked, Crops, Data, Size, Training, settings
from degrade.train.experiments.real import PARTS, UPRIGHT

NEEDS = ("real",)
SIZES = {"usual": Size(400, 24, 0, 40, seeds=2), "full": Size(20_000, 500, 0, 30, seeds=5)}
GROUP = "real pairs"
SIDE_PX, CROP_PX = 320, 128
OLD = "old_photos"
ALONE = "old_photos, damage alone"
FILM = "old_photos@film, damage alone"
LOSS = "mse:1,outside_mse:20"
"""Damage is seldom: without more weight on what is sound, a network takes details for damage."""
HARM = -0.1
"""Of PSNR outside the damage, in dB."""
_DAMAGE = ("NEGATIVE_DAMAGE", "STAINS", "WEAR", "REPAIR", "SURFACE")
NAIVE: dict[str, Any] = {
    "recipe": 1,
    "name": "naive",
    "steps": [
        "grayscale",
        "target",
        {"gaussian_noise": {"sigma": [0.02, 0.1]}},
        {"scratches": {"straight": True, "count": [2, 20], "width_mm": [0.3, 0.9]}},
    ],
}
_GROUPS = ("one_of", "some_of", "sequence", "shuffle", "repeat")


def recipes(full: bool) -> dict[str, Any]:
    """What is compared, by name."""
    old = degrade.load_recipe(OLD).to_data()
    stages = {stage.name.lower().replace("_", " "): (stage.name,) for stage in degrade.Stage if stage.name != "SCENE"}
    return {
        "naive": NAIVE,
        "texture overlay": _with_masks("div2k_aged@gray"),
        "bopbtl_v2, holes": _with_masks("bopbtl_v2@white"),
        OLD: old,
        ALONE: damage_alone(old),
        FILM: damage_alone(degrade.load_recipe(f"{OLD}@film").to_data()),
        **{f"without {name}": without(old, gone) for name, gone in stages.items() if full},
    }


def _with_masks(name: str) -> dict[str, Any]:
    """A shipped recipe's plain data with the members that pairs usually have: the loss needs masks."""
    data: dict[str, Any] = degrade.load_recipe(name).to_data()
    return data | {"output": {key: value for key, value in data["output"].items() if key != "members"}}


def damage_alone(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe's plain data with the target behind all but its damage. A photograph of each kind meets the damage of
    any kind."""
    kinds: Any = degrade.degradations()
    damage = {name for name, kind in kinds.items() if _stage(kind).name in _DAMAGE}
    steps = [step for step in recipe["steps"] if step != "target"]
    return recipe | {"steps": [*_kept(steps, damage), "target", *_relabelled(_kept(steps, set(kinds) - damage))]}


def _relabelled(steps: Sequence[Any]) -> list[Any]:
    """The groups, which then stand there twice, under labels of their own."""
    found = []
    for step in steps:
        inside = {name: _relabelled(step[name]) for name in _GROUPS if name in step}
        label = {"label": f"damage.{step['label']}"} if inside and "label" in step else {}
        found.append(step | inside | label if inside else step)
    return found


def without(recipe: dict[str, Any], stages: Sequence[str]) -> dict[str, Any]:
    """A recipe's plain data less the steps of these stages, and the groups that these leave empty."""
    kinds: Any = degrade.degradations()
    gone = {name for name, kind in kinds.items() if _stage(kind).name in stages}
    return recipe | {"steps": _kept(recipe["steps"], gone)}


def _stage(kind: Any) -> degrade.Stage:
    stage: degrade.Stage = getattr(kind, "stage", kind)
    return stage


def _kept(steps: Sequence[Any], gone: set[str]) -> list[Any]:
    found = []
    for step in steps:
        name = step if isinstance(step, str) else next(iter(step))
        if name in gone:
            continue
        if name in _GROUPS:
            inner = _kept(step[name], gone)
            if not inner:
                continue
            step = step | {name: inner}
        found.append(step)
    return found


def plan(asked: Asked) -> list[Training]:
    """The same U-Net on each."""
    size = {"size": "small" if asked.full else "tiny"}
    crops = Crops(SIDE_PX, asked.size.splits, coloured=False, smallest=0.9)
    how = settings(
        "unet", asked.size, mode="gray", options=size, crop=CROP_PX, learning_rate=2e-3, clip_norm=1.0, loss=LOSS
    )
    return [
        Training(row, GROUP, Data(recipe, crops), seed, how)
        for row, recipe in recipes(asked.full).items()
        for seed in asked.seeds()
    ]


def report(results: Results, asked: Asked) -> Page:
    """PSNR and SSIM over those of the damaged pictures, by zone."""
    assert results.real is not None
    rows, before = results.rows(GROUP), results.real
    sources: list[str] = before["source"]
    tables = [_table(rows, before, sources, kind) for kind in ("psnr", "ssim")]
    tables.append(_table(rows, before, sources, "psnr", UPRIGHT))
    gains = {row.name: _gain(row, before, sources, "whole psnr") for row in rows}
    inside = {row.name: _gain(row, before, sources, "inside psnr") for row in rows}
    charts = {
        "whole.png": ("PSNR over identity, whole pictures", bars(gains, "PSNR over identity, dB, whole pictures"))
    }
    if not any(np.isnan(each.value) for each in inside.values()):
        drawn = bars(inside, "PSNR over identity, dB, inside the damage")
        charts["inside.png"] = ("PSNR over identity, inside the damage", drawn)
    masked = int(np.isfinite(before["share"]).sum())
    known = (
        f"{len(sources)} real pairs of {len(set(sources))} sources, {masked} of them with a mask; as they are they have"
    )
    known += f" {np.nanmean(before['whole psnr']):.2f} dB of PSNR"
    known += f", and {np.nanmean(before['inside psnr']):.2f} dB inside the damage" if masked else ""
    if not asked.full:
        known += "; of each picture the 512 × 512 px with the most damage"
    notes = [
        known,
        "intervals are over sources: there are few, so they are wide, and say nothing of other collections",
        "targets keep their grain: a network that takes grain away loses against them",
        "pictures are changed as six of their eight orientations agree (degrade restore --self-ensemble agreed)",
    ]
    return Page(_claims(rows, before, sources), tables, charts, notes)


def _claims(rows: list[Row], before: Any, sources: list[str]) -> list[Claim]:
    by = {row.name: row for row in rows}
    claims = []
    masked = bool(np.isfinite(before["share"]).any())
    part = "inside" if masked else "whole"
    where = "inside the damage" if masked else "of whole pictures"
    compared = list(recipes(full=False))
    for row in (by[name] for name in compared):
        found = _gain(row, before, sources, f"{part} psnr")
        claims.append(at_least(f"a network that learnt from {row.name} restores: PSNR {where} over identity", found, 0))
    for name in (OLD, ALONE, FILM):
        for row in (by[other] for other in compared if other not in (OLD, ALONE, FILM)):
            found = _over(by[name], row, sources, f"{part} psnr")
            claims.append(at_least(f"{name} teaches more than {row.name}: PSNR {where}", found, 0))
        if masked:
            outside = _gain(by[name], before, sources, "outside psnr")
            claims.append(at_least(f"{name} does {-HARM} dB of harm at most outside the damage", outside, HARM))
    for row in (row for row in rows if row.name not in compared):
        found = _over(by[OLD], row, sources, f"{part} psnr")
        decided = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
        text = f"the stage left out in “{row.name}” is worth something: PSNR {where}"
        claims.append(Claim(text, found.value > 0 if decided else None, signed(found)))
    return claims


def _table(rows: list[Row], before: Any, sources: list[str], kind: str, how: str = "") -> Table:
    digits = 2 if kind == "psnr" else 4
    heads = ["learnt from", *(part if part == "whole" else f"{part} the damage" if part != "ring" else "ring around it"
             for part in PARTS), "between seeds, whole"]  # fmt: skip
    body = []
    for row in rows:
        found = [_gain(row, before, sources, f"{part} {kind}", how) for part in PARTS]
        seeds = [float(np.nanmean(values)) for values in _each(row, f"{how}whole {kind}")]
        spread = float(np.std(seeds, ddof=1)) if len(seeds) > 1 else None
        body.append([row.name, *(_words(each, digits) for each in found), number(spread, digits)])
    title = "PSNR over identity, dB" if kind == "psnr" else "SSIM over identity"
    title += ", one orientation alone" if how else ""
    return Table(title, heads, body, "Means of pictures, their 95 % intervals over sources in brackets.")


def _words(found: Interval, digits: int) -> str:
    if np.isnan(found.value):
        return "–"
    bounds = "" if found.low is None else f" [{found.low:+.{digits}f}, {found.high:+.{digits}f}]"
    return f"{found.value:+.{digits}f}{bounds}"


def _gain(row: Row, before: Any, sources: list[str], figure: str, how: str = "") -> Interval:
    return over_photos(np.mean(_each(row, how + figure), axis=0) - before[figure], sources)


def _over(one: Row, other: Row, sources: list[str], figure: str) -> Interval:
    return over_photos(np.mean(_each(one, figure), axis=0) - np.mean(_each(other, figure), axis=0), sources)


def _each(row: Row, figure: str) -> list[npt.NDArray[np.float64]]:
    """(N,) of each seed."""
    return [result.real[figure] for result in row.results if result.real is not None]
