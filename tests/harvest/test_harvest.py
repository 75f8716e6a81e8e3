"""Harvesting, from scans that degrade itself has drawn: what was drawn is what is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.codecs import encode_png
from degrade.engine.damage import DamageClass
from degrade.harvest import HarvestError, harvest
from degrade.harvest.backgrounds import around_mask, of_blank
from degrade.harvest.counting import MOST_K, Counted, clark_evans, clustering, rates
from degrade.harvest.cutting import cut
from degrade.harvest.pairs import matched
from degrade.ops.harvested import Harvested
from degrade.recipes import load_recipe
from degrade.textures import bank

Array = npt.NDArray[Any]
HEIGHT, WIDTH = 240, 320


def things() -> Array:
    """(H, W) float32: soft coverage of 12 discs of 5 px, a straight line, a curl and a blot of 40 px."""
    rows, columns = np.indices((HEIGHT, WIDTH), np.float32)

    def disc(y: float, x: float, radius: float) -> Array:
        return np.clip(radius + 0.5 - np.hypot(rows - y, columns - x), 0, 1)

    places = [(20 + 25 * (i // 6), 20 + 24 * (i % 6)) for i in range(12)]
    drawn = [disc(y, x, 2.5) for y, x in places]
    drawn.append(np.clip(2 - np.abs(rows - 120), 0, 1) * (columns > 20) * (columns < 150))
    ring = np.clip(2 - np.abs(np.hypot(rows - 190, columns - 70) - 28), 0, 1) * (rows < 195)
    drawn += [ring, disc(170, 230, 20)]
    return np.maximum.reduce(drawn).astype(np.float32)


def ground(seed: int = 0, noise: float = 0.004) -> Array:
    """(H, W, 1) float32: even, darker to one side, with a little noise."""
    _, columns = np.indices((HEIGHT, WIDTH))
    values = 0.6 - 0.1 * columns / WIDTH + np.random.default_rng(seed).normal(0, noise, (HEIGHT, WIDTH))
    return values.astype(np.float32)[:, :, None]


def marked(picture: Array, opacity: float = 0.5, dark: bool = False) -> Array:
    """`picture` with the things on it."""
    aim = 0.0 if dark else 1.0
    return (picture + opacity * things()[:, :, None] * (aim - picture)).astype(np.float32)


def scene() -> Array:
    """(H, W, 1) float32: a picture with edges."""
    rows, columns = np.indices((HEIGHT, WIDTH))
    smooth = 0.4 + 0.15 * np.sin(rows / 30) * np.cos(columns / 40)
    smooth[60:150, 200:300] += 0.2
    return smooth.astype(np.float32)[:, :, None]


def written(folder: Path, **pictures: Array) -> Path:
    """Pictures in [0, 1] as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
        (folder / f"{name}.png").write_bytes(encode_png(np.ascontiguousarray(pixels), True))
    return folder


def blank_scans(folder: Path, count: int = 4) -> Path:
    """Scans of an even ground, by turns with light and with dark things."""
    return written(folder, **{f"scan{i}": marked(ground(i), dark=i % 2 == 1) for i in range(count)})


EXPECTED = {DamageClass.DUST: 12, DamageClass.HAIR: 1, DamageClass.SCRATCH: 1, DamageClass.STAIN: 1}


# --- finding what lies on a scan --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_a_blank_scan_gives_what_was_drawn(dark: bool) -> None:
    picture = marked(ground(), 0.5, dark)
    found = cut(picture, of_blank(picture))
    assert {damage: [one.damage for one in found.cutouts].count(damage) for damage in EXPECTED} == EXPECTED
    assert len(found.cutouts) == sum(EXPECTED.values())
    assert {one.dark for one in found.cutouts} == {dark}
    assert np.median([one.opacity for one in found.cutouts]) == pytest.approx(0.5, abs=0.05)
    assert found.noise == pytest.approx(0.004, abs=0.002)
    assert found.covered == pytest.approx((things() > 0.1).mean(), rel=0.2)


def test_sizes_are_those_drawn() -> None:
    picture = marked(ground())
    found = {one.damage: one for one in cut(picture, of_blank(picture)).cutouts}
    assert found[DamageClass.SCRATCH].length == pytest.approx(130, abs=5)
    assert found[DamageClass.SCRATCH].width == pytest.approx(3, abs=1)
    assert found[DamageClass.DUST].length == pytest.approx(6, abs=1)
    assert found[DamageClass.STAIN].length == pytest.approx(41, abs=3)
    assert found[DamageClass.STAIN].place == pytest.approx((170, 230), abs=2)


def test_an_empty_scan_gives_nothing() -> None:
    assert cut(ground(), of_blank(ground())).cutouts == []


def test_colour_is_kept_as_shares_of_the_opacity() -> None:
    paper = np.repeat(ground(noise=0.002), 3, axis=2)
    stained = paper * (1 - things()[:, :, None] * np.array([0.2, 0.4, 0.6], np.float32))
    tints = np.array([one.tint for one in cut(stained, of_blank(stained)).cutouts])
    assert np.median(tints[:, 0]) < 0.75 < 0.95 < np.median(tints[:, 1]) < 1.3 < np.median(tints[:, 2])


def test_a_mask_says_where_and_nothing_else_is_taken() -> None:
    picture, mask = marked(scene(), 0.6), things() > 0.5
    mask[:100] = False
    found = cut(picture, around_mask(picture, mask), mask)
    assert all(one.place[0] > 95 for one in found.cutouts)
    assert {DamageClass.SCRATCH, DamageClass.HAIR, DamageClass.STAIN} <= {one.damage for one in found.cutouts}


def test_a_restored_picture_of_other_tones_and_place_is_matched() -> None:
    clean = scene()
    other = np.roll(clean * 0.8 + 0.05, 2, axis=1)
    assert np.abs(matched(clean, other) - clean)[5:-5, 5:-5].mean() < 0.004


def test_another_picture_is_no_restored_version() -> None:
    with pytest.raises(HarvestError, match=r"something else|lies elsewhere"):
        matched(scene(), scene()[::-1, ::-1].copy() * -1 + 1)


# --- counting ---------------------------------------------------------------------------------------------------------


def scan_with(number: int, places: Array | None = None) -> Counted:
    where = np.zeros((0, 2)) if places is None else places
    return Counted(150.0, 100.0, {DamageClass.DUST: number}, where)


def test_rates_are_the_moments_of_the_counts() -> None:
    [rate] = rates([scan_with(n) for n in (10, 30, 50)]).values()
    assert rate.mean == 30
    assert rate.k == pytest.approx(30 * 30 / (400 - 30), rel=1e-3)
    [even] = rates([scan_with(30), scan_with(30)]).values()
    assert even.k == MOST_K


def test_what_gathers_is_told_from_what_is_scattered() -> None:
    generator = np.random.default_rng(1)
    even = scan_with(400, generator.random((400, 2)))
    gathered = scan_with(400, np.clip(generator.normal(0.3, 0.12, (400, 2)), 0, 0.999))
    assert clustering([even]) < 0.35 < clustering([gathered])
    assert clark_evans(even) == pytest.approx(1, abs=0.1)
    assert clark_evans(gathered) < 0.8  # type: ignore[operator]
    assert clark_evans(scan_with(3)) is None


# --- banks ------------------------------------------------------------------------------------------------------------


def test_a_bank_of_blank_scans(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "bank"
    made = harvest(
        blank_scans(tmp_path / "album"), out, licence="ours", px_per_mm=4, progress=lambda *at: told.append(at)
    )
    assert made.counts == {damage: 4 * count for damage, count in EXPECTED.items()}
    assert made.scans == 4
    assert told[-1] == (4, 4)
    index = json.loads((out / "bank.json").read_text())
    assert index["licence"] == "ours"
    assert {scan["width_mm"] for scan in index["scans"]} == {80.0}
    assert "scan0" not in json.dumps(index)
    assert str(tmp_path) not in json.dumps(index)
    found = bank.cutouts(str(out))
    assert found.rates[DamageClass.DUST].mean == 12
    assert found.cutouts.dark.mean() == 0.5
    assert bank.licence(str(out)) == "ours"
    recipe = load_recipe(out / "recipe.yaml")
    recipe.prepare()
    pair = recipe(np.full((200, 300, 3), 120, np.uint8), key="one")
    assert set(np.unique(pair.classes)) - {0} <= set(map(int, EXPECTED))
    assert pair.mask.any()


def test_what_was_harvested_is_laid_as_it_was(tmp_path: Path) -> None:
    harvest(written(tmp_path / "album", one=marked(ground())), tmp_path / "bank", px_per_mm=4)
    image = np.full((240, 320, 1), 0.4, np.float32)
    stains = Harvested(bank=str(tmp_path / "bank"), classes="stain", rate=100, strength=1, scale=1)
    with_one = [pair for pair in (stains.pair(image, key=str(i)) for i in range(8)) if pair.mask.max() == 255]
    assert with_one
    brightest = max(float(pair.degraded.max()) for pair in with_one)
    assert brightest == pytest.approx(0.4 + 0.5 * 0.6, abs=0.03)


def test_masks_and_restored_versions_are_found_by_their_names(tmp_path: Path) -> None:
    scans = written(tmp_path / "scans", a_damaged=marked(scene(), 0.6), b_damaged=marked(scene(), 0.6, True))
    written(tmp_path / "masks", a_mask=things()[:, :, None], b_mask=things()[:, :, None])
    written(tmp_path / "restored", a_restored=scene())
    masked = harvest(scans, tmp_path / "one", masks=tmp_path / "masks")
    assert (masked.kind, masked.scans, masked.left_out) == ("masked", 2, ())
    paired = harvest(scans, tmp_path / "two", restored=tmp_path / "restored")
    assert (paired.kind, paired.scans) == ("paired", 1)
    assert [one.source for one in paired.left_out] == ["b_damaged.png"]
    assert paired.counts[DamageClass.DUST] >= 10


def test_a_picture_is_no_blank_scan(tmp_path: Path) -> None:
    rows, columns = np.indices((HEIGHT, WIDTH))
    tiles = ground() + 0.3 * ((rows // 20 + columns // 20) % 3 == 0)[:, :, None]
    with pytest.raises(HarvestError, match=r"no blank scan.*--masks"):
        harvest(written(tmp_path / "scans", a=tiles), tmp_path / "bank")
    assert not (tmp_path / "bank").exists()


def test_mistakes_are_told_in_one_line(tmp_path: Path) -> None:
    scans = blank_scans(tmp_path / "scans", 1)
    other = written(tmp_path / "other", unlike=ground())
    for how, what in (
        ({"masks": other, "restored": other}, "give one of"),
        ({"masks": other}, "has the name of a scan"),
        ({"masks": scans}, "are the same"),
        ({"kind": "paired"}, "--restored"),
        ({"kind": "blank", "masks": other}, "leave --kind out"),
        ({"px_per_mm": 0.0}, "11.8"),
    ):
        with pytest.raises(HarvestError, match=what) as raised:
            harvest(scans, tmp_path / "bank", **how)  # type: ignore[arg-type]
        assert "\n" not in str(raised.value)
    with pytest.raises(HarvestError, match="is there and no bank"):
        harvest(scans, other)
    harvest(scans, tmp_path / "bank")
    with pytest.raises(HarvestError, match="--overwrite"):
        harvest(scans, tmp_path / "bank")
    assert harvest(scans, tmp_path / "bank", overwrite=True).scans == 1
