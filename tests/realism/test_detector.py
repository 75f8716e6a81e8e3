"""Finding damage: figures by hand, and a network that learns specks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.codecs import encode_png
from degrade.harvest import HarvestError
from degrade.realism.detector import LEVELS, found_of, hats, judged, network_scorer, real_scans, train_detector
from degrade.realism.errors import RealismError

Array = npt.NDArray[Any]


def specked(folder: Path, count: int = 3) -> tuple[Path, Path]:
    """Smooth scans with bright specks, and their masks."""
    scans, masks = folder / "scans", folder / "masks"
    scans.mkdir(parents=True)
    masks.mkdir()
    for number in range(count):
        generator = np.random.default_rng(number)
        rows, _ = np.indices((96, 128))
        picture, mask = (90 + rows // 2).astype(np.uint8), np.zeros((96, 128), np.uint8)
        for y, x in generator.integers(4, 90, (12, 2)):
            picture[y : y + 3, x : x + 3], mask[y : y + 3, x : x + 3] = 240, 255
        (scans / f"{number}.png").write_bytes(encode_png(picture[:, :, None], True))
        (masks / f"{number}_mask.png").write_bytes(encode_png(mask[:, :, None], True))
    return scans, masks


def counts_of(*scores: tuple[int, int, int]) -> Array:
    """(1, 2, LEVELS): (score, sound pixels, damaged ones)."""
    counts = np.zeros((1, 2, LEVELS), np.int64)
    for score, sound, damaged in scores:
        counts[0, :, score] = sound, damaged
    return counts


def test_average_precision_by_hand() -> None:
    # From the highest score: 6 of 10 right and recall 0.6; then 10 of 30 and 1.
    found = found_of("one", counts_of((200, 4, 6), (100, 16, 4), (0, 70, 0)))
    assert found.average_precision.value == pytest.approx(0.6 * 0.6 + 0.4 * 10 / 30)
    assert (found.precision.value, found.recall.value) == pytest.approx((0.6, 0.6))
    assert found.threshold * (LEVELS - 1) > 100
    assert found.prevalence == pytest.approx(0.1)
    assert found.average_precision.low is None


def test_perfect_and_blind_detectors() -> None:
    perfect = np.concatenate([counts_of((255, 0, 10), (0, 90, 0))] * 5)
    assert found_of("perfect", perfect).average_precision == pytest.approx((1, 1, 1))
    blind = np.concatenate([counts_of((7, 90, 10)), counts_of((7, 50, 10))])
    found = found_of("blind", blind)
    assert found.average_precision.value == pytest.approx(found.prevalence)
    assert found.average_precision.low < found.average_precision.value < found.average_precision.high  # type: ignore[operator]


def test_the_top_hat_finds_specks_and_beats_guessing(tmp_path: Path) -> None:
    found = judged("hat", hats, real_scans(*specked(tmp_path)))
    assert found.scans == 3
    assert found.average_precision.value > 0.7 > 0.05 > found.prevalence
    assert set(found.to_data()) >= {"average_precision", "precision", "recall", "prevalence"}


def test_masks_that_show_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(RealismError, match="no damage"):
        found_of("none", counts_of((3, 10, 0)))
    scans, _ = specked(tmp_path)
    with pytest.raises(HarvestError, match="are the same"):
        real_scans(scans, scans)


@pytest.mark.long
def test_a_network_that_learns_specks_finds_them(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    source = tmp_path / "clean"
    source.mkdir()
    for number in range(8):
        ramp = np.linspace(60 + 8 * number, 120, 96 * 128).reshape(96, 128, 1)
        (source / f"{number}.png").write_bytes(encode_png(ramp.astype(np.uint8), True))
    specks = {"surface_dust": {"count": 60, "fibres": 0, "diameter_mm": 4, "shadow_mm": 0}}
    recipe = {
        "recipe": 1, "name": "specks", "steps": ["grayscale", "target", specks], "output": {"copies": 40},
    }  # fmt: skip
    scorer = train_detector(
        recipe, str(source), tmp_path / "run", minutes=5, crop=64, epochs=3, batch_size=4, device="cpu", workers=0
    )
    scans = real_scans(*specked(tmp_path / "real"))
    assert judged("net", scorer, scans).average_precision.value > 0.2
    again = network_scorer(tmp_path / "run")
    gray = np.full((40, 50), 0.4, np.float32)
    assert np.array_equal(again(gray), scorer(gray))
    assert scorer(gray).shape == gray.shape
