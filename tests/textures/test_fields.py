"""The procedural fields: what they are made of is in them, in the sizes and numbers that were asked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from degrade.engine.key import Key
from degrade.textures.dust import Dust, Kind
from degrade.textures.paper import Paper
from degrade.textures.scratch_sheet import ScratchSheet

NONE = Kind(per_frame=0, k=1.0, size_mm=(1.0, 0.1))


def dust(**kinds: Kind) -> Dust:
    blank = {"grit": NONE, "dust": NONE, "dirt": NONE, "short_hair": NONE, "long_hair": NONE}
    return Dust(**(blank | kinds), rate=(0.5, 0.5), clustering=0.0)  # type: ignore[arg-type]


def blobs(sheet: np.ndarray) -> tuple[int, np.ndarray]:
    """How many separate things there are, and the area that each covers, in pixels."""
    labels, count = ndimage.label(sheet, np.ones((3, 3)))
    return count, ndimage.sum(sheet / 255, labels, np.arange(1, count + 1))


@pytest.mark.parametrize(("diameter", "px_per_mm"), [(0.5, 12.0), (1.0, 12.0), (1.0, 6.0)])
def test_specks_have_the_diameter_asked_for(diameter: float, px_per_mm: float) -> None:
    sheet = dust(dust=Kind(per_frame=60, k=50.0, size_mm=(diameter, 0.05))).render(720, px_per_mm, Key(5))
    _, areas = blobs(np.where(sheet > 0, 255, 0))
    across = np.median(np.sqrt(areas * 4 / np.pi)) / px_per_mm
    assert 0.8 * diameter < across < 1.45 * diameter


def test_counts_follow_the_area() -> None:
    made = dust(dust=Kind(per_frame=400, k=50.0, size_mm=(0.3, 0.05)))
    counts = [blobs(made.render(side, 8.0, Key(2)))[0] for side in (480, 960)]
    assert counts[0] == pytest.approx(400 * 0.5 * 60**2 / 15000, rel=0.45)
    assert 2.5 < counts[1] / counts[0] < 6


def test_clustered_specks_are_less_even_than_scattered_ones() -> None:
    kind = Kind(per_frame=3000, k=50.0, size_mm=(0.1, 0.05))
    spread = []
    for clustering in (0.0, 1.5):
        made = Dust(
            grit=NONE, dust=kind, dirt=NONE, short_hair=NONE, long_hair=NONE, rate=(1, 1), clustering=clustering
        )
        cells = (made.render(960, 8.0, Key(4)) > 0).reshape(8, 120, 8, 120).sum((1, 3))
        spread.append(cells.var() / cells.mean())
    assert spread[1] > 3 * spread[0]


def test_hairs_are_long_and_thin() -> None:
    made = dust(long_hair=Kind(per_frame=60, k=50.0, size_mm=(5.0, 0.1), width_mm=0.15))
    sheet = made.render(960, 12.0, Key(1))
    labels, count = ndimage.label(sheet, np.ones((3, 3)))
    assert count >= 3
    boxes = [max(box[0].stop - box[0].start, box[1].stop - box[1].start) for box in ndimage.find_objects(labels)]
    _, areas = blobs(sheet)
    assert np.median(boxes) > 1.5 * 12
    assert np.median(areas) < 0.3 * 5.0 * 12**2


def scratches(**counts: float) -> ScratchSheet:
    none = {"bundles": 0.0, "singles": 0.0, "scuffs": 0.0, "gouges": 0.0}
    return ScratchSheet(
        **(none | counts), k=50, wear=(1, 1), length_mm=(6, 0.1), width_mm=(0.15, 0.1), clustering=0, aligned=1
    )


@pytest.mark.parametrize("kind", ["bundles", "singles", "scuffs", "gouges"])
def test_each_kind_of_scratch_is_drawn(kind: str) -> None:
    sheet = scratches(**{kind: 30.0}).render(960, 12.0, Key(1))
    assert 0.0005 < np.count_nonzero(sheet) / sheet.size < 0.2
    assert sheet.max() > 60


def test_wear_brings_more_scratches() -> None:
    covered = []
    for wear in (0.5, 4.0):
        made = ScratchSheet(
            bundles=8, singles=8, scuffs=2, gouges=2, k=50, wear=(wear, wear), length_mm=(6, 0.3), width_mm=(0.15, 0.1),
            clustering=0, aligned=0.5,
        )  # fmt: skip
        covered.append(np.mean([np.count_nonzero(made.render(720, 8.0, Key(i))) for i in range(3)]))
    assert covered[1] > 3 * covered[0]


def test_scratches_follow_the_sheets_direction() -> None:
    def agreement(aligned: float) -> float:
        made = ScratchSheet(
            bundles=0, singles=120, scuffs=0, gouges=0, k=50, wear=(1, 1), length_mm=(6, 0.1), width_mm=(0.15, 0.1),
            clustering=0, aligned=aligned,
        )  # fmt: skip
        down, across = np.gradient(made.render(720, 8.0, Key(6)).astype(float))
        twice = (across + 1j * down) ** 2
        return float(np.abs(twice.sum()) / np.abs(twice).sum())

    assert agreement(1.0) > 0.7 > 0.5 > agreement(0.0)


def paper(**changes: object) -> Paper:
    plain: dict[str, object] = {
        "level": 0.8, "formation": (0.03, 0.03), "tooth": (0.02, 0.02), "fibres": (0.0, 0.0), "cloud_mm": 12.0,
        "finest_mm": 0.3, "anisotropy": 1.5, "fibres_per_cm2": 0.0,
    }  # fmt: skip
    return Paper(**(plain | changes))  # type: ignore[arg-type]


def test_paper_has_the_tones_asked_for() -> None:
    sheet = paper().render(480, 8.0, Key(1)) / 255
    assert sheet.mean() == pytest.approx(0.8, abs=0.02)
    assert sheet.std() == pytest.approx(np.hypot(0.03, 0.02), rel=0.15)


def test_fibres_show() -> None:
    without, with_ = (paper(fibres=(0.1, 0.1), fibres_per_cm2=n).render(480, 8.0, Key(1)) for n in (0.0, 60.0))
    assert 0.01 < np.count_nonzero(without != with_) / without.size < 0.6


def test_everything_is_longer_along_the_machines_direction() -> None:
    ratios = []
    for seed in range(6):
        sheet = paper(anisotropy=4.0, tooth=(0.0, 0.0)).render(480, 8.0, Key(seed)).astype(float)
        down, across = (np.abs(np.diff(sheet, axis=axis)).mean() for axis in (0, 1))
        ratios.append(max(down, across) / min(down, across))
    assert min(ratios) > 1.5
