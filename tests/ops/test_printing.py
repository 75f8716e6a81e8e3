"""What a print is made of: paper, its surface, a press's screen, a border."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.kernels.screens import dot_area, gained_dot, spot_threshold
from degrade.ops.border import Border
from degrade.ops.halftone import Halftone
from degrade.ops.paper import Paper
from degrade.ops.surface import KINDS, Surface


def flat(value: float, side: int = 256, channels: int = 1) -> np.ndarray:
    return np.full((side, side, channels), value, np.float32)


def light(image: np.ndarray) -> np.ndarray:
    return np.where(image > 0.04045, ((image + 0.055) / 1.055) ** 2.4, image / 12.92).astype(np.float64)


# --- paper and surface ------------------------------------------------------------------------------------------------


def test_white_takes_the_paper_s_colour() -> None:
    printed = light(Paper(base=(0.9, 0.88, 0.82), variation=0, fibres=0)(flat(1, 32, 3)))
    assert printed.mean(axis=(0, 1)) == pytest.approx([0.9, 0.88, 0.82], abs=0.003)
    assert np.array_equal(Paper(base=(1, 1, 1), variation=0, fibres=0)(flat(0.3)), flat(0.3))


def test_fibres_have_the_deviation_that_is_said_and_lie_along_one_direction() -> None:
    correlations = []
    for key in "abcdef":
        noise = light(
            Paper(base=(0.8, 0.8, 0.8), variation=0, fibres=0.02, size_mm=3).pair(flat(1, 512), key=key).degraded
        )
        noise = noise[:, :, 0] / noise.mean() - 1
        assert noise.std() == pytest.approx(0.02, rel=0.3)
        across, down = (noise[:, :-4] * noise[:, 4:]).mean(), (noise[:-4] * noise[4:]).mean()
        correlations.append(max(across, down) / min(across, down))
    assert np.mean(correlations) > 1.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_surface_has_its_period_and_leaves_the_mean(kind: str) -> None:
    shown = (
        Surface(kind=kind, amplitude=0.05, period_mm=1.2, turn_deg=0).pair(flat(0.5, 512), key="a").degraded[:, :, 0]
    )
    assert shown.mean() == pytest.approx(0.5, abs=0.005)
    assert 0.002 < shown.std() < 0.04
    if kind != "matte":
        spectrum = np.abs(np.fft.fft2(shown - shown.mean()))[:, :257]
        y, x = np.unravel_index(spectrum.argmax(), spectrum.shape)
        cycles = np.hypot(min(y, 512 - y), x) / 512
        period = 1.2 * np.hypot(512, 512) / 180
        assert 1 / cycles == pytest.approx(period * (3**0.5 / 2 if kind == "silk" else 1), rel=0.05)


def test_amplitude_0_is_the_identity() -> None:
    assert np.array_equal(Surface(amplitude=0)(flat(0.3)), flat(0.3))


# --- halftone ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("area", [0.05, 0.2, 0.5, 0.7, 0.95])
def test_thresholds_leave_dots_of_the_wanted_area(area: float) -> None:
    u = np.cos(2 * np.pi * (np.arange(400) + 0.5) / 400)
    assert (u[:, None] + u > spot_threshold(np.float32(area))).mean() == pytest.approx(area, abs=0.02)


@pytest.mark.parametrize("ruling", [12, 40, 65, 140])
@pytest.mark.parametrize("value", [0.25, 0.5, 0.8])
def test_ink_covers_what_the_press_makes_of_the_tone(ruling: float, value: float) -> None:
    op = Halftone(ruling=ruling, dot_gain=0.1, bleed_mm=0)
    printed = light(op.pair(flat(value), key="a").degraded).mean()
    area = gained_dot(dot_area(np.float32(light(np.array(value)))), np.float32(0.1))
    assert printed == pytest.approx(1 - area * 0.95, abs=0.035)


def test_coarse_screens_are_ink_and_paper_and_fine_ones_are_tones() -> None:
    coarse, fine = (Halftone(ruling=r, bleed_mm=0).pair(flat(0.55), key="a").degraded for r in (8, 150))
    assert ((coarse < 0.35) | (coarse > 0.9)).mean() > 0.75
    assert fine.std() < 0.02 < coarse.std()


def test_grays_in_four_inks_stay_nearly_gray_and_dots_lie_at_each_ink_s_angle() -> None:
    printed = Halftone(ruling=10, turn_deg=0, bleed_mm=0)(flat(0.6, 512, 3), key="a")
    mean = light(printed).mean(axis=(0, 1))
    assert np.ptp(mean) < 0.05
    spectrum = np.abs(np.fft.fft2(light(printed)[:, :, 0] - mean[0]))[:256, :256]  # red sees cyan
    y, x = np.unravel_index(spectrum.argmax(), spectrum.shape)
    angle = np.degrees(np.arctan2(y, x)) % 90
    assert min(abs(angle - 15), abs(angle - 75)) < 3


def test_dot_gain_darkens() -> None:
    means = [Halftone(ruling=50, dot_gain=g)(flat(0.6)).mean() for g in (0, 0.1, 0.2)]
    assert means[0] > means[1] > means[2]


# --- border -----------------------------------------------------------------------------------------------------------

PLAIN: dict[str, Any] = {"width_frac": 0.05, "deckle": False, "embossed": False, "caption": "none", "soil": 0}


def test_both_pictures_have_the_border_and_no_mask() -> None:
    pair = Border(**PLAIN).pair(flat(0.3), key="a")
    assert np.array_equal(pair.clean, pair.degraded)
    assert not pair.mask.any()
    assert (pair.clean[:8] > 0.8).all()
    assert (pair.clean[20:-20, 20:-20] == np.float32(0.3)).all()
    alone = Border(**PLAIN, both=False).pair(flat(0.3), key="a")
    assert np.array_equal(alone.clean, flat(0.3))
    assert np.array_equal(alone.degraded, pair.degraded)


def test_damage_before_it_lies_under_it_and_damage_after_it_crosses_it() -> None:
    border, damage = Border(**PLAIN), degrade.Texture(source="dust", strength=0.9)
    under = degrade.Sequence([damage, border]).pair(flat(0.3), key="a")
    over = degrade.Sequence([border, damage]).pair(flat(0.3), key="a")
    assert not under.mask[:8].any()
    assert under.mask[40:-40, 40:-40].any()
    assert np.array_equal(under.mask > 0, under.classes > 0)
    assert np.array_equal(over.mask[40:-40, 40:-40], under.mask[40:-40, 40:-40])
    assert over.mask[:8].any()


def test_a_deckle_shows_what_is_behind_and_a_caption_is_ink_in_the_border() -> None:
    fields = {**PLAIN, "width_frac": 0.1, "tone": 0.9, "warmth": 0}
    plain = Border(**fields)(flat(0.9, 512), key="b")
    deckled = Border(**{**fields, "deckle": True})(flat(0.9, 512), key="b")
    assert (deckled[0] != plain[0]).mean() > 0.3
    assert np.array_equal(deckled[20:-20, 20:-20], plain[20:-20, 20:-20])
    written = Border(**{**fields, "caption": "date"})(flat(0.9, 512), key="b")
    darker = (plain - written)[:, :, 0] > 0.3
    assert 50 < darker.sum() < 4000
    assert not darker[60:-60, 60:-60].any()


def test_soil_darkens_the_border_of_the_damaged_print_alone_and_most_its_blue_and_its_corners() -> None:
    clean, soiled = (Border(**{**PLAIN, "soil": soil}).pair(flat(0.3, 512, 3), key="d") for soil in (0, 0.2))
    assert np.array_equal(soiled.clean, clean.clean)
    assert np.array_equal(soiled.degraded[40:-40, 40:-40], clean.degraded[40:-40, 40:-40])
    share = soiled.degraded / clean.degraded
    assert (share <= 1).all()
    assert share[:10].std() > 0.01
    assert share[:10, :, 2].mean() < share[:10, :, 0].mean() < 0.99
    corners = [share[y, x] for y in (slice(8), slice(-8, None)) for x in (slice(8), slice(-8, None))]
    assert np.mean(corners) < share[:8, 150:-150].mean()


def test_a_border_is_equally_wide_in_short_sides_at_any_size() -> None:
    small, large = (Border(**PLAIN)(flat(0.0, side), key="c").mean() for side in (256, 512))
    assert small == pytest.approx(float(large), rel=0.02)
    assert np.array_equal(Border(**{**PLAIN, "width_frac": 0})(flat(0.3)), flat(0.3))
