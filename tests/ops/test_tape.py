from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

Tape = degrade.degradations()["tape"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.75, np.float32)
TAPE, PEEL = int(degrade.DamageClass.TAPE), int(degrade.DamageClass.PEEL)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return Tape(**{"count": 1, "state": "film"} | fields).pair(LIGHT, key=key)


def on_tear(tear: list[tuple[float, float]], key: str = "a", **fields: Any) -> npt.NDArray[np.uint8]:
    """The mask of one strip on a print with a tear along these points."""
    with borrowed_workspace() as workspace:
        photo = Photo(LIGHT, workspace)
        photo.traces["tears"] = [np.array(tear, np.float32)]
        Tape(count=1, state="film", **fields).run(photo, Key(0, key))
        return photo.mask


def axes(mask: npt.NDArray[Any]) -> tuple[Any, Any, float]:
    """(centre x, y; spans along and across in px; angle of the longer axis in degrees) of a strip."""
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(float)
    centre = points.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((points - centre).T))
    spans = (12 * values[::-1]) ** 0.5
    return centre, spans, float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])) % 180)


def test_width_is_that_of_the_roll() -> None:
    for width in (12.0, 19.0):
        mask = on_tear([(0.3, 0.5), (0.7, 0.5)], width_mm=width, length_mm=60)
        _, spans, _ = axes(mask > 0)
        assert spans[1] / PX_PER_MM == pytest.approx(width, rel=0.06)


def test_strips_lie_along_tears() -> None:
    along = 0
    for key in range(16):
        mask = on_tear([(0.25, 0.3), (0.5, 0.45), (0.75, 0.7)], str(key), length_mm=40)
        centre, _, angle = axes(mask > 0)
        assert np.hypot(*(centre / SIDE - (0.5, 0.483))) < 0.03
        along += abs(angle - 38.7) < 6
    assert 8 <= along < 16


def test_film_is_amber_and_darker_along_its_sides() -> None:
    mask = on_tear([(0.2, 0.5), (0.8, 0.5)], "b", width_mm=19, strength=0.5)
    _, _, angle = axes(mask > 0)
    assert min(angle, 180 - angle) < 6 or abs(angle - 90) < 6
    p = pair("b", strength=0.5)
    lost = (LIGHT - p.degraded)[p.mask > 100].mean(axis=0)
    assert lost[0] < lost[1] < lost[2]
    turned = mask if min(angle, 180 - angle) < 6 else mask.T
    rows = np.nonzero(turned)[0]
    profile = turned[rows.min() : rows.max() + 1, 246:266].mean(axis=1)
    third = len(profile) // 4
    assert max(profile[2:third].max(), profile[-third:-2].max()) > 1.15 * np.median(profile[third:-third])


def test_what_was_removed_took_emulsion_along() -> None:
    for state, peeled in (("film", False), ("residue", False), ("removed", True)):
        found = [pair(str(key), state=state, strength=0.4, length_mm=80) for key in range(5)]
        assert any((p.classes == PEEL).any() for p in found) is peeled
        assert any(p.loss.any() for p in found) is peeled
        assert any((p.classes == TAPE).any() for p in found)


def test_residue_is_blotchy() -> None:
    """Its density varies more than that below a film."""
    variation = {}
    for state in ("film", "residue"):
        masks = [pair(str(key), state=state, strength=0.5, length_mm=90, width_mm=19).mask for key in range(6)]
        values = np.concatenate([m[m > 0].astype(float) for m in masks])
        variation[state] = values.std() / values.mean()
    assert variation["residue"] > 1.3 * variation["film"]


def test_zigzag_ends_have_teeth() -> None:
    """Along its short end a cut strip goes back and forth once a tooth."""
    for ends, teeth in (("zigzag", True), ("torn", False)):
        op = Tape(count=1, state="film", ends=ends, width_mm=19, length_mm=40, strength=0)
        with borrowed_workspace() as workspace:
            photo = Photo(np.full((2048, 2048, 1), 0.5, np.float32), workspace)
            photo.traces["tears"] = [np.array([(0.4, 0.5), (0.6, 0.5)], np.float32)]
            op.run(photo, Key(0, "c"))
            mask = photo.mask > 0
        _, _, angle = axes(mask)
        mask = mask if min(angle, 180 - angle) < 10 else mask.T
        rows = np.flatnonzero(mask.any(axis=1))[60:-60]
        edge = mask[rows].argmax(axis=1).astype(float)
        edge -= np.polyval(np.polyfit(rows, edge, 1), rows)
        spectrum = np.abs(np.fft.rfft(edge * np.hanning(len(edge)))) ** 2
        wanted = len(edge) / (2048 * 2**0.5 / 180 * 1.1)
        near = spectrum[int(wanted * 0.8) : int(wanted * 1.25) + 1].sum() / spectrum[1:].sum()
        assert bool(near > 0.5) is teeth


@pytest.mark.parametrize("fields", [{"count": 0}, {"strength": 0, "state": "residue"}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
